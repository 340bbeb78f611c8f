//! How a boot finds a slot and a port.
//!
//! A boot that cannot start at once holds a *claim*. The pool keeps its promises by one inequality: there are never
//! more claims than slots and ports that are free or will be when the drains under way have ended. Where a new claim
//! would break it, the least recently used idle runtime is drained; where there is none, the newcomer is refused at
//! once instead of waiting in hope.

use super::decision::{Admitted, Decision};
use super::error::PoolError;
use super::machine::{KeyState, Pool};
use super::runtime::{Key, Phase, Runtime, RuntimeId};
use super::slab::Place;
use crate::base::{DrainReason, Time};

impl Pool {
    /// An acquire for a key without a runtime: claim room, and start if there is some now.
    #[inline(never)]
    pub(super) fn admit_newcomer(&mut self, now: Time, key: Key) -> Admitted {
        if key.index() >= self.keys.len() {
            self.keys.resize(key.index() + 1, KeyState::default());
        }
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
        let (place, _) = self.runtimes.insert_with(|| Runtime::new(key, phase));
        self.keys[key.index()].current = Some(place);
        if !parked {
            self.queue.push_back(&mut self.phase_links, place);
        }
        let waiter = self.wait(place, true);
        self.start_queued(now);
        Admitted::Waiting(waiter)
    }

    /// Puts a boot that lost its port back to the head of the queue.
    pub(super) fn requeue(&mut self, place: Place<RuntimeId>) {
        self.levels.waiting += 1;
        if self.runtimes[place].waiters.is_empty() {
            return self.forget(place);
        }
        self.runtimes[place].phase = Phase::Queued;
        self.queue.push_front(&mut self.phase_links, place);
    }

    /// Starts what can start, after room was lost or won; refuses the newest claims that can no longer be kept.
    pub(super) fn settle(&mut self, now: Time) {
        while let Err(error) = self.make_room() {
            let newest = self.queue.last(&self.phase_links);
            let newest = newest.expect("claims beyond the room are queued: a parked one waits for a drain");
            self.refuse_waiters(newest, error);
            self.forget(newest);
        }
        self.start_queued(now);
    }

    /// Removes a boot that was never started, and its claim.
    pub(super) fn forget(&mut self, place: Place<RuntimeId>) {
        let gone = self.runtimes.remove(place);
        if gone.phase == Phase::Queued {
            self.queue.remove(&mut self.phase_links, place);
        }
        self.keys[gone.key.index()].current = None;
        self.levels.waiting -= 1;
    }

    /// Drains idle runtimes until every claim is covered.
    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    fn make_room(&mut self) -> Result<(), PoolError> {
        while !self.claims_covered() {
            let victim = self.abandoned.first().or_else(|| self.victim());
            let victim = victim.ok_or_else(|| self.shortage())?;
            self.drain(victim, DrainReason::Lru);
        }
        Ok(())
    }

    /// The idle runtime that goes first: the least recently used one, unless somebody wants to know what another would bring.
    #[inline]
    fn victim(&mut self) -> Option<Place<RuntimeId>> {
        if self.policy.is_none() { self.idle.first() } else { self.chosen_victim() }
    }

    /// Hands slots and ports to queued boots, first come first.
    #[inline]
    pub(super) fn start_queued(&mut self, now: Time) {
        while let Some(place) = self.queue.first().filter(|_| self.slot_and_port_free()) {
            self.spawn(now, place);
        }
    }

    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    fn spawn(&mut self, now: Time, place: Place<RuntimeId>) {
        self.queue.remove(&mut self.phase_links, place);
        self.levels.waiting -= 1;
        self.free_slots -= 1;
        let runtime = self.runtimes.id(place);
        let port = self.ports.take(runtime).expect("a free port was seen just before");
        let entry = &mut self.runtimes[place];
        entry.phase = Phase::Booting;
        entry.since = now;
        entry.port = Some(port);
        let key = entry.key;
        self.booting.push_back(&mut self.phase_links, place);
        self.levels.booting += 1;
        self.decisions.push(Decision::Spawn { runtime, key, port });
    }

    #[inline]
    fn slot_and_port_free(&self) -> bool {
        self.free_slots > 0 && self.ports.free() > 0
    }

    #[inline]
    fn claims_covered(&self) -> bool {
        !self.slots_short() && !self.ports_short()
    }

    #[inline]
    fn slots_short(&self) -> bool {
        self.levels.waiting > self.free_slots + self.levels.draining
    }

    #[inline]
    fn ports_short(&self) -> bool {
        u64::from(self.levels.waiting) > self.ports.free() as u64 + u64::from(self.levels.draining)
    }

    #[cold]
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
