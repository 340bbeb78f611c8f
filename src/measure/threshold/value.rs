//! Limits: a duration, a share or a number.

use super::ThresholdError;
use super::parse::error_at;

/// In what a figure is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// Milliseconds; written as a duration: `250ms`.
    Time,
    /// Parts of 1; written as `99%` or `0.99`.
    Share,
    /// How many; written as a number.
    Number,
}

impl Dimension {
    const fn noun(self) -> &'static str {
        match self {
            Self::Time => "a duration such as `250ms`",
            Self::Share => "a share such as `99%`",
            Self::Number => "a number such as `20`",
        }
    }
}

/// Reads the limit `text`, a part of `expression`, for a figure named `figure` of that dimension.
pub(super) fn limit(expression: &str, figure: &str, dimension: Dimension, text: &str) -> Result<f64, ThresholdError> {
    if text.is_empty() {
        return Err(error_at(expression, text, format!("the limit is missing; write {}", dimension.noun())));
    }
    let limit = match dimension {
        Dimension::Time => milliseconds(text),
        Dimension::Share => share(text),
        Dimension::Number => number(text),
    };
    limit.ok_or_else(|| ThresholdError {
        suggestion: unit_forgotten(dimension, text),
        ..error_at(expression, text, format!("`{figure}` is compared with {}, not with `{text}`", dimension.noun()))
    })
}

fn milliseconds(text: &str) -> Option<f64> {
    let duration = humantime::parse_duration(text).ok()?;
    Some(crate::base::Span::from(duration).ms_f64())
}

/// The decimal exponent is shifted in the text, so that `99.7%` is the number nearest to 0.997 and not its neighbour.
fn share(text: &str) -> Option<f64> {
    let share = match text.strip_suffix('%') {
        Some(percent) => decimal(&format!("{}e-2", plain(percent.trim_end())?)),
        None => number(text),
    }?;
    (share <= 1.0).then_some(share)
}

fn number(text: &str) -> Option<f64> {
    decimal(plain(text)?)
}

fn decimal(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|number| number.is_finite())
}

/// Digits with at most one point between or before them: no sign, no exponent, no `nan`.
fn plain(text: &str) -> Option<&str> {
    text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.').then_some(text)
}

fn unit_forgotten(dimension: Dimension, text: &str) -> Option<String> {
    number(text)?;
    match dimension {
        Dimension::Time => Some(format!("{text}ms")),
        Dimension::Share => share(&format!("{text}%")).map(|_| format!("{text}%")),
        Dimension::Number => None,
    }
}
