//! What if: a row for each combination, and which lever pays.

use super::{Style, bytes_of};
use crate::plan::{Outcome, Payoff, Plan};
use crate::report::inert::{inert, left};
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
    lines.push("  > the fewest slots that hold; - even the largest cap breaks a threshold".to_owned());
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

fn brings(payoff: &Payoff) -> String {
    let Payoff { value, instead_of, slots_ratio, budget_gain, also_hold, .. } = payoff;
    let (value, first) = (inert(value, 12), inert(instead_of, 12));
    let slots = match slots_ratio {
        Some(ratio) if *ratio < 0.995 => {
            format!("{value} takes {} fewer slots than {first}", words::share(1.0 - ratio))
        }
        Some(ratio) if *ratio > 1.005 => format!("{value} takes {ratio:.2} times the slots of {first}"),
        Some(_) => format!("{value} takes as many slots as {first}"),
        None if *also_hold == 0 => format!("nothing that holds with both {value} and {first}"),
        None => format!("{value} holds where {first} does not"),
    };
    let budget = match budget_gain {
        Some(gain) if *gain >= 5e-4 => format!("; {:.1} pp more in budget", 100.0 * gain),
        Some(gain) if *gain <= -5e-4 => format!("; {:.1} pp fewer in budget", -100.0 * gain),
        _ => String::new(),
    };
    let more = match (also_hold, slots_ratio) {
        (1.., Some(_)) => format!("; {also_hold} more hold"),
        _ => String::new(),
    };
    slots + &budget + &more
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
