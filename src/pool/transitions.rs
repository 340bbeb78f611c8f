//! The steps that several inputs share: how a runtime passes from one phase to the next.

use super::decision::Decision;
use super::error::PoolError;
use super::machine::{KeyState, Pool};
use super::runtime::{LeaseId, Phase, RuntimeId, Waiter, WaiterId};
use crate::base::{DrainReason, Time};

impl Pool {
    pub(super) fn phase(&self, runtime: RuntimeId) -> Option<Phase> {
        self.runtimes.get(runtime).map(|entry| entry.phase)
    }

    /// A lease on a ready runtime.
    pub(super) fn lease(&mut self, runtime: RuntimeId) -> LeaseId {
        if self.runtimes[runtime].leases == 0 {
            self.idle.remove(&mut self.runtimes, runtime);
            self.levels.idle -= 1;
            self.levels.busy += 1;
        }
        self.runtimes[runtime].leases += 1;
        self.leases.insert(runtime)
    }

    pub(super) fn wait(&mut self, runtime: RuntimeId, caused_the_boot: bool) -> WaiterId {
        let waiter = self.waiters.insert(Waiter::new(runtime, caused_the_boot));
        self.runtimes[runtime].waiters.push_back(&mut self.waiters, waiter);
        waiter
    }

    /// A ready runtime without a lease becomes idle, or goes where the pool is closing.
    pub(super) fn rest(&mut self, now: Time, runtime: RuntimeId) {
        self.runtimes[runtime].since = now;
        self.idle.push_back(&mut self.runtimes, runtime);
        self.levels.idle += 1;
        if self.closing {
            self.drain(runtime, DrainReason::Close);
        }
    }

    pub(super) fn refuse_waiters(&mut self, runtime: RuntimeId, error: PoolError) {
        while let Some(waiter) = self.runtimes[runtime].waiters.pop_front(&mut self.waiters) {
            self.waiters.remove(waiter);
            self.decisions.push_back(Decision::Refuse { waiter, error });
            if self.runtimes[runtime].phase == Phase::Booting && self.runtimes[runtime].waiters.is_empty() {
                self.abandoned.push_back(&mut self.runtimes, runtime);
            }
        }
    }

    /// Takes a booting runtime off the lists of its phase.
    pub(super) fn leave_boot(&mut self, runtime: RuntimeId) {
        self.booting.remove(&mut self.runtimes, runtime);
        self.levels.booting -= 1;
        if self.runtimes[runtime].waiters.is_empty() {
            self.abandoned.remove(&mut self.runtimes, runtime);
        }
    }

    /// Sends a booting or ready runtime on its way out.
    pub(super) fn drain(&mut self, runtime: RuntimeId, reason: DrainReason) {
        match self.runtimes[runtime].phase {
            Phase::Booting => self.leave_boot(runtime),
            Phase::Ready if self.runtimes[runtime].leases == 0 => {
                self.idle.remove(&mut self.runtimes, runtime);
                self.levels.idle -= 1;
            }
            Phase::Ready => self.levels.busy -= 1,
            other => unreachable!("a runtime that is {other:?} is not drained"),
        }
        self.levels.draining += 1;
        self.runtimes[runtime].phase = Phase::Draining(reason);
        let state = &mut self.keys[self.runtimes[runtime].key.index()];
        *state = KeyState { current: None, draining: Some(runtime) };
        self.decisions.push_back(Decision::Drain { runtime, reason });
    }

    /// The process is gone: port and slot go to whoever waits for them.
    pub(super) fn bury(&mut self, now: Time, runtime: RuntimeId) {
        let gone = self.runtimes.remove(runtime).expect("only a runtime the pool holds is buried");
        self.ports.give_back(gone.port.expect("law 4: a live runtime holds a port"));
        let state = &mut self.keys[gone.key.index()];
        if state.current == Some(runtime) {
            state.current = None;
        } else {
            state.draining = None;
            if let Some(successor) = state.current {
                self.runtimes[successor].phase = Phase::Queued;
                self.queue.push_back(&mut self.runtimes, successor);
            }
        }
        self.settle(now);
    }
}
