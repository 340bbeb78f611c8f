//! What traffic amounts to before anything is played: the telephone engineer's arithmetic.
//!
//! Calls, turns and Erlangs are closed forms. Callers on the line come from m(t) = E[Λ(t) − Λ(t − S)], S being how long
//! a call lasts (S. Eick, W. Massey, W. Whitt, "The Physics of the Mt/G/∞ Queue", Operations Research 41, 1993), with
//! the expectation taken over sampled calls. All of it assumes that memory answers at once: what it adds is what a
//! run is there to show.

use serde::Serialize;

use crate::base::{Distribution, Span, Stream};

use super::lines::first_rings_within;
use super::rate_curve::RateCurve;
use super::{Arrivals, CallLength, Rate, TenantTraffic};

/// Expected figures of one tenant's traffic.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Offered {
    /// Calls that ring.
    pub calls: f64,
    /// Turns that start before everybody is hung up.
    pub turns: f64,
    /// Turns of a call that is not cut short.
    pub turns_per_call: f64,
    /// How long a call lasts, in seconds.
    pub hold_s: f64,
    /// Offered load: calls per second times how long a call lasts. What is on the line after long enough a time.
    pub erlangs: f64,
    /// The highest rate of calls.
    pub peak_rate: Rate,
    /// Callers on the line, on average, when they are most; less than the Erlangs where the window is short.
    pub peak_on_line: f64,
    /// Turns per second in the steady state.
    pub turns_per_s: f64,
    /// Turns per second when most callers are on the line.
    pub peak_turns_per_s: f64,
}

impl TenantTraffic {
    /// What this tenant offers if calls ring for `duration` and are hung up `grace` after that.
    pub fn offered(&self, duration: Span, grace: Span) -> Offered {
        if let Arrivals::Trace(trace) = &self.arrivals {
            return self.offered_by(trace, duration, grace);
        }
        let (window, end) = (duration.secs_f64(), (duration + grace).secs_f64());
        let (hold_s, cycle_s, turns_per_call) = (self.hold_s(), self.turn_cycle_s(), self.turns_per_call());
        let expected = Expected::of(&self.arrivals, hold_s, window);
        let settled_calls = expected.before(window);
        let calls = match &self.arrivals {
            Arrivals::Closed { callers, redial } => self.closed_calls(*callers, redial, window),
            _ => settled_calls,
        };
        let on_line = expected.on_line(&self.sample_holds(), end);
        let peak_on_line = on_line.iter().map(|(_, callers)| *callers).fold(0.0, f64::max);
        let erlangs = settled_calls / window * hold_s;
        // A caller on the line starts a turn each cycle; the rest of his turns come from where calls begin and end.
        let turns_at_the_ends = turns_per_call - hold_s / cycle_s;
        Offered {
            calls,
            turns: (integral(&on_line) / cycle_s + settled_calls * turns_at_the_ends).max(calls),
            turns_per_call,
            hold_s,
            erlangs,
            peak_rate: expected.peak_rate(),
            peak_on_line,
            turns_per_s: erlangs * turns_per_call / hold_s,
            peak_turns_per_s: peak_on_line * turns_per_call / hold_s,
        }
    }

    /// The load to size a pool for: callers on the line in the busiest hour of call records, and when most are expected to be
    /// of calls that come by a model.
    pub fn busiest_erlangs(&self, duration: Span, grace: Span) -> f64 {
        match &self.arrivals {
            Arrivals::Trace(trace) => self.busy_hour_of(trace, duration),
            _ => self.offered(duration, grace).peak_on_line,
        }
    }

    /// Mean length of a call in seconds, never quite nothing.
    pub(super) fn hold_s(&self) -> f64 {
        let reply_s = self.reply.mean_ns() / 1e9;
        let mean_s = match &self.length {
            CallLength::Lasting(law) => (law.mean_ns() / 1e9).max(reply_s),
            CallLength::Turns(turns) => f64::from(turns.saturating_sub(1)) * self.turn_cycle_s() + reply_s,
        };
        mean_s.max(SHORTEST_S)
    }

    /// From turn to turn in seconds: the gap, or the reply where that is longer.
    pub(super) fn turn_cycle_s(&self) -> f64 {
        (self.turn_gap.mean_ns().max(self.reply.mean_ns()) / 1e9).max(SHORTEST_S)
    }

    /// The elementary renewal theorem to its second term: L/μ + (1 + c²)/2 turns in a call of length L with turns μ
    /// apart on average, c being their coefficient of variation. Exact for exponential gaps; the first turn is sure.
    pub(super) fn turns_per_call(&self) -> f64 {
        match &self.length {
            CallLength::Turns(turns) => f64::from(*turns),
            CallLength::Lasting(_) => {
                let cv = self.turn_gap.cv();
                (self.hold_s() / self.turn_cycle_s() + f64::midpoint(1.0, cv * cv)).max(1.0)
            }
        }
    }

    /// Calls of so many lines: renewals again, all of which begin with a first ring and come at rather even distances.
    fn closed_calls(&self, callers: u32, redial: &Distribution, window: f64) -> f64 {
        let (first_within, cycle) = (first_rings_within(self, redial), self.hold_s() + redial.mean_ns() / 1e9);
        let calls_of_a_line = (window - first_within / 2.0) / cycle + 0.5;
        f64::from(callers) * calls_of_a_line.max((window / first_within.max(SHORTEST_S)).min(1.0))
    }

    /// Lengths of some calls in seconds, stretched to the right mean.
    fn sample_holds(&self) -> Vec<f64> {
        let mut stream = Stream::named(0, "sampled holds", 0);
        let holds: Vec<f64> = (0..SAMPLED_HOLDS).map(|_| self.sample_hold(&mut stream)).collect();
        let mean = holds.iter().sum::<f64>() / holds.len() as f64;
        let stretch = self.hold_s() / mean.max(SHORTEST_S);
        holds.into_iter().map(|hold| hold * stretch).collect()
    }

    fn sample_hold(&self, stream: &mut Stream) -> f64 {
        let mut seconds = |law: &Distribution| law.draw(stream) as f64 / 1e9;
        match &self.length {
            CallLength::Lasting(law) => seconds(law),
            CallLength::Turns(turns) => {
                let gaps = turns.saturating_sub(1).min(SAMPLED_TURNS);
                (0..gaps).map(|_| seconds(&self.turn_gap)).sum::<f64>() + seconds(&self.reply)
            }
        }
    }
}

/// Expected arrivals as a function of time.
struct Expected {
    curve: RateCurve,
    /// Start, length and calls of a storm.
    storm: Option<(f64, f64, f64)>,
    /// Whether the rate has been the same since long before the run, as that of lines that were at it already.
    settled: bool,
    /// Nobody rings after it.
    window: f64,
}

impl Expected {
    fn of(arrivals: &Arrivals, hold_s: f64, window: f64) -> Self {
        let (curve, storm) = match arrivals {
            Arrivals::Constant(rate) | Arrivals::Poisson(rate) => (RateCurve::steady(*rate), None),
            Arrivals::Stages(stages) => (RateCurve::stages(stages), None),
            Arrivals::Profile(rates) => (RateCurve::hourly(rates), None),
            Arrivals::Burst { rate, at, calls, over } => {
                let over = over.secs_f64().max(SHORTEST_S);
                (RateCurve::steady(*rate), Some((at.secs_f64(), over, f64::from(*calls))))
            }
            Arrivals::Closed { callers, redial } => {
                let cycle = hold_s + redial.mean_ns() / 1e9;
                (RateCurve::steady(Rate(f64::from(*callers) / cycle)), None)
            }
            Arrivals::Trace(_) => unreachable!("records are counted, not expected"),
        };
        Self { curve, storm, settled: matches!(arrivals, Arrivals::Closed { .. }), window }
    }

    /// Calls before `secs`; less than none before the run, where lines had settled by then.
    fn before(&self, secs: f64) -> f64 {
        if secs < 0.0 {
            return if self.settled { -self.curve.expected_before(-secs) } else { 0.0 };
        }
        let secs = secs.min(self.window);
        let in_storm = |(at, over, calls): (f64, f64, f64)| calls * ((secs - at) / over).clamp(0.0, 1.0);
        self.curve.expected_before(secs) + self.storm.map_or(0.0, in_storm)
    }

    fn peak_rate(&self) -> Rate {
        let storm = self.storm.filter(|(at, ..)| *at < self.window).map_or(0.0, |(_, over, calls)| calls / over);
        Rate(self.curve.peak_before(self.window).0 + storm)
    }

    /// Times until `end` and callers on the line: on a grid, and where the storm and the window are over.
    fn on_line(&self, holds: &[f64], end: f64) -> Vec<(f64, f64)> {
        let grid = (0..=INSTANTS).map(|i| end * f64::from(i) / f64::from(INSTANTS));
        let storm_is_over = self.storm.map(|(at, over, _)| (at + over).min(self.window));
        let mut instants: Vec<f64> = grid.chain(storm_is_over).chain([self.window]).collect();
        instants.sort_by(f64::total_cmp);
        let at = |at: f64| {
            let since = |hold: &f64| self.before(at) - self.before(at - hold);
            (at, holds.iter().map(since).sum::<f64>() / holds.len() as f64)
        };
        instants.into_iter().map(at).collect()
    }
}

/// The area below a line through the points, by trapezoids.
fn integral(points: &[(f64, f64)]) -> f64 {
    points.windows(2).map(|pair| (pair[1].0 - pair[0].0) * f64::midpoint(pair[0].1, pair[1].1)).sum()
}

/// Stands in for no time at all where something is divided by it.
pub(super) const SHORTEST_S: f64 = 1e-9;
/// The mean of so many is good to about 5 % at CV 1; more would make a thousand tenants slow to check.
const SAMPLED_HOLDS: u32 = 400;
/// The length of a call of more turns is sampled as though it had so many.
const SAMPLED_TURNS: u32 = 1000;
const INSTANTS: u32 = 48;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::Stage;
    use crate::workload::tests::tenant;

    const MINUTE: u64 = 60_000_000_000;
    const GRACE: Span = Span::ZERO;

    #[track_caller]
    fn expect_close(got: f64, want: f64, tolerance: f64) {
        assert!((got - want).abs() <= tolerance * want.abs(), "{got}, not {want}");
    }

    /// 2 calls a minute of 3 minutes with a turn each 7.5 s, for a day.
    fn busy() -> TenantTraffic {
        TenantTraffic {
            arrivals: Arrivals::Poisson(Rate(2.0 / 60.0)),
            length: CallLength::Lasting(Distribution::exponential(3 * MINUTE).unwrap()),
            turn_gap: Distribution::exponential(MINUTE / 8).unwrap(),
            ..tenant("acme")
        }
    }

    #[test]
    fn erlangs_are_calls_per_second_times_how_long_they_last() {
        let offered = busy().offered(Span::from_secs(86_400), GRACE);
        expect_close(offered.calls, 2880.0, 1e-9);
        expect_close(offered.erlangs, 6.0, 1e-9);
        expect_close(offered.turns_per_call, 25.0, 1e-9);
        expect_close(offered.turns_per_s, 25.0 / 30.0, 1e-9);
        expect_close(offered.peak_on_line, 6.0, 0.1);
    }

    #[test]
    fn a_window_shorter_than_the_calls_never_fills_up() {
        // m(t) = λh(1 − e^(−t/h)) for exponential calls.
        let offered = busy().offered(Span::from_secs(60), GRACE);
        expect_close(offered.peak_on_line, 6.0 * (1.0 - (-60.0_f64 / 180.0).exp()), 0.05);
    }

    #[test]
    fn a_rate_that_rises_and_falls_is_followed_with_the_delay_of_the_calls() {
        // λ(t) = (20/180)(1 + 0.6 sin(2πt/3600)), S exponential with mean 180 s: after the first hour, the peak of m(t)
        // is 20(1 + 0.6/√(1 + (2π·180/3600)²)) = 31.448.
        let rate = |t: f64| 20.0 / 180.0 * (1.0 + 0.6 * (std::f64::consts::TAU * t / 3600.0).sin());
        let stage = |t: u32| Stage { until: Span::from_secs(u64::from(t)), rate: Rate(rate(f64::from(t))) };
        let traffic =
            TenantTraffic { arrivals: Arrivals::Stages((0..=120).map(|i| stage(i * 60)).collect()), ..busy() };
        expect_close(traffic.offered(Span::from_secs(7200), GRACE).peak_on_line, 31.448, 0.05);
    }

    #[test]
    fn turns_that_would_start_after_the_grace_period_are_not_expected() {
        let traffic = TenantTraffic { length: CallLength::Lasting(Distribution::constant(MINUTE).unwrap()), ..busy() };
        // All calls are a minute long: a grace of a minute hears them out, with 60/7.5 + 1 turns each.
        let offered = traffic.offered(Span::from_secs(600), Span::from_secs(60));
        expect_close(offered.turns, 20.0 * 9.0, 0.01);
        // Without it, the callers on the line at the end (2) have half of their minute left: 4 turns each.
        let offered = traffic.offered(Span::from_secs(600), Span::ZERO);
        expect_close(offered.turns, 20.0 * 9.0 - 2.0 * 4.0, 0.01);
    }

    #[test]
    fn a_storm_of_long_calls_is_all_on_the_line_at_its_end() {
        let arrivals =
            Arrivals::Burst { rate: Rate(1e-9), at: Span::from_secs(10), calls: 30, over: Span::from_secs(5) };
        let length = CallLength::Lasting(Distribution::constant(MINUTE).unwrap());
        let offered = TenantTraffic { arrivals, length, ..busy() }.offered(Span::from_secs(60), GRACE);
        expect_close(offered.peak_on_line, 30.0, 1e-3);
        expect_close(offered.calls, 30.0, 1e-3);
        expect_close(offered.peak_rate.0, 6.0, 1e-3);
    }

    #[test]
    fn closed_callers_are_on_the_line_but_for_their_redials() {
        let redial = Distribution::constant(MINUTE).unwrap();
        let offered = TenantTraffic { arrivals: Arrivals::Closed { callers: 8, redial }, ..busy() }
            .offered(Span::from_secs(2400), GRACE);
        expect_close(offered.erlangs, 6.0, 1e-9);
        expect_close(offered.peak_on_line, 6.0, 1e-9);
        // 2,400 s are 10 cycles of 240 s, half of which last call is expected to fit behind the first ring.
        expect_close(offered.calls, 8.0 * (10.0 - 33.75 / 240.0 + 0.5), 1e-9);
    }

    #[test]
    fn a_call_of_three_turns_lasts_two_gaps_and_a_reply() {
        let traffic = TenantTraffic {
            length: CallLength::Turns(3),
            reply: Distribution::constant(MINUTE / 60).unwrap(),
            ..busy()
        };
        expect_close(traffic.offered(Span::from_secs(60), GRACE).hold_s, 16.0, 1e-9);
    }
}
