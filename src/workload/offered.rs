//! What traffic amounts to before anything is played: the telephone engineer's arithmetic.
//!
//! Calls, turns and Erlangs are closed forms. Callers on the line come from m(t) = E[Λ(t) − Λ(t − S)], S being how long
//! a call lasts (S. Eick, W. Massey, W. Whitt, "The Physics of the Mt/G/∞ Queue", Operations Research 41, 1993), with
//! the expectation taken over sampled calls. All of it assumes that memory answers at once: what it adds is what a
//! run is there to show.

use crate::base::{Span, Stream};

use super::rate_curve::RateCurve;
use super::{Arrivals, CallLength, Rate, TenantTraffic};

/// Expected figures of one tenant's traffic in its window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Offered {
    /// Calls that ring.
    pub calls: f64,
    /// Turns of a call.
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
    /// What this tenant offers in a window of `duration`.
    pub fn offered(&self, duration: Span) -> Offered {
        let window = duration.secs_f64();
        let (hold_s, turns_per_call) = (self.hold_s(), self.turns_per_call());
        let (calls, peak_rate, peak_on_line) = match &self.arrivals {
            Arrivals::Closed { callers, redial } => {
                let cycle = hold_s + redial.mean_ns() / 1e9;
                let rate = f64::from(*callers) / cycle;
                (rate * window, Rate(rate), rate * hold_s)
            }
            open => self.open(open, window),
        };
        let erlangs = calls / window * hold_s;
        let turns_each_second = turns_per_call / hold_s;
        Offered {
            calls,
            turns_per_call,
            hold_s,
            erlangs,
            peak_rate,
            peak_on_line,
            turns_per_s: erlangs * turns_each_second,
            peak_turns_per_s: peak_on_line * turns_each_second,
        }
    }

    /// Mean length of a call in seconds, never quite nothing.
    fn hold_s(&self) -> f64 {
        let mean_ns = match &self.length {
            CallLength::Lasting(law) => law.mean_ns().max(self.reply.mean_ns()),
            CallLength::Turns(turns) => {
                f64::from(turns.saturating_sub(1)) * self.turn_cycle_ns() + self.reply.mean_ns()
            }
        };
        mean_ns.max(1.0) / 1e9
    }

    /// From turn to turn: the gap, or the reply where that is longer.
    fn turn_cycle_ns(&self) -> f64 {
        self.turn_gap.mean_ns().max(self.reply.mean_ns())
    }

    /// The elementary renewal theorem to its second term: L/μ + (1 + c²)/2 turns in a call of length L with turns μ
    /// apart on average, c being their coefficient of variation. Exact for exponential gaps; the first turn is sure.
    fn turns_per_call(&self) -> f64 {
        match &self.length {
            CallLength::Turns(turns) => f64::from(*turns),
            CallLength::Lasting(law) => {
                let cv = self.turn_gap.cv();
                (law.mean_ns() / self.turn_cycle_ns().max(1.0) + f64::midpoint(1.0, cv * cv)).max(1.0)
            }
        }
    }

    /// Calls, peak rate and peak number on the line of an open tenant.
    fn open(&self, arrivals: &Arrivals, window: f64) -> (f64, Rate, f64) {
        let expected = Expected::of(arrivals);
        let holds = self.sample_holds();
        let on_line = |at: f64| {
            holds.iter().map(|hold| expected.before(at) - expected.before(at - hold)).sum::<f64>() / holds.len() as f64
        };
        let peak = expected.instants(window).into_iter().map(on_line).fold(0.0, f64::max);
        (expected.before(window), expected.peak_rate(window), peak)
    }

    /// Lengths of some calls in seconds.
    fn sample_holds(&self) -> Vec<f64> {
        let mut stream = Stream::named(0, "sampled holds", 0);
        let turns = match &self.length {
            CallLength::Lasting(law) => {
                return (0..SAMPLED_HOLDS).map(|_| law.draw(&mut stream) as f64 / 1e9).collect();
            }
            CallLength::Turns(turns) => turns.saturating_sub(1).min(SAMPLED_TURNS),
        };
        let one = |_| {
            let gaps: u64 = (0..turns).map(|_| self.turn_gap.draw(&mut stream)).sum();
            (gaps + self.reply.draw(&mut stream)) as f64 / 1e9
        };
        (0..SAMPLED_HOLDS).map(one).collect()
    }
}

/// Expected arrivals as a function of time.
struct Expected {
    curve: RateCurve,
    /// Start, length and calls of a storm.
    storm: Option<(f64, f64, f64)>,
}

impl Expected {
    fn of(arrivals: &Arrivals) -> Self {
        let (curve, storm) = match arrivals {
            Arrivals::Constant(rate) | Arrivals::Poisson(rate) => (RateCurve::steady(*rate), None),
            Arrivals::Stages(stages) => (RateCurve::stages(stages), None),
            Arrivals::Profile(rates) => (RateCurve::hourly(rates), None),
            Arrivals::Burst { rate, at, calls, over } => {
                // A storm in no time at all is one in a nanosecond.
                let over = over.secs_f64().max(1e-9);
                (RateCurve::steady(*rate), Some((at.secs_f64(), over, f64::from(*calls))))
            }
            Arrivals::Closed { .. } => unreachable!("a closed tenant has no rate of its own"),
        };
        Self { curve, storm }
    }

    /// Calls before `secs`.
    fn before(&self, secs: f64) -> f64 {
        let in_storm = |(at, over, calls): (f64, f64, f64)| calls * ((secs - at) / over).clamp(0.0, 1.0);
        self.curve.expected_before(secs) + self.storm.map_or(0.0, in_storm)
    }

    fn peak_rate(&self, window: f64) -> Rate {
        let storm = self.storm.filter(|(at, ..)| *at < window).map_or(0.0, |(_, over, calls)| calls / over);
        Rate(self.curve.peak_before(window).0 + storm)
    }

    /// Where to look for the peak: a grid, and the end of the storm.
    fn instants(&self, window: f64) -> Vec<f64> {
        let grid = (1..=INSTANTS).map(|i| window * f64::from(i) / f64::from(INSTANTS));
        grid.chain(self.storm.map(|(at, over, _)| (at + over).min(window))).collect()
    }
}

/// The mean of so many is good to about 5 % at CV 1; more would make a thousand tenants slow to check.
const SAMPLED_HOLDS: u32 = 400;
/// The length of a call of more turns is sampled as though it had so many.
const SAMPLED_TURNS: u32 = 1000;
const INSTANTS: u32 = 48;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Distribution;
    use crate::workload::Stage;
    use crate::workload::tests::tenant;

    const MINUTE: u64 = 60_000_000_000;

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
        let offered = busy().offered(Span::from_secs(86_400));
        expect_close(offered.calls, 2880.0, 1e-9);
        expect_close(offered.erlangs, 6.0, 1e-9);
        expect_close(offered.turns_per_call, 25.0, 1e-9);
        expect_close(offered.turns_per_s, 25.0 / 30.0, 1e-9);
        expect_close(offered.peak_on_line, 6.0, 0.1);
    }

    #[test]
    fn a_window_shorter_than_the_calls_never_fills_up() {
        // m(t) = λh(1 − e^(−t/h)) for exponential calls.
        let offered = busy().offered(Span::from_secs(60));
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
        expect_close(traffic.offered(Span::from_secs(7200)).peak_on_line, 31.448, 0.05);
    }

    #[test]
    fn a_storm_of_long_calls_is_all_on_the_line_at_its_end() {
        let arrivals =
            Arrivals::Burst { rate: Rate(1e-9), at: Span::from_secs(10), calls: 30, over: Span::from_secs(5) };
        let length = CallLength::Lasting(Distribution::constant(MINUTE).unwrap());
        let offered = TenantTraffic { arrivals, length, ..busy() }.offered(Span::from_secs(60));
        expect_close(offered.peak_on_line, 30.0, 1e-3);
        expect_close(offered.calls, 30.0, 1e-3);
        expect_close(offered.peak_rate.0, 6.0, 1e-3);
    }

    #[test]
    fn closed_callers_are_on_the_line_but_for_their_redials() {
        let redial = Distribution::constant(MINUTE).unwrap();
        let offered = TenantTraffic { arrivals: Arrivals::Closed { callers: 8, redial }, ..busy() }
            .offered(Span::from_secs(2400));
        expect_close(offered.erlangs, 6.0, 1e-9);
        expect_close(offered.peak_on_line, 6.0, 1e-9);
        expect_close(offered.calls, 80.0, 1e-9);
    }

    #[test]
    fn a_call_of_three_turns_lasts_two_gaps_and_a_reply() {
        let traffic = TenantTraffic {
            length: CallLength::Turns(3),
            reply: Distribution::constant(MINUTE / 60).unwrap(),
            ..busy()
        };
        expect_close(traffic.offered(Span::from_secs(60)).hold_s, 16.0, 1e-9);
    }
}
