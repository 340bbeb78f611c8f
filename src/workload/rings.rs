//! When the phone rings: the arrival times of one open tenant, in order.

use std::iter::Peekable;

use crate::base::{Span, Stream, Time};

use super::rate_curve::{Arriving, RateCurve};
use super::{Arrivals, Rate};

/// The times at which a tenant's calls ring.
#[derive(Clone, Debug)]
pub(super) enum Rings {
    /// Evenly spaced.
    Even(Even),
    /// Poisson by a curve.
    Arriving(Arriving),
    /// Poisson, and a storm on top.
    Storming(Box<(Peekable<Arriving>, Peekable<Storm>)>),
}

/// Call `n` in the middle of the `n`th gap, so that a window holds as many calls as its rate says.
#[derive(Clone, Debug)]
pub(super) struct Even {
    rate: Rate,
    rung: u64,
    until: Time,
}

/// A given number of calls, uniform over a time, as order statistics: the next of `k` remaining ones lies a share
/// 1 − U^(1/k) of what remains further on. Nothing needs to be stored or sorted.
#[derive(Clone, Debug)]
pub(super) struct Storm {
    starts: Time,
    over: f64,
    calls_left: u32,
    /// Share of `over` that is behind us.
    passed: f64,
    stream: Stream,
    until: Time,
}

impl Rings {
    /// The rings before `until`; none of a closed tenant, which rings by its lines, and of one that rings by its records.
    pub(super) fn new(arrivals: &Arrivals, until: Time, stream: impl Fn(&str) -> Stream) -> Option<Self> {
        let curve = match arrivals {
            Arrivals::Constant(rate) => return Some(Self::Even(Even { rate: *rate, rung: 0, until })),
            Arrivals::Closed { .. } | Arrivals::Trace(_) => return None,
            Arrivals::Poisson(rate) | Arrivals::Burst { rate, .. } => RateCurve::steady(*rate),
            Arrivals::Stages(stages) => RateCurve::stages(stages),
            Arrivals::Profile(rates) => RateCurve::hourly(rates),
        };
        let arriving = Arriving::new(curve, stream("arrivals"), until);
        let Arrivals::Burst { at, calls, over, .. } = arrivals else { return Some(Self::Arriving(arriving)) };
        let storm = Storm {
            starts: Time::ZERO + *at,
            over: over.secs_f64(),
            calls_left: *calls,
            passed: 0.0,
            stream: stream("storm"),
            until,
        };
        Some(Self::Storming(Box::new((arriving.peekable(), storm.peekable()))))
    }
}

impl Iterator for Rings {
    type Item = Time;

    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    fn next(&mut self) -> Option<Time> {
        match self {
            Self::Even(even) => even.next(),
            Self::Arriving(arriving) => arriving.next(),
            Self::Storming(both) => {
                let (below, storm) = &mut **both;
                next_of_both(below, storm)
            }
        }
    }
}

#[inline(never)]
fn next_of_both(below: &mut Peekable<Arriving>, storm: &mut Peekable<Storm>) -> Option<Time> {
    let storm_first = storm.peek().is_some_and(|first| below.peek().is_none_or(|other| first < other));
    if storm_first { storm.next() } else { below.next() }
}

impl Iterator for Even {
    type Item = Time;

    fn next(&mut self) -> Option<Time> {
        let time = Time::ZERO + Span::from_secs_f64((self.rung as f64 + 0.5) / self.rate.0);
        self.rung += 1;
        (time < self.until).then_some(time)
    }
}

impl Iterator for Storm {
    type Item = Time;

    fn next(&mut self) -> Option<Time> {
        if self.calls_left == 0 {
            return None;
        }
        let share = 1.0 - libm::pow(self.stream.open_unit(), 1.0 / f64::from(self.calls_left));
        self.passed += (1.0 - self.passed) * share;
        self.calls_left -= 1;
        let time = self.starts + Span::from_secs_f64(self.passed * self.over);
        (time < self.until).then_some(time)
    }
}
