//! A live run and its simulation side by side: does virtual time tell the truth?
//!
//! Both played the same calls. Counts that nothing can change must be equal. Where a race of milliseconds decides, such
//! as who was evicted, a slack is allowed, and the race is named. A latency percentile must lie within the tolerance of
//! where the run's may lie, given how few samples it comes from. Drains at the end are told and not judged: all
//! runtimes go at once, nobody waits for them, and what that costs the processors is in no law.

mod counted;
mod percentile;
mod race;
mod tolerance;

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use super::{Histograms, ScenarioIdentity, Summary};
pub use race::Race;
pub use tolerance::{Tolerance, ToleranceError};

/// A live run and a simulation of the same calls.
#[derive(Clone, Copy, Debug)]
pub struct Both<'a> {
    /// What the live run came to.
    pub run: &'a Summary,
    /// What the simulation came to.
    pub sim: &'a Summary,
    /// The live run's samples.
    pub samples: &'a Histograms,
}

/// How true a simulation was.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Fidelity {
    /// Name and version of this shape.
    #[schemars(extend("const" = Self::SCHEMA))]
    pub schema: String,
    /// What was played.
    pub scenario: ScenarioIdentity,
    /// Whether the simulation drew from the run's own measurements.
    pub calibrated: bool,
    /// How far latencies may be apart.
    pub tolerance: Tolerance,
    /// Whether every figure that is judged is within what is allowed.
    pub within: bool,
    /// How often what happened.
    pub counts: Vec<Compared>,
    /// Levels of the pools, and the share of recalls within the budget.
    pub levels: Vec<Compared>,
    /// Milliseconds.
    pub latency_ms: Vec<Compared>,
}

/// One figure of both.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Compared {
    /// Its name, as in thresholds.
    pub figure: String,
    /// In the live run.
    pub run: f64,
    /// In the simulation.
    pub sim: f64,
    /// The smallest and the largest value the simulation may say.
    pub allowed: [f64; 2],
    /// Whether it is judged at all.
    pub judged: bool,
    /// Whether it is within what is allowed; true where it is not judged.
    pub ok: bool,
    /// Why it need not be equal, where it need not.
    pub reason: Option<String>,
}

impl Fidelity {
    /// Name and version of this shape.
    pub const SCHEMA: &'static str = "busyhour.fidelity/1";

    /// The JSON Schema, pretty-printed with a final newline, as committed in `reports/`.
    pub fn json_schema() -> String {
        let schema = schemars::schema_for!(Self);
        serde_json::to_string_pretty(&schema).expect("a schema has only string keys") + "\n"
    }

    /// Compares. `races` are those the scenario makes possible; what was seen in either play adds its own.
    pub fn of(both: Both<'_>, races: &BTreeSet<Race>, calibrated: bool, tolerance: Tolerance) -> Self {
        let races = race::seen(both, races);
        let counts = counted::counts(both, &races);
        let levels = counted::levels(both);
        let latency_ms = percentile::latencies(both, tolerance);
        Self {
            schema: Self::SCHEMA.to_owned(),
            scenario: both.run.scenario.clone(),
            calibrated,
            tolerance,
            within: counts.iter().chain(&levels).chain(&latency_ms).all(|compared| compared.ok),
            counts,
            levels,
            latency_ms,
        }
    }

    /// Every figure, in the order of reports.
    pub fn figures(&self) -> impl Iterator<Item = &Compared> {
        self.counts.iter().chain(&self.levels).chain(&self.latency_ms)
    }
}

impl Compared {
    fn judged(figure: impl Into<String>, run: f64, sim: f64, allowed: [f64; 2]) -> Self {
        let ok = (allowed[0]..=allowed[1]).contains(&sim);
        Self { figure: figure.into(), run, sim, allowed, judged: true, ok, reason: None }
    }

    fn because(self, reason: Option<String>) -> Self {
        Self { reason, ..self }
    }

    fn not_judged(self, reason: &str) -> Self {
        Self { judged: false, ok: true, reason: Some(reason.to_owned()), ..self }
    }

    /// How far the simulation is off.
    pub fn error(&self) -> f64 {
        self.sim - self.run
    }
}

#[cfg(test)]
mod tests;
