//! The steps that several inputs share: how a runtime passes from one phase to the next.
//!
//! Here and in `placement` runtimes are called by place: whoever gave the input has looked the id up.

use super::decision::Decision;
use super::error::PoolError;
use super::machine::{KeyState, Pool};
use super::runtime::{Phase, RuntimeId, Waiter, WaiterId};
use super::slab::Place;
use crate::base::{DrainReason, Time};

impl Pool {
    #[inline]
    pub(super) fn phase(&self, runtime: RuntimeId) -> Option<Phase> {
        Some(self.runtimes[self.runtimes.find(runtime)?].phase)
    }

    /// Where the runtime stands, if it is in that phase.
    #[inline]
    pub(super) fn find_in(&self, phase: Phase, runtime: RuntimeId) -> Option<Place<RuntimeId>> {
        self.runtimes.find(runtime).filter(|place| self.runtimes[*place].phase == phase)
    }

    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    pub(super) fn wait(&mut self, runtime: Place<RuntimeId>, caused_the_boot: bool) -> WaiterId {
        let (place, waiter) = self.waiters.insert(Waiter { runtime, caused_the_boot });
        self.runtimes[runtime].waiters.push_back(&mut self.waiter_links, place);
        waiter
    }

    /// A ready runtime without a lease becomes idle, or goes where the pool is closing.
    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    pub(super) fn rest(&mut self, now: Time, place: Place<RuntimeId>) {
        self.runtimes[place].since = now;
        self.idle.push_back(&mut self.phase_links, place);
        self.levels.idle += 1;
        if let Some(policy) = &mut self.policy {
            policy.used(self.runtimes.id(place));
        }
        if self.closing {
            self.drain(place, DrainReason::Close);
        }
    }

    /// The end of [`Pool::rest`].
    #[inline]
    pub(super) fn leave_rest(&mut self, place: Place<RuntimeId>) {
        self.idle.remove(&mut self.phase_links, place);
        self.levels.idle -= 1;
    }

    pub(super) fn refuse_waiters(&mut self, place: Place<RuntimeId>, error: PoolError) {
        while let Some(waiter) = self.runtimes[place].waiters.pop_front(&mut self.waiter_links) {
            self.decisions.push(Decision::Refuse { waiter: self.waiters.id(waiter), error });
            self.waiters.remove(waiter);
            let entry = &self.runtimes[place];
            if entry.phase == Phase::Booting && entry.waiters.is_empty() {
                self.abandoned.push_back(&mut self.abandoned_links, place);
            }
        }
    }

    /// Takes a booting runtime off the lists of its phase.
    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    pub(super) fn leave_boot(&mut self, place: Place<RuntimeId>) {
        self.booting.remove(&mut self.phase_links, place);
        self.levels.booting -= 1;
        if self.runtimes[place].waiters.is_empty() {
            self.abandoned.remove(&mut self.abandoned_links, place);
        }
    }

    /// Sends a booting or ready runtime on its way out.
    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    pub(super) fn drain(&mut self, place: Place<RuntimeId>, reason: DrainReason) {
        let runtime = self.runtimes.id(place);
        let entry = &mut self.runtimes[place];
        let (before, leases) = (entry.phase, entry.leases);
        entry.phase = Phase::Draining(reason);
        self.keys[entry.key.index()] = KeyState { current: None, draining: Some(place) };
        match before {
            Phase::Booting => self.leave_boot(place),
            Phase::Ready if leases == 0 => self.leave_rest(place),
            Phase::Ready => self.levels.busy -= 1,
            other => unreachable!("a runtime that is {other:?} is not drained"),
        }
        self.levels.draining += 1;
        self.decisions.push(Decision::Drain { runtime, reason });
    }

    /// The process is gone: port and slot go to whoever waits for them.
    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    pub(super) fn bury(&mut self, now: Time, place: Place<RuntimeId>) {
        let gone = self.runtimes.remove(place);
        self.free_slots += 1;
        self.ports.give_back(gone.port.expect("law 4: a live runtime holds a port"));
        let state = &mut self.keys[gone.key.index()];
        if state.current == Some(place) {
            state.current = None;
        } else {
            state.draining = None;
            if let Some(successor) = state.current {
                self.runtimes[successor].phase = Phase::Queued;
                self.queue.push_back(&mut self.phase_links, successor);
            }
        }
        // No claim can have lost its room by this: what was due from a drain is there now.
        self.start_queued(now);
    }
}
