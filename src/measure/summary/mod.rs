//! The summary of a run: every figure once, in an order that never changes.
//!
//! Equal inputs give equal bytes: maps are sorted, numbers come from integers by one division each, and whatever
//! depends on the clock or the machine stands in `tool`, `host` and `window.start`, which [`Summary::canonical`]
//! leaves out. `reports/README.md` explains the fields to whoever reads the file.

mod client;
mod counts;
mod figures;
mod harness;
mod identity;
mod phase;
mod profile;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Judged, Law, Misdeed, Verdict};
pub use client::ClientUnderTest;
pub use counts::{Admissions, Counts, Drains, Saves};
pub use figures::{Budget, Figures, Gauge, Gauges, Latency, Peak, RssPeak};
pub use harness::{Harness, Shortage, Shortages};
pub use identity::{Host, Mode, ScenarioIdentity, Tool};
pub use phase::PhaseFigures;
pub use profile::{LawByDesign, ProfileFigures};

/// Everything that is known about a run when it is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Name and version of this shape.
    #[schemars(extend("const" = Self::SCHEMA))]
    pub schema: String,
    /// What measured. Absent from the canonical form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<Tool>,
    /// What was played.
    pub scenario: ScenarioIdentity,
    /// Where. Absent from the canonical form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<Host>,
    /// The client under test, where it is somebody else's; absent where it is the built-in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientUnderTest>,
    /// When.
    pub window: Window,
    /// What came out.
    pub verdict: Verdict,
    /// Each threshold with what was observed, in the order of the scenario.
    pub thresholds: Vec<Judged>,
    /// The threshold that ended the run early; absent where none did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aborted: Option<Aborted>,
    /// All tenants together.
    #[serde(flatten)]
    pub total: Figures,
    /// Each tenant by its name.
    pub tenants: BTreeMap<String, Figures>,
    /// Each phase by its name; absent where the scenario has none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub phases: BTreeMap<String, PhaseFigures>,
    /// The laws that were broken, the first [`Summary::VIOLATIONS_KEPT`] of them.
    pub violations: Vec<Violation>,
    /// What the rules of an official SDK came to; absent where pools followed our own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<ProfileFigures>,
    /// What the pool did wrong and what proves it, the first [`Misdeed::KEPT`] of each kind in the order of their times;
    /// absent where it did nothing wrong. All are counted in `misdeeds`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Misdeed>,
    /// How well the harness itself did.
    pub harness: Harness,
}

impl Summary {
    /// Name and version of this shape.
    pub const SCHEMA: &'static str = "busyhour.summary/1";
    /// A broken pool breaks laws by the thousand; the first ones tell the story. All are counted.
    pub const VIOLATIONS_KEPT: usize = 100;

    /// Without anything that depends on the clock or the machine: two simulations of one scenario are equal.
    #[must_use]
    pub fn canonical(&self) -> Self {
        let mut canonical = self.clone();
        canonical.tool = None;
        canonical.host = None;
        canonical.window.start = None;
        canonical
    }

    /// Whether a law was broken: a violation was seen, a runtime was left behind, or an acknowledged save was lost
    /// or delivered twice. Runtimes that a profile's own rules leave behind are no broken law.
    pub fn broke_a_law(&self) -> bool {
        let counts = &self.total.counts;
        let leaks = if self.profile.is_some() { 0 } else { counts.leaks };
        counts.violations + leaks + counts.saves.lost + counts.saves.duplicated > 0
    }

    /// Whether runtimes were real, and none of them reported what it did.
    pub fn is_unwitnessed(&self) -> bool {
        self.harness.witnessed == Some(0)
    }

    /// The JSON Schema of a summary, pretty-printed with a final newline, as committed in `reports/`.
    pub fn json_schema() -> String {
        let schema = schemars::schema_for!(Self);
        let mut text = serde_json::to_string_pretty(&schema).expect("a schema has only string keys");
        text.push('\n');
        text
    }
}

/// The time that was measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Window {
    /// When the run began, RFC 3339. Absent from the canonical form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// Seconds from the end of the warm-up to the end of the window in which calls ring.
    pub measured_s: f64,
    /// Seconds that were played before and not counted.
    pub warm_up_s: f64,
}

/// A threshold that ended a run early.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Aborted {
    /// Seconds after the run's beginning.
    pub at_s: f64,
    /// The threshold and what was observed then, as it stands in `thresholds`; all other figures are of the run's end.
    #[serde(flatten)]
    pub threshold: Judged,
}

/// A broken law.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Violation {
    /// Which.
    pub law: Law,
    /// Whose runtime or caller it concerned; `null` where nobody's in particular.
    pub tenant: Option<String>,
    /// Seconds after the run's beginning.
    pub at_s: f64,
    /// What happened, in words.
    pub what: String,
}
