//! Each threshold with what was observed, what was demanded, how much room is between, and what stands behind it.

use unicode_width::UnicodeWidthStr;

use super::{Style, WIDTH, command};
use crate::measure::{Judged, Summary, Threshold};
use crate::report::inert::{inert, left, wrapped};
use crate::report::words;

/// The table of thresholds; nothing where there are none.
pub(super) fn lines(summary: &Summary, style: Style) -> Vec<String> {
    if summary.thresholds.is_empty() {
        return Vec::new();
    }
    let [observed, limit, margin, samples] = ["observed", "limit", "margin", "samples"].map(str::to_owned);
    let head = Cells { figure: "thresholds".to_owned(), observed, limit, margin, samples };
    let mut lines = head.rows("    ");
    lines.extend(summary.thresholds.iter().flat_map(|judged| judged_lines(judged, style)));
    if summary.thresholds.iter().any(|judged| !judged.ok) {
        lines.push(format!("  reproduce with: {}", command(summary)));
    }
    lines
}

fn judged_lines(judged: &Judged, style: Style) -> Vec<String> {
    let mark = if judged.ok { style.good("ok  ") } else { style.bad("FAIL") };
    let mut lines = Cells::of(judged).rows(&mark);
    let reason = judged.reason.iter().flat_map(|reason| wrapped(reason, WIDTH - 6));
    lines.extend(reason.map(|line| format!("      {line}")));
    lines
}

/// A row of the table.
#[derive(Default)]
struct Cells {
    figure: String,
    observed: String,
    limit: String,
    margin: String,
    samples: String,
}

impl Cells {
    fn of(judged: &Judged) -> Self {
        let samples = judged.samples.map(words::count).unwrap_or_default();
        let Ok(threshold) = Threshold::parse(&judged.expression) else {
            // A summary of another version may hold a threshold this one cannot read; its words still tell.
            let observed = judged.observed.map(words::number).unwrap_or_default();
            return Self { figure: judged.expression.clone(), observed, samples, ..Self::default() };
        };
        let observed = judged.observed.map(|value| words::beside(value, threshold.limit(), threshold.dimension()));
        Self {
            figure: threshold.figure().to_owned(),
            observed: observed.unwrap_or_else(|| "nothing".to_owned()),
            limit: threshold.demand(),
            margin: judged.margin.map(|margin| words::margin(margin, threshold.dimension())).unwrap_or_default(),
            samples,
        }
    }

    /// A figure with a long name has a line of its own.
    fn rows(&self, mark: &str) -> Vec<String> {
        let Self { figure, observed, limit, margin, samples } = self;
        let numbers = format!("{observed:>14} {:>12} {margin:>11} {samples:>9}", inert(limit, 12));
        if figure.width() <= FIGURE {
            return vec![format!("{mark}  {} {numbers}", left(figure, FIGURE))];
        }
        vec![format!("{mark}  {}", inert(figure, WIDTH - 6)), format!("      {} {numbers}", " ".repeat(FIGURE))]
    }
}

/// Columns for a figure's name beside its numbers.
const FIGURE: usize = 24;
