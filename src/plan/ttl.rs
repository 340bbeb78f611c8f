//! Other idle times that will do.

use schemars::JsonSchema;
use serde::Serialize;

use super::advice::{runtimes, with_largest};
use super::bounds::Limits;
use super::judge::Judge;
use super::search::Search;
use crate::base::Span;
use crate::measure::Standing;
use crate::scenario::{Change, Scenario};

/// A shorter idle time that will do.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ShorterTtl {
    /// In seconds.
    pub idle_ttl_s: f64,
    /// Runtimes that exist on average with it.
    pub runtimes: f64,
    /// And with the scenario's own.
    pub instead_of: f64,
}

/// A longer idle time that will do where the scenario's will not.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct LongerTtl {
    /// In seconds.
    pub idle_ttl_s: f64,
    /// The smallest cap of which every threshold holds then.
    pub cap: u32,
}

impl ShorterTtl {
    /// The shortest usual one below the scenario's with which all thresholds hold, as far as a glance tells, and with which
    /// fewer runtimes exist than `instead_of`.
    pub(super) fn of(chosen: &Scenario, instead_of: f64, judge: &mut Judge<'_>) -> Option<Self> {
        let shorter = usual().filter(|ttl| *ttl < chosen.pool.runtime_idle_ttl);
        shorter.into_iter().find_map(|ttl| {
            let shorter = chosen.changed(&[Change::IdleTtl(ttl)]);
            let (keeps, looked_at) = judge.scout(&shorter);
            if !keeps || runtimes(&looked_at) > WORTH_IT * instead_of {
                return None;
            }
            let judgement = judge.glance(&shorter);
            let holds = judgement.standing == Standing::Holds;
            holds.then(|| Self { idle_ttl_s: ttl.secs_f64(), runtimes: runtimes(&judgement.replications), instead_of })
        })
    }
}

impl LongerTtl {
    /// The shortest usual one above the scenario's with which some cap surely holds, where the longest looks as if it did.
    pub(super) fn of(scenario: &Scenario, limits: &Limits, judge: &mut Judge<'_>) -> Option<Self> {
        let longer: Vec<Span> = usual().filter(|ttl| *ttl > scenario.pool.runtime_idle_ttl).collect();
        let looks_good = |ttl: Span, judge: &mut Judge<'_>| {
            let (scenario, largest) = with_largest(scenario, Change::IdleTtl(ttl), limits, judge);
            let keeps = largest > 0 && judge.scout(&scenario.changed(&[Change::Cap(largest)])).0;
            keeps.then_some((scenario, largest))
        };
        looks_good(*longer.last()?, judge)?;
        longer.into_iter().find_map(|ttl| {
            let (scenario, largest) = looks_good(ttl, judge)?;
            let cap = Search::new(&scenario, judge).smallest(largest)?;
            Some(Self { idle_ttl_s: ttl.secs_f64(), cap })
        })
    }
}

fn usual() -> impl Iterator<Item = Span> {
    [30, 60, 120, 300, 900, 3600].into_iter().map(Span::from_secs)
}

/// What spares less of the runtimes is not worth a word, nor the plays.
const WORTH_IT: f64 = 0.97;
