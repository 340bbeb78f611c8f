//! What happens next.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::processors::WorkId;
use crate::base::Time;
use crate::pool::RuntimeId;

/// Something that will happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// A call takes its next step, unless it has taken another since: the stamp tells.
    Call { call: CallId, stamp: u32 },
    /// A boot ends well.
    Ready { desk: DeskId, runtime: RuntimeId },
    /// A boot ends with an exit.
    BootFails { desk: DeskId, runtime: RuntimeId },
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
///
/// Most of what happens causes one thing more. So what was popped stays on top of the heap until the next push takes
/// its place: one sift, and a short one where that comes soon. What ends in the instant in which it began, as work does
/// that takes no time, never gets into the heap.
#[derive(Debug, Default)]
pub(super) struct Queue {
    heap: BinaryHeap<Reverse<Entry>>,
    /// The heap's top has happened already.
    spent: bool,
    /// Endings of this very instant, in their order: the last endings of the instant, but before all else in it.
    at_once: VecDeque<Due>,
    /// When that is.
    now: Time,
    next_sequence: u64,
}

/// Ordered by time, then class, then sequence, all in one number.
#[derive(Clone, Copy, Debug)]
struct Entry {
    order: u128,
    due: Due,
}

impl Queue {
    pub(super) fn push(&mut self, at: Time, class: Class, due: Due) {
        if at == self.now && class == Class::Ending {
            return self.at_once.push_back(due);
        }
        let entry = Reverse(Entry { order: order(at, class, self.next_sequence), due });
        self.next_sequence += 1;
        if std::mem::take(&mut self.spent)
            && let Some(mut top) = self.heap.peek_mut()
        {
            *top = entry;
        } else {
            self.heap.push(entry);
        }
    }

    /// Something else happens then, after everything that was due before.
    pub(super) fn arrive_at(&mut self, now: Time) {
        assert!(self.at_once.is_empty(), "what is due at once happens before time goes on");
        self.now = now;
    }

    /// Whether something is due in this very instant that began in it.
    #[inline]
    pub(super) fn is_at_once(&self) -> bool {
        !self.at_once.is_empty()
    }

    /// When the next thing happens; [`Time::NEVER`] where nothing does.
    pub(super) fn peek(&mut self) -> Time {
        if !self.at_once.is_empty() {
            return self.now;
        }
        if std::mem::take(&mut self.spent) {
            self.heap.pop();
        }
        self.heap.peek().map_or(Time::NEVER, |Reverse(entry)| time_of(entry.order))
    }

    pub(super) fn pop(&mut self) -> Option<(Time, Due)> {
        if !self.at_once.is_empty() && self.no_ending_is_older() {
            return self.at_once.pop_front().map(|due| (self.now, due));
        }
        if std::mem::take(&mut self.spent) {
            self.heap.pop();
        }
        let Reverse(Entry { order, due }) = *self.heap.peek()?;
        self.spent = true;
        self.now = time_of(order);
        Some((self.now, due))
    }

    /// Whether none of the heap's endings is due now: they would all have been pushed before those that are due at once.
    fn no_ending_is_older(&mut self) -> bool {
        if std::mem::take(&mut self.spent) {
            self.heap.pop();
        }
        let first_timer = order(self.now, Class::Timer, 0);
        self.heap.peek().is_none_or(|Reverse(top)| top.order >= first_timer)
    }
}

fn order(at: Time, class: Class, sequence: u64) -> u128 {
    u128::from(at.ns()) << 64 | u128::from((class as u64) << CLASS_SHIFT | sequence)
}

fn time_of(order: u128) -> Time {
    Time::from_ns((order >> 64) as u64)
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.order == other.order
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
        self.order.cmp(&other.order)
    }
}

/// Sequences stay below 2⁶²: at a billion events a second that is over a century.
const CLASS_SHIFT: u32 = 62;

#[cfg(test)]
mod tests {
    use super::*;

    /// Pushes and pops in turns, against a list that is sorted anew each time.
    #[test]
    fn pops_by_time_then_class_then_sequence_whatever_was_pushed_in_between() {
        let classes = [Class::Ending, Class::Timer, Class::Beginning];
        let mut draws = crate::base::Stream::named(3, "queue", 0);
        let (mut queue, mut plain, mut now) = (Queue::default(), Vec::new(), 0);
        for number in 0..20_000 {
            if draws.chance(0.52) {
                let (at, class) = (now + draws.below(4), usize::try_from(draws.below(3)).unwrap());
                queue.push(Time::from_ns(at), classes[class], Due::Tick { desk: DeskId(number) });
                plain.push((at, class, number));
            } else if let Some((at, due)) = queue.pop() {
                plain.sort_unstable();
                let (want_at, _, want) = plain.remove(0);
                assert_eq!((at.ns(), due), (want_at, Due::Tick { desk: DeskId(want) }));
                now = at.ns();
            }
            if draws.chance(0.5) {
                let soonest = plain.iter().min().map_or(u64::MAX, |(at, ..)| *at);
                assert_eq!(queue.peek().ns(), soonest);
            }
        }
    }
}
