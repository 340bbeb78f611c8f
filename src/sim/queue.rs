//! What happens next.

use slotmap::{Key as _, KeyData};

use super::processors::WorkId;
use crate::base::Time;
use crate::pool::RuntimeId;

/// Something that will happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// A call takes its next step, unless it has taken another since: the stamp tells.
    Call { desk: DeskId, call: CallId, stamp: u32 },
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

/// A call's place at its worker.
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
///
/// The heap is this room's own because its entries are four words that travel in registers: written to memory word by
/// word and read back as a whole, as a library's generic heap does, they keep the processor waiting longer than all the
/// sifting takes.
#[derive(Debug, Default)]
pub(super) struct Queue {
    /// A binary heap: no entry comes before its parent, which stands at half its place.
    heap: Vec<Entry>,
    /// The heap's top has happened already.
    spent: bool,
    /// Endings of this very instant, in their order: the last endings of the instant, but before all else in it.
    at_once: Vec<Packed>,
    /// So many of those have happened.
    at_once_passed: usize,
    /// When that is.
    now: Time,
    next_sequence: u64,
}

/// Ordered by time, then class, then sequence, all in one number.
#[derive(Clone, Copy, Debug)]
struct Entry {
    order: u128,
    due: Packed,
}

/// A [`Due`] in two words: its kind and whose it is, and what else there is to it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packed(u64, u64);

impl Queue {
    #[expect(clippy::inline_always, reason = "whoever pushes knows what: it is packed at no cost there")]
    #[inline(always)]
    pub(super) fn push(&mut self, at: Time, class: Class, due: Due) {
        let Packed(head, rest) = due.into();
        self.put(at, class, head, rest);
    }

    fn put(&mut self, at: Time, class: Class, head: u64, rest: u64) {
        let due = Packed(head, rest);
        if at == self.now && class == Class::Ending {
            return self.at_once.push(due);
        }
        let order = order(at, class, self.next_sequence);
        self.next_sequence += 1;
        if std::mem::take(&mut self.spent) {
            self.sift_down(order, due);
        } else {
            self.sift_up(order, due);
        }
    }

    /// Time goes on until then: everything that was due before has happened.
    #[inline]
    pub(super) fn arrive_at(&mut self, now: Time) {
        assert!(self.at_once.is_empty(), "what is due at once happens before time goes on");
        self.now = now;
    }

    /// When the next thing happens; [`Time::NEVER`] where nothing does.
    #[inline]
    pub(super) fn peek(&mut self) -> Time {
        if !self.at_once.is_empty() {
            return self.now;
        }
        time_of(self.soonest())
    }

    /// What is due in this instant, or else when the next thing is.
    #[expect(clippy::inline_always, reason = "what happens next goes on in registers")]
    #[inline(always)]
    pub(super) fn pop(&mut self) -> Result<Packed, Time> {
        let soonest = self.soonest();
        if let Some(due) = self.at_once.get(self.at_once_passed).copied()
            && soonest >= order(self.now, Class::Timer, 0)
        {
            // None of the heap's endings is due now: they would all have been pushed before.
            self.pass_at_once();
            return Ok(due);
        }
        match self.heap.first() {
            Some(top) if time_of(soonest) == self.now => {
                self.spent = true;
                Ok(top.due)
            }
            _ => Err(time_of(soonest)),
        }
    }

    /// What is due first in an instant at which time has just arrived for it.
    #[inline]
    pub(super) fn first(&mut self) -> Packed {
        self.spent = true;
        self.heap[0].due
    }

    #[inline]
    fn pass_at_once(&mut self) {
        self.at_once_passed += 1;
        if self.at_once_passed == self.at_once.len() {
            self.at_once.clear();
            self.at_once_passed = 0;
        }
    }

    /// When and in which order the heap's next entry is due, never where there is none.
    #[inline]
    fn soonest(&mut self) -> u128 {
        if self.spent {
            self.drop_spent();
        }
        self.heap.first().map_or(u128::MAX, |top| top.order)
    }

    #[inline(never)]
    fn drop_spent(&mut self) {
        self.spent = false;
        if let Some(last) = self.heap.pop()
            && !self.heap.is_empty()
        {
            self.sift_down(last.order, last.due);
        }
    }

    /// Puts the entry where it belongs, in the place of the top.
    #[inline(never)]
    fn sift_down(&mut self, order: u128, due: Packed) {
        let heap = &mut self.heap[..];
        let mut place = 0;
        let mut child = 1;
        while child + 1 < heap.len() {
            child += usize::from(heap[child + 1].order < heap[child].order);
            if heap[child].order > order {
                break;
            }
            heap[place] = heap[child];
            place = child;
            child = 2 * place + 1;
        }
        if child + 1 == heap.len() && heap[child].order < order {
            heap[place] = heap[child];
            place = child;
        }
        heap[place] = Entry { order, due };
    }

    /// Puts the entry where it belongs, besides all others.
    #[inline(never)]
    fn sift_up(&mut self, order: u128, due: Packed) {
        let mut place = self.heap.len();
        self.heap.push(NOTHING);
        let heap = &mut self.heap[..];
        while place > 0 && heap[(place - 1) / 2].order > order {
            heap[place] = heap[(place - 1) / 2];
            place = (place - 1) / 2;
        }
        heap[place] = Entry { order, due };
    }
}

impl From<Due> for Packed {
    #[expect(clippy::inline_always, reason = "see `Queue::push`")]
    #[inline(always)]
    fn from(due: Due) -> Self {
        let packed = |kind: u64, small: u32, large: u64| Self(kind << 32 | u64::from(small), large);
        match due {
            Due::Call { desk, call, stamp } => packed(0, desk.0, u64::from(stamp) << 32 | u64::from(call.0)),
            Due::Ready { desk, runtime } => packed(1, desk.0, runtime.data().as_ffi()),
            Due::BootFails { desk, runtime } => packed(2, desk.0, runtime.data().as_ffi()),
            Due::DrainEnds { desk, runtime } => packed(3, desk.0, runtime.data().as_ffi()),
            Due::Computed { desk } => packed(4, desk.0, 0),
            Due::GoesOn { desk, work } => packed(5, desk.0, work.data().as_ffi()),
            Due::GivesUp { desk, work } => packed(6, desk.0, work.data().as_ffi()),
            Due::Tick { desk } => packed(7, desk.0, 0),
            Due::Fault { number, begins } => packed(8, number, begins.into()),
        }
    }
}

impl Packed {
    /// Whose step it is, and the stamp, where it is a call's: known without making a [`Due`] of it, which would go through
    /// memory.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "what was put into a half is taken out of it")]
    pub(super) fn call(self) -> Option<(DeskId, CallId, u32)> {
        let Self(head, rest) = self;
        (head >> 32 == 0).then_some((DeskId(head as u32), CallId(rest as u32), (rest >> 32) as u32))
    }
}

impl From<Packed> for Due {
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "what was put into a half is taken out of it")]
    fn from(due: Packed) -> Self {
        if let Some((desk, call, stamp)) = due.call() {
            return Self::Call { desk, call, stamp };
        }
        let Packed(head, large) = due;
        let (desk, runtime) = (DeskId(head as u32), RuntimeId::from(KeyData::from_ffi(large)));
        match head >> 32 {
            1 => Self::Ready { desk, runtime },
            2 => Self::BootFails { desk, runtime },
            3 => Self::DrainEnds { desk, runtime },
            4 => Self::Computed { desk },
            5 => Self::GoesOn { desk, work: KeyData::from_ffi(large).into() },
            6 => Self::GivesUp { desk, work: KeyData::from_ffi(large).into() },
            7 => Self::Tick { desk },
            _ => Self::Fault { number: desk.0, begins: large != 0 },
        }
    }
}

#[inline]
fn order(at: Time, class: Class, sequence: u64) -> u128 {
    u128::from(at.ns()) << 64 | u128::from((class as u64) << CLASS_SHIFT | sequence)
}

#[inline]
fn time_of(order: u128) -> Time {
    Time::from_ns((order >> 64) as u64)
}

/// Holds a place in the heap.
const NOTHING: Entry = Entry { order: 0, due: Packed(0, 0) };
/// Sequences stay below 2⁶²: at a billion events a second that is over a century.
const CLASS_SHIFT: u32 = 62;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked_and_a_calls_step_is_known_as_such() {
        let (desk, call, stamp) = (DeskId(u32::MAX), CallId(u32::MAX - 1), u32::MAX - 2);
        let runtime = RuntimeId::from(KeyData::from_ffi(7 << 32 | 9));
        let work = WorkId::from(KeyData::from_ffi(5 << 32 | 3));
        let cases = [
            Due::Call { desk, call, stamp },
            Due::Ready { desk, runtime },
            Due::BootFails { desk, runtime },
            Due::DrainEnds { desk, runtime },
            Due::Computed { desk },
            Due::GoesOn { desk, work },
            Due::GivesUp { desk, work },
            Due::Tick { desk },
            Due::Fault { number: 4, begins: true },
            Due::Fault { number: 4, begins: false },
        ];
        for due in cases {
            let packed = Packed::from(due);
            assert_eq!((Due::from(packed), packed.call().is_some()), (due, matches!(due, Due::Call { .. })));
        }
    }

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
            } else if queue.peek() < Time::NEVER {
                plain.sort_unstable();
                let (want_at, _, want) = plain.remove(0);
                if want_at > now {
                    assert_eq!(
                        queue.pop().map(Due::from),
                        Err(Time::from_ns(want_at)),
                        "nothing is due before time goes on"
                    );
                    now = want_at;
                    queue.arrive_at(Time::from_ns(now));
                }
                let due = queue.pop().map(Due::from);
                assert_eq!(due, Ok(Due::Tick { desk: DeskId(want) }));
            }
            if draws.chance(0.5) {
                let soonest = plain.iter().min().map_or(u64::MAX, |(at, ..)| *at);
                assert_eq!(queue.peek().ns(), soonest);
            }
        }
    }
}
