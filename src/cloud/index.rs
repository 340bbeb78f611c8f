//! A project's indexes: documents cut into chunks, with versions.

use std::collections::BTreeMap;

use mock_runtime::wire::cloud::{Chunk, IndexCreate, IndexInfo, IndexList};
use serde_json::{Map, Value};

use super::refusal::Refusal;

/// All indexes of one project.
#[derive(Debug)]
pub(super) struct Library {
    version: u64,
    /// Since this version chunks were only added or replaced, so that a delta can tell the whole story.
    grown_since: u64,
    indexes: BTreeMap<String, Index>,
}

#[derive(Debug)]
struct Index {
    version: u64,
    /// [`Library::version`] at which it last changed.
    since: u64,
    chunks: Vec<Chunk>,
}

/// An index batch that passed every check.
#[derive(Debug)]
pub(super) struct CheckedIndex {
    name: String,
    chunks: Vec<Chunk>,
}

impl Library {
    /// Version of the organisation's knowledge. That of a project without indexes is 1.
    pub(super) fn version(&self) -> u64 {
        self.version
    }

    /// Whether what changed after `version` can be told by entries to add and to replace.
    pub(super) fn has_only_grown_since(&self, version: u64) -> bool {
        (self.grown_since..=self.version).contains(&version)
    }

    /// Chunks of the indexes that changed after `version`.
    pub(super) fn chunks_since(&self, version: u64) -> impl Iterator<Item = Chunk> {
        self.indexes.values().filter(move |index| index.since > version).flat_map(|index| index.chunks.iter().cloned())
    }

    /// Creates the index, or replaces the one of that name.
    pub(super) fn create(&mut self, index: CheckedIndex) -> IndexInfo {
        self.version += 1;
        let former = self.indexes.get(&index.name);
        if former.is_some_and(|former| former.chunks.len() > index.chunks.len()) {
            self.grown_since = self.version;
        }
        let version = former.map_or(0, |former| former.version) + 1;
        let info = IndexInfo { index_name: index.name.clone(), chunk_count: index.chunks.len() as u64, version };
        self.indexes.insert(index.name, Index { version, since: self.version, chunks: index.chunks });
        info
    }

    /// All indexes, by name.
    pub(super) fn list(&self) -> IndexList {
        let info = |(name, index): (&String, &Index)| IndexInfo {
            index_name: name.clone(),
            chunk_count: index.chunks.len() as u64,
            version: index.version,
        };
        IndexList { indexes: self.indexes.iter().map(info).collect() }
    }
}

impl Default for Library {
    fn default() -> Self {
        Self { version: 1, grown_since: 1, indexes: BTreeMap::new() }
    }
}

/// Checks a batch against the limits and cuts its documents into chunks.
pub(super) fn check(batch: &IndexCreate) -> Result<CheckedIndex, Refusal> {
    if batch.name.trim().is_empty() {
        return Err(Refusal::bad_field("name", "is blank: name the index"));
    }
    demand_size(&batch.documents)?;
    let mut chunks = Vec::new();
    for (position, document) in batch.documents.iter().enumerate() {
        let text = document_text(document).ok_or_else(|| {
            Refusal::bad_field(&format!("documents[{position}].text"), "is missing or blank: give each document a text")
        })?;
        let doc_id = document_id(document).unwrap_or_else(|| format!("{}-{position}", batch.name));
        for text in cut(text) {
            let chunk_id = format!("{}#{}", batch.name, chunks.len());
            chunks.push(Chunk { doc_id: doc_id.clone(), chunk_id, text });
        }
    }
    Ok(CheckedIndex { name: batch.name.clone(), chunks })
}

/// Refuses more than [`MOST_DOCUMENTS`] or [`MOST_BYTES`].
fn demand_size(documents: &[Map<String, Value>]) -> Result<(), Refusal> {
    if documents.len() > MOST_DOCUMENTS {
        let message = format!("{} documents: send at most {MOST_DOCUMENTS} at once", documents.len());
        return Err(Refusal::batch_too_large(message));
    }
    let bytes: usize = documents.iter().map(compact_length).sum();
    if bytes > MOST_BYTES {
        let message = format!("{bytes} bytes of documents: send at most {MOST_BYTES} at once");
        return Err(Refusal::batch_too_large(message));
    }
    Ok(())
}

/// Bytes of the document as compact JSON.
fn compact_length(document: &Map<String, Value>) -> usize {
    serde_json::to_vec(document).expect("an object read from JSON can be written as JSON").len()
}

/// The document's text, under the names in use.
fn document_text(document: &Map<String, Value>) -> Option<&str> {
    ["text", "content"].iter().find_map(|name| document.get(*name)?.as_str()).filter(|text| !text.trim().is_empty())
}

/// The document's own id, under the names in use.
fn document_id(document: &Map<String, Value>) -> Option<String> {
    ["id", "docId"].iter().find_map(|name| match document.get(*name)? {
        Value::String(id) if !id.is_empty() => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    })
}

/// Cuts a text into chunks of whole words, none much longer than [`CHUNK_CHARS`], each within one paragraph.
fn cut(text: &str) -> Vec<String> {
    let mut chunks = Vec::new();
    for paragraph in text.split("\n\n") {
        let (mut chunk, mut chars) = (String::new(), 0);
        for word in paragraph.split_whitespace() {
            let word_chars = word.chars().count() + 1;
            if chars > 0 && chars + word_chars > CHUNK_CHARS {
                chunks.push(std::mem::take(&mut chunk));
                chars = 0;
            }
            if chars > 0 {
                chunk.push(' ');
            }
            chunk.push_str(word);
            chars += word_chars;
        }
        chunks.extend((!chunk.is_empty()).then_some(chunk));
    }
    chunks
}

/// Documents in one batch.
const MOST_DOCUMENTS: usize = 100;
/// Bytes of documents in one batch: 1 MB.
const MOST_BYTES: usize = 1_000_000;
/// Characters of a chunk, about a hundred words: several fit a search result's lane.
const CHUNK_CHARS: usize = 600;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cutting_keeps_every_word_in_order_and_paragraphs_apart() {
        let text = format!("{}\n\nSecond paragraph, größer.", "word ".repeat(500));
        let chunks = cut(&text);
        assert!(chunks.len() > 4);
        assert!(chunks.iter().all(|chunk| chunk.chars().count() <= CHUNK_CHARS));
        assert_eq!(chunks.last().map(String::as_str), Some("Second paragraph, größer."));
        assert_eq!(chunks.join(" "), text.split_whitespace().collect::<Vec<_>>().join(" "));
    }

    #[test]
    fn a_word_longer_than_a_chunk_stays_whole() {
        let word = "x".repeat(2 * CHUNK_CHARS);
        assert_eq!(cut(&format!("a {word} b")), ["a", &word, "b"]);
    }
}
