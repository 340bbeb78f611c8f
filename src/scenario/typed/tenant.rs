//! A customer and his callers.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::Lease;
use crate::workload::Route;

use super::{Duration, Law, PerTime, Place, Placed, Share, Written};

/// A customer: one project, its agents, its callers.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Tenant {
    /// Unique name, used in thresholds and reports.
    pub(in crate::scenario) name: Placed<String>,
    /// Project id. Left out together with `agents`, the tenant is onboarded through the partner API.
    pub(in crate::scenario) project: Option<Placed<String>>,
    /// Agent ids, no more than workers; worker `i` runs agent `i` modulo their number.
    pub(in crate::scenario) agents: Option<Placed<Vec<Placed<String>>>>,
    /// Agent processes, each with one pool. Default: 1.
    pub(in crate::scenario) workers: Option<Placed<i64>>,
    /// How long a lease is held: for a `turn`'s recall and save, or for the whole `call`. Default: turn.
    #[serde(default)]
    pub(in crate::scenario) lease: Lease,
    /// How a call finds its worker: `sticky` by caller, or `spread` in turn. Default: sticky.
    #[serde(default)]
    pub(in crate::scenario) route: Route,
    /// Who calls. Default: a population of 1000 with popularity Zipf 0.75. Not with closed arrivals or a trace, which
    /// have callers of their own.
    pub(in crate::scenario) callers: Option<Placed<Callers>>,
    /// When calls arrive.
    pub(in crate::scenario) arrivals: Placed<Arrivals>,
    /// How long a call lasts. Default: lognormal, mean 190s, CV 1.2.
    pub(in crate::scenario) call: Option<Placed<Call>>,
    /// From the start of a turn to the start of the next. Default: lognormal, mean 7.5s, CV 0.5.
    pub(in crate::scenario) turn_gap: Option<Law>,
    /// From the end of a recall to the start of its save: model and voice. Default: lognormal, median 900ms, CV 0.4.
    pub(in crate::scenario) reply: Option<Law>,
}

/// Who calls.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Callers {
    /// Known callers; 0 where every caller is new.
    pub(in crate::scenario) population: Placed<i64>,
    /// How their calls are spread among them. Default: evenly.
    pub(in crate::scenario) popularity: Option<Popularity>,
    /// Share of calls by callers never heard of before. Default: 0.
    pub(in crate::scenario) new: Option<Written<Share>>,
}

/// How calls are spread among known callers.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Popularity {
    /// Slope of Zipf's law: the n-th most frequent caller calls n^-slope times as often as the first. 0 is evenly.
    pub(in crate::scenario) zipf: Placed<f64>,
}

/// How long a call lasts: one of the two.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Call {
    /// So long after it rang; a turn under way is finished.
    pub(in crate::scenario) length: Option<Law>,
    /// So many turns.
    pub(in crate::scenario) turns: Option<Placed<i64>>,
}

/// When calls arrive.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Arrivals {
    /// Which model.
    pub(in crate::scenario) model: Placed<ArrivalModel>,
    /// `constant`, `poisson` and `burst`: calls per time.
    pub(in crate::scenario) rate: Option<Written<PerTime>>,
    /// `stages`: rates to ramp to, one after the other.
    pub(in crate::scenario) stages: Option<Placed<Vec<Stage>>>,
    /// `profile`: 24 rates, one an hour, the first from the start of the run.
    pub(in crate::scenario) hourly: Option<Placed<Vec<Written<PerTime>>>>,
    /// `burst`: when the storm begins.
    pub(in crate::scenario) at: Option<Written<Duration>>,
    /// `burst`: how many calls it brings.
    pub(in crate::scenario) calls: Option<Placed<i64>>,
    /// `burst`: over how long they are spread. Default: 1s.
    pub(in crate::scenario) over: Option<Written<Duration>>,
    /// `closed`: distinct callers on the line all the time.
    pub(in crate::scenario) callers: Option<Placed<i64>>,
    /// `closed`: from the end of one's call to the next. Default: 0s.
    pub(in crate::scenario) redial: Option<Law>,
    /// `trace`: call records as `busyhour import` writes them, beside the scenario file.
    pub(in crate::scenario) file: Option<Placed<String>>,
    /// `trace`: whose records to play, where the file has a column of tenants. Default: those of this tenant's name.
    pub(in crate::scenario) tenant: Option<Placed<String>>,
    /// `trace`: which instant of the records is the start of the run: `"9h"` after their zero, or a date such as
    /// `"2026-03-02T09:00:00Z"`. Default: their zero, or the first call where they have dates.
    pub(in crate::scenario) from: Option<Placed<String>>,
    /// `trace`: calls come so many times as often as they did. Default: 1.
    pub(in crate::scenario) speed: Option<Placed<f64>>,
}

/// The arrival models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(in crate::scenario) enum ArrivalModel {
    /// Evenly spaced.
    Constant,
    /// Independently of each other.
    Poisson,
    /// Poisson with linear ramps.
    Stages,
    /// Poisson with a rate for each hour of the day.
    Profile,
    /// A storm on top of a Poisson rate.
    Burst,
    /// So many distinct callers on the line all the time.
    Closed,
    /// As call records have it.
    Trace,
}

/// A rate to ramp to.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Stage {
    /// When the rate is reached; the first stage starts at its own rate, and the last one's stays.
    pub(in crate::scenario) until: Written<Duration>,
    /// The rate at that time.
    pub(in crate::scenario) rate: Written<PerTime>,
}

impl Arrivals {
    /// The parameters that were given, and where.
    pub(in crate::scenario) fn given(&self) -> Vec<(&'static str, Place)> {
        let places = [
            ("rate", self.rate.as_ref().map(|rate| &rate.place)),
            ("stages", self.stages.as_ref().map(|stages| &stages.place)),
            ("hourly", self.hourly.as_ref().map(|rates| &rates.place)),
            ("at", self.at.as_ref().map(|at| &at.place)),
            ("calls", self.calls.as_ref().map(|calls| &calls.place)),
            ("over", self.over.as_ref().map(|over| &over.place)),
            ("callers", self.callers.as_ref().map(|callers| &callers.place)),
            ("redial", self.redial.as_ref().map(|redial| &redial.place)),
            ("file", self.file.as_ref().map(|file| &file.place)),
            ("tenant", self.tenant.as_ref().map(|tenant| &tenant.place)),
            ("from", self.from.as_ref().map(|from| &from.place)),
            ("speed", self.speed.as_ref().map(|speed| &speed.place)),
        ];
        places.into_iter().filter_map(|(key, place)| Some((key, place?.clone()))).collect()
    }
}
