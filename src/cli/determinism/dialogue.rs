//! What parent and players say to each other: a line of JSON each way at a time.

use serde::{Deserialize, Serialize};

/// What a player says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Said {
    /// A block of facts is over. Waits for a word.
    Block(Progress),
    /// The play is over.
    End {
        /// Its summary, canonical.
        summary: String,
    },
    /// The last block, fact by fact, as it was asked for.
    Told {
        /// The last facts before it, in words.
        before: Vec<String>,
        /// The block.
        facts: Vec<ToldFact>,
    },
}

/// How far a play has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Progress {
    /// Facts so far.
    pub(super) facts: u64,
    /// The hash over them.
    pub(super) hash: u64,
}

/// One fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ToldFact {
    /// The hash over all facts up to this one.
    pub(super) hash: u64,
    /// In words.
    pub(super) words: String,
}

/// Go on.
pub(super) const GO_ON: &str = "go on";
/// Tell the last block and stop.
pub(super) const TELL: &str = "tell";
