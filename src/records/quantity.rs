//! Seconds, and turns, as records write them.

use crate::base::Span;

/// A number of seconds in nanoseconds, exact to the last; negative ones too. Nothing where it is no number or has no place
/// in 64 bits.
pub(super) fn decimal_ns(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let numeric = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !numeric(whole) || !numeric(fraction) {
        return None;
    }
    let seconds: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let (mut ns, mut unit) = (0, 100_000_000);
    for digit in fraction.bytes().take(9) {
        ns += i64::from(digit - b'0') * unit;
        unit /= 10;
    }
    let all = seconds.checked_mul(1_000_000_000)?.checked_add(ns)?;
    Some(if negative { -all } else { all })
}

/// A length of time: seconds, or hours, minutes and seconds between colons. Negative ones, more than a year, and what is
/// none are nothing.
pub(super) fn span(text: &str) -> Option<Span> {
    let mut parts = text.rsplit(':');
    let mut ns = decimal_ns(parts.next()?)?;
    for unit in [60, 3600] {
        let Some(part) = parts.next() else { break };
        ns = ns.checked_add(decimal_ns(part)?.checked_mul(unit)?)?;
    }
    let ns = u64::try_from(ns).ok().filter(|_| parts.next().is_none() && !text.starts_with('-'))?;
    (ns <= LONGEST.ns()).then_some(Span::from_ns(ns))
}

/// What a `turns` column says: how many there were, or when they started.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Turns {
    Count(u32),
    /// Seconds after the call's start, in order. At least two, or one with a fraction or a semicolon behind it.
    Times(Vec<Span>),
}

/// `5`, or `4;11.5;20`.
pub(super) fn turns(text: &str) -> Option<Turns> {
    if let Ok(count) = text.parse::<u32>() {
        return (1..=MOST_TURNS).contains(&count).then_some(Turns::Count(count));
    }
    if !text.contains([';', ' ']) {
        return None;
    }
    let parts = text.split([';', ' ']).filter(|part| !part.is_empty());
    let times: Vec<Span> = parts.map(span).collect::<Option<_>>()?;
    (!times.is_empty() && times.is_sorted()).then_some(Turns::Times(times))
}

/// What a call could last is less.
const LONGEST: Span = Span::from_secs(366 * 86_400);
const MOST_TURNS: u32 = 1_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_exact() {
        assert_eq!(decimal_ns("1709546400.123456789"), Some(1_709_546_400_123_456_789));
        assert_eq!(decimal_ns("-2.5"), Some(-2_500_000_000));
        assert_eq!(decimal_ns(".5"), Some(500_000_000));
        assert_eq!(decimal_ns("7."), Some(7_000_000_000));
        assert_eq!(decimal_ns("0.12345678999"), Some(123_456_789));
        for text in ["", ".", "-", "1e3", "1,5", "99999999999", " 1", "1.-5"] {
            assert_eq!(decimal_ns(text), None, "{text:?}");
        }
    }

    #[test]
    fn lengths_are_seconds_or_hours_minutes_and_seconds() {
        assert_eq!(span("61.5"), Some(Span::from_ms(61_500)));
        assert_eq!(span("1:01"), Some(Span::from_secs(61)));
        assert_eq!(span("01:00:01"), Some(Span::from_secs(3601)));
        for text in ["-1", "-0:01", "1:2:3:4", "two", "99999999"] {
            assert_eq!(span(text), None, "{text:?}");
        }
    }

    #[test]
    fn turns_are_a_count_or_times() {
        assert_eq!(turns("3"), Some(Turns::Count(3)));
        assert_eq!(turns("0;2.5;9"), Some(Turns::Times([0, 2500, 9000].map(Span::from_ms).to_vec())));
        for text in ["0", "-1", "2.5", "3;1", ";", "a;b"] {
            assert_eq!(turns(text), None, "{text:?}");
        }
    }
}
