//! How the official pool makes room, and what it loses sight of.

use super::machine::OfficialPool;
use super::rule::Rule;
use super::runtime::{Next, Phase};
use crate::base::DrainReason;
use crate::pool::decision::Decision;
use crate::pool::error::PoolError;
use crate::pool::runtime::RuntimeId;
use crate::pool::slab::Place;

impl OfficialPool {
    /// Whether one more is one too many; `own` is what the asker has himself among those that do not serve yet.
    pub(super) fn at_cap(&self, own: u32) -> bool {
        let counted =
            if self.rules.has(Rule::CapCountsReadyOnly) { self.served_count } else { self.levels.live() - own };
        counted >= self.settings.max_concurrent_users
    }

    /// Evicts the runtime without a lease that was acquired longest ago. Says which, if it has to be waited for.
    pub(super) fn evict(&mut self, next: Next) -> Result<Option<Place<RuntimeId>>, PoolError> {
        let victim = self.served.iter(&self.links).find(|place| self.runtimes[*place].leases == 0);
        let victim = victim.ok_or(PoolError::Exhausted { capacity: self.settings.max_concurrent_users })?;
        self.leave_service(victim);
        self.served.remove(&mut self.links, victim);
        let next = if self.rules.has(Rule::VictimsAreWaitedFor) { next } else { Next::Nobody };
        let waits = self.drain(victim, DrainReason::Lru, next) && next != Next::Nobody;
        Ok(waits.then_some(victim))
    }

    /// Orders the end of a runtime that is [doomed](Phase::Doomed). False where its process is gone already: then so is
    /// the runtime.
    pub(super) fn drain(&mut self, place: Place<RuntimeId>, reason: DrainReason, next: Next) -> bool {
        if !self.runtimes[place].alive {
            self.bury(place);
            return false;
        }
        self.runtimes[place].phase = Phase::Leaving(next);
        self.decisions.push(Decision::Drain { runtime: self.runtimes.id(place), reason });
        true
    }

    /// Does not serve any more; its caller's next acquire boots another. The list of those that serve is the caller's.
    pub(super) fn leave_service(&mut self, place: Place<RuntimeId>) {
        let entry = &mut self.runtimes[place];
        entry.phase = Phase::Doomed;
        let (key, alive, level) =
            (entry.key, entry.alive, if entry.leases == 0 { &mut self.levels.idle } else { &mut self.levels.busy });
        if alive {
            *level -= 1;
            self.levels.draining += 1;
        }
        let state = self.key(key);
        if state.served == Some(place) {
            state.served = None;
        }
        self.served_count -= 1;
    }

    /// Whoever waited for the end of this runtime, or for its boot, does no more.
    pub(super) fn forsake(&mut self, place: Place<RuntimeId>) {
        let phase = self.runtimes[place].phase;
        if let Phase::Booting { .. } | Phase::Booted { .. } = phase
            && self.runtimes[place].alive
        {
            self.levels.booting -= 1;
            self.levels.draining += 1;
        }
        if self.rules.has(Rule::HangingUpLosesRuntimes) {
            self.lose(place);
        } else if let Phase::Leaving(_) = phase {
            self.runtimes[place].phase = Phase::Leaving(Next::Nobody);
        } else {
            self.drain(place, DrainReason::Close, Next::Nobody);
        }
    }

    /// Nobody will end this runtime, or give its port back.
    pub(super) fn lose(&mut self, place: Place<RuntimeId>) {
        self.runtimes[place].phase = Phase::Lost;
        self.decisions.push(Decision::Lose { runtime: self.runtimes.id(place) });
    }
}
