//! What became of each cap: a table, and a picture of it.

use super::Style;
use crate::measure::Standing;
use crate::plan::{Advice, Plan, Point};
use crate::report::words;

/// A line for each cap that was played.
pub(super) fn table(plan: &Plan, style: Style) -> Vec<String> {
    let head = ["cap", "plays", "in budget", "recall p99", "refused", "boots/turn", "runtimes"];
    let mut lines = vec![row("", &head.map(str::to_owned))];
    lines.extend(plan.curve.iter().map(|point| {
        let mark = match point.standing {
            Some(Standing::Holds) => style.good("ok"),
            Some(Standing::Undecided) => style.doubtful("? "),
            Some(Standing::Fails) => style.bad("- "),
            None => "  ".to_owned(),
        };
        let arrow = if chosen(plan) == Some(point.cap) { ">" } else { " " };
        row(&format!("{arrow} {mark}"), &cells(point))
    }));
    lines.push("  ok keeps all thresholds, - breaks one, ? cannot be told; others were looked at".to_owned());
    lines
}

fn cells(point: &Point) -> [String; 7] {
    let share = |mean: Option<f64>| mean.map_or_else(|| "-".to_owned(), words::share);
    [
        words::count(point.cap.into()),
        words::count(point.plays),
        share(point.budget_met.mean),
        point.recall_p99_ms.mean.map_or_else(|| "-".to_owned(), |ms| format!("{} ms", words::ms(ms))),
        share(point.refused.mean),
        format!("{:.3}", point.booted),
        format!("{:.1}", point.runtimes.mean.unwrap_or(0.0)),
    ]
}

fn row(mark: &str, [cap, plays, budget, p99, refused, boots, runtimes]: &[String; 7]) -> String {
    // A mark may be coloured, which takes no room: it is padded where it is made.
    let mark = if mark.is_empty() { "    " } else { mark };
    format!("{mark} {cap:>7} {plays:>7} {budget:>11} {p99:>12} {refused:>11} {boots:>11} {runtimes:>10}")
}

/// Recalls within the budget by cap, the chosen one marked: where it falls off is the cliff.
pub(super) fn plot(plan: &Plan) -> Vec<String> {
    let points: Vec<(f64, f64)> =
        plan.curve.iter().filter_map(|point| Some((f64::from(point.cap), point.budget_met.mean?))).collect();
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Vec::new() };
    if points.len() < 3 {
        return Vec::new();
    }
    let column = |cap: f64| (libm::log(cap / first.0) / libm::log(last.0 / first.0) * (COLUMNS - 1) as f64).round();
    let at =
        |wanted: usize| value_at(&points, first.0 * libm::pow(last.0 / first.0, wanted as f64 / (COLUMNS - 1) as f64));
    let values: Vec<f64> = (0..COLUMNS).map(at).collect();
    let lowest = values.iter().copied().fold(1.0, f64::min);
    let floor = (lowest * 10.0).floor() / 10.0;
    let mut lines = vec!["recalls within the budget, by cap (each column a larger one, by ratio)".to_owned()];
    for level in (0..ROWS).rev() {
        let threshold = floor + (1.0 - floor) * (level as f64 + 0.5) / ROWS as f64;
        let signs: String = values.iter().map(|value| if *value >= threshold { '█' } else { ' ' }).collect();
        let label = floor + (1.0 - floor) * (level as f64 + 1.0) / ROWS as f64;
        lines.push(format!("{:>6.1} % {}", 100.0 * label, signs.trim_end()));
    }
    let mark = chosen(plan).map(|cap| column(f64::from(cap)));
    lines.extend(mark.map(|column| format!("{:>9}{:>width$}", "", "^", width = whole(column) + 1)));
    lines.push(format!("{:>9}{:<half$}{:>half$}", "", first.0, last.0, half = COLUMNS / 2));
    lines
}

/// Between two caps that were played, in proportion to their logarithms.
fn value_at(points: &[(f64, f64)], cap: f64) -> f64 {
    let after = points.iter().position(|(played, _)| *played >= cap).unwrap_or(points.len() - 1);
    let ((low, below), (high, above)) = (points[after.saturating_sub(1)], points[after]);
    if high <= low {
        return above;
    }
    below + (above - below) * libm::log(cap / low) / libm::log(high / low)
}

fn chosen(plan: &Plan) -> Option<u32> {
    if let Advice::Take { cap, .. } = plan.advice { Some(cap) } else { None }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a column of the page")]
fn whole(column: f64) -> usize {
    column.clamp(0.0, COLUMNS as f64) as usize
}

const COLUMNS: usize = 64;
const ROWS: usize = 8;
