//! What happens next.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

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
/// its place: one sift, and a short one where that comes soon.
#[derive(Debug, Default)]
pub(super) struct Queue {
    heap: BinaryHeap<Reverse<Entry>>,
    /// The heap's top has happened already.
    spent: bool,
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
        let order = u128::from(at.ns()) << 64 | u128::from((class as u64) << CLASS_SHIFT | self.next_sequence);
        self.next_sequence += 1;
        let entry = Reverse(Entry { order, due });
        if std::mem::take(&mut self.spent)
            && let Some(mut top) = self.heap.peek_mut()
        {
            *top = entry;
        } else {
            self.heap.push(entry);
        }
    }

    /// When the next thing happens; [`Time::NEVER`] where nothing does.
    pub(super) fn peek(&mut self) -> Time {
        if std::mem::take(&mut self.spent) {
            self.heap.pop();
        }
        self.heap.peek().map_or(Time::NEVER, |Reverse(entry)| entry.at())
    }

    pub(super) fn pop(&mut self) -> Option<(Time, Due)> {
        if self.spent {
            self.heap.pop();
        }
        let top = self.heap.peek().map(|Reverse(entry)| (entry.at(), entry.due));
        self.spent = top.is_some();
        top
    }
}

impl Entry {
    fn at(&self) -> Time {
        Time::from_ns((self.order >> 64) as u64)
    }
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
