//! What a trace amounts to: counted, not expected.

use super::{Trace, TracedCall, TracedTurns};
use crate::base::{Span, Time};
use crate::workload::offered::SHORTEST_S;
use crate::workload::{Offered, Rate, TenantTraffic};

impl TenantTraffic {
    /// What the records of `trace` offer if those of `duration` are played and hung up `grace` after that. Where a record
    /// says nothing of a call's length or turns, the tenant's laws are asked for their means.
    pub(in crate::workload) fn offered_by(&self, trace: &Trace, duration: Span, grace: Span) -> Offered {
        let window = Time::ZERO + duration;
        let played: Vec<&TracedCall> = trace.calls().iter().take_while(|call| call.answered_at < window).collect();
        let end_s = (duration + grace).secs_f64();
        let lengths: Vec<f64> = played.iter().map(|call| self.traced_hold_s(call)).collect();
        let turns = played.iter().zip(&lengths).map(|(call, hold_s)| {
            let left_s = (end_s - call.answered_at.secs_f64()).max(0.0);
            self.traced_turns(call, hold_s.min(left_s))
        });
        let (turns, calls) = (turns.sum::<f64>(), played.len() as f64);
        let hold_s = (lengths.iter().sum::<f64>() / calls.max(1.0)).max(SHORTEST_S);
        let erlangs = calls * hold_s / duration.secs_f64().max(SHORTEST_S);
        let peak_on_line = most_at_once(&played, &lengths);
        let turns_per_call = turns / calls.max(1.0);
        Offered {
            calls,
            turns,
            turns_per_call,
            hold_s,
            erlangs,
            peak_rate: busiest_minute(&played),
            peak_on_line,
            turns_per_s: erlangs * turns_per_call / hold_s,
            peak_turns_per_s: peak_on_line * turns_per_call / hold_s,
        }
    }

    /// Callers of `trace` on the line on average in the hour, beginning at a quarter, in which most are; over the whole time
    /// where that is shorter than an hour.
    pub(in crate::workload) fn busy_hour_of(&self, trace: &Trace, duration: Span) -> f64 {
        let window = Time::ZERO + duration;
        let hours = whole(duration.secs_f64() / QUARTER_S).saturating_sub(QUARTERS) + 1;
        let lasts_s = duration.secs_f64().clamp(SHORTEST_S, f64::from(QUARTERS) * QUARTER_S);
        let mut on_line_s = vec![0.0; hours as usize];
        for call in trace.calls().iter().take_while(|call| call.answered_at < window) {
            let began = call.answered_at.secs_f64();
            let end = began + self.traced_hold_s(call);
            let first = whole(began / QUARTER_S).saturating_sub(QUARTERS);
            let last = whole(end / QUARTER_S).min(hours - 1);
            for hour in first..=last {
                let from = f64::from(hour) * QUARTER_S;
                on_line_s[hour as usize] += (end.min(from + lasts_s) - began.max(from)).max(0.0);
            }
        }
        on_line_s.into_iter().fold(0.0, f64::max) / lasts_s
    }

    fn traced_hold_s(&self, call: &TracedCall) -> f64 {
        let by_turns =
            |count: u32| f64::from(count.saturating_sub(1)) * self.turn_cycle_s() + self.reply.mean_ns() / 1e9;
        match (call.length, call.turns) {
            (Some(length), _) => length.secs_f64(),
            (None, TracedTurns::Count(count) | TracedTurns::Times { count, .. }) => by_turns(count),
            (None, TracedTurns::Unknown) => self.hold_s(),
        }
    }

    /// As `turns_per_call` has it of a call by its length.
    fn traced_turns(&self, call: &TracedCall, hold_s: f64) -> f64 {
        let cv = self.turn_gap.cv();
        match call.turns {
            TracedTurns::Count(count) | TracedTurns::Times { count, .. } => f64::from(count),
            TracedTurns::Unknown if call.length.is_none() => self.turns_per_call(),
            TracedTurns::Unknown => (hold_s / self.turn_cycle_s() + f64::midpoint(1.0, cv * cv)).max(1.0),
        }
    }
}

/// The most callers on the line at once.
fn most_at_once(calls: &[&TracedCall], holds: &[f64]) -> f64 {
    let mut ends: Vec<f64> = calls.iter().zip(holds).map(|(call, hold)| call.answered_at.secs_f64() + hold).collect();
    ends.sort_by(f64::total_cmp);
    let (mut over, mut most) = (0, 0);
    for (begun, call) in (1_usize..).zip(calls) {
        let now = call.answered_at.secs_f64();
        while ends[over] <= now && over + 1 < begun {
            over += 1;
        }
        most = most.max(begun - over);
    }
    most as f64
}

/// Calls per second in the minute that has most of them.
fn busiest_minute(calls: &[&TracedCall]) -> Rate {
    let mut first = 0;
    let mut most = 0;
    for (place, call) in calls.iter().enumerate() {
        while call.answered_at.since(calls[first].answered_at) >= MINUTE {
            first += 1;
        }
        most = most.max(place + 1 - first);
    }
    Rate(most as f64 / MINUTE.secs_f64())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float cast saturates, and runs end before"
)]
fn whole(quarters: f64) -> u32 {
    quarters as u32
}

const QUARTER_S: f64 = 900.0;
/// Of an hour.
const QUARTERS: u32 = 4;
const MINUTE: Span = Span::from_secs(60);
