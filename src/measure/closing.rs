//! From what was counted to the summary.

use std::collections::BTreeMap;

use super::levels::Levels;
use super::series::Series;
use super::summary::{
    Aborted, Budget, Counts, Figures, Gauge, Gauges, Latency, LawByDesign, Peak, PhaseFigures, ProfileFigures, RssPeak,
    Violation, Window,
};
use super::tally::Tally;
use super::{
    Breach, Ending, ErrorCode, Family, Finding, Judged, Phase, ProfileEnding, Recorder, RecorderSettings, Summary,
    TenantEnding, Threshold, Verdict, distrust, misdeed,
};
use crate::base::{Span, TenantIndex, Time};

/// The summary of a run that is over.
pub(super) fn summary(mut recorder: Recorder, ending: Ending) -> Summary {
    assert_eq!(ending.tenants.len(), recorder.tallies.len(), "an ending speaks of every tenant");
    recorder.close_window(ending.ended);
    recorder.settle(&ending);
    let total = Figures { misdeeds: misdeed::counts(&ending.misdeeds, |_| true), ..recorder.total(&ending) };
    let mut harness = ending.harness;
    harness.invalid.extend(distrust::reasons(&harness, &total.latency(Family::Lag)));
    let mut summary = Summary {
        schema: Summary::SCHEMA.to_owned(),
        tool: Some(ending.tool),
        scenario: ending.scenario,
        host: ending.host,
        client: ending.client,
        window: Window {
            start: ending.start,
            measured_s: recorder.measured().secs_f64(),
            warm_up_s: recorder.settings.warm_up.secs_f64(),
        },
        verdict: Verdict::Unjudged,
        thresholds: Vec::new(),
        aborted: ending.aborted,
        total,
        tenants: recorder.tenants(&ending.tenants),
        phases: recorder.phases(ending.ended),
        violations: recorder.violations(ending.violations),
        profile: ending.profile.map(|profile| recorder.profile(profile)),
        findings: Vec::new(),
        harness,
    };
    accuse(&mut summary, &recorder.settings, ending.misdeeds);
    judge(&mut summary, &recorder.settings.thresholds);
    summary
}

/// Enters what the pools did wrong: of each tenant, and with its proof.
fn accuse(summary: &mut Summary, settings: &RecorderSettings, findings: Vec<Finding>) {
    for (place, name) in settings.tenants.iter().enumerate() {
        let figures = summary.tenants.get_mut(name).expect("each tenant has figures");
        figures.misdeeds = misdeed::counts(&findings, |finding| finding.tenant.index() == place);
    }
    summary.findings = misdeed::told(findings, &settings.tenants);
}

/// Judges the thresholds, and then the run. Where nothing fails but there was too little to judge a percentile by, the
/// run is invalid; a threshold that fails on what there was says more than that.
fn judge(summary: &mut Summary, thresholds: &[Threshold]) {
    summary.thresholds = thresholds.iter().map(|threshold| threshold.judge(summary)).collect();
    if let Some(Aborted { threshold, .. }) = &summary.aborted {
        // What ended the run did not hold, whatever became of it while the run was brought to its end.
        if let Some(judged) = summary.thresholds.iter_mut().find(|judged| judged.expression == threshold.expression) {
            *judged = threshold.clone();
        }
    }
    let fails = |(threshold, judged): (&Threshold, &Judged)| !judged.ok && !threshold.lacks_samples(summary);
    let only_short = !thresholds.iter().zip(&summary.thresholds).any(fails);
    summary.verdict = Verdict::of(summary, only_short);
}

impl Recorder {
    /// Levels count up to the end of the window, or of the run where that came first.
    fn close_window(&mut self, ended: Time) {
        self.levels = self.total_levels().clone();
        self.window.end = self.window.end.min(ended.max(self.levels.since()));
        let end = self.window.end;
        let all = self.tallies.iter_mut().map(|tally| &mut tally.levels).chain([&mut self.levels]);
        all.for_each(|levels| levels.hold_until(end, &self.window));
    }

    /// Puts the last samples where they belong and fills in the counts that only the end can tell.
    fn settle(&mut self, ending: &Ending) {
        self.settle_tallies();
        for (tally, end) in self.tallies.iter_mut().zip(&ending.tenants) {
            let Counts { saves, leaks, .. } = &mut tally.counts;
            (saves.delivered, saves.lost, saves.duplicated) = (end.delivered, end.lost, end.duplicated);
            *leaks = end.leaks;
        }
        for tenant in ending.violations.iter().filter_map(|breach| breach.tenant) {
            self.tallies[tenant.index()].counts.violations += 1;
        }
    }

    fn settle_tallies(&mut self) {
        for tally in &mut self.tallies {
            tally.latencies.settle(self.settings.budget);
            tally.counts.errors = named_errors(&tally.errors);
        }
    }

    fn phases(&mut self, ended: Time) -> BTreeMap<String, PhaseFigures> {
        let named = self.settings.phases.iter().zip(&mut self.phases);
        named.map(|(phase, recorder)| (phase.name.clone(), recorder.phase(phase, ended))).collect()
    }

    /// The figures of the phase whose recorder this is.
    fn phase(&mut self, phase: &Phase, ended: Time) -> PhaseFigures {
        self.close_window(ended);
        self.settle_tallies();
        let nothing = vec![TenantEnding::default(); self.tallies.len()];
        let mut counts = Counts::default();
        self.tallies.iter().for_each(|tally| counts += &tally.counts);
        PhaseFigures {
            from_s: phase.from.secs_f64(),
            until_s: phase.until.secs_f64(),
            measured_s: self.measured().secs_f64(),
            total: self.together(counts, None),
            tenants: self.tenants(&nothing),
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
        self.together(counts, ending.rss_peak_bytes)
    }

    /// The figures of all tenants, whose counts add up to `counts`.
    fn together(&self, counts: Counts, rss_peak_bytes: Option<u64>) -> Figures {
        let budget_met = self.tallies.iter().map(|tally| tally.budget_met).sum();
        let latency_ms = Family::ALL.map(|family| {
            let mut all = Series::<u64>::default();
            self.tallies.iter().for_each(|tally| all.absorb(tally.latencies.of(family)));
            all.latency(self.settings.budget)
        });
        self.figures(counts, budget_met, &latency_ms, &self.levels, rss_peak_bytes)
    }

    fn tenants(&self, endings: &[TenantEnding]) -> BTreeMap<String, Figures> {
        let named = self.settings.tenants.iter().zip(&self.tallies).zip(endings);
        named.map(|((name, tally), end)| (name.clone(), self.tenant(tally, end))).collect()
    }

    fn tenant(&self, tally: &Tally, end: &TenantEnding) -> Figures {
        let latency_ms = Family::ALL.map(|family| tally.latencies.of(family).latency(self.settings.budget));
        self.figures(tally.counts.clone(), tally.budget_met, &latency_ms, &tally.levels, end.rss_peak_bytes)
    }

    fn profile(&self, ending: ProfileEnding) -> ProfileFigures {
        let law = |(times, Breach { law, tenant, at, what })| LawByDesign {
            law,
            times,
            tenant: tenant.map(|tenant: TenantIndex| self.settings.tenants[tenant.index()].clone()),
            first_at_s: at.secs_f64(),
            first: what,
        };
        let ProfileEnding { name, boots_discarded, laws } = ending;
        ProfileFigures { name, boots_discarded, laws: laws.into_iter().map(law).collect() }
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
        let mut figures = figures(self.settings.budget, counts, budget_met, levels, self.measured());
        figures.latency_ms = family_names().zip(latency_ms.iter().copied()).collect();
        figures.gauges.rss_mb = rss_peak_bytes.map(|bytes| RssPeak { peak: bytes as f64 / 1e6 });
        figures
    }
}

/// Figures without latencies and memory.
pub(super) fn figures(limit: Span, counts: Counts, budget_met: u64, levels: &Levels, measured: Span) -> Figures {
    Figures {
        budget: budget(limit, budget_met, counts.recalls()),
        counts,
        latency_ms: BTreeMap::new(),
        gauges: gauges(levels, measured),
        misdeeds: BTreeMap::new(),
    }
}

fn family_names() -> impl Iterator<Item = String> {
    Family::ALL.into_iter().map(|family| family.name().to_owned())
}

/// Only codes that occurred.
pub(super) fn named_errors(errors: &[u64; ErrorCode::COUNT]) -> BTreeMap<String, u64> {
    let counted = ErrorCode::all().map(|code| (code.as_str().to_owned(), errors[code.index()]));
    counted.filter(|(_, count)| *count > 0).collect()
}

fn budget(limit: Span, met: u64, recalls: u64) -> Budget {
    let share = (recalls > 0).then(|| met as f64 / recalls as f64);
    Budget { limit_ms: limit.ms_f64(), met, missed: recalls - met, share }
}

fn gauges(levels: &Levels, measured: Span) -> Gauges {
    let peak = levels.peak();
    let [runtimes, busy] = levels.means(measured.ns());
    Gauges {
        runtimes: Gauge { peak: peak.runtimes, mean: runtimes },
        busy: Gauge { peak: peak.busy, mean: busy },
        ports: Peak { peak: peak.ports },
        rss_mb: None,
    }
}
