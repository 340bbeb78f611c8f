//! What becomes of processes, as the pool is told: they start, fail, exit, and time passes.
//!
//! News that comes too late, of a runtime that is gone or being drained, changes nothing.

use super::decision::Decision;
use super::error::PoolError;
use super::machine::Pool;
use super::runtime::{Phase, RuntimeId};
use crate::base::{Admission, BootKind, DrainReason, Time};

impl Pool {
    /// A runtime is ready.
    #[inline]
    pub fn started(&mut self, now: Time, runtime: RuntimeId, kind: BootKind) {
        let Some(place) = self.find_in(Phase::Booting, runtime) else { return };
        self.leave_boot(place);
        let entry = &mut self.runtimes[place];
        entry.phase = Phase::Ready;
        if entry.waiters.is_empty() {
            return self.rest(now, place);
        }
        self.levels.busy += 1;
        while let Some(waiting) = entry.waiters.pop_front(&mut self.waiter_links) {
            let waiter = self.waiters.id(waiting);
            let caused_the_boot = self.waiters.remove(waiting).caused_the_boot;
            let admission = if caused_the_boot { Admission::from(kind) } else { Admission::Join };
            entry.leases += 1;
            let (_, lease) = self.leases.insert(runtime);
            self.decisions.push(Decision::Grant { waiter, lease, runtime, admission });
        }
    }

    /// A boot went wrong; its process, if there is one, is still to be ended.
    pub fn start_failed(&mut self, runtime: RuntimeId) {
        if let Some(place) = self.find_in(Phase::Booting, runtime) {
            self.refuse_waiters(place, PoolError::StartFailed { runtime });
            self.drain(place, DrainReason::Crash);
        }
    }

    /// The port a runtime was to be started on is in use by someone else; no process was started.
    pub fn port_taken(&mut self, now: Time, runtime: RuntimeId) {
        let Some(place) = self.find_in(Phase::Booting, runtime) else {
            // Perhaps drained while the shell was still looking at the port: there is no process to end.
            return self.drained(now, runtime);
        };
        let port = self.runtimes[place].port.take().expect("law 4: who boots holds a port");
        self.ports.mark_stranger(now, port);
        self.free_slots += 1;
        self.leave_boot(place);
        self.requeue(place);
        self.settle(now);
    }

    /// A live runtime is broken (it does not answer any more, say): drain it, leases or not.
    pub fn failed(&mut self, runtime: RuntimeId) {
        if let Some(place) = self.find_in(Phase::Ready, runtime) {
            self.drain(place, DrainReason::Crash);
        }
    }

    /// A process ended by itself: slot and port are free at once. Leases on it stay valid tokens for nothing.
    /// A runtime that is being drained ends by [`Pool::drained`], not by this.
    pub fn exited(&mut self, now: Time, runtime: RuntimeId) {
        let Some(place) = self.runtimes.find(runtime) else { return };
        match self.runtimes[place].phase {
            Phase::Booting => {
                self.refuse_waiters(place, PoolError::StartFailed { runtime });
                self.leave_boot(place);
            }
            Phase::Ready if self.runtimes[place].leases == 0 => self.leave_rest(place),
            Phase::Ready => self.levels.busy -= 1,
            Phase::Parked | Phase::Queued | Phase::Draining(_) => return,
        }
        self.bury(now, place);
    }

    /// A drain ended: the process is gone.
    #[inline]
    pub fn drained(&mut self, now: Time, runtime: RuntimeId) {
        let Some(place) = self.runtimes.find(runtime) else { return };
        if let Phase::Draining(_) = self.runtimes[place].phase {
            self.levels.draining -= 1;
            self.bury(now, place);
        }
    }

    /// Time has passed: boots that took too long fail, runtimes that were idle too long are drained.
    pub fn tick(&mut self, now: Time) {
        while let Some(place) = self.booting.first() {
            if self.runtimes[place].since + self.settings.boot_timeout > now {
                break;
            }
            self.refuse_waiters(place, PoolError::StartTimedOut { runtime: self.runtimes.id(place) });
            self.drain(place, DrainReason::Crash);
        }
        while let Some(place) = self.idle.first() {
            if self.reaped_at(self.runtimes[place].since) > now {
                break;
            }
            self.drain(place, DrainReason::Idle);
        }
    }
}
