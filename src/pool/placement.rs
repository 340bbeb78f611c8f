//! How a boot finds a slot and a port.
//!
//! A boot that cannot start at once holds a *claim*. The pool keeps its promises by one inequality: there are never
//! more claims than slots and ports that are free or will be when the drains under way have ended. Where a new claim
//! would break it, the least recently used idle runtime is drained; where there is none, the newcomer is refused at
//! once instead of waiting in hope.

use super::decision::{Admitted, Decision};
use super::error::PoolError;
use super::machine::Pool;
use super::runtime::{Key, Phase, Runtime, RuntimeId};
use crate::base::{DrainReason, Time};

impl Pool {
    /// An acquire for a key without a runtime: claim room, and start if there is some now.
    pub(super) fn admit_newcomer(&mut self, now: Time, key: Key) -> Admitted {
        let parked = self.keys[key.index()].draining.is_some();
        self.levels.waiting += 1;
        // Only here: what a boot finds to be a stranger's stays one until the next acquire, so its tries come to an end.
        if self.ports_short() {
            self.ports.recheck_strangers(now);
        }
        if let Err(error) = self.make_room() {
            self.levels.waiting -= 1;
            return Admitted::Refused(error);
        }
        let phase = if parked { Phase::Parked } else { Phase::Queued };
        let runtime = self.runtimes.insert(Runtime::new(key, phase));
        self.keys[key.index()].current = Some(runtime);
        if !parked {
            self.queue.push_back(&mut self.runtimes, runtime);
        }
        let waiter = self.wait(runtime, true);
        self.start_queued(now);
        Admitted::Waiting(waiter)
    }

    /// Puts a boot that lost its port back to the head of the queue.
    pub(super) fn requeue(&mut self, runtime: RuntimeId) {
        if self.runtimes[runtime].waiters.is_empty() {
            self.levels.waiting += 1;
            return self.forget(runtime);
        }
        self.runtimes[runtime].phase = Phase::Queued;
        self.queue.push_front(&mut self.runtimes, runtime);
        self.levels.waiting += 1;
    }

    /// Starts what can start, after room was lost or won; refuses the newest claims that can no longer be kept.
    pub(super) fn settle(&mut self, now: Time) {
        while let Err(error) = self.make_room() {
            let newest = self.queue.last().expect("claims beyond the room are queued: a parked one waits for a drain");
            self.refuse_waiters(newest, error);
            self.forget(newest);
        }
        self.start_queued(now);
    }

    /// Removes a boot that was never started, and its claim.
    pub(super) fn forget(&mut self, runtime: RuntimeId) {
        if self.runtimes[runtime].phase == Phase::Queued {
            self.queue.remove(&mut self.runtimes, runtime);
        }
        let gone = self.runtimes.remove(runtime).expect("only a boot the pool holds is forgotten");
        self.keys[gone.key.index()].current = None;
        self.levels.waiting -= 1;
    }

    /// Drains idle runtimes until every claim is covered.
    fn make_room(&mut self) -> Result<(), PoolError> {
        while !self.claims_covered() {
            let victim = self.abandoned.first().or_else(|| self.idle.first());
            let victim = victim.ok_or_else(|| self.shortage())?;
            self.drain(victim, DrainReason::Lru);
        }
        Ok(())
    }

    /// Hands slots and ports to queued boots, first come first.
    fn start_queued(&mut self, now: Time) {
        while self.levels.live() < self.settings.max_concurrent_users {
            let Some(runtime) = self.queue.first().filter(|_| self.ports.free() > 0) else { return };
            self.queue.remove(&mut self.runtimes, runtime);
            self.levels.waiting -= 1;
            self.spawn(now, runtime);
        }
    }

    fn spawn(&mut self, now: Time, runtime: RuntimeId) {
        let port = self.ports.take(runtime).expect("a free port was seen just before");
        let entry = &mut self.runtimes[runtime];
        entry.phase = Phase::Booting;
        entry.since = now;
        entry.port = Some(port);
        let key = entry.key;
        self.booting.push_back(&mut self.runtimes, runtime);
        self.levels.booting += 1;
        self.decisions.push_back(Decision::Spawn { runtime, key, port });
    }

    fn claims_covered(&self) -> bool {
        !self.slots_short() && !self.ports_short()
    }

    fn slots_short(&self) -> bool {
        let free = self.settings.max_concurrent_users - self.levels.live();
        self.levels.waiting > free + self.levels.draining
    }

    fn ports_short(&self) -> bool {
        u64::from(self.levels.waiting) > self.ports.free() as u64 + u64::from(self.levels.draining)
    }

    fn shortage(&self) -> PoolError {
        if self.slots_short() {
            return PoolError::Exhausted { capacity: self.settings.max_concurrent_users };
        }
        PoolError::PortExhausted {
            first: *self.ports.range().start(),
            last: *self.ports.range().end(),
            ours: self.levels.live(),
            strangers: u32::try_from(self.ports.strangers()).expect("there are fewer than 65,536 ports"),
        }
    }
}
