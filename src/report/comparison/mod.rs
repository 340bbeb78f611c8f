//! Comparisons for a person at a terminal, and as JSON: the verdict, what else differs, then the figures, in 80 columns.

mod pairs;
mod two;

pub use pairs::{paired, paired_json};
pub use two::{comparison, comparison_json};

use super::inert::{inert, left, wrapped};
use super::terminal::Style;
use super::words;
use crate::measure::{Dimension, Judgement};
use unicode_width::UnicodeWidthStr;

fn mark(judgement: Judgement, style: Style) -> String {
    match judgement {
        Judgement::Pass => style.good("ok  "),
        Judgement::Fail => style.bad("FAIL"),
        Judgement::Inconclusive => style.doubtful("?   "),
    }
}

fn word(judgement: Judgement, style: Style) -> String {
    match judgement {
        Judgement::Pass => style.good("PASS"),
        Judgement::Fail => style.bad("FAIL"),
        Judgement::Inconclusive => style.doubtful("INCONCLUSIVE"),
    }
}

/// A row; a name that is too long for its column gets a line of its own.
fn row(mark: &str, name: &str, columns: usize, cells: &str) -> Vec<String> {
    if name.width() <= columns {
        return vec![format!("{mark}  {} {cells}", left(name, columns))];
    }
    vec![format!("{mark}  {}", inert(name, LONGEST_NAME)), format!("      {} {cells}", left("", columns))]
}

/// A paragraph below a row or the verdict.
fn indented(text: &str) -> Vec<String> {
    wrapped(text, WIDTH - 6).into_iter().map(|line| format!("      {line}")).collect()
}

/// With its sign; `size` makes words of a size.
fn signed(change: f64, size: impl Fn(f64) -> String) -> String {
    let sign = if change < 0.0 { '-' } else { '+' };
    if change == 0.0 { "0".to_owned() } else { format!("{sign}{}", size(change.abs())) }
}

fn amount(value: f64, dimension: Dimension) -> String {
    match dimension {
        Dimension::Time => words::ms(value) + " ms",
        Dimension::Share => words::share(value),
        Dimension::Number => words::number(value),
    }
}

const WIDTH: usize = 80;
/// A tenant's name is worth a line that is too long for the page, within reason.
const LONGEST_NAME: usize = 200;
