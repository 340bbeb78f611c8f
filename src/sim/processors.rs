//! The cores of a host, shared evenly by whatever computes there: egalitarian processor sharing.
//!
//! With n pieces of work on N cores each advances at the rate min(1, N / n): none uses two cores, and no core idles while
//! a piece could use it. As all advance alike, one reading serves for all of them: the *progress* that a piece would have
//! made that was there from the beginning. A piece that joins at progress p with work w is done at progress p + w,
//! whoever else comes and goes, so that joining, pausing and being done cost O(log n). (The device is the virtual time of
//! A. Demers, S. Keshav and S. Shenker, "Analysis and Simulation of a Fair Queueing Algorithm", SIGCOMM 1989.)
//!
//! Progress is an integer in units of 2⁻³² ns. It is exact while no more pieces compute than there are cores, and
//! otherwise rounded down by less than a unit whenever somebody comes or goes. A piece is done in the first whole
//! nanosecond in which its progress is reached: never earlier than by exact arithmetic, and the same on every machine.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use slotmap::{SlotMap, new_key_type};

use crate::base::{Span, Time};

new_key_type! {
    /// A piece of work on one host; never used twice.
    pub(super) struct WorkId;
}

/// A host's cores, and what is to be computed on them. `W` is what the owner wants to know of a piece of work.
#[derive(Debug)]
pub(super) struct Processors<W> {
    cores: u64,
    /// As of `at`.
    progress: Progress,
    at: Time,
    /// Pieces that compute now.
    computing: u64,
    pieces: SlotMap<WorkId, Piece<W>>,
    /// Who is done at which progress, soonest first, in the order of joining where at the same. A piece that has left
    /// or paused since then is passed over.
    ends: BinaryHeap<Reverse<(Progress, u64, WorkId)>>,
    joined: u64,
}

/// Units of 2⁻³² ns: a hundred years on 4096 cores need 107 bits.
type Progress = u128;

#[derive(Debug)]
struct Piece<W> {
    state: State,
    work: W,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Done at that progress.
    Computing { ends_at: Progress },
    /// Not before that time; then so much is left to do.
    Paused { until: Time, left: Progress },
}

impl<W> Processors<W> {
    pub(super) fn new(cores: u16) -> Self {
        Self {
            cores: cores.into(),
            progress: 0,
            at: Time::ZERO,
            computing: 0,
            pieces: SlotMap::with_key(),
            ends: BinaryHeap::new(),
            joined: 0,
        }
    }

    /// A piece of work that needs a core for `needs` and begins at `begins`: now, or when it is told to
    /// [go on](Self::go_on) then.
    pub(super) fn add(&mut self, now: Time, begins: Time, needs: Span, work: W) -> WorkId {
        let left = Progress::from(needs.ns()) << FRACTION;
        let id = self.pieces.insert(Piece { state: State::Paused { until: begins, left }, work });
        if begins <= now {
            self.compute(now, id, left);
        }
        id
    }

    /// Stops a piece of work until then. One that is stopped until later stays so.
    pub(super) fn pause(&mut self, now: Time, id: WorkId, until: Time) {
        self.advance(now);
        let state = &mut self.pieces[id].state;
        *state = match *state {
            State::Computing { ends_at } => {
                self.computing -= 1;
                State::Paused { until, left: ends_at.saturating_sub(self.progress) }
            }
            State::Paused { until: other, left } => State::Paused { until: until.max(other), left },
        };
    }

    /// The pause of a piece of work is over, if it still exists and was not stopped anew.
    pub(super) fn go_on(&mut self, now: Time, id: WorkId) {
        if let Some(Piece { state: State::Paused { until, left }, .. }) = self.pieces.get(id)
            && *until <= now
        {
            self.compute(now, id, *left);
        }
    }

    /// A piece of work leaves, done or not.
    pub(super) fn leave(&mut self, now: Time, id: WorkId) -> Option<W> {
        self.advance(now);
        let Piece { state, work } = self.pieces.remove(id)?;
        self.computing -= u64::from(matches!(state, State::Computing { .. }));
        Some(work)
    }

    /// When the next piece of work is done if nobody comes or goes before.
    pub(super) fn next_end(&mut self) -> Option<Time> {
        let (ends_at, _) = self.first()?;
        let left = ends_at.saturating_sub(self.progress);
        let time = if self.computing <= self.cores {
            left.div_ceil(1 << FRACTION)
        } else {
            (left * Progress::from(self.computing)).div_ceil(Progress::from(self.cores) << FRACTION)
        };
        Some(u64::try_from(time).map_or(Time::NEVER, |ns| self.at + Span::from_ns(ns)))
    }

    /// A piece of work that is done by now.
    pub(super) fn next_done(&mut self, now: Time) -> Option<W> {
        self.advance(now);
        let (_, id) = self.first().filter(|(ends_at, _)| *ends_at <= self.progress)?;
        self.leave(now, id)
    }

    pub(super) fn get_mut(&mut self, id: WorkId) -> Option<&mut W> {
        self.pieces.get_mut(id).map(|piece| &mut piece.work)
    }

    /// All pieces, in no particular but always the same order.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (WorkId, &mut W)> {
        self.pieces.iter_mut().map(|(id, piece)| (id, &mut piece.work))
    }

    fn compute(&mut self, now: Time, id: WorkId, left: Progress) {
        self.advance(now);
        let ends_at = self.progress + left;
        self.pieces[id].state = State::Computing { ends_at };
        self.computing += 1;
        self.ends.push(Reverse((ends_at, self.joined, id)));
        self.joined += 1;
    }

    /// Nobody has come or gone since the last time.
    fn advance(&mut self, now: Time) {
        let time = Progress::from(now.since(self.at).ns()) << FRACTION;
        self.at = now;
        self.progress += if self.computing <= self.cores {
            time
        } else {
            time * Progress::from(self.cores) / Progress::from(self.computing)
        };
    }

    /// Who is done next, and at which progress.
    fn first(&mut self) -> Option<(Progress, WorkId)> {
        while let Some(Reverse((ends_at, _, id))) = self.ends.peek().copied() {
            if self.pieces.get(id).is_some_and(|piece| piece.state == State::Computing { ends_at }) {
                return Some((ends_at, id));
            }
            self.ends.pop();
        }
        None
    }
}

/// Bits of progress behind the nanosecond.
const FRACTION: u32 = 32;

#[cfg(test)]
mod tests;
