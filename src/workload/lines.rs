//! The closed model: a fixed number of callers, each ringing again some time after the last call ended.

use crate::base::{CallerIndex, Distribution, Span, Stream, Time};

use super::TenantTraffic;

/// The callers of a closed tenant, one a line. Caller `i` has line `i`.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    redial: Distribution,
    lines: Vec<Line>,
}

#[derive(Clone, Debug)]
struct Line {
    /// Calls begun so far.
    calls: u64,
    /// The line's own stream: who hangs up first elsewhere changes nothing here.
    redials: Stream,
}

impl Lines {
    /// `count` lines, all waiting for their first call.
    pub(super) fn new(count: u32, redial: &Distribution, seed: u64, tenant: &str) -> Self {
        let name = format!("{tenant}/redials");
        let line = |index| Line { calls: 0, redials: Stream::named(seed, &name, u64::from(index)) };
        Self { redial: redial.clone(), lines: (0..count).map(line).collect() }
    }

    /// When each line first rings: anywhere within [`first_rings_within`], as though the lines had been at it before the
    /// run began. All at once would be a boot storm that the scenario did not ask for.
    pub(super) fn first_rings(&mut self, traffic: &TenantTraffic) -> impl Iterator<Item = (u32, Time)> + '_ {
        let within = first_rings_within(traffic, &self.redial);
        let rings = move |line: &mut Line| Time::ZERO + Span::from_secs_f64(line.redials.unit() * within);
        (0..).zip(self.lines.iter_mut().map(rings))
    }

    /// Begins a call: its number, unique within the tenant and independent of the order among lines.
    pub(super) fn begin(&mut self, line: u32) -> (u64, CallerIndex) {
        let lines = self.lines.len() as u64;
        let state = &mut self.lines[line as usize];
        let number = state.calls * lines + u64::from(line);
        state.calls += 1;
        (number, CallerIndex(u64::from(line)))
    }

    /// The caller's line, and when it rings again after a call that rang and ended then. Nobody rings again within
    /// [`DIALLING`]: who is turned away at once, and redials at once, would else stop the clock of a simulation.
    pub(super) fn ended(&mut self, caller: CallerIndex, rang: Time, at: Time) -> (u32, Time) {
        let line = u32::try_from(caller.0).expect("a closed tenant has as many callers as lines, a 32-bit count");
        let redial = self.redial.draw(&mut self.lines[line as usize].redials);
        (line, (at + Span::from_ns(redial)).max(rang + DIALLING))
    }
}

/// A hundred rings a second of one caller are more than any machine dials.
const DIALLING: Span = Span::from_ms(10);

/// The time within which the lines of a closed tenant first ring, in seconds: one turn gap and one redial on average.
pub(super) fn first_rings_within(traffic: &TenantTraffic, redial: &Distribution) -> f64 {
    (traffic.turn_gap.mean_ns() + redial.mean_ns()) / 1e9
}
