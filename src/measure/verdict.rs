//! What came out, and the exit code that says so.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Summary;

/// What came out of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Every threshold holds and no law was broken.
    Pass,
    /// A threshold does not hold, ended the run early, or could not be evaluated, or a law was broken.
    Fail,
    /// The harness was the bottleneck and the figures are not the pool's, or nothing fails but there were too few samples
    /// for a percentile that is judged.
    Invalid,
    /// The scenario has no thresholds, and no law was broken.
    Unjudged,
}

impl Verdict {
    /// The verdict on a summary with judged thresholds; `only_short` says that all of those that do not hold lack samples.
    pub(super) fn of(summary: &Summary, only_short: bool) -> Self {
        let fails = summary.thresholds.iter().any(|judged| !judged.ok);
        if !summary.harness.invalid.is_empty() {
            Self::Invalid
        } else if summary.broke_a_law() || summary.aborted.is_some() || fails && !only_short {
            Self::Fail
        } else if fails {
            Self::Invalid
        } else if summary.thresholds.is_empty() {
            Self::Unjudged
        } else {
            Self::Pass
        }
    }
}

/// The exit code of a run that did its work. A broken law comes before everything, an invalid run included: one
/// caller's memory in another's ear is a fact however slow the harness was.
pub fn exit_code(summary: &Summary) -> u8 {
    match summary.verdict {
        _ if summary.broke_a_law() => 96,
        Verdict::Invalid => 97,
        Verdict::Fail => 99,
        Verdict::Pass | Verdict::Unjudged => 0,
    }
}
