//! From what was counted to the summary.

use std::collections::BTreeMap;

use super::levels::Levels;
use super::series::Series;
use super::summary::{Budget, Counts, Figures, Gauge, Gauges, Latency, Peak, RssPeak, Violation, Window};
use super::tally::Tally;
use super::{Breach, Ending, ErrorCode, Family, Harness, Recorder, Summary, TenantEnding, Verdict};
use crate::base::{Span, Time};

/// The summary of a run that is over.
pub(super) fn summary(mut recorder: Recorder, ending: Ending) -> Summary {
    assert_eq!(ending.tenants.len(), recorder.tallies.len(), "an ending speaks of every tenant");
    recorder.close_window(ending.ended);
    recorder.settle(&ending);
    let total = recorder.total(&ending);
    let mut harness = ending.harness;
    harness.invalid.extend(reasons_to_distrust(&harness, &total.latency(Family::Lag)));
    let mut summary = Summary {
        schema: Summary::SCHEMA.to_owned(),
        tool: Some(ending.tool),
        scenario: ending.scenario,
        host: ending.host,
        window: Window {
            start: ending.start,
            measured_s: recorder.measured().secs_f64(),
            warm_up_s: recorder.settings.warm_up.secs_f64(),
        },
        verdict: Verdict::Unjudged,
        thresholds: Vec::new(),
        total,
        tenants: recorder.tenants(&ending.tenants),
        violations: recorder.violations(ending.violations),
        harness,
    };
    summary.thresholds = recorder.settings.thresholds.iter().map(|threshold| threshold.judge(&summary)).collect();
    summary.verdict = Verdict::of(&summary);
    summary
}

impl Recorder {
    /// Levels count up to the end of the window, or of the run where that came first.
    fn close_window(&mut self, ended: Time) {
        self.window.end = self.window.end.min(ended.max(self.levels.since()));
        let end = self.window.end;
        let all = self.tallies.iter_mut().map(|tally| &mut tally.levels).chain([&mut self.levels]);
        all.for_each(|levels| levels.hold_until(end, &self.window));
    }

    /// Puts the last samples where they belong and fills in the counts that only the end can tell.
    fn settle(&mut self, ending: &Ending) {
        for (tally, end) in self.tallies.iter_mut().zip(&ending.tenants) {
            tally.latencies.settle(self.settings.budget);
            let Counts { errors, saves, leaks, .. } = &mut tally.counts;
            *errors = named_errors(&tally.errors);
            (saves.delivered, saves.lost, saves.duplicated) = (end.delivered, end.lost, end.duplicated);
            *leaks = end.leaks;
        }
        for tenant in ending.violations.iter().filter_map(|breach| breach.tenant) {
            self.tallies[tenant.index()].counts.violations += 1;
        }
    }

    fn measured(&self) -> Span {
        self.window.end.since(self.window.start)
    }

    fn total(&self, ending: &Ending) -> Figures {
        let mut counts = Counts::default();
        self.tallies.iter().for_each(|tally| counts += &tally.counts);
        counts.leaks += ending.stray_leaks;
        counts.violations = ending.violations.len() as u64;
        let budget_met = self.tallies.iter().map(|tally| tally.budget_met).sum();
        let latency_ms = Family::ALL.map(|family| {
            let mut all = Series::<u64>::default();
            self.tallies.iter().for_each(|tally| all.absorb(tally.latencies.of(family)));
            all.latency(self.settings.budget)
        });
        self.figures(counts, budget_met, &latency_ms, &self.levels, ending.rss_peak_bytes)
    }

    fn tenants(&self, endings: &[TenantEnding]) -> BTreeMap<String, Figures> {
        let named = self.settings.tenants.iter().zip(&self.tallies).zip(endings);
        named.map(|((name, tally), end)| (name.clone(), self.tenant(tally, end))).collect()
    }

    fn tenant(&self, tally: &Tally, end: &TenantEnding) -> Figures {
        let latency_ms = Family::ALL.map(|family| tally.latencies.of(family).latency(self.settings.budget));
        self.figures(tally.counts.clone(), tally.budget_met, &latency_ms, &tally.levels, end.rss_peak_bytes)
    }

    fn violations(&self, breaches: Vec<Breach>) -> Vec<Violation> {
        let kept = breaches.into_iter().take(Summary::VIOLATIONS_KEPT);
        kept.map(|Breach { law, tenant, at, what }| Violation {
            law,
            tenant: tenant.map(|tenant| self.settings.tenants[tenant.index()].clone()),
            at_s: at.secs_f64(),
            what,
        })
        .collect()
    }

    fn figures(
        &self,
        counts: Counts,
        budget_met: u64,
        latency_ms: &[Latency; Family::COUNT],
        levels: &Levels,
        rss_peak_bytes: Option<u64>,
    ) -> Figures {
        Figures {
            budget: budget(self.settings.budget, budget_met, counts.recalls()),
            counts,
            latency_ms: family_names().zip(latency_ms.iter().copied()).collect(),
            gauges: gauges(levels, self.measured(), rss_peak_bytes),
        }
    }
}

fn family_names() -> impl Iterator<Item = String> {
    Family::ALL.into_iter().map(|family| family.name().to_owned())
}

/// Only codes that occurred.
fn named_errors(errors: &[u64; ErrorCode::COUNT]) -> BTreeMap<String, u64> {
    let counted = ErrorCode::all().map(|code| (code.as_str().to_owned(), errors[code.index()]));
    counted.filter(|(_, count)| *count > 0).collect()
}

fn budget(limit: Span, met: u64, recalls: u64) -> Budget {
    let share = (recalls > 0).then(|| met as f64 / recalls as f64);
    Budget { limit_ms: limit.ms_f64(), met, missed: recalls - met, share }
}

fn gauges(levels: &Levels, measured: Span, rss_peak_bytes: Option<u64>) -> Gauges {
    let peak = levels.peak();
    let [runtimes, busy] = levels.means(measured.ns());
    Gauges {
        runtimes: Gauge { peak: peak.runtimes, mean: runtimes },
        busy: Gauge { peak: peak.busy, mean: busy },
        ports: Peak { peak: peak.ports },
        rss_mb: rss_peak_bytes.map(|bytes| RssPeak { peak: bytes as f64 / 1e6 }),
    }
}

/// What the figures themselves say against the harness.
fn reasons_to_distrust(harness: &Harness, lag: &Latency) -> Vec<String> {
    let mut reasons = Vec::new();
    if let (Some(limit), Some((name, lag))) = (harness.lag_limit_ms, lag.p99_or_lower())
        && lag > limit
    {
        reasons.push(format!(
            "the harness was late: lag {name} was {lag:.1} ms, more than {limit:.1} ms; offer less load or more cores"
        ));
    }
    if harness.arrivals_dropped > 0 {
        reasons.push(format!(
            "{} arrivals that were due could not be played; allow more in flight or offer less load",
            harness.arrivals_dropped
        ));
    }
    if harness.witness_gaps > 0 {
        reasons.push(format!(
            "{} reports of runtimes were lost, so the laws were not checked throughout; offer less load",
            harness.witness_gaps
        ));
    }
    reasons
}
