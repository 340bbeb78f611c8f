//! The laws, checked beside the pool: books of this room's own, a few comparisons per event, always on.

use slotmap::SecondaryMap;

use super::by_design::ByDesign;
use super::patience::Patience;
use super::ports::{Misplaced, PortBook};
use crate::base::{DrainReason, Span, TenantIndex, Time};
use crate::measure::{Breach, Law};
use crate::pool::{Key, Profile, RuntimeId, Settings};

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
    ports: PortBook,
    pub(super) patience: Patience,
    /// What may be broken, and was; absent where nothing may.
    pub(super) by_design: Option<ByDesign>,
    /// The first broken law.
    pub(super) breach: Option<Breach>,
    /// Whom it concerned.
    pub(super) culprit: Culprit,
}

/// Whom a broken law concerned: a runtime, a caller, both, or neither in particular.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Culprit {
    pub(super) runtime: Option<RuntimeId>,
    pub(super) key: Option<Key>,
}

#[derive(Clone, Copy, Debug)]
struct Life {
    key: Key,
    leases: u32,
    /// When it became ready or its last lease ended.
    last_used: Option<Time>,
}

impl Books {
    pub(super) fn new(tenant: TenantIndex, settings: &Settings, profile: Profile) -> Self {
        Self {
            tenant,
            cap: settings.max_concurrent_users,
            idle_limit: settings.runtime_idle_ttl + settings.reap_interval,
            lives: SecondaryMap::new(),
            by_key: Vec::new(),
            existing: 0,
            ports: PortBook::new(&settings.runtime_port_range),
            patience: Patience::new(settings.boot_timeout),
            by_design: ByDesign::of(profile),
            breach: None,
            culprit: Culprit::default(),
        }
    }

    /// Law 4: a runtime is given a port.
    pub(super) fn given(&mut self, now: Time, runtime: RuntimeId, key: Key, port: u16) {
        let Err(why) = self.ports.give(port, runtime) else { return };
        let what = match why {
            Misplaced::Outside => format!("{runtime} was given port {port}, which is none of the pool's"),
            Misplaced::HeldBy(other) => format!("{runtime} was given port {port}, which {other} has"),
        };
        self.broken(Law::Port, now, Culprit { runtime: Some(runtime), key: Some(key) }, what);
    }

    /// The port that was given turned out to be a stranger's.
    pub(super) fn port_lost(&mut self, runtime: RuntimeId, port: u16) {
        self.ports.take_back(port, runtime);
        self.patience.port_lost();
    }

    /// Laws 1 and 2: a process is started.
    pub(super) fn spawned(&mut self, now: Time, runtime: RuntimeId, key: Key) {
        let culprit = Culprit { runtime: Some(runtime), key: Some(key) };
        self.existing += 1;
        if self.existing > self.cap {
            let what = format!("{} runtimes exist with {runtime}, the cap is {}", self.existing, self.cap);
            self.broken(Law::Cap, now, culprit, what);
        }
        let index = key.0 as usize;
        if index >= self.by_key.len() {
            self.by_key.resize(index + 1, None);
        }
        if let Some(other) = self.by_key[index].replace(runtime) {
            self.broken(Law::Identity, now, culprit, format!("one caller has both {other} and {runtime}"));
        }
        self.lives.insert(runtime, Life { key, leases: 0, last_used: None });
    }

    /// A runtime is ready.
    pub(super) fn ready(&mut self, now: Time, runtime: RuntimeId) {
        self.lives[runtime].last_used = Some(now);
    }

    /// Laws 6 and 7: a lease on a runtime, which should not have been reaped long ago, and is the caller's own.
    pub(super) fn leased(&mut self, now: Time, runtime: RuntimeId, key: Key) {
        let Some(life) = self.lives.get_mut(runtime) else {
            // The official pool does not notice that its process has gone.
            assert!(self.by_design.is_some(), "law 5: a lease is on a runtime that exists");
            return;
        };
        life.leases += 1;
        let Life { key: owner, leases, last_used } = *life;
        if leases == 1 && last_used.is_some_and(|used| now.since(used) > self.idle_limit) {
            let what = format!("{runtime} was idle for longer than {}", self.idle_limit);
            self.broken(Law::Idle, now, Culprit { runtime: Some(runtime), key: Some(key) }, what);
        }
        if owner != key {
            let what = format!("a caller was given {runtime}, which holds another's memory");
            self.broken(Law::Memory, now, Culprit { runtime: Some(runtime), key: Some(key) }, what);
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
        let Life { key, leases, last_used } = self.lives[runtime];
        let culprit = Culprit { runtime: Some(runtime), key: Some(key) };
        if leases > 0 && matches!(reason, DrainReason::Lru | DrainReason::Idle) {
            let what = format!("{runtime} was drained ({reason:?}) under {leases} leases");
            self.broken(Law::Lease, now, culprit, what);
        }
        if leases == 0 && last_used.is_some_and(|used| now.since(used) > self.idle_limit) {
            let what = format!("{runtime} was drained later than {} after use", self.idle_limit);
            self.broken(Law::Idle, now, culprit, what);
        }
    }

    /// A process is gone, and its port free.
    pub(super) fn gone(&mut self, runtime: RuntimeId, port: u16) {
        self.ports.take_back(port, runtime);
        if let Some(life) = self.lives.remove(runtime) {
            self.existing -= 1;
            let current = &mut self.by_key[life.key.0 as usize];
            if *current == Some(runtime) {
                *current = None;
            }
        }
    }

    /// Law 1 once more: the pool's own count is the true one.
    pub(super) fn agrees(&mut self, now: Time, live: u32) {
        if live != self.existing {
            let what = format!("the pool counts {live} runtimes, {} exist", self.existing);
            self.never(Law::Cap, now, Culprit::default(), what);
        }
    }

    /// Law 5: an acquire took longer than anything it can have waited for.
    pub(super) fn waited(&mut self, now: Time, key: Key, waited: Span) {
        let limit = self.patience.limit();
        if waited > limit {
            let what = format!("a caller waited {waited} for a runtime; {limit} is the most that drains and boot take");
            self.broken(Law::Answer, now, Culprit { runtime: None, key: Some(key) }, what);
        }
    }

    /// Laws 5 and 8: the end, when everything that could happen has.
    pub(super) fn ends(&mut self, now: Time, waiting: usize) {
        if waiting > 0 {
            let what = format!("acquires that were never answered: {waiting}");
            self.never(Law::Answer, now, Culprit::default(), what);
        }
        if let Some((runtime, Life { key, .. })) = self.lives.iter().next() {
            let culprit = Culprit { runtime: Some(runtime), key: Some(*key) };
            let what = format!("{runtime} is still there after its pool was closed, one of {}", self.existing);
            self.broken_times(self.existing.into(), Law::Survivor, now, culprit, what);
        }
    }

    /// A runtime that has just booted is thrown away.
    pub(super) fn discarded(&mut self) {
        if let Some(by_design) = &mut self.by_design {
            by_design.boots_discarded += 1;
        }
    }

    /// Runtimes that exist.
    pub(super) fn existing(&self) -> u32 {
        self.existing
    }

    fn broken(&mut self, law: Law, at: Time, culprit: Culprit, what: String) {
        self.broken_times(1, law, at, culprit, what);
    }

    /// By design, or by a mistake of ours.
    fn broken_times(&mut self, times: u64, law: Law, at: Time, culprit: Culprit, what: String) {
        match &mut self.by_design {
            Some(by_design) if ByDesign::allows(law) => {
                by_design.count(times, Breach { law, tenant: Some(self.tenant), at, what });
            }
            _ => self.never(law, at, culprit, what),
        }
    }

    /// By a mistake of ours, whatever the rules.
    fn never(&mut self, law: Law, at: Time, culprit: Culprit, what: String) {
        if self.breach.is_none() {
            self.culprit = culprit;
            self.breach = Some(Breach { law, tenant: Some(self.tenant), at, what });
        }
    }
}
