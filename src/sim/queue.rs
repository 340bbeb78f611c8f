//! What happens next.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::processors::WorkId;
use crate::base::Time;
use crate::pool::RuntimeId;

/// Something that will happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// A call takes its next step, unless it has taken another since: the stamp tells.
    Call { call: CallId, stamp: u32 },
    /// A boot ends, well or with an exit.
    BootEnds { desk: DeskId, runtime: RuntimeId, ready: bool },
    /// A drain ends: the process is gone.
    DrainEnds { desk: DeskId, runtime: RuntimeId },
    /// Something is done on the cores of the desk's host, unless others came in between.
    Computed { desk: DeskId },
    /// A piece of work begins to compute, or goes on.
    GoesOn { desk: DeskId, work: WorkId },
    /// Who waits for a piece of work waits no longer.
    GivesUp { desk: DeskId, work: WorkId },
    /// A pool wants a tick.
    Tick { desk: DeskId },
    /// A fault begins or ends.
    Fault { number: u32, begins: bool },
}

/// At one instant endings come before timers and timers before beginnings, so that what is given back can be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// A search, a save, a drain, a call ended.
    Ending = 0,
    /// The reaper, a timeout, a fault.
    Timer = 1,
    /// A boot is ready, a turn is due.
    Beginning = 2,
}

/// A call's place in the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CallId(pub(super) u32);

/// A worker's place in the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DeskId(pub(super) u32);

/// Everything that will happen, soonest first.
#[derive(Debug, Default)]
pub(super) struct Queue {
    heap: BinaryHeap<Reverse<Entry>>,
    next_sequence: u64,
}

/// Ordered by time, then class, then sequence; `order` holds the latter two.
#[derive(Clone, Copy, Debug)]
struct Entry {
    at: Time,
    order: u64,
    due: Due,
}

impl Queue {
    pub(super) fn push(&mut self, at: Time, class: Class, due: Due) {
        let order = (class as u64) << CLASS_SHIFT | self.next_sequence;
        self.next_sequence += 1;
        self.heap.push(Reverse(Entry { at, order, due }));
    }

    /// When the next thing happens.
    pub(super) fn peek(&self) -> Option<Time> {
        self.heap.peek().map(|Reverse(entry)| entry.at)
    }

    pub(super) fn pop(&mut self) -> Option<(Time, Due)> {
        self.heap.pop().map(|Reverse(entry)| (entry.at, entry.due))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}

/// Sequences stay below 2⁶²: at a billion events a second that is over a century.
const CLASS_SHIFT: u32 = 62;
