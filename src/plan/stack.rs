//! The order of last uses in one pool, whatever its cap.
//!
//! A pool of cap C that evicts the least recently used idle runtime holds, of all that were ever used, the busy ones and
//! the most recently used idle ones: of two pools the larger holds what the smaller does (R. Mattson, J. Gecsei, D. Slutz,
//! I. Traiger, "Evaluation Techniques for Storage Hierarchies", IBM Systems Journal 9, 1970). So one number says for which
//! caps a caller finds his runtime: how many others are busy or were used since he was, himself included.
//!
//! The reaper does not disturb that. It takes idle runtimes in the order of their last uses; whoever was used after a
//! runtime that it has left alone has been left alone too. So a runtime that is not reaped in time stands where it would
//! without a reaper, and one that is reaped is gone whatever the cap.
//!
//! A busy runtime is never a victim. Where more are busy than there are slots somebody waits or is refused, and the number
//! says nothing: it is exact from the most that were ever busy at once on.

use super::order::Order;
use crate::base::Time;

/// Callers of one pool by their last uses. Callers are small numbers, of which memory is proportional to the largest.
#[derive(Clone, Debug, Default)]
pub struct Stack {
    order: Order,
    callers: Vec<Caller>,
    busy: u32,
    peak_busy: u32,
}

#[derive(Clone, Copy, Debug)]
struct Caller {
    /// In the order, while idle.
    place: u32,
    leases: u32,
    /// When the last lease ended; [`Time::NEVER`] before the first.
    idle_since: Time,
}

/// How a caller's runtime was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// He had never had one.
    Never,
    /// It was busy, and so live.
    Busy,
    /// It was idle, unless it had been evicted or reaped.
    Idle {
        /// Pools with at least so many slots have not evicted it. At least 1.
        distance: u32,
        /// Since then.
        since: Time,
    },
}

impl Stack {
    /// The caller's runtime gets a lease.
    pub fn acquire(&mut self, caller: u32) -> Found {
        let index = caller as usize;
        if index >= self.callers.len() {
            self.callers.resize(index + 1, Caller { place: 0, leases: 0, idle_since: Time::NEVER });
        }
        let state = &mut self.callers[index];
        state.leases += 1;
        if state.leases > 1 {
            return Found::Busy;
        }
        let since = state.idle_since;
        let found = if since == Time::NEVER {
            Found::Never
        } else {
            Found::Idle { distance: self.order.leave(state.place) + self.busy + 1, since }
        };
        self.busy += 1;
        self.peak_busy = self.peak_busy.max(self.busy);
        found
    }

    /// It is given back.
    ///
    /// # Panics
    /// Where it has none.
    pub fn release(&mut self, now: Time, caller: u32) {
        let Self { order, callers, busy, .. } = self;
        let state = &mut callers[caller as usize];
        assert!(state.leases > 0, "a lease is given back that was taken");
        state.leases -= 1;
        if state.leases == 0 {
            state.idle_since = now;
            *busy -= 1;
            let place = order.take(caller, |owner, place| callers[owner as usize].place = place);
            callers[caller as usize].place = place;
        }
    }

    /// It gets a lease that takes no time.
    pub fn touch(&mut self, now: Time, caller: u32) -> Found {
        let found = self.acquire(caller);
        self.release(now, caller);
        found
    }

    /// Places in the order, taken or left: what memory is proportional to, beside the callers.
    pub fn places(&self) -> usize {
        self.order.places()
    }

    /// The most that were busy at once.
    pub fn peak_busy(&self) -> u32 {
        self.peak_busy
    }
}
