//! Replications for a person at a terminal: how often each threshold held, and each figure's mean with what may be made of
//! it, in 80 columns.

use std::collections::BTreeMap;

use super::{LABEL, Style, WIDTH, command_of};
use crate::measure::{Dimension, Estimate, Held, Replications, Threshold, Verdict, dimension_of};
use crate::report::inert::{inert, left, wrapped};
use crate::report::words;

/// The report on replications, with a final newline.
pub fn replications(replications: &Replications, style: Style) -> String {
    let sections = [
        verdict(replications, style),
        thresholds(replications, style),
        figures(replications),
        tenants(replications),
        closing(replications),
    ];
    let written: Vec<String> =
        sections.iter().filter(|lines| !lines.is_empty()).map(|lines| lines.join("\n")).collect();
    written.join("\n\n") + "\n"
}

fn verdict(replications: &Replications, style: Style) -> Vec<String> {
    let Replications { replications: plays, thresholds, verdict, broken, .. } = replications;
    let failed = thresholds.iter().filter(|held| !held.ok).count();
    let (word, sentence) = match verdict {
        Verdict::Pass => (style.good("PASS"), format!("all thresholds held in each of {plays} plays.")),
        Verdict::Unjudged => (style.doubtful("UNJUDGED"), format!("{plays} plays; the scenario has no thresholds.")),
        Verdict::Fail if *broken > 0 => (style.bad("FAIL"), format!("a law was broken in {broken} of {plays} plays.")),
        Verdict::Fail => {
            (style.bad("FAIL"), format!("{failed} of {} thresholds did not hold in every play.", thresholds.len()))
        }
        Verdict::Invalid => {
            (style.doubtful("INVALID"), "in some play there were too few samples to judge by.".to_owned())
        }
    };
    let mut lines = vec![format!("{word}: {sentence}")];
    for broken in replications.violations.iter().take(MOST_LAWS) {
        let violation = &broken.violation;
        let whose = violation.tenant.as_ref().map(|tenant| format!(", tenant {tenant}")).unwrap_or_default();
        let (number, sentence) = (violation.law.number(), violation.law.sentence());
        let text = format!(
            "LAW BROKEN with seed {} at {:.3} s{whose}: {}; law {number} ({sentence})",
            broken.seed, violation.at_s, violation.what
        );
        lines.extend(wrapped(&text, WIDTH));
    }
    lines
}

fn thresholds(replications: &Replications, style: Style) -> Vec<String> {
    if replications.thresholds.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![format!("      {:<28} {:>21} {:>13} {:>9}", "thresholds", "observed", "limit", "held")];
    for held in &replications.thresholds {
        let mark = if held.ok { style.good("ok  ") } else { style.bad("FAIL") };
        lines.push(format!("{mark}  {}", held_cells(held, replications.replications)));
        let reason = held.reason.iter().flat_map(|reason| wrapped(reason, WIDTH - 6));
        lines.extend(reason.map(|line| format!("      {line}")));
        let seed = held.first_failing_seed.map(|seed| command_with(replications, seed));
        lines.extend(seed.map(|command| format!("      not with {command}")));
    }
    lines
}

fn held_cells(held: &Held, plays: u64) -> String {
    let threshold = Threshold::parse(&held.expression).ok();
    let dimension = threshold.as_ref().map_or(Dimension::Number, Threshold::dimension);
    let figure = threshold.as_ref().map_or(held.expression.as_str(), Threshold::figure);
    let demand = threshold.as_ref().map(Threshold::demand).unwrap_or_default();
    let observed = with_margin(&held.observed, dimension);
    format!("{} {observed:>21} {:>13} {:>9}", left(figure, 28), inert(&demand, 13), format!("{}/{plays}", held.held))
}

/// Figures that were something in some play.
fn figures(replications: &Replications) -> Vec<String> {
    let mut lines = vec![row("figures", &["mean", "95 %", "min", "max", "plays"].map(str::to_owned))];
    let told = replications.figures.iter().filter(|(_, estimate)| estimate.max.is_some_and(|max| max > 0.0));
    lines.extend(told.map(|(name, estimate)| row(name, &cells(name, estimate))));
    lines
}

fn cells(name: &str, estimate: &Estimate) -> [String; 5] {
    let dimension = dimension_of(name).unwrap_or(Dimension::Number);
    let told = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| figure(value, dimension));
    let margin = margin(estimate).map_or_else(|| "-".to_owned(), |margin| format!("± {}", figure(margin, dimension)));
    let Estimate { mean, min, max, replications, .. } = *estimate;
    [told(mean), margin, told(min), told(max), words::count(replications)]
}

fn row(name: &str, [mean, margin, min, max, plays]: &[String; 5]) -> String {
    format!("{} {mean:>11} {margin:>13} {min:>11} {max:>11} {plays:>5}", left(name, 24))
}

/// A line for each tenant, the smallest share within the budget first; nothing where one is all there is.
fn tenants(replications: &Replications) -> Vec<String> {
    if replications.tenants.len() < 2 {
        return Vec::new();
    }
    let mut tenants: Vec<(&String, &BTreeMap<String, Estimate>)> = replications.tenants.iter().collect();
    tenants.sort_by(|one, other| {
        let share = |(_, figures): &(&String, &BTreeMap<String, Estimate>)| {
            figures.get("budget.met").and_then(|estimate| estimate.mean).unwrap_or(f64::INFINITY)
        };
        share(one).total_cmp(&share(other))
    });
    let mut lines = vec![format!("{:<22} {:>18} {:>18} {:>18}", "tenants", "in budget", "recall p99", "calls shed")];
    lines.extend(tenants.iter().take(MOST_TENANTS).map(|(name, figures)| {
        let cell = |name: &str| {
            let dimension = dimension_of(name).unwrap_or(Dimension::Number);
            figures.get(name).map_or_else(|| "-".to_owned(), |estimate| with_margin(estimate, dimension))
        };
        let [budget, recall, shed] = ["budget.met", "recall.p99", "calls_shed.rate"].map(cell);
        format!("{} {budget:>18} {recall:>18} {shed:>18}", left(name, 22))
    }));
    if tenants.len() > MOST_TENANTS {
        lines
            .push(format!("and {} more, all of them in the JSON", words::count((tenants.len() - MOST_TENANTS) as u64)));
    }
    lines
}

fn closing(replications: &Replications) -> Vec<String> {
    let (first, plays) = (replications.scenario.seed, replications.replications);
    let last = first.saturating_add(plays.saturating_sub(1));
    vec![
        format!("{:<LABEL$}{first} to {last}", "seeds"),
        format!("{:<LABEL$}the mean's 95 % confidence interval, by Student's t over the plays", "±"),
        format!("{:<LABEL$}{} --seeds {plays}", "reproduce", command_of(&replications.scenario)),
    ]
}

fn command_with(replications: &Replications, seed: u64) -> String {
    let mut scenario = replications.scenario.clone();
    scenario.seed = seed;
    command_of(&scenario)
}

fn with_margin(estimate: &Estimate, dimension: Dimension) -> String {
    let Some(mean) = estimate.mean else { return "nothing".to_owned() };
    let margin = margin(estimate).map(|margin| format!(" ± {}", figure(margin, dimension))).unwrap_or_default();
    figure(mean, dimension) + &margin
}

fn margin(estimate: &Estimate) -> Option<f64> {
    Some((estimate.high? - estimate.low?) / 2.0)
}

fn figure(value: f64, dimension: Dimension) -> String {
    match dimension {
        Dimension::Time => words::ms(value) + " ms",
        Dimension::Share => words::share(value),
        Dimension::Number => words::number(value),
    }
}

const MOST_LAWS: usize = 5;
const MOST_TENANTS: usize = 10;

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;
    use crate::measure::fixture::{at, ending, recall, recorder};
    use crate::measure::{Collector, Event, Law, Violation};

    fn two_tenants(plays: u64, law: bool) -> Replications {
        let mut collector = Collector::default();
        for seed in 1..=plays {
            let mut recorder =
                recorder(&["acme", "birch"], &["recall.p50 <= 100ms", "turns <= 13", "search.p99 <= 1s"]);
            for place in 0..10 + seed {
                let took = crate::base::Span::from_ms(40 * place * (1 + place % 2));
                recorder.observe(&Event::Recalled(recall(u16::from(place % 3 == 0), at(20), took)));
            }
            let mut summary = recorder.finish(ending(2, 0));
            summary.scenario.seed = seed;
            if law && seed == 2 {
                let tenant = Some("acme".to_owned());
                summary.violations = vec![Violation { law: Law::Cap, tenant, at_s: 12.5, what: "21 exist".to_owned() }];
                summary.total.counts.violations = 1;
            }
            collector.add(summary);
        }
        collector.finish().unwrap()
    }

    #[test]
    fn replications_read_well_and_fit_80_columns() {
        let text = replications(&two_tenants(5, true), Style::default());
        insta::assert_snapshot!(text);
        assert!(text.lines().all(|line| line.width() <= WIDTH), "{text}");
    }

    #[test]
    fn figures_that_were_nothing_are_left_out() {
        let text = replications(&two_tenants(3, false), Style::default());
        assert!(text.contains("\nbudget.met") && !text.contains("\ncalls_cut"), "{text}");
    }
}
