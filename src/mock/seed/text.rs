//! Texts that must say something.

use std::fmt;

use mock_runtime::wire::environment::ORG_USER;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::{Map, Value};

use crate::mock::document::wrong;

/// A text that is not blank.
#[derive(Debug)]
pub(super) struct Filled(pub(super) String);

/// An id as clients send it.
#[derive(Debug)]
pub(super) struct Id(pub(super) String);

/// A document: its text, or an object with one.
#[derive(Debug)]
pub(super) struct Document(pub(super) Map<String, Value>);

impl<'de> Deserialize<'de> for Filled {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.trim().is_empty() { Err(wrong("a blank text says nothing", "fill it in")) } else { Ok(Self(text)) }
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Filled(id) = Filled::deserialize(deserializer)?;
        if id.trim() != id {
            return Err(wrong(format!("no client asks for {id:?}: they drop blanks around ids"), "drop them, too"));
        }
        if id == ORG_USER {
            return Err(wrong(format!("`{id}` is what runtimes without a caller are called"), "choose another id"));
        }
        Ok(Self(id))
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DocumentReader)
    }
}

struct DocumentReader;

impl<'de> Visitor<'de> for DocumentReader {
    type Value = Document;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, or a table with one")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Document, E> {
        with_text(Map::from_iter([("text".to_owned(), text.into())]))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Document, A::Error> {
        let mut document = Map::new();
        while let Some((name, value)) = fields.next_entry::<String, Value>()? {
            document.insert(name, value);
        }
        with_text(document)
    }
}

fn with_text<E: Error>(document: Map<String, Value>) -> Result<Document, E> {
    let text = ["text", "content"].iter().find_map(|name| document.get(*name)?.as_str());
    if text.is_some_and(|text| !text.trim().is_empty()) {
        return Ok(Document(document));
    }
    Err(wrong("a document without a text", "write `text = …`, or a text instead of the table"))
}
