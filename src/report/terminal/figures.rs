//! How long everything took, and how often what happened.

use super::{LABEL, Style};
use crate::measure::{ClientUnderTest, Counts, Family, Gauges, Latency, Summary};
use crate::report::inert::inert;
use crate::report::words;

/// The latencies that have samples, in milliseconds; the recall always.
pub(super) fn latencies(summary: &Summary) -> Vec<String> {
    let head = ["count", "p50", "p90", "p95", "p99", "p99.9", "max"].map(str::to_owned);
    let told = Family::ALL.into_iter().map(|family| (family, summary.total.latency(family)));
    let told = told.filter(|(family, latency)| *family == Family::Recall || latency.count > 0);
    let mut lines = vec![row("in ms", &head)];
    lines.extend(told.map(|(family, latency)| row(family.name(), &cells(&latency))));
    lines
}

fn cells(latency: &Latency) -> [String; 7] {
    let figures = [latency.p50, latency.p90, latency.p95, latency.p99, latency.p999, latency.max];
    let [p50, p90, p95, p99, p999, max] = figures.map(|figure| figure.map_or_else(|| "-".to_owned(), words::ms));
    [words::count(latency.count), p50, p90, p95, p99, p999, max]
}

fn row(name: &str, cells: &[String; 7]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| format!("{cell:>9}")).collect();
    format!("{name:<16} {}", cells.concat())
}

/// How often what happened, one subject a line.
pub(super) fn counts(summary: &Summary, style: Style) -> Vec<String> {
    let counts = &summary.total.counts;
    let mut lines = vec![
        labelled("calls", &told(&[("rang", counts.calls), ("shed", counts.calls_shed), ("cut", counts.calls_cut)])),
        labelled("recalls", &recalls(counts)),
        labelled("admissions", &admissions(counts)),
        labelled("drains", &drains(counts)),
        labelled("saves", &saves(counts)),
        labelled("pool peaks", &levels(&summary.total.gauges)),
        labelled("laws", &laws(summary, style)),
        labelled("harness", &harness(summary)),
    ];
    lines.extend(summary.client.as_ref().map(|of| labelled("client", &client(of))));
    lines.extend(errors(counts));
    lines
}

fn labelled(label: &str, text: &str) -> String {
    format!("{label:<LABEL$}{text}")
}

fn told(counts: &[(&str, u64)]) -> String {
    let told: Vec<String> = counts.iter().map(|(word, number)| format!("{} {word}", words::count(*number))).collect();
    told.join(", ")
}

fn recalls(counts: &Counts) -> String {
    let timeouts = words::count(counts.search_timeouts);
    let ends = told(&[("answered", counts.recalls_ok), ("failed", counts.recalls_failed)]);
    format!("{ends} ({timeouts} of them because the search timed out)")
}

fn admissions(counts: &Counts) -> String {
    let admissions = &counts.admissions;
    told(&[
        ("reuse", admissions.reuse),
        ("join", admissions.join),
        ("warm boot", admissions.warm),
        ("cold boot", admissions.cold),
    ])
}

fn drains(counts: &Counts) -> String {
    let drains = &counts.drains;
    told(&[("evicted", drains.lru), ("idle", drains.idle), ("at the end", drains.close), ("crashed", drains.crash)])
}

fn saves(counts: &Counts) -> String {
    let saves = &counts.saves;
    told(&[
        ("acknowledged", saves.acked),
        ("delivered", saves.delivered),
        ("lost", saves.lost),
        ("doubled", saves.duplicated),
        ("refused", saves.refused),
    ])
}

fn levels(gauges: &Gauges) -> String {
    let memory = gauges.rss_mb.map(|rss| format!(", {} MB", words::number(rss.peak.round()))).unwrap_or_default();
    format!(
        "runtimes {} (mean {:.1}), busy {} (mean {:.1}), ports {}{memory}",
        gauges.runtimes.peak, gauges.runtimes.mean, gauges.busy.peak, gauges.busy.mean, gauges.ports.peak
    )
}

fn laws(summary: &Summary, style: Style) -> String {
    if summary.broke_a_law() {
        return style.bad("broken, see above");
    }
    match &summary.profile {
        Some(profile) if !profile.laws.is_empty() => "broken by the pool's own rules, see below".to_owned(),
        _ if summary.is_unwitnessed() => UNWITNESSED.to_owned(),
        _ => "kept; no runtime left behind".to_owned(),
    }
}

/// What laws were judged by then.
pub(in crate::report) const UNWITNESSED: &str = "none seen broken, but no runtime reported what it did";

fn harness(summary: &Summary) -> String {
    let harness = &summary.harness;
    let lag = summary.total.latency(Family::Lag).p99_or_lower();
    let lag = lag.map_or_else(|| "no lag measured".to_owned(), |(name, ms)| format!("lag {name} {} ms", words::ms(ms)));
    let limit = harness.lag_limit_ms.map(|limit| format!(" (limit {})", words::ms(limit))).unwrap_or_default();
    let cpu = harness.cpu_s.map(|cpu| format!(", CPU {cpu:.1} s")).unwrap_or_default();
    let peak = words::count(harness.in_flight_peak);
    format!("{lag}{limit}{cpu}, {peak} in flight, {} dropped", words::count(harness.arrivals_dropped))
}

/// Whose client it was, how late it began, and what it cost.
fn client(client: &ClientUnderTest) -> String {
    let name = inert(&client.name, 40);
    let version = client.version.as_ref().map(|version| format!(" {}", inert(version, 20))).unwrap_or_default();
    let lag = client.lag_ms.p99_or_lower();
    let lag = lag.map(|(name, ms)| format!(", began {} ms late at {name}", words::ms(ms))).unwrap_or_default();
    let cpu = client.cpu_s.map(|cpu| format!(", CPU {cpu:.1} s")).unwrap_or_default();
    let drivers = if client.drivers == 1 { String::new() } else { format!(", {} drivers", client.drivers) };
    format!("{name}{version}{lag}{cpu}{drivers}")
}

/// One line for each code: where something went wrong, this is what one looks for.
fn errors(counts: &Counts) -> Vec<String> {
    let lines = counts.errors.iter().enumerate();
    lines
        .map(|(place, (code, number))| {
            labelled(if place == 0 { "errors" } else { "" }, &format!("{} {}", words::count(*number), inert(code, 40)))
        })
        .collect()
}
