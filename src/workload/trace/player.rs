//! Where in a trace the workload stands.

use std::sync::Arc;

use super::Trace;
use crate::base::{CallerIndex, Time};

/// Goes through a trace.
#[derive(Clone, Debug)]
pub(in crate::workload) struct Player {
    trace: Arc<Trace>,
    next: usize,
    /// The number of the next caller whom nobody knows.
    next_new: u64,
    until: Time,
}

impl Player {
    /// Plays the calls that are answered before `until`.
    pub(in crate::workload) fn new(trace: Arc<Trace>, until: Time) -> Self {
        let next_new = u64::from(trace.known());
        Self { trace, next: 0, next_new, until }
    }

    /// When the next call begins.
    pub(in crate::workload) fn next_ring(&self) -> Option<Time> {
        self.trace.calls().get(self.next).map(|call| call.answered_at).filter(|at| *at < self.until)
    }

    /// The call that begins now: its place in the trace, and who calls.
    pub(in crate::workload) fn begin(&mut self) -> (usize, CallerIndex) {
        let place = self.next;
        self.next += 1;
        let caller = self.trace.calls()[place].caller.map_or_else(|| self.somebody_new(), u64::from);
        (place, CallerIndex(caller))
    }

    fn somebody_new(&mut self) -> u64 {
        self.next_new += 1;
        self.next_new - 1
    }
}
