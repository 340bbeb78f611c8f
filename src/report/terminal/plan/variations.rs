//! What if: a row for each combination.

use super::{Style, bytes_of};
use crate::plan::Outcome;
use crate::report::inert::{inert, left};
use crate::report::words;

/// A row for each combination; nothing where none was asked for. The fewest slots that hold are marked.
pub(super) fn table(rows: &[Outcome], style: Style) -> Vec<String> {
    if rows.is_empty() {
        return Vec::new();
    }
    let fewest = rows.iter().filter(|row| row.holds).map(|row| row.slots).min();
    let mut lines = vec![format!(
        "  {:<28} {:>7} {:>7} {:>9} {:>9} {:>9}",
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
        let cap = row.cap.map_or_else(|| "none".to_owned(), |cap| words::count(cap.into()));
        let share = |share: Option<f64>| share.map_or_else(|| "-".to_owned(), words::share);
        lines.push(format!(
            "{mark} {} {cap:>7} {:>7} {:>9} {:>9} {:>9}",
            left(&row.settings.join(" "), 28),
            words::count(row.slots),
            share(row.budget_met),
            share(row.refused),
            row.memory_bytes.map_or_else(|| "-".to_owned(), bytes_of),
        ));
        lines
            .extend(row.breaks.iter().filter(|_| !row.holds).map(|broken| format!("    breaks {}", inert(broken, 60))));
    }
    lines.push("  > the fewest slots that hold; - even the largest cap breaks a threshold".to_owned());
    lines
}
