//! The chronicle of a run, as it is written down.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::Admission;
use crate::measure::{Gauge, Recall, ScenarioIdentity};

/// How a run went: over time, by kind of admission, turn by slow turn. Stands beside the summary of the same run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Chronicle {
    /// Name and version of this shape.
    #[schemars(extend("const" = Self::SCHEMA))]
    pub schema: String,
    /// What was played.
    pub scenario: ScenarioIdentity,
    /// What the pools may hold, and when what was played.
    pub limits: Limits,
    /// How long each moment of the timeline lasts, in seconds; the last one may be shorter.
    pub width_s: f64,
    /// The run from its beginning to the end of its last call, warm-up included.
    pub timeline: Vec<Moment>,
    /// How long recalls took, by what their admission meant; kinds that did not occur are absent.
    pub curves: BTreeMap<Kind, Curve>,
    /// The slowest recalls, the slowest first.
    pub slowest: Vec<SlowTurn>,
    /// Who evicted whom.
    pub evictions: Evictions,
}

impl Chronicle {
    /// Name and version of this shape.
    pub const SCHEMA: &'static str = "busyhour.chronicle/1";

    /// The JSON Schema of a chronicle, pretty-printed with a final newline, as committed in `reports/`.
    pub fn json_schema() -> String {
        let schema = schemars::schema_for!(Self);
        serde_json::to_string_pretty(&schema).expect("a schema has only string keys") + "\n"
    }
}

/// What the pools may hold, and when what was played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Limits {
    /// Recall budget of a turn, in milliseconds.
    pub budget_ms: f64,
    /// Runtimes that all pools together may hold.
    pub runtimes: u64,
    /// Ports that all hosts together have for them.
    pub ports: u64,
    /// What happened before was played and not counted, in seconds.
    pub warm_up_s: f64,
    /// Calls rang until then, in seconds.
    pub duration_s: f64,
}

/// What happened in a stretch of the run. A recall stands where its turn should have begun, a boot and a drain where
/// it began.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Moment {
    /// When it began, in seconds after the run's beginning.
    pub from_s: f64,
    /// Calls that rang.
    pub calls: u64,
    /// Calls that rang then and were turned away.
    pub calls_shed: u64,
    /// Turns: each attempted one recall.
    pub recalls: u64,
    /// Recalls answered within the budget.
    pub met: u64,
    /// Recalls that ended in an error.
    pub failed: u64,
    /// Of them, those the pool refused: `pool.exhausted` and the like.
    pub refused: u64,
    /// Of them, those whose search exceeded its timeout.
    pub timeouts: u64,
    /// Median of the recalls, in milliseconds, to 3 %; `null` with fewer than 6.
    pub recall_p50_ms: Option<f64>,
    /// 90th percentile; `null` with fewer than 30 recalls.
    pub recall_p90_ms: Option<f64>,
    /// 99th percentile; `null` with fewer than 300 recalls.
    pub recall_p99_ms: Option<f64>,
    /// The slowest recall, exact.
    pub recall_max_ms: Option<f64>,
    /// Warm boots that became ready.
    pub boots_warm: u64,
    /// Cold boots that became ready.
    pub boots_cold: u64,
    /// Runtimes drained for another caller's sake.
    pub evicted: u64,
    /// Runtimes drained after the TTL.
    pub reaped: u64,
    /// Runtimes that crashed.
    pub crashed: u64,
    /// Runtimes that existed. As many ports were held.
    pub runtimes: Gauge,
    /// Of them, those with a lease.
    pub busy: Gauge,
    /// Of them, those that were starting.
    pub booting: Gauge,
    /// Of them, those on their way out.
    pub draining: Gauge,
}

/// What the admission of a recall meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A live runtime.
    Reuse,
    /// A boot that was under way already.
    Join,
    /// A boot with the caller's projection on disk.
    Warm,
    /// A boot with nothing on disk.
    Cold,
    /// The call held a lease already.
    Held,
    /// There was none.
    Refused,
}

impl Kind {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 6] = [Self::Reuse, Self::Join, Self::Warm, Self::Cold, Self::Held, Self::Refused];

    /// Of a recall.
    pub(super) fn of(recall: &Recall) -> Self {
        match recall.admission {
            Some((Admission::Reuse, _)) => Self::Reuse,
            Some((Admission::Join, _)) => Self::Join,
            Some((Admission::Warm, _)) => Self::Warm,
            Some((Admission::Cold, _)) => Self::Cold,
            None if recall.search.is_some() || recall.outcome.is_ok() => Self::Held,
            None => Self::Refused,
        }
    }
}

/// How long the recalls of one kind took.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Curve {
    /// Recalls.
    pub count: u64,
    /// Points of the distribution, each the share of recalls that took at most so long, and how long that is in
    /// milliseconds, to 0.1 %.
    pub points: Vec<(f64, f64)>,
    /// Where their time went, on average.
    pub mean: Parts,
}

/// Where the milliseconds of a recall, or of the average of some, went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Parts {
    /// From the intended start of the turn to the end, in milliseconds. What the parts do not add up to is the harness's
    /// lag, retries, and what ended in an error.
    pub took_ms: f64,
    /// Waiting for a runtime.
    pub admission_ms: f64,
    /// Starting a session on it.
    pub session_start_ms: f64,
    /// The search.
    pub search_ms: f64,
}

/// A slow turn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SlowTurn {
    /// When it should have begun, in seconds after the run's beginning.
    pub at_s: f64,
    /// Whose.
    pub tenant: String,
    /// What its admission meant.
    pub kind: Kind,
    /// Where its time went.
    #[serde(flatten)]
    pub parts: Parts,
    /// The error code it ended with.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<String>,
}

/// Who evicted whom. A worker's pool is its own, so callers evict each other within their tenant.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evictions {
    /// Evictions whose two callers are known.
    pub total: u64,
    /// Different pairs that were told apart.
    pub pairs_told: u64,
    /// Evictions of pairs that came when no more could be told apart.
    pub untold: u64,
    /// The pairs with the most evictions, the most first.
    pub pairs: Vec<Pair>,
}

/// Two callers of one tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Pair {
    /// Whose callers.
    pub tenant: String,
    /// Whose runtime was booted.
    pub by: String,
    /// Whose runtime had to go for it.
    pub victim: String,
    /// How often.
    pub times: u64,
}
