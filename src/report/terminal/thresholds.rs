//! Each threshold with what was observed, what was demanded, and what stands behind it.

use super::{Style, WIDTH, command};
use crate::measure::{Judged, Summary, Threshold};
use crate::report::inert::{inert, left, wrapped};
use crate::report::words;

/// The table of thresholds; nothing where there are none.
pub(super) fn lines(summary: &Summary, style: Style) -> Vec<String> {
    if summary.thresholds.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![row("thresholds", "observed", "limit", "samples")];
    lines.extend(summary.thresholds.iter().flat_map(|judged| judged_lines(judged, style)));
    if summary.thresholds.iter().any(|judged| !judged.ok) {
        lines.push(format!("  reproduce with: {}", command(summary)));
    }
    lines
}

fn judged_lines(judged: &Judged, style: Style) -> Vec<String> {
    let mark = if judged.ok { style.good("ok  ") } else { style.bad("FAIL") };
    let mut lines = vec![format!("{mark}  {}", cells(judged))];
    let reason = judged.reason.iter().flat_map(|reason| wrapped(reason, WIDTH - 6));
    lines.extend(reason.map(|line| format!("      {line}")));
    lines
}

fn cells(judged: &Judged) -> String {
    let samples = judged.samples.map(words::count).unwrap_or_default();
    let Ok(threshold) = Threshold::parse(&judged.expression) else {
        // A summary of another version may hold a threshold this one cannot read; its words still tell.
        let observed = judged.observed.map(words::number).unwrap_or_default();
        return cell_row(&judged.expression, &observed, "", &samples);
    };
    let observed = judged.observed.map(|value| words::beside(value, threshold.limit(), threshold.dimension()));
    let observed = observed.unwrap_or_else(|| "nothing".to_owned());
    cell_row(threshold.figure(), &observed, &threshold.demand(), &samples)
}

fn row(figure: &str, observed: &str, limit: &str, samples: &str) -> String {
    format!("      {}", cell_row(figure, observed, limit, samples))
}

fn cell_row(figure: &str, observed: &str, limit: &str, samples: &str) -> String {
    format!("{} {:>15} {:>13} {:>11}", left(figure, 32), observed, inert(limit, 13), samples)
}
