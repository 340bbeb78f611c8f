//! A live run and its simulation, side by side.

use super::inert::inert;
use super::terminal::Style;
use super::words;
use crate::measure::{Compared, Fidelity};

/// As JSON, pretty-printed, with a final newline.
pub fn fidelity_json(fidelity: &Fidelity) -> String {
    serde_json::to_string_pretty(fidelity).expect("a comparison has only string keys and finite numbers") + "\n"
}

/// For a person at a terminal: the verdict, then every figure with its error, in 80 columns.
pub fn fidelity(fidelity: &Fidelity, style: Style) -> String {
    let mut lines = vec![verdict(fidelity, style), basis(fidelity), String::new()];
    lines.push(head("counts"));
    lines.extend(fidelity.counts.iter().filter(|compared| happened(compared)).map(|of| row(of, number, style)));
    lines
        .extend(fidelity.levels.iter().map(|of| row(of, if of.figure == SHARE { words::share } else { level }, style)));
    lines.extend([String::new(), head("in ms")]);
    lines.extend(fidelity.latency_ms.iter().map(|of| row(of, words::ms, style)));
    let reasons = reasons(fidelity);
    if !reasons.is_empty() {
        lines.push(String::new());
        lines.extend(reasons);
    }
    lines.join("\n") + "\n"
}

fn verdict(fidelity: &Fidelity, style: Style) -> String {
    let judged = || fidelity.figures().filter(|compared| compared.judged);
    let (outside, all) = (judged().filter(|compared| !compared.ok).count(), judged().count());
    let name = inert(&fidelity.scenario.name, LONGEST_NAME);
    if outside == 0 {
        format!("{} simulation of {name} agrees with the live run in {all} figures.", style.good("TRUE:"))
    } else {
        format!("{} simulation of {name} disagrees in {outside} of {all} figures.", style.bad("FALSE:"))
    }
}

fn basis(fidelity: &Fidelity) -> String {
    let laws = if fidelity.calibrated { "the run's own measurements" } else { "the laws as written" };
    let (seed, tolerance) = (fidelity.scenario.seed, fidelity.tolerance);
    format!("Seed {seed}; simulated by {laws}.\nLatencies may differ by {tolerance} and by sampling error.")
}

fn head(title: &str) -> String {
    format!("      {title:<24}{:>9}{:>9}{:>9}  {}", "run", "sim", "error", "sim may be")
}

fn row(of: &Compared, words: fn(f64) -> String, style: Style) -> String {
    let mark = match (of.judged, of.ok) {
        (false, _) => "-   ".to_owned(),
        (true, true) => style.good("ok  "),
        (true, false) => style.bad("FAIL"),
    };
    let error = signed(of.error(), words);
    let allowed = match (of.judged, of.allowed) {
        (false, _) => "(not judged)".to_owned(),
        (true, [least, most]) if least.total_cmp(&most).is_eq() => words(least),
        (true, [least, most]) => format!("{} to {}", words(least), words(most)),
    };
    let figure = inert(&of.figure, LONGEST_FIGURE);
    format!("{mark}  {figure:<24}{:>9}{:>9}{error:>9}  {allowed}", words(of.run), words(of.sim))
}

fn signed(error: f64, words: fn(f64) -> String) -> String {
    let size = words(error.abs());
    let nothing = size.chars().all(|sign| !('1'..='9').contains(&sign));
    if nothing { "0".to_owned() } else { format!("{}{size}", if error < 0.0 { '-' } else { '+' }) }
}

/// What never happened in either is not worth a line.
fn happened(of: &Compared) -> bool {
    of.run > 0.0 || of.sim > 0.0
}

fn number(number: f64) -> String {
    words::number(number)
}

fn level(level: f64) -> String {
    words::number((level * 10.0).round() / 10.0)
}

/// Why some counts need not be equal: each reason once, in the order of the figures.
fn reasons(fidelity: &Fidelity) -> Vec<String> {
    let mut told: Vec<&str> = Vec::new();
    let given = fidelity.counts.iter().filter(|of| happened(of)).filter_map(|of| of.reason.as_deref());
    for reason in given.flat_map(|reasons| reasons.split("; ")) {
        if !told.contains(&reason) {
            told.push(reason);
        }
    }
    let told = told.into_iter().map(|reason| format!("      {reason}")).collect::<Vec<_>>();
    let head = "Counts may differ a little where milliseconds decide:".to_owned();
    if told.is_empty() { Vec::new() } else { [vec![head], told].concat() }
}

const SHARE: &str = "budget.met";
const LONGEST_NAME: usize = 40;
const LONGEST_FIGURE: usize = 23;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::measure::fixture::{at, ending, recall, recorder};
    use crate::measure::{Both, Event, Histograms, Race, Summary, Tolerance};

    fn played(recalls: u64, ms: u64) -> (Summary, Histograms) {
        let mut recorder = recorder(&["acme"], &[]);
        let took = crate::base::Span::from_ms(ms);
        (0..recalls).for_each(|_| recorder.observe(&Event::Recalled(recall(0, at(20), took))));
        let samples = recorder.histograms();
        (recorder.finish(ending(1, 0)), samples)
    }

    #[test]
    fn both_stand_side_by_side_with_the_error_and_what_is_allowed() {
        let ((run, samples), (sim, _)) = (played(100, 20), played(101, 40));
        let both = Both { run: &run, sim: &sim, samples: &samples };
        let compared = Fidelity::of(both, &BTreeSet::from([Race::Length]), false, Tolerance::AS_WRITTEN);
        insta::assert_snapshot!(fidelity(&compared, Style::default()));
        assert!(fidelity(&compared, Style::default()).lines().all(|line| line.chars().count() <= 80));
    }
}
