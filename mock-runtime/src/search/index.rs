//! An inverted index of short texts.
//!
//! Ranking is Okapi BM25 (S. Robertson and H. Zaragoza, "The Probabilistic Relevance Framework", 2009) with its usual
//! constants: a word counts the more the fewer texts hold it, repetition counts less and less, long texts count less.

use std::collections::HashMap;

use super::words::words;

/// Texts, found by their words. Texts are numbered in the order they were added.
#[derive(Debug, Default)]
pub(super) struct Index {
    postings: HashMap<String, Vec<Posting>>,
    /// Words in each text.
    lengths: Vec<u32>,
    total_length: u64,
}

#[derive(Clone, Copy, Debug)]
struct Posting {
    text: u32,
    occurrences: u32,
}

/// A text that holds at least one of the words asked for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Hit {
    /// Number of the text.
    pub(super) text: usize,
    /// Higher is better.
    pub(super) score: f64,
    /// The word that contributed most.
    pub(super) word: String,
}

impl Index {
    /// Adds the next text.
    pub(super) fn add(&mut self, text: &str) {
        let number = u32::try_from(self.lengths.len()).expect("a lane holds fewer than 2^32 texts");
        let mut length = 0;
        for word in words(text) {
            length += 1;
            let postings = self.postings.entry(word).or_default();
            match postings.last_mut().filter(|last| last.text == number) {
                Some(last) => last.occurrences += 1,
                None => postings.push(Posting { text: number, occurrences: 1 }),
            }
        }
        self.lengths.push(length);
        self.total_length += u64::from(length);
    }

    /// The best `limit` texts, best first; of equals the later one, being newer.
    pub(super) fn search(&self, query: &str, limit: usize) -> Vec<Hit> {
        let mut asked: Vec<String> = words(query).collect();
        asked.sort_unstable();
        asked.dedup();
        let mut found: HashMap<u32, (f64, f64, &str)> = HashMap::new();
        for word in &asked {
            let postings = self.postings.get(word).map_or(&[][..], Vec::as_slice);
            for posting in postings {
                let gain = self.gain(*posting, postings.len());
                let (score, best, by) = found.entry(posting.text).or_insert((0.0, 0.0, word));
                *score += gain;
                if gain > *best {
                    (*best, *by) = (gain, word);
                }
            }
        }
        let hit =
            |(text, (score, _, word)): (u32, (f64, f64, &str))| Hit { text: text as usize, score, word: word.into() };
        let mut hits: Vec<Hit> = found.into_iter().map(hit).collect();
        hits.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(b.text.cmp(&a.text)));
        hits.truncate(limit);
        hits
    }

    /// What one word adds to the score of a text that holds it.
    fn gain(&self, posting: Posting, holders: usize) -> f64 {
        let (texts, holders) = (self.lengths.len() as f64, holders as f64);
        let rarity = libm::log1p((texts - holders + 0.5) / (holders + 0.5));
        let mean_length = self.total_length as f64 / texts;
        let length = f64::from(self.lengths[posting.text as usize]);
        let occurrences = f64::from(posting.occurrences);
        let saturation = K1 * (1.0 - B + B * length / mean_length);
        rarity * occurrences * (K1 + 1.0) / (occurrences + saturation)
    }
}

/// How soon repetition stops counting.
const K1: f64 = 1.2;
/// How much length counts, 0 to 1.
const B: f64 = 0.75;

#[cfg(test)]
mod tests {
    use super::*;

    fn index(texts: &[&str]) -> Index {
        let mut index = Index::default();
        for text in texts {
            index.add(text);
        }
        index
    }

    fn found(index: &Index, query: &str) -> Vec<usize> {
        index.search(query, 10).into_iter().map(|hit| hit.text).collect()
    }

    #[test]
    fn a_rare_word_outweighs_common_ones() {
        let index = index(&["the card is the best", "the boots came back", "the door is the best"]);
        assert_eq!(found(&index, "is the BOOTS best"), [1, 2, 0]);
        assert_eq!(index.search("the boots", 1)[0].word, "boots");
    }

    #[test]
    fn texts_without_any_of_the_words_are_not_found() {
        let index = index(&["hazelnuts", "boots"]);
        assert_eq!(found(&index, "hazelnuts?"), [0]);
        assert!(found(&index, "invoice").is_empty());
        assert!(found(&index, "").is_empty());
        assert!(found(&Index::default(), "boots").is_empty());
    }

    #[test]
    fn equals_come_newest_first_and_the_limit_holds() {
        let index = index(&["boots", "boots", "boots"]);
        assert_eq!(found(&index, "boots"), [2, 1, 0]);
        assert_eq!(index.search("boots", 2).len(), 2);
    }
}
