//! The same scenario with several clients, side by side.

use super::{LABEL, Style, verdict};
use crate::measure::{Family, Latency, Summary, Wrong};
use crate::report::inert::{inert, left};
use crate::report::words;

/// A figure in words, where there is one.
type Figure = fn(&Summary) -> Option<String>;

/// One client's play.
#[derive(Clone, Copy, Debug)]
pub struct Side<'s> {
    /// What `--client` called it.
    pub client: &'s str,
    /// What came of it.
    pub summary: &'s Summary,
}

/// A column for each client, in the order they were played; a row for each figure that any of them has.
pub fn clients(sides: &[Side<'_>], style: Style) -> String {
    let width = sides.iter().map(|side| side.client.chars().count()).max().unwrap_or(0).clamp(10, WIDEST) + 2;
    let mut lines = vec![row("", sides.iter().map(|side| inert(side.client, WIDEST)), width)];
    lines.push(row("verdict", sides.iter().map(|side| word(side.summary)), width));
    lines.extend(counts(sides, width));
    lines.push(String::new());
    lines.push("in ms, p50 / p99 or the highest percentile there is".to_owned());
    lines.extend(latencies(sides, width));
    lines.extend(wrongs(sides, width, style));
    lines.join("\n") + "\n"
}

fn word(summary: &Summary) -> String {
    let (word, _) = verdict::said(summary);
    if summary.broke_a_law() { format!("{word}, law") } else { word.to_owned() }
}

fn counts(sides: &[Side<'_>], width: usize) -> Vec<String> {
    let figures: [(&str, Figure); 11] = [
        ("in budget", |summary| summary.total.budget.share.map(words::share)),
        ("turns", |summary| Some(words::count(summary.total.counts.turns))),
        ("answered", |summary| Some(words::count(summary.total.counts.recalls_ok))),
        ("failed", |summary| Some(words::count(summary.total.counts.recalls_failed))),
        ("shed", |summary| Some(words::count(summary.total.counts.calls_shed))),
        ("boots", |summary| Some(words::count(boots(summary)))),
        ("evictions", |summary| Some(words::count(summary.total.counts.drains.lru))),
        ("runtimes", |summary| Some(summary.total.gauges.runtimes.peak.to_string())),
        ("left behind", |summary| Some(words::count(summary.total.counts.leaks))),
        ("began late", |summary| {
            let lag = summary.client.as_ref()?.lag_ms.p99_or_lower();
            lag.map(|(name, ms)| format!("{} {name}", words::ms(ms)))
        }),
        ("CPU, s", |summary| summary.client.as_ref()?.cpu_s.map(|cpu| format!("{cpu:.1}"))),
    ];
    let told =
        figures.into_iter().map(|(name, figure)| (name, sides.iter().map(|side| figure(side.summary)).collect()));
    let told = told.filter(|(_, cells): &(_, Vec<Option<String>>)| cells.iter().any(Option::is_some));
    told.map(|(name, cells)| row(name, cells.into_iter().map(|cell| cell.unwrap_or_else(|| "-".to_owned())), width))
        .collect()
}

fn boots(summary: &Summary) -> u64 {
    [Family::BootCold, Family::BootWarm].map(|family| summary.total.latency(family).count).iter().sum()
}

fn latencies(sides: &[Side<'_>], width: usize) -> Vec<String> {
    let of = |family: Family| sides.iter().map(move |side| side.summary.total.latency(family));
    let seen = Family::ALL.into_iter().filter(|family| of(*family).any(|latency| latency.count > 0));
    seen.map(|family| row(family.name(), of(family).map(|latency| cell(&latency)), width)).collect()
}

fn cell(latency: &Latency) -> String {
    let middle = latency.p50.or(latency.mean).map_or_else(|| "-".to_owned(), words::ms);
    let high = latency.p99_or_lower().map_or_else(|| "-".to_owned(), |(_, ms)| words::ms(ms));
    if latency.count == 0 { "-".to_owned() } else { format!("{middle} / {high}") }
}

/// What each pool did wrong, where any did.
fn wrongs(sides: &[Side<'_>], width: usize, style: Style) -> Vec<String> {
    let times =
        |wrong: Wrong| sides.iter().map(move |side| side.summary.total.misdeeds.get(&wrong).copied().unwrap_or(0));
    let seen: Vec<Wrong> = Wrong::ALL.into_iter().filter(|wrong| times(*wrong).any(|times| times > 0)).collect();
    if seen.is_empty() {
        return vec![String::new(), "no pool did anything wrong that its runtimes saw".to_owned()];
    }
    let heading = [String::new(), style.bad("what the pools did wrong, times")];
    heading
        .into_iter()
        .chain(seen.into_iter().map(|wrong| row(wrong.name(), times(wrong).map(words::count), width)))
        .collect()
}

fn row(name: &str, cells: impl Iterator<Item = String>, width: usize) -> String {
    let cells: String = cells.map(|cell| format!("{cell:>width$}")).collect::<Vec<_>>().concat();
    format!("{}{cells}", left(name, LABEL + 6)).trim_end().to_owned()
}

const WIDEST: usize = 24;
