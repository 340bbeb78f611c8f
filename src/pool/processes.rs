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
    pub fn started(&mut self, now: Time, runtime: RuntimeId, kind: BootKind) {
        if self.phase(runtime) != Some(Phase::Booting) {
            return;
        }
        self.leave_boot(runtime);
        self.runtimes[runtime].phase = Phase::Ready;
        if self.runtimes[runtime].waiters.is_empty() {
            return self.rest(now, runtime);
        }
        self.levels.idle += 1;
        self.idle.push_back(&mut self.runtimes, runtime);
        while let Some(waiter) = self.runtimes[runtime].waiters.pop_front(&mut self.waiters) {
            let caused_the_boot = self.waiters.remove(waiter).is_some_and(|waiter| waiter.caused_the_boot);
            let admission = if caused_the_boot { Admission::from(kind) } else { Admission::Join };
            let lease = self.lease(runtime);
            self.decisions.push_back(Decision::Grant { waiter, lease, runtime, admission });
        }
    }

    /// A boot went wrong; its process, if there is one, is still to be ended.
    pub fn start_failed(&mut self, runtime: RuntimeId) {
        if self.phase(runtime) == Some(Phase::Booting) {
            self.refuse_waiters(runtime, PoolError::StartFailed { runtime });
            self.drain(runtime, DrainReason::Crash);
        }
    }

    /// The port a runtime was to be started on is in use by someone else; no process was started.
    pub fn port_taken(&mut self, now: Time, runtime: RuntimeId) {
        if self.phase(runtime) == Some(Phase::Booting) {
            let port = self.runtimes[runtime].port.take().expect("law 4: who boots holds a port");
            self.ports.mark_stranger(now, port);
            self.leave_boot(runtime);
            self.requeue(runtime);
            self.settle(now);
        } else if let Some(Phase::Draining(_)) = self.phase(runtime) {
            // Drained while the shell was still looking at the port: there is no process to end.
            self.drained(now, runtime);
        }
    }

    /// A live runtime is broken (it does not answer any more, say): drain it, leases or not.
    pub fn failed(&mut self, runtime: RuntimeId) {
        if self.phase(runtime) == Some(Phase::Ready) {
            self.drain(runtime, DrainReason::Crash);
        }
    }

    /// A process ended by itself: slot and port are free at once. Leases on it stay valid tokens for nothing.
    /// A runtime that is being drained ends by [`Pool::drained`], not by this.
    pub fn exited(&mut self, now: Time, runtime: RuntimeId) {
        match self.phase(runtime) {
            Some(Phase::Booting) => {
                self.refuse_waiters(runtime, PoolError::StartFailed { runtime });
                self.leave_boot(runtime);
            }
            Some(Phase::Ready) if self.runtimes[runtime].leases == 0 => {
                self.idle.remove(&mut self.runtimes, runtime);
                self.levels.idle -= 1;
            }
            Some(Phase::Ready) => self.levels.busy -= 1,
            _ => return,
        }
        self.bury(now, runtime);
    }

    /// A drain ended: the process is gone.
    pub fn drained(&mut self, now: Time, runtime: RuntimeId) {
        if let Some(Phase::Draining(_)) = self.phase(runtime) {
            self.levels.draining -= 1;
            self.bury(now, runtime);
        }
    }

    /// Time has passed: boots that took too long fail, runtimes that were idle too long are drained.
    pub fn tick(&mut self, now: Time) {
        while let Some(runtime) = self.booting.first() {
            if self.runtimes[runtime].since + self.settings.boot_timeout > now {
                break;
            }
            self.refuse_waiters(runtime, PoolError::StartTimedOut { runtime });
            self.drain(runtime, DrainReason::Crash);
        }
        while let Some(runtime) = self.idle.first() {
            if self.reaped_at(self.runtimes[runtime].since) > now {
                break;
            }
            self.drain(runtime, DrainReason::Idle);
        }
    }
}
