//! What there is to search: the projection, the saved turns, and their indexes.

use super::index::{Hit, Index};
use crate::memory::SavedTurn;
use crate::wire::cloud::Projection;

/// The caller's memory with its indexes. An index is built at the lane's first search, so that a boot does not wait.
#[derive(Debug, Default)]
pub(crate) struct Library {
    projection: Projection,
    permanent: Option<Index>,
    org: Option<Index>,
    turns: Vec<SavedTurn>,
    recalled: bool,
    working: Index,
}

impl Library {
    /// Puts another projection in place of the present one.
    pub(crate) fn replace_projection(&mut self, projection: Projection) {
        self.projection = projection;
        (self.permanent, self.org) = (None, None);
    }

    /// The projection.
    pub(crate) fn projection(&self) -> &Projection {
        &self.projection
    }

    /// Brings back the turns of former lives, which `read` finds; only the first call does anything. It must come before
    /// the first [`Self::add_turn`].
    pub(crate) fn recall_turns(&mut self, read: impl FnOnce() -> Vec<SavedTurn>) {
        if !self.recalled {
            self.recalled = true;
            for turn in read() {
                self.add_turn(turn);
            }
        }
    }

    /// Adds a saved turn.
    pub(crate) fn add_turn(&mut self, turn: SavedTurn) {
        self.working.add(&format!("{} {}", turn.user_text, turn.assistant_text));
        self.turns.push(turn);
    }

    /// The turn a hit of [`Self::working`] points at.
    pub(super) fn turn(&self, hit: &Hit) -> &SavedTurn {
        &self.turns[hit.text]
    }

    /// The best saved turns.
    pub(super) fn working(&self, query: &str, limit: usize) -> Vec<Hit> {
        self.working.search(query, limit)
    }

    /// The latest turns, latest first, for when no word matches.
    pub(super) fn latest(&self, limit: usize) -> Vec<Hit> {
        let numbers = (0..self.turns.len()).rev().take(limit);
        numbers.map(|text| Hit { text, score: 0.0, word: String::new() }).collect()
    }

    /// The best facts about the caller.
    pub(super) fn permanent(&mut self, query: &str, limit: usize) -> Vec<Hit> {
        let facts = &self.projection.permanent;
        let index = self.permanent.get_or_insert_with(|| indexed(facts.iter().map(|fact| fact.text.as_str())));
        index.search(query, limit)
    }

    /// The best chunks of the project's documents.
    pub(super) fn org(&mut self, query: &str, limit: usize) -> Vec<Hit> {
        let chunks = &self.projection.org;
        let index = self.org.get_or_insert_with(|| indexed(chunks.iter().map(|chunk| chunk.text.as_str())));
        index.search(query, limit)
    }
}

fn indexed<'t>(texts: impl Iterator<Item = &'t str>) -> Index {
    let mut index = Index::default();
    texts.for_each(|text| index.add(text));
    index
}
