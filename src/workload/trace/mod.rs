//! Call records as arrivals: who called when, and for how long.
//!
//! A record says when a call was answered, how long the phone had been ringing by then, and perhaps who called, how long
//! they talked and when they spoke. The call begins for memory when it is answered. What a record does not say is drawn
//! from the tenant's laws, by streams that belong to the call's place in the trace.

mod offered;
mod player;
#[cfg(test)]
mod tests;

pub(super) use player::Player;

use crate::base::{Span, Time};

/// Calls in the order in which they are answered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    calls: Vec<TracedCall>,
    /// See [`TracedTurns::Times`].
    turn_times: Vec<Span>,
    known: u32,
}

/// One call as it was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TracedCall {
    /// When the conversation begins.
    pub answered_at: Time,
    /// How long the phone had been ringing by then.
    pub ringing: Span,
    /// Who: a number below [`Trace::known`]; nobody knows who where absent, and so he is somebody new.
    pub caller: Option<u32>,
    /// How long they talked, from the answer on.
    pub length: Option<Span>,
    /// When he spoke.
    pub turns: TracedTurns,
}

/// What a record says of a call's turns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TracedTurns {
    /// Nothing.
    #[default]
    Unknown,
    /// So many at most, at least 1.
    Count(u32),
    /// At these of the trace's turn times, counted from the answer; the first of them is 0.
    Times {
        /// The first one's place.
        first: u32,
        /// How many. At least 1.
        count: u32,
    },
}

impl Trace {
    /// A trace of `calls`, in whatever order they come; those of one instant stay in theirs.
    ///
    /// # Panics
    /// Where a call's turn times are not among `turn_times`.
    pub fn new(mut calls: Vec<TracedCall>, turn_times: Vec<Span>) -> Self {
        calls.sort_by_key(|call| call.answered_at);
        for call in &calls {
            if let TracedTurns::Times { first, count } = call.turns {
                let times = first as usize..first as usize + count as usize;
                assert!(
                    turn_times[times].first() == Some(&Span::ZERO),
                    "the first turn starts as the call is answered"
                );
            }
        }
        let known = calls.iter().filter_map(|call| call.caller).max().map_or(0, |last| last + 1);
        Self { calls, turn_times, known }
    }

    /// In the order in which they are answered.
    pub fn calls(&self) -> &[TracedCall] {
        &self.calls
    }

    /// Callers who are known by a number below this.
    pub fn known(&self) -> u32 {
        self.known
    }

    /// Share of calls of which nobody knows who called.
    pub fn share_of_unknown(&self) -> f64 {
        let unknown = self.calls.iter().filter(|call| call.caller.is_none()).count();
        unknown as f64 / self.calls.len().max(1) as f64
    }

    pub(super) fn turn_time(&self, number: u32) -> Span {
        self.turn_times[number as usize]
    }
}
