//! What there is to say of single rows: every one is counted, the first are kept word for word.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

/// Something about one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Remark {
    /// Its line in the file, from 1.
    pub line: u64,
    /// What about it.
    pub what: String,
}

/// Remarks, counted by their kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Account {
    /// How many of each kind.
    pub counts: BTreeMap<&'static str, u64>,
    /// The first ones.
    pub first: Vec<Remark>,
    #[serde(skip)]
    kept: usize,
}

impl Account {
    /// Keeps the first `kept` remarks word for word.
    pub fn keeping(kept: usize) -> Self {
        Self { kept, ..Self::default() }
    }

    /// Another one. What there is to say is only asked for where it is kept.
    pub fn add(&mut self, line: u64, kind: &'static str, what: impl FnOnce() -> String) {
        *self.counts.entry(kind).or_default() += 1;
        if self.first.len() < self.kept {
            self.first.push(Remark { line, what: what() });
        }
    }

    /// All there were.
    pub fn total(&self) -> u64 {
        self.counts.values().sum()
    }
}
