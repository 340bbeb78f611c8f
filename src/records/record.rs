//! Calls as they were recorded.

use super::{Names, TimeKind};
use crate::base::{Span, Time};
use crate::workload::{Trace, TracedCall, TracedTurns};

/// Calls in the order of their starts, those of one instant in the order of the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Records {
    /// Each call.
    pub calls: Vec<CallRecord>,
    /// Names of callers.
    pub callers: Names,
    /// Names of tenants; none where the file has no such column.
    pub tenants: Names,
    /// Names of agents; none where the file has no such column.
    pub agents: Names,
    /// What [`CallRecord::start_ns`] counts from.
    pub kind: TimeKind,
    pub(super) turn_times: Vec<Span>,
}

/// One call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CallRecord {
    /// When the phone began to ring.
    pub start_ns: i64,
    /// Where it stands in the file.
    pub line: u64,
    /// Who called, if anybody knows.
    pub caller: Option<u32>,
    /// Whose customer.
    pub tenant: Option<u32>,
    /// Who took it.
    pub agent: Option<u32>,
    /// From the start to the end.
    pub duration: Option<Span>,
    /// From the start to the answer.
    pub ring: Option<Span>,
    /// When he spoke; times count from the answer.
    pub(super) turns: TracedTurns,
}

impl CallRecord {
    /// When it was answered.
    pub fn answered_ns(&self) -> i64 {
        self.start_ns.saturating_add_unsigned(self.ringing().ns())
    }

    /// How long it rang.
    pub fn ringing(&self) -> Span {
        self.ring.unwrap_or_default()
    }

    /// How long they talked.
    pub fn talk(&self) -> Option<Span> {
        self.duration.map(|duration| duration - self.ringing())
    }

    /// When it ended, if that is known.
    pub fn ended_ns(&self) -> Option<i64> {
        self.duration.map(|duration| self.start_ns.saturating_add_unsigned(duration.ns()))
    }

    /// It rang, and ended before anybody answered.
    pub fn is_unanswered(&self) -> bool {
        self.ring.is_some_and(|ring| ring > Span::ZERO && self.duration.is_some_and(|duration| duration <= ring))
    }
}

impl Records {
    /// Start of the first call.
    pub fn first_ns(&self) -> Option<i64> {
        self.calls.first().map(|call| call.start_ns)
    }

    /// What a workload plays: the calls of `tenant`, or of all where it is absent, that were answered at `origin_ns` or
    /// later, which is time zero; calls come `speed` times as often and last as long as they did. Callers are numbered
    /// anew, in the order in which they first call.
    pub fn trace(&self, tenant: Option<u32>, origin_ns: i64, speed: f64) -> Trace {
        let mut numbers: Vec<Option<u32>> = vec![None; self.callers.len()];
        let mut known = 0;
        let mut number = |caller: u32| {
            *numbers[caller as usize].get_or_insert_with(|| {
                known += 1;
                known - 1
            })
        };
        let of_tenant = self.calls.iter().filter(|call| tenant.is_none() || call.tenant == tenant);
        let played = of_tenant.filter(|call| call.answered_ns() >= origin_ns);
        let calls = played.map(|call| TracedCall {
            answered_at: Time::ZERO + scaled(call.answered_ns() - origin_ns, speed),
            ringing: call.ringing(),
            caller: call.caller.map(&mut number),
            length: call.talk(),
            turns: call.turns,
        });
        Trace::new(calls.collect(), self.turn_times.clone())
    }

    /// When the turns of `call` started, after its start, where its record says so.
    pub(super) fn turn_times(&self, call: &CallRecord) -> impl Iterator<Item = Span> {
        let times = match call.turns {
            TracedTurns::Times { first, count } => first as usize..(first + count) as usize,
            _ => 0..0,
        };
        let ringing = call.ringing();
        self.turn_times[times].iter().map(move |time| *time + ringing)
    }
}

/// So long at that speed. Left alone at the speed it had, so that it stays exact.
fn scaled(ns: i64, speed: f64) -> Span {
    let ns = ns.max(0).unsigned_abs();
    if (speed - 1.0).abs() < f64::EPSILON { Span::from_ns(ns) } else { Span::from_secs_f64(ns as f64 / 1e9 / speed) }
}
