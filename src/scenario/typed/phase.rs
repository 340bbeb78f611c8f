//! A named part of the run.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Duration, Placed, Written};

/// A named part of the run, with figures of its own: `phase.NAME.recall.p99`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Phase {
    /// Unique name: letters, digits, `-` and `_`.
    pub(in crate::scenario) name: Placed<String>,
    /// When it begins, counted from the start of the run. Default: 0s.
    pub(in crate::scenario) from: Option<Written<Duration>>,
    /// When it ends. Default: with the window in which calls ring.
    pub(in crate::scenario) until: Option<Written<Duration>>,
}
