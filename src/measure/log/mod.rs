//! The log of a play: what each pool was told and what it decided, one JSON object a line.
//!
//! The first line says what was played, the last one how the boots came about; a file without a last line is not
//! complete. Times are milliseconds after the beginning, exact to the nanosecond in the first 49 days (after that, a
//! double has no room for so many digits). `reports/README.md` explains the fields to whoever reads the file.

mod boots;
mod happening;

use schemars::JsonSchema;
use serde::Serialize;

use super::ScenarioIdentity;
pub use boots::{BootAccount, BootTally};
pub use happening::{Admitted, Applicant, Boot, BootReason, Drain, Happening, Shortage};

/// A line.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum LogLine<'a> {
    /// Something happened at a pool.
    Noted(Noted<'a>),
    /// The first line or the last.
    Edge(Edge),
}

impl LogLine<'_> {
    /// Name and version of this shape.
    pub const SCHEMA: &'static str = "busyhour.events/1";

    /// The JSON Schema of a line, pretty-printed with a final newline, as committed in `reports/`.
    pub fn json_schema() -> String {
        let schema = schemars::schema_for!(LogLine<'static>);
        serde_json::to_string_pretty(&schema).expect("a schema has only string keys") + "\n"
    }
}

/// Something that happened at a pool.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Noted<'a> {
    /// When, in milliseconds after the beginning.
    pub at_ms: f64,
    /// Whose pool.
    pub tenant: &'a str,
    /// Which of the tenant's workers, from 0.
    pub worker: u32,
    /// What.
    #[serde(flatten)]
    pub happening: Happening,
}

/// What stands at the beginning and at the end.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Edge {
    /// The first line: what is played.
    Began {
        /// Name and version of this shape.
        #[schemars(extend("const" = LogLine::SCHEMA))]
        schema: &'static str,
        /// Which scenario.
        scenario: ScenarioIdentity,
        /// The cap of each pool.
        max_concurrent_users: u32,
        /// How long a runtime may stay idle, in milliseconds.
        runtime_idle_ttl_ms: f64,
        /// How often the reaper looks, in milliseconds.
        reap_interval_ms: f64,
        /// How much of the play the summary does not count, in milliseconds.
        warm_up_ms: f64,
    },
    /// The last line: how the boots came about.
    Ended {
        /// When the last thing happened, in milliseconds after the beginning.
        at_ms: f64,
        /// All boots, warm-up included.
        boots: BootAccount,
    },
}

#[cfg(test)]
mod tests;
