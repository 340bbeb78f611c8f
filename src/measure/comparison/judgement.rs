//! What came out of a comparison.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What came out of a comparison, of one figure or of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Judgement {
    /// Nothing moved beyond what it may.
    Pass,
    /// Something did.
    Fail,
    /// The measurements cannot tell.
    Inconclusive,
}

impl Judgement {
    /// Of all together: one that fails makes the whole fail, and it passes only where every one passes.
    pub fn of(judgements: impl IntoIterator<Item = Self>) -> Self {
        judgements.into_iter().fold(Self::Pass, |whole, one| match (whole, one) {
            (Self::Fail, _) | (_, Self::Fail) => Self::Fail,
            (Self::Inconclusive, _) | (_, Self::Inconclusive) => Self::Inconclusive,
            _ => Self::Pass,
        })
    }

    /// The exit code that says so. What cannot be told shares its code with measurements that are invalid: either way
    /// nothing is known, and playing more may help.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Pass => 0,
            Self::Fail => 98,
            Self::Inconclusive => 97,
        }
    }
}
