//! Quantities and numbers, checked.

use std::fmt::Display;
use std::ops::RangeInclusive;

use super::Resolver;
use crate::base::{Distribution, Span};
use crate::scenario::typed::{Duration, PerTime, Placed, Quantity, Written};
use crate::workload::Rate;

impl Resolver {
    /// What a quantity means, if anything.
    pub(super) fn quantity<Q: Quantity>(&mut self, typed: &Written<Q>) -> Option<Q::Value> {
        let parsed = typed.parse();
        if let Err(reason) = &parsed {
            self.problems.add(&typed.place, format!("\"{}\" {reason}", typed.text), format!("write {}", Q::EXPECTED));
        }
        parsed.ok()
    }

    /// A duration, zero included.
    pub(super) fn span(&mut self, typed: &Written<Duration>) -> Span {
        self.quantity(typed).unwrap_or_default()
    }

    /// A duration that must not be zero. A year stands in for it, so that nothing else seems to come too late.
    pub(super) fn positive(&mut self, typed: &Written<Duration>, what: &str) -> Span {
        let span = self.quantity(typed);
        if span == Some(Span::ZERO) {
            self.problems.add(&typed.place, format!("{what} can't be zero"), format!("write {}", Duration::EXPECTED));
        }
        span.filter(|span| *span > Span::ZERO).unwrap_or(Span::from_ns(Distribution::LONGEST_NS))
    }

    /// A rate that must not be zero.
    pub(super) fn positive_rate(&mut self, typed: &Written<PerTime>) -> Rate {
        let rate = self.quantity(typed);
        if rate == Some(Rate(0.0)) {
            self.problems.add(&typed.place, "at a rate of zero nobody ever calls", "write a rate such as \"40/min\"");
        }
        rate.filter(|rate| rate.0 > 0.0).unwrap_or(Rate(1.0))
    }

    /// An integer within `range`, or its start.
    pub(super) fn integer(&mut self, typed: &Placed<i64>, what: &str, range: RangeInclusive<i64>) -> i64 {
        self.number(typed, what, range)
    }

    /// An integer from `lowest` to `highest`, or `default` where none was typed.
    pub(super) fn count<T: Copy + Into<i64> + TryFrom<i64>>(
        &mut self,
        typed: Option<&Placed<i64>>,
        what: &str,
        default: T,
        (lowest, highest): (T, T),
    ) -> T {
        let Some(typed) = typed else { return default };
        T::try_from(self.integer(typed, what, lowest.into()..=highest.into())).unwrap_or(default)
    }

    /// A real number within `range`, or its start.
    pub(super) fn real(&mut self, typed: &Placed<f64>, what: &str, range: RangeInclusive<f64>) -> f64 {
        self.number(typed, what, range)
    }

    fn number<T: Copy + PartialOrd + Display>(&mut self, typed: &Placed<T>, what: &str, range: RangeInclusive<T>) -> T {
        if range.contains(&typed.value) {
            return typed.value;
        }
        let (lowest, highest) = range.into_inner();
        let message = format!("{what} can't be {}", typed.value);
        self.problems.add(&typed.place, message, format!("write a number from {lowest} to {highest}"));
        lowest
    }
}
