//! A run that is over.

use std::fmt;

use super::counts;
use super::exposition::{Exposed, Exposition, Label, label, text};
use crate::measure::{Dimension, Figures, Judged, Latency, Summary, Threshold, Verdict, exit_code};

/// A summary as a file that Prometheus' collectors of text files take.
pub fn openmetrics(summary: &Summary) -> String {
    text(summary.clone())
}

impl Exposed for Summary {
    fn expose(&self, to: &mut Exposition<'_>) -> fmt::Result {
        verdict(self, to)?;
        thresholds(self, to)?;
        let tenants: Vec<_> =
            self.tenants.iter().map(|(name, tenant)| (name.as_str(), &tenant.counts, tenant.budget.met)).collect();
        counts::expose(&tenants, to)?;
        latencies(self, to)?;
        levels(self, to)
    }
}

fn verdict(summary: &Summary, to: &mut Exposition<'_>) -> fmt::Result {
    let scenario = &summary.scenario;
    let labels = vec![
        label("scenario", &scenario.name),
        label("mode", scenario.mode.command()),
        label("seed", &scenario.seed.to_string()),
    ];
    to.gauges("busyhour_run", "What was played; always 1", [(labels, 1.0)])?;
    let verdicts = [
        ("pass", Verdict::Pass),
        ("fail", Verdict::Fail),
        ("invalid", Verdict::Invalid),
        ("unjudged", Verdict::Unjudged),
    ];
    let rows = verdicts.map(|(name, verdict)| (vec![label("verdict", name)], flag(summary.verdict == verdict)));
    to.gauges("busyhour_verdict", "What came out: 1 for the verdict, 0 for all others", rows)?;
    to.gauges("busyhour_exit_code", "The exit code of the run", [(Vec::new(), exit_code(summary).into())])?;
    let counts = &summary.total.counts;
    to.gauges("busyhour_leaks", "Runtimes left behind", [(Vec::new(), counts.leaks as f64)])?;
    to.gauges("busyhour_violations", "Broken laws", [(Vec::new(), counts.violations as f64)])
}

fn thresholds(summary: &Summary, to: &mut Exposition<'_>) -> fmt::Result {
    let labels = |judged: &Judged| vec![label("threshold", &judged.expression)];
    let mut unique: Vec<&Judged> = summary.thresholds.iter().collect();
    unique.sort_by_key(|judged| &judged.expression);
    unique.dedup_by_key(|judged| &judged.expression);
    let held = unique.iter().map(|judged| (labels(judged), flag(judged.ok)));
    to.gauges("busyhour_threshold_held", "Whether a threshold holds; one that cannot be evaluated does not", held)?;
    let observed = unique.iter().filter_map(|judged| Some((labels(judged), in_base_units(judged)?)));
    to.gauges("busyhour_threshold_observed", "What was observed, in seconds, parts of 1, or as a number", observed)
}

/// Seconds where a summary has milliseconds.
fn in_base_units(judged: &Judged) -> Option<f64> {
    let is_time = Threshold::parse(&judged.expression).is_ok_and(|threshold| threshold.dimension() == Dimension::Time);
    judged.observed.map(|value| if is_time { value / 1e3 } else { value })
}

fn latencies(summary: &Summary, to: &mut Exposition<'_>) -> fmt::Result {
    let all = summary.total.latency_ms.iter().flat_map(|(stage, latency)| percentiles(&[("stage", stage)], latency));
    to.gauges("busyhour_latency_percentile_seconds", "How long it took, all tenants together", all)?;
    let felt = summary.tenants.iter().flat_map(|(name, figures)| {
        let stages = figures.latency_ms.iter().filter(|(stage, _)| FELT.contains(&stage.as_str()));
        stages.flat_map(move |(stage, latency)| percentiles(&[("tenant", name), ("stage", stage)], latency))
    });
    to.gauges("busyhour_tenant_latency_percentile_seconds", "How long it took, by tenant", felt)?;
    let samples = summary.total.latency_ms.iter().map(|(stage, latency)| (vec![label("stage", stage)], latency.count));
    to.counters("busyhour_latency_samples", "Samples behind the percentiles, all tenants together", samples)
}

/// Those with enough samples behind them.
fn percentiles(labels: &[(&'static str, &String)], latency: &Latency) -> Vec<(Vec<Label<'static>>, f64)> {
    let Latency { p50, p90, p95, p99, p999, max, .. } = *latency;
    let named = [("p50", p50), ("p90", p90), ("p95", p95), ("p99", p99), ("p999", p999), ("max", max)];
    let with = |percentile: &str| {
        let labels = labels.iter().map(|(name, value)| label(name, value));
        labels.chain([label("percentile", percentile)]).collect()
    };
    named.into_iter().filter_map(|(name, value)| Some((with(name), value? / 1e3))).collect()
}

fn levels(summary: &Summary, to: &mut Exposition<'_>) -> fmt::Result {
    let mut level = |name: &str, help: &str, of: fn(&Figures) -> f64| {
        let tenants = summary.tenants.iter();
        to.gauges(name, help, tenants.map(|(tenant, figures)| (vec![label("tenant", tenant)], of(figures))))
    };
    level("busyhour_runtimes_peak", "Most runtimes at one time", |figures| figures.gauges.runtimes.peak.into())?;
    level("busyhour_runtimes_mean", "Runtimes, weighted by time", |figures| figures.gauges.runtimes.mean)?;
    level("busyhour_runtimes_busy_mean", "Runtimes with a lease, weighted by time", |figures| figures.gauges.busy.mean)
}

fn flag(is_so: bool) -> f64 {
    f64::from(u8::from(is_so))
}

/// What a tenant's callers wait for.
const FELT: [&str; 2] = ["recall", "search"];

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::measure::Event;
    use crate::measure::fixture::{at, ending, recall, recorder, run_of};

    #[test]
    fn a_run_that_is_over_is_told_in_base_units() {
        assert_snapshot!(openmetrics(&run_of(1..=40, &["recall.p50 <= 250ms", "boot.cold.max <= 1s"])));
    }

    #[test]
    fn hostile_names_stay_values() {
        let name = "\"} 1\nbusyhour_owned 1\n\\";
        let mut recorder = recorder(&[name], &[&format!("tenant.{name}.turns >= 3")]);
        recorder.observe(&Event::Recalled(recall(0, at(20), crate::base::Span::from_ms(9))));
        let text = openmetrics(&recorder.finish(ending(1, 0)));
        assert!(text.lines().all(|line| line.starts_with("# ") || line.starts_with("busyhour_")), "{text}");
        assert!(!text.lines().any(|line| line.starts_with("busyhour_owned")), "{text}");
        assert!(text.contains("tenant=\"\\\"} 1\u{fffd}busyhour_owned 1\u{fffd}\\\\\""), "{text}");
        assert!(text.ends_with("# EOF\n"));
    }
}
