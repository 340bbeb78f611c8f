//! What a run under way has counted so far, for whoever scrapes it.

use super::series::Series;
use super::summary::Counts;
use super::{Family, Level, Recorder, closing};

/// What a run under way has counted so far; warm-up left out, saves apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Live {
    /// In the order of the scenario.
    pub tenants: Vec<LiveTenant>,
    /// All tenants together, in the order of reports.
    pub latencies: Vec<LiveLatency>,
}

/// One tenant.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LiveTenant {
    /// Its name.
    pub name: String,
    /// How often what happened; what only the end can tell is missing.
    pub counts: Counts,
    /// Recalls within the budget.
    pub budget_met: u64,
    /// What its pools hold now.
    pub level: Level,
}

/// One family of latencies.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveLatency {
    /// Which.
    pub family: Family,
    /// Samples.
    pub count: u64,
    /// All of them together, in seconds.
    pub sum_s: f64,
    /// Each upper bound in seconds, and how many samples do not exceed it; bounds and counts ascend.
    pub at_most: Vec<(f64, u64)>,
}

impl Recorder {
    /// What was counted so far.
    pub fn live(&mut self) -> Live {
        let budget = self.settings.budget;
        self.tallies.iter_mut().for_each(|tally| tally.latencies.settle(budget));
        let tenants = self.settings.tenants.iter().zip(&self.tallies).map(|(name, tally)| LiveTenant {
            name: name.clone(),
            counts: Counts { errors: closing::named_errors(&tally.errors), ..tally.counts.clone() },
            budget_met: tally.budget_met,
            level: tally.levels.now(),
        });
        Live { tenants: tenants.collect(), latencies: Family::ALL.map(|family| self.live_latency(family)).into() }
    }

    fn live_latency(&self, family: Family) -> LiveLatency {
        let mut all = Series::<u64>::default();
        self.tallies.iter().for_each(|tally| all.absorb(tally.latencies.of(family)));
        let mut bounds_ns = BOUNDS_MS.map(|ms| ms * 1_000_000).to_vec();
        bounds_ns.push(self.settings.budget.ns());
        bounds_ns.sort_unstable();
        bounds_ns.dedup();
        let (count, sum_s) = (all.count(), all.sum_s());
        let counts = all.at_most(&bounds_ns, self.settings.budget);
        let at_most = bounds_ns.iter().map(|ns| *ns as f64 / 1e9).zip(counts).collect();
        LiveLatency { family, count, sum_s, at_most }
    }
}

/// From a reuse to a boot that hangs. The budget is one more, and exact; so that graphs of different scenarios can be
/// laid over each other, 250 ms is among them in any case.
const BOUNDS_MS: [u64; 14] = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Span;
    use crate::measure::Event;
    use crate::measure::fixture::{at, level, recall, recorder};

    #[test]
    fn buckets_count_what_does_not_exceed_their_bound() {
        let mut recorder = recorder(&["acme", "bank"], &[]);
        // Enough for a histogram, all of them within 0.1 % of the budget: half on it, half a nanosecond beyond.
        for turn in 0..6_000_u64 {
            let took = Span::from_ns(250_000_000 + turn % 2);
            recorder.observe(&Event::Recalled(recall(u16::from(turn > 9), at(20), took)));
        }
        recorder.observe(&Event::Recalled(recall(0, at(20), Span::from_ms(3))));
        recorder.observe(&level(1, at(20), 4));
        let live = recorder.live();
        assert_eq!(live.tenants.iter().map(|tenant| tenant.counts.turns).collect::<Vec<_>>(), [11, 5_990]);
        assert_eq!((live.tenants[0].budget_met, live.tenants[1].level.busy), (6, 4));
        let recalls = &live.latencies[0];
        assert_eq!((recalls.family, recalls.count), (Family::Recall, 6_001));
        assert!((recalls.sum_s - 1_500.003).abs() < 0.001, "{}", recalls.sum_s);
        let within = |bound: f64| recalls.at_most.iter().find(|(le, _)| (le - bound).abs() < 1e-9).unwrap().1;
        assert_eq!([0.001, 0.005, 0.1, 0.25, 0.5, 30.0].map(within), [0, 1, 1, 3_001, 6_001, 6_001]);
        assert!(recalls.at_most.is_sorted_by(|one, other| one.0 < other.0 && one.1 <= other.1));
    }
}
