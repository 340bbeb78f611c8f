//! What callers do to a pool: they ask for leases, hang up, give leases back, and at last close it.

use super::decision::Admitted;
use super::error::PoolError;
use super::machine::Pool;
use super::runtime::{Key, LeaseId, Phase, RuntimeId, WaiterId};
use super::slab::Place;
use crate::base::{DrainReason, Time};

impl Pool {
    /// A caller wants a lease.
    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    pub fn acquire(&mut self, now: Time, key: Key) -> Admitted {
        if self.closing {
            return Admitted::Refused(PoolError::Closed);
        }
        let current = self.keys.get(key.index()).and_then(|state| state.current);
        let Some(place) = current else { return self.admit_newcomer(now, key) };
        let runtime = self.runtimes.id(place);
        let entry = &mut self.runtimes[place];
        if entry.phase != Phase::Ready {
            return Admitted::Waiting(self.join(place));
        }
        entry.leases += 1;
        if entry.leases == 1 {
            self.leave_rest(place);
            self.levels.busy += 1;
        }
        Admitted::Granted { lease: self.leases.insert(runtime).1, runtime }
    }

    /// A waiter has hung up. False where its acquire has ended already: then its lease has to be given back.
    pub fn cancelled(&mut self, now: Time, waiter: WaiterId) -> bool {
        let Some(waiter) = self.waiters.find(waiter) else { return false };
        let runtime = self.waiters.remove(waiter).runtime;
        self.runtimes[runtime].waiters.remove(&mut self.waiter_links, waiter);
        if self.runtimes[runtime].waiters.is_empty() {
            self.abandon(now, runtime);
        }
        true
    }

    /// A lease is given back. Harmless where that was done before, or where the runtime is gone.
    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    pub fn released(&mut self, now: Time, lease: LeaseId) {
        let Some(&runtime) = self.leases.take(lease) else { return };
        let Some(place) = self.find_in(Phase::Ready, runtime) else { return };
        let entry = &mut self.runtimes[place];
        entry.leases -= 1;
        if entry.leases == 0 {
            self.levels.busy -= 1;
            self.rest(now, place);
        }
    }

    /// No more acquires. Whoever waits is refused, idle and booting runtimes are drained, busy ones when their last
    /// lease is given back. The pool is closed when [`Levels::live`](super::Levels::live) is 0.
    pub fn close(&mut self) {
        self.closing = true;
        let every: Vec<Place<RuntimeId>> = self.runtimes.places().collect();
        for place in every {
            self.refuse_waiters(place, PoolError::Closed);
            match self.runtimes[place].phase {
                Phase::Parked | Phase::Queued => self.forget(place),
                Phase::Booting => self.drain(place, DrainReason::Close),
                Phase::Ready if self.runtimes[place].leases == 0 => self.drain(place, DrainReason::Close),
                Phase::Ready | Phase::Draining(_) => {}
            }
        }
    }

    /// [`Pool::close`], and busy runtimes are drained under their leases.
    pub fn close_now(&mut self) {
        self.close();
        let every: Vec<Place<RuntimeId>> = self.runtimes.places().collect();
        for place in every {
            if self.runtimes[place].phase == Phase::Ready {
                self.drain(place, DrainReason::Close);
            }
        }
    }
}

impl Pool {
    /// Waits for a boot that somebody else caused.
    #[inline(never)]
    fn join(&mut self, place: Place<RuntimeId>) -> WaiterId {
        let entry = &self.runtimes[place];
        if entry.waiters.is_empty() && entry.phase == Phase::Booting {
            self.abandoned.remove(&mut self.abandoned_links, place);
        }
        self.wait(place, false)
    }

    /// The last waiter of a boot has hung up: what is not started need not be; what is may be finished or evicted.
    fn abandon(&mut self, now: Time, place: Place<RuntimeId>) {
        if self.runtimes[place].phase == Phase::Booting {
            self.abandoned.push_back(&mut self.abandoned_links, place);
        } else {
            self.forget(place);
            self.settle(now);
        }
    }
}
