//! The figures of one tenant, or of all together.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Counts;
use crate::measure::{Family, Wrong};

/// The figures of one tenant, or of all together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Figures {
    /// How often what happened.
    pub counts: Counts,
    /// How long it took, in milliseconds, by family: `recall`, `admission.cold` … A family without samples is
    /// there, with a count of 0.
    pub latency_ms: BTreeMap<String, Latency>,
    /// How many recalls were answered in time.
    pub budget: Budget,
    /// What the pools held over the measured window.
    pub gauges: Gauges,
    /// How often the pools did what wrong, whole run; absent where they did not.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub misdeeds: BTreeMap<Wrong, u64>,
}

impl Figures {
    /// One family's latency.
    pub fn latency(&self, family: Family) -> Latency {
        self.latency_ms.get(family.name()).copied().unwrap_or_default()
    }
}

/// How long something took, in milliseconds. Failures are in it at their true cost. A percentile is `null` where
/// fewer than 3 / (1 − q) samples stand behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Latency {
    /// Samples.
    pub count: u64,
    /// The shortest, exact.
    pub min: Option<f64>,
    /// Exact to the nanosecond.
    pub mean: Option<f64>,
    /// The median; needs 6 samples.
    pub p50: Option<f64>,
    /// Needs 30 samples.
    pub p90: Option<f64>,
    /// Needs 60 samples.
    pub p95: Option<f64>,
    /// Needs 300 samples.
    pub p99: Option<f64>,
    /// The 99.9th percentile; needs 3,000 samples.
    pub p999: Option<f64>,
    /// The longest, exact.
    pub max: Option<f64>,
}

impl Latency {
    /// Name and value of p99, or of the next lower percentile there are enough samples for; of the maximum where there
    /// are too few for any.
    pub fn p99_or_lower(&self) -> Option<(&'static str, f64)> {
        let named = [("p99", self.p99), ("p95", self.p95), ("p90", self.p90), ("p50", self.p50), ("max", self.max)];
        named.into_iter().find_map(|(name, value)| Some((name, value?)))
    }
}

/// How many recalls were answered in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Budget {
    /// The recall budget.
    pub limit_ms: f64,
    /// Recalls that were answered within it.
    pub met: u64,
    /// Recalls that were answered later or not at all, refusals included.
    pub missed: u64,
    /// `met` of both; `null` where no recall was attempted.
    pub share: Option<f64>,
}

/// What the pools held over the measured window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Gauges {
    /// Runtimes, booting and draining ones included.
    pub runtimes: Gauge,
    /// Of them, those with a lease.
    pub busy: Gauge,
    /// Ports they held.
    pub ports: Peak,
    /// Memory of all of them, in MB (millions of bytes); `null` where it was not measured.
    pub rss_mb: Option<RssPeak>,
}

/// A level over time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Gauge {
    /// The highest.
    pub peak: u32,
    /// Weighted by time.
    pub mean: f64,
}

/// The highest of a level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Peak {
    /// The highest.
    pub peak: u32,
}

/// The highest memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RssPeak {
    /// The highest.
    pub peak: f64,
}
