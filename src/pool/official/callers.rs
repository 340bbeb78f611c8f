//! What callers do to an official pool.

use slotmap::Key as _;

use super::machine::OfficialPool;
use super::rule::Rule;
use super::runtime::{Acquire, KeyState, Lock, Next, Stage};
use crate::base::{Admission, Time};
use crate::pool::decision::{Admitted, Decision};
use crate::pool::error::PoolError;
use crate::pool::runtime::{Key, LeaseId, RuntimeId, WaiterId};
use crate::pool::slab::Place;

impl OfficialPool {
    /// A caller wants a lease.
    #[inline]
    pub fn acquire(&mut self, now: Time, key: Key) -> Admitted {
        if self.closing {
            return Admitted::Refused(PoolError::Closed);
        }
        match self.keys.get(key.index()).and_then(|state| state.served) {
            Some(place) => {
                let (lease, runtime) = self.lease(now, place);
                Admitted::Granted { lease, runtime }
            }
            None => self.admit_newcomer(now, key),
        }
    }

    /// A lease is given back. Nobody looks whether that was done before.
    #[inline]
    pub fn released(&mut self, now: Time, lease: LeaseId) {
        let runtime = if self.rules.has(Rule::ReleasesCountTwice) {
            RuntimeId::from(lease.data())
        } else {
            let Some(runtime) = self.leases.take(lease) else { return };
            *runtime
        };
        let Some(place) = self.runtimes.find(runtime) else { return };
        let entry = &mut self.runtimes[place];
        entry.last_used = now;
        if entry.leases == 0 {
            return;
        }
        entry.leases -= 1;
        let (rests, alive) = (entry.leases == 0, entry.alive);
        if self.keys[entry.key.index()].served != Some(place) {
            return;
        }
        if rests && alive {
            self.levels.busy -= 1;
            self.levels.idle += 1;
        }
        if !self.rules.has(Rule::RecencyByAcquire) {
            self.move_to_end(place);
        }
    }

    /// A waiter has hung up. False where its acquire has ended already: then its lease has to be given back.
    pub fn cancelled(&mut self, now: Time, waiter: WaiterId) -> bool {
        let Some(by) = self.acquires.find(waiter).filter(|by| !self.acquires[*by].hung_up) else { return false };
        let Acquire { lock, stage, .. } = self.acquires[by];
        match stage {
            Stage::Queued => {
                self.locks[lock].queue.remove(&mut self.queue_links, by);
                self.end_acquire(by);
                return true;
            }
            // By now nothing can be interrupted: the process is waited for, and everything else with it.
            Stage::Ending { flushed: false, .. } => {
                self.acquires[by].hung_up = true;
                return true;
            }
            Stage::Evicting { victim, booted } => {
                self.levels.waiting -= u32::from(booted.is_none());
                self.forsake(victim);
                if let Some(booted) = booted {
                    self.forsake(booted);
                }
            }
            Stage::Booting(booted) => {
                self.leave_boot(booted);
                self.forsake(booted);
            }
            Stage::Ending { booted, .. } => self.forsake(booted),
        }
        self.unlock(by);
        self.go_on(now);
        true
    }
}

impl OfficialPool {
    /// An acquire for a key that is not served: its lock is waited for, or taken.
    #[inline(never)]
    fn admit_newcomer(&mut self, now: Time, key: Key) -> Admitted {
        if key.index() >= self.keys.len() {
            self.keys.resize(key.index() + 1, KeyState::default());
        }
        self.key(key).mentions += 1;
        if let Some(lock) = self.key(key).lock {
            let (by, waiter) = self.acquires.insert(Acquire { key, lock, stage: Stage::Queued, hung_up: false });
            self.locks[lock].queue.push_back(&mut self.queue_links, by);
            return Admitted::Waiting(waiter);
        }
        let (lock, _) = self.locks.insert(Lock::default());
        self.key(key).lock = Some(lock);
        let (by, waiter) = self.acquires.insert(Acquire { key, lock, stage: Stage::Queued, hung_up: false });
        self.proceed(now, by);
        self.go_on(now);
        match self.decisions.last() {
            Some(Decision::Refuse { waiter: refused, error }) if *refused == waiter => {
                let error = *error;
                self.decisions.take_back();
                Admitted::Refused(error)
            }
            _ => Admitted::Waiting(waiter),
        }
    }

    /// Everybody who was given a lock goes on, in turn.
    pub(super) fn go_on(&mut self, now: Time) {
        while let Some(by) = self.agenda.pop_front() {
            self.proceed(now, by);
        }
    }

    /// Who holds the lock: is there a runtime by now? If not, room for one is needed.
    fn proceed(&mut self, now: Time, by: Place<WaiterId>) {
        let key = self.acquires[by].key;
        if let Some(place) = self.key(key).served {
            self.grant(now, by, place, Admission::Join);
            return self.unlock(by);
        }
        if self.at_cap(0) {
            match self.evict(Next::Acquire(by)) {
                Err(error) => return self.refuse(by, error),
                Ok(Some(victim)) => return self.wait_for(by, victim, None),
                Ok(None) => {}
            }
        }
        self.boot(now, by);
    }

    /// The acquire waits until its victim is gone.
    pub(super) fn wait_for(&mut self, by: Place<WaiterId>, victim: Place<RuntimeId>, booted: Option<Place<RuntimeId>>) {
        self.levels.waiting += u32::from(booted.is_none());
        self.acquires[by].stage = Stage::Evicting { victim, booted };
    }

    /// What the acquire waited for is gone.
    pub(super) fn resume(&mut self, now: Time, by: Place<WaiterId>) {
        match self.acquires[by].stage {
            Stage::Evicting { booted: None, .. } => {
                self.levels.waiting -= 1;
                self.boot(now, by);
            }
            Stage::Evicting { booted: Some(booted), .. } => self.find_room(now, by, booted),
            Stage::Ending { error, .. } => self.refuse(by, error),
            stage => unreachable!("an acquire that is {stage:?} waits for no end"),
        }
    }

    pub(super) fn grant(&mut self, now: Time, by: Place<WaiterId>, place: Place<RuntimeId>, admission: Admission) {
        let waiter = self.acquires.id(by);
        let (lease, runtime) = self.lease(now, place);
        self.decisions.push(Decision::Grant { waiter, lease, runtime, admission });
    }

    pub(super) fn refuse(&mut self, by: Place<WaiterId>, error: PoolError) {
        let Acquire { lock, hung_up, .. } = self.acquires[by];
        if !hung_up {
            self.decisions.push(Decision::Refuse { waiter: self.acquires.id(by), error });
        }
        if !self.rules.has(Rule::BootLockPerKey) {
            while let Some(other) = self.locks[lock].queue.pop_front(&mut self.queue_links) {
                self.decisions.push(Decision::Refuse { waiter: self.acquires.id(other), error });
                self.end_acquire(other);
            }
        }
        self.unlock(by);
    }

    /// The acquire is over, and its lock is the next one's.
    pub(super) fn unlock(&mut self, by: Place<WaiterId>) {
        let Acquire { key, lock, .. } = self.acquires[by];
        self.end_acquire(by);
        if let Some(next) = self.locks[lock].queue.pop_front(&mut self.queue_links) {
            return self.agenda.push_back(next);
        }
        self.locks.remove(lock);
        let state = self.key(key);
        if state.lock == Some(lock) {
            state.lock = None;
        }
    }

    fn end_acquire(&mut self, by: Place<WaiterId>) {
        let key = self.acquires.remove(by).key;
        self.key(key).mentions -= 1;
    }

    /// A lease on a runtime that serves.
    #[inline]
    fn lease(&mut self, now: Time, place: Place<RuntimeId>) -> (LeaseId, RuntimeId) {
        self.move_to_end(place);
        let runtime = self.runtimes.id(place);
        let entry = &mut self.runtimes[place];
        entry.leases += 1;
        entry.last_used = now;
        if entry.leases == 1 && entry.alive {
            self.levels.idle -= 1;
            self.levels.busy += 1;
        }
        if self.rules.has(Rule::ReleasesCountTwice) {
            return (LeaseId::from(runtime.data()), runtime);
        }
        (self.leases.insert(runtime).1, runtime)
    }

    #[inline]
    fn move_to_end(&mut self, place: Place<RuntimeId>) {
        self.served.remove(&mut self.links, place);
        self.served.push_back(&mut self.links, place);
    }
}
