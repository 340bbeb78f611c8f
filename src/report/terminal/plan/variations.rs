//! What if: a row for each combination, and which lever pays.

use super::Style;
use crate::plan::{Outcome, Plan};
use crate::report::inert::{inert, left};
use crate::report::planned::{brings, bytes_of};
use crate::report::words;

/// A row for each combination; nothing where none was asked for. The fewest slots that hold are marked.
pub(super) fn table(rows: &[Outcome], style: Style) -> Vec<String> {
    if rows.is_empty() {
        return Vec::new();
    }
    let fewest = rows.iter().filter(|row| row.holds).map(|row| row.slots).min();
    let mut lines = vec![format!(
        "  {:<SETTINGS$} {:>7} {:>7} {:>9} {:>9} {:>9}",
        "what if", "cap", "slots", "in budget", "refused", "memory"
    )];
    for row in rows {
        let mark = if !row.holds {
            style.bad("-")
        } else if Some(row.slots) == fewest {
            style.good(">")
        } else {
            " ".to_owned()
        };
        let settings = row.settings.join(" ") + if row.experimental { " *" } else { "" };
        let figures = figures(row);
        if settings.chars().count() > SETTINGS {
            lines.push(format!("{mark} {}", inert(&settings, 78)));
            lines.push(format!("  {:<SETTINGS$} {figures}", ""));
        } else {
            lines.push(format!("{mark} {} {figures}", left(&settings, SETTINGS)));
        }
        lines
            .extend(row.breaks.iter().filter(|_| !row.holds).map(|broken| format!("    breaks {}", inert(broken, 60))));
    }
    lines.push("  > the fewest slots that hold; - breaks a threshold".to_owned());
    if rows.iter().any(|row| row.experimental) {
        lines.push("  * experimental: no release of the SDK has this policy".to_owned());
    }
    lines
}

/// Which lever pays: each one's best value beside its first, the best first; nothing where none was varied.
pub(super) fn payoffs(plan: &Plan) -> Vec<String> {
    if plan.payoffs.is_empty() {
        return Vec::new();
    }
    let lines = plan.payoffs.iter().map(|payoff| format!("  {} {}", left(&payoff.lever, 9), brings(payoff)));
    ["which lever pays".to_owned()].into_iter().chain(lines).collect()
}

fn figures(row: &Outcome) -> String {
    let cap = row.cap.map_or_else(|| "none".to_owned(), |cap| words::count(cap.into()));
    let share = |share: Option<f64>| share.map_or_else(|| "-".to_owned(), words::share);
    format!(
        "{cap:>7} {:>7} {:>9} {:>9} {:>9}",
        words::count(row.slots),
        share(row.budget_met),
        share(row.refused),
        row.memory_bytes.map_or_else(|| "-".to_owned(), bytes_of),
    )
}

const SETTINGS: usize = 28;
