//! Several plays of one scenario, each with a seed of its own: what they say together.
//!
//! A figure's mean stands beside its 95 % confidence interval (Student's t), the smallest and the largest. A threshold
//! holds where it holds in every play: a single seed that breaks it is a day on which callers would have felt it.

mod collector;
mod estimate;
mod row;
pub mod student;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Host, ScenarioIdentity, Tool, Verdict, Violation};
pub use collector::Collector;
pub use estimate::Estimate;

/// What several plays of one scenario say together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Replications {
    /// Name and version of this shape.
    #[schemars(extend("const" = Self::SCHEMA))]
    pub schema: String,
    /// What measured. Absent from the canonical form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<Tool>,
    /// What was played; its seed is the first.
    pub scenario: ScenarioIdentity,
    /// Where. Absent from the canonical form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<Host>,
    /// How often it was played, with the seeds from the scenario's on.
    pub replications: u64,
    /// How much of the time a confidence interval holds the true mean.
    pub confidence: f64,
    /// What came out: pass only where every play passed.
    pub verdict: Verdict,
    /// Each threshold with how often it held, in the order of the scenario.
    pub thresholds: Vec<Held>,
    /// All tenants together, by the names that thresholds use.
    pub figures: BTreeMap<String, Estimate>,
    /// Each tenant by its name.
    pub tenants: BTreeMap<String, BTreeMap<String, Estimate>>,
    /// The first broken law of each play that broke one, the first hundred of them.
    pub violations: Vec<SeedViolation>,
    /// Plays that broke a law.
    pub broken: u64,
}

/// How often a threshold held.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Held {
    /// As written.
    pub expression: String,
    /// Plays in which it held.
    pub held: u64,
    /// What was observed.
    pub observed: Estimate,
    /// The first seed with which it did not hold; `null` where it always did.
    pub first_failing_seed: Option<u64>,
    /// Whether it held in every play.
    pub ok: bool,
    /// Why it could not be evaluated with that seed; `null` where it could.
    pub reason: Option<String>,
}

/// A broken law, and in which play.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SeedViolation {
    /// With which seed.
    pub seed: u64,
    /// What was broken.
    #[serde(flatten)]
    pub violation: Violation,
}

impl Replications {
    /// Name and version of this shape.
    pub const SCHEMA: &'static str = "busyhour.replications/1";

    /// Without anything that depends on the machine.
    #[must_use]
    pub fn canonical(&self) -> Self {
        Self { tool: None, host: None, ..self.clone() }
    }

    /// The JSON Schema, pretty-printed with a final newline, as committed in `reports/`.
    pub fn json_schema() -> String {
        let schema = schemars::schema_for!(Self);
        serde_json::to_string_pretty(&schema).expect("a schema has only string keys") + "\n"
    }

    /// The exit code: a broken law comes before everything, and a single play that fails makes the whole fail.
    pub fn exit_code(&self) -> u8 {
        match self.verdict {
            _ if self.broken > 0 => 96,
            Verdict::Invalid => 97,
            Verdict::Fail => 99,
            Verdict::Pass | Verdict::Unjudged => 0,
        }
    }
}

/// What plays with these observations of one figure say of it.
#[cfg(test)]
pub(super) fn replications_of(values: &[f64]) -> Estimate {
    let mut observations = estimate::Observations::default();
    for value in values {
        observations.add(*value);
    }
    observations.estimate()
}

#[cfg(test)]
mod tests;
