//! The laws, checked beside the pool: books of this room's own, a few comparisons per event, always on.

use slotmap::SecondaryMap;

use crate::base::{DrainReason, Span, TenantIndex, Time};
use crate::measure::{Breach, Law};
use crate::pool::{Key, RuntimeId, Settings};

/// What one pool did, as seen from outside.
#[derive(Debug)]
pub(super) struct Books {
    tenant: TenantIndex,
    cap: u32,
    idle_limit: Span,
    lives: SecondaryMap<RuntimeId, Life>,
    /// The runtime that exists, by key.
    by_key: Vec<Option<RuntimeId>>,
    existing: u32,
    /// The first broken law.
    pub(super) breach: Option<Breach>,
}

#[derive(Clone, Copy, Debug)]
struct Life {
    key: Key,
    leases: u32,
    /// When it became ready or its last lease ended.
    last_used: Option<Time>,
}

impl Books {
    pub(super) fn new(tenant: TenantIndex, settings: &Settings) -> Self {
        Self {
            tenant,
            cap: settings.max_concurrent_users,
            idle_limit: settings.runtime_idle_ttl + settings.reap_interval,
            lives: SecondaryMap::new(),
            by_key: Vec::new(),
            existing: 0,
            breach: None,
        }
    }

    /// Laws 1 and 2: a process is started.
    pub(super) fn spawned(&mut self, now: Time, runtime: RuntimeId, key: Key) {
        self.existing += 1;
        if self.existing > self.cap {
            self.broken(Law::Cap, now, format!("{} runtimes exist, the cap is {}", self.existing, self.cap));
        }
        let index = key.0 as usize;
        if index >= self.by_key.len() {
            self.by_key.resize(index + 1, None);
        }
        if let Some(other) = self.by_key[index].replace(runtime) {
            self.broken(Law::Identity, now, format!("caller {index} has runtimes {other:?} and {runtime:?}"));
        }
        self.lives.insert(runtime, Life { key, leases: 0, last_used: None });
    }

    /// A runtime is ready.
    pub(super) fn ready(&mut self, now: Time, runtime: RuntimeId) {
        self.lives[runtime].last_used = Some(now);
    }

    /// Law 6: a lease on a runtime that should have been reaped long ago.
    pub(super) fn leased(&mut self, now: Time, runtime: RuntimeId) {
        let life = &mut self.lives[runtime];
        life.leases += 1;
        if life.leases == 1 && life.last_used.is_some_and(|used| now.since(used) > self.idle_limit) {
            self.broken(Law::Idle, now, format!("{runtime:?} was idle for longer than {}", self.idle_limit));
        }
    }

    pub(super) fn released(&mut self, now: Time, runtime: RuntimeId) {
        if let Some(life) = self.lives.get_mut(runtime) {
            life.leases -= 1;
            life.last_used = Some(now);
        }
    }

    /// Laws 3 and 6: a runtime is drained.
    pub(super) fn drained(&mut self, now: Time, runtime: RuntimeId, reason: DrainReason) {
        let Life { leases, last_used, .. } = self.lives[runtime];
        if leases > 0 && matches!(reason, DrainReason::Lru | DrainReason::Idle) {
            self.broken(Law::Lease, now, format!("{runtime:?} was drained ({reason:?}) under {leases} leases"));
        }
        if leases == 0 && last_used.is_some_and(|used| now.since(used) > self.idle_limit) {
            self.broken(Law::Idle, now, format!("{runtime:?} was drained later than {} after use", self.idle_limit));
        }
    }

    /// A process is gone.
    pub(super) fn gone(&mut self, runtime: RuntimeId) {
        if let Some(life) = self.lives.remove(runtime) {
            self.existing -= 1;
            self.by_key[life.key.0 as usize] = None;
        }
    }

    /// Law 1 once more: the pool's own count is the true one.
    pub(super) fn agrees(&mut self, now: Time, live: u32) {
        if live != self.existing {
            self.broken(Law::Cap, now, format!("the pool counts {live}, {} exist", self.existing));
        }
    }

    fn broken(&mut self, law: Law, at: Time, what: String) {
        self.breach.get_or_insert(Breach { law, tenant: Some(self.tenant), at, what });
    }
}
