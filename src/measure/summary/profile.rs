//! What a pool's profile came to that our own rules exclude.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::measure::Law;

/// What pools did that follow the rules of an official SDK, beyond what our own ever do. Of the whole run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProfileFigures {
    /// Whose rules: `[pool] profile` of the scenario.
    pub name: String,
    /// Runtimes that were booted, and then thrown away because there was no room for them any more.
    pub boots_discarded: u64,
    /// The laws of the pool that these rules broke, and how often. They are no `violations`.
    pub laws: Vec<LawByDesign>,
}

/// A law that the rules of a profile broke.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LawByDesign {
    /// Which.
    pub law: Law,
    /// How often.
    pub times: u64,
    /// Whose pool did first; absent where nobody's in particular.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// When it first did, in seconds after the run's beginning.
    pub first_at_s: f64,
    /// What happened then, in words.
    pub first: String,
}
