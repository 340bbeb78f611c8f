//! What callers do to a pool: they ask for leases, hang up, give leases back, and at last close it.

use super::decision::Admitted;
use super::error::PoolError;
use super::machine::{KeyState, Pool};
use super::runtime::{Key, LeaseId, Phase, RuntimeId, WaiterId};
use crate::base::{DrainReason, Time};

impl Pool {
    /// A caller wants a lease.
    pub fn acquire(&mut self, now: Time, key: Key) -> Admitted {
        if self.closing {
            return Admitted::Refused(PoolError::Closed);
        }
        if key.index() >= self.keys.len() {
            self.keys.resize(key.index() + 1, KeyState::default());
        }
        match self.keys[key.index()].current {
            Some(runtime) if self.runtimes[runtime].phase == Phase::Ready => {
                let lease = self.lease(runtime);
                Admitted::Granted { lease, runtime }
            }
            Some(runtime) => Admitted::Waiting(self.join(runtime)),
            None => self.admit_newcomer(now, key),
        }
    }

    /// A waiter has hung up. False where its acquire has ended already: then its lease has to be given back.
    pub fn cancelled(&mut self, now: Time, waiter: WaiterId) -> bool {
        let Some(runtime) = self.waiters.get(waiter).map(|waiter| waiter.runtime) else { return false };
        self.runtimes[runtime].waiters.remove(&mut self.waiters, waiter);
        self.waiters.remove(waiter);
        if self.runtimes[runtime].waiters.is_empty() {
            self.abandon(now, runtime);
        }
        true
    }

    /// A lease is given back. Harmless where that was done before, or where the runtime is gone.
    pub fn released(&mut self, now: Time, lease: LeaseId) {
        let Some(runtime) = self.leases.remove(lease) else { return };
        let Some(entry) = self.runtimes.get_mut(runtime).filter(|entry| entry.phase == Phase::Ready) else { return };
        entry.leases -= 1;
        if entry.leases == 0 {
            self.levels.busy -= 1;
            self.rest(now, runtime);
        }
    }

    /// No more acquires. Whoever waits is refused, idle and booting runtimes are drained, busy ones when their last
    /// lease is given back. The pool is closed when [`Levels::live`](super::Levels::live) is 0.
    pub fn close(&mut self) {
        self.closing = true;
        let every: Vec<RuntimeId> = self.runtimes.keys().collect();
        for runtime in every {
            self.refuse_waiters(runtime, PoolError::Closed);
            match self.runtimes[runtime].phase {
                Phase::Parked | Phase::Queued => self.forget(runtime),
                Phase::Booting => self.drain(runtime, DrainReason::Close),
                Phase::Ready if self.runtimes[runtime].leases == 0 => self.drain(runtime, DrainReason::Close),
                Phase::Ready | Phase::Draining(_) => {}
            }
        }
    }

    /// [`Pool::close`], and busy runtimes are drained under their leases.
    pub fn close_now(&mut self) {
        self.close();
        let every: Vec<RuntimeId> = self.runtimes.keys().collect();
        for runtime in every {
            if self.runtimes[runtime].phase == Phase::Ready {
                self.drain(runtime, DrainReason::Close);
            }
        }
    }
}

impl Pool {
    /// Waits for a boot that somebody else caused.
    fn join(&mut self, runtime: RuntimeId) -> WaiterId {
        let entry = &self.runtimes[runtime];
        if entry.waiters.is_empty() && entry.phase == Phase::Booting {
            self.abandoned.remove(&mut self.runtimes, runtime);
        }
        self.wait(runtime, false)
    }

    /// The last waiter of a boot has hung up: what is not started need not be; what is may be finished or evicted.
    fn abandon(&mut self, now: Time, runtime: RuntimeId) {
        if self.runtimes[runtime].phase == Phase::Booting {
            self.abandoned.push_back(&mut self.runtimes, runtime);
        } else {
            self.forget(runtime);
            self.settle(now);
        }
    }
}
