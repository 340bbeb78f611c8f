//! What may differ between two simulations: `pool.*: +2%`.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;
use wildmatch::WildMatch;

use super::ComparisonError;
use super::difference::Pair;
use crate::base::Span;
use crate::measure::threshold::{metric_names, nearest};

/// Which figures may move, which way, and how far.
///
/// `*` stands for any signs, dots included, and `?` for one. A pattern that does not begin with `tenant.` speaks of the
/// figures of all together and of each tenant's by the same names.
#[derive(Clone, Debug)]
pub struct Allowance {
    written: String,
    pattern: WildMatch,
    way: Way,
    size: Size,
}

/// A text that is no allowance.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "`{0}` allows nothing; write figures, a way (+, - or ±) and a size, such as `pool.*: +2%`, `recall.p99: ±10ms`, \
     `turns: -3` or `verdict: any`"
)]
pub struct AllowanceError(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Up,
    Down,
    Both,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Size {
    /// A part of what it was.
    Relative(f64),
    /// In the figure's own unit.
    Absolute(f64),
    /// Whatever, no number included.
    Any,
}

impl Allowance {
    /// Whether it lets a figure differ that way.
    pub(super) fn covers(&self, pair: &Pair) -> bool {
        self.speaks_of(&pair.figure) && (self.size == Size::Any || pair.numbers().is_some_and(|pair| self.spans(pair)))
    }

    fn speaks_of(&self, figure: &str) -> bool {
        // A tenant's name may hold dots: any end of the rest may be the figure.
        let of_tenant = || {
            let rest = figure.strip_prefix("tenant.")?;
            rest.match_indices('.').find(|(dot, _)| self.pattern.matches(&rest[dot + 1..]))
        };
        self.pattern.matches(figure) || of_tenant().is_some()
    }

    fn spans(&self, [base, new]: [f64; 2]) -> bool {
        let change = new - base;
        let right_way = match self.way {
            Way::Up => change >= 0.0,
            Way::Down => change <= 0.0,
            Way::Both => true,
        };
        let size = match self.size {
            Size::Relative(share) => share * base.abs(),
            Size::Absolute(size) => size,
            Size::Any => return right_way,
        };
        // The noise of one multiplication: 2 % of 150 are 3.
        right_way && change.abs() <= size * (1.0 + 1e-9)
    }
}

/// Every allowance must speak of something: what is misspelt would allow nothing, silently.
pub(super) fn check<'f>(
    allowances: &[Allowance],
    figures: impl Iterator<Item = &'f str>,
) -> Result<(), ComparisonError> {
    // What never happened in either play may happen in the next, and is a figure.
    let mut figures: Vec<&str> = figures.collect();
    figures
        .extend(metric_names().filter(|name| name.rsplit('.').next() != Some("rate")).map(|name| -> &'f str { name }));
    let useless = |allowance: &&Allowance| !figures.iter().any(|figure| allowance.speaks_of(figure));
    let Some(useless) = allowances.iter().find(useless) else { return Ok(()) };
    let pattern = useless.pattern.to_string();
    let families =
        figures.iter().flat_map(|figure| figure.match_indices('.').map(|(dot, _)| format!("{}.*", &figure[..dot])));
    let families: Vec<String> = families.collect();
    let known = figures.iter().copied().chain(families.iter().map(String::as_str));
    Err(ComparisonError::UnknownFigure { nearest: nearest(&pattern, known), pattern })
}

impl FromStr for Allowance {
    type Err = AllowanceError;

    fn from_str(text: &str) -> Result<Self, AllowanceError> {
        let wrong = || AllowanceError(text.to_owned());
        // A tenant's name may hold a colon.
        let (pattern, size) = text.rsplit_once(':').ok_or_else(wrong)?;
        let (pattern, size) = (pattern.trim(), size.trim());
        let (way, size) = if size == "any" {
            (Way::Both, Size::Any)
        } else {
            let (way, size) =
                WAYS.iter().find_map(|(sign, way)| Some((*way, size.strip_prefix(sign)?))).ok_or_else(wrong)?;
            (way, measure(size.trim()).ok_or_else(wrong)?)
        };
        if pattern.is_empty() {
            return Err(wrong());
        }
        Ok(Self { written: text.trim().to_owned(), pattern: WildMatch::new(pattern), way, size })
    }
}

impl fmt::Display for Allowance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

/// `2%`, `3`, `10ms`.
fn measure(text: &str) -> Option<Size> {
    let plain = |text: &str| {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        text.parse::<f64>().ok().filter(|number| digits && number.is_finite())
    };
    if let Some(percent) = text.strip_suffix('%') {
        return plain(percent.trim_end()).map(|percent| Size::Relative(percent / 100.0));
    }
    let milliseconds = || Some(Span::from(humantime::parse_duration(text).ok()?).ms_f64());
    plain(text).or_else(milliseconds).map(Size::Absolute)
}

const WAYS: [(&str, Way); 5] =
    [("+-", Way::Both), ("+/-", Way::Both), ("±", Way::Both), ("+", Way::Up), ("-", Way::Down)];
