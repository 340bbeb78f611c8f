//! The laws, checked beside the pool: books of this room's own, a few comparisons per event, always on.

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

/// What is known of one runtime, for as long as it exists. Whoever keeps the runtimes keeps it with them, so that one
/// look finds both.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    key: Key,
    leases: u32,
    /// When it became ready or its last lease ended; never, before.
    last_used: Time,
}

impl Record {
    /// Whose it is.
    pub(super) fn key(&self) -> Key {
        self.key
    }

    /// It is ready.
    #[inline]
    pub(super) fn ready(&mut self, now: Time) {
        self.last_used = now;
    }

    /// A lease on it is given back.
    #[inline]
    pub(super) fn released(&mut self, now: Time) {
        self.leases -= 1;
        self.last_used = now;
    }
}

impl Culprit {
    fn of(runtime: RuntimeId, key: Key) -> Self {
        Self { runtime: Some(runtime), key: Some(key) }
    }
}

impl Books {
    pub(super) fn new(tenant: TenantIndex, settings: &Settings, profile: Profile) -> Self {
        Self {
            tenant,
            cap: settings.max_concurrent_users,
            idle_limit: settings.runtime_idle_ttl + settings.reap_interval,
            existing: 0,
            ports: PortBook::new(&settings.runtime_port_range),
            patience: Patience::new(settings.boot_timeout),
            by_design: ByDesign::of(profile),
            breach: None,
            culprit: Culprit::default(),
        }
    }

    /// Law 4: a runtime is given a port.
    #[inline]
    pub(super) fn given(&mut self, now: Time, runtime: RuntimeId, key: Key, port: u16) {
        if let Err(why) = self.ports.give(port, runtime) {
            self.misplaced(now, runtime, key, (port, why));
        }
    }

    /// The port that was given turned out to be a stranger's.
    pub(super) fn port_lost(&mut self, runtime: RuntimeId, port: u16) {
        self.ports.take_back(port, runtime);
        self.patience.port_lost();
    }

    /// Laws 1 and 2: a process is started; `current` is the runtime of its caller that exists.
    #[inline]
    pub(super) fn spawned(
        &mut self,
        now: Time,
        runtime: RuntimeId,
        key: Key,
        current: &mut Option<RuntimeId>,
    ) -> Record {
        self.existing += 1;
        if self.existing > self.cap {
            self.too_many(now, runtime, key);
        }
        if let Some(other) = current.replace(runtime) {
            self.not_alone(now, key, (other, runtime));
        }
        Record { key, leases: 0, last_used: Time::NEVER }
    }

    /// Laws 6 and 7: a lease on a runtime, which should not have been reaped long ago, and is the caller's own.
    #[inline]
    pub(super) fn leased(&mut self, now: Time, runtime: RuntimeId, record: &mut Record, key: Key) {
        record.leases += 1;
        let overdue = record.leases == 1 && now.since(record.last_used) > self.idle_limit;
        if overdue || record.key != key {
            self.leased_wrongly(now, runtime, key, (overdue, record.key != key));
        }
    }

    /// Law 5: a lease is on a runtime that exists. The official pool does not notice that its process has gone.
    pub(super) fn leased_nothing(&self) {
        assert!(self.by_design.is_some(), "law 5: a lease is on a runtime that exists");
    }

    /// Laws 3 and 6: a runtime is drained.
    #[inline]
    pub(super) fn drained(&mut self, now: Time, runtime: RuntimeId, record: &Record, reason: DrainReason) {
        let in_use = record.leases > 0;
        if in_use || now.since(record.last_used) > self.idle_limit {
            self.drained_wrongly(now, runtime, record, reason);
        }
    }

    /// A process is gone, and its port free.
    #[inline]
    pub(super) fn gone(&mut self, runtime: RuntimeId, port: u16, current: &mut Option<RuntimeId>) {
        self.ports.take_back(port, runtime);
        self.existing -= 1;
        if *current == Some(runtime) {
            *current = None;
        }
    }

    /// Law 1 once more: the pool's own count is the true one.
    #[inline]
    pub(super) fn compare(&mut self, now: Time, live: u32) {
        if live != self.existing {
            self.disagrees(now, live);
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

    /// Laws 5 and 8: the end, when everything that could happen has. So many wait; this is the first runtime that is left.
    pub(super) fn ends(&mut self, now: Time, waiting: usize, left: Option<(RuntimeId, Key)>) {
        if waiting > 0 {
            let what = format!("acquires that were never answered: {waiting}");
            self.never(Law::Answer, now, Culprit::default(), what);
        }
        if let Some((runtime, key)) = left {
            let culprit = Culprit::of(runtime, key);
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

    #[cold]
    #[inline(never)]
    fn misplaced(&mut self, now: Time, runtime: RuntimeId, key: Key, (port, why): (u16, Misplaced)) {
        let what = match why {
            Misplaced::Outside => format!("{runtime} was given port {port}, which is none of the pool's"),
            Misplaced::HeldBy(other) => format!("{runtime} was given port {port}, which {other} has"),
        };
        self.broken(Law::Port, now, Culprit::of(runtime, key), what);
    }

    #[cold]
    #[inline(never)]
    fn too_many(&mut self, now: Time, runtime: RuntimeId, key: Key) {
        let what = format!("{} runtimes exist with {runtime}, the cap is {}", self.existing, self.cap);
        self.broken(Law::Cap, now, Culprit::of(runtime, key), what);
    }

    #[cold]
    #[inline(never)]
    fn not_alone(&mut self, now: Time, key: Key, (other, runtime): (RuntimeId, RuntimeId)) {
        let culprit = Culprit::of(runtime, key);
        self.broken(Law::Identity, now, culprit, format!("one caller has both {other} and {runtime}"));
    }

    #[cold]
    #[inline(never)]
    fn leased_wrongly(&mut self, now: Time, runtime: RuntimeId, key: Key, (overdue, anothers): (bool, bool)) {
        let culprit = Culprit::of(runtime, key);
        if overdue {
            let what = format!("{runtime} was idle for longer than {}", self.idle_limit);
            self.broken(Law::Idle, now, culprit, what);
        }
        if anothers {
            let what = format!("a caller was given {runtime}, which holds another's memory");
            self.broken(Law::Memory, now, culprit, what);
        }
    }

    /// Perhaps: a runtime in use may be drained where it is broken, or where its pool is closed.
    #[cold]
    #[inline(never)]
    fn drained_wrongly(&mut self, now: Time, runtime: RuntimeId, record: &Record, reason: DrainReason) {
        let Record { key, leases, .. } = *record;
        if leases == 0 {
            let what = format!("{runtime} was drained later than {} after use", self.idle_limit);
            self.broken(Law::Idle, now, Culprit::of(runtime, key), what);
        } else if matches!(reason, DrainReason::Lru | DrainReason::Idle) {
            let what = format!("{runtime} was drained ({reason:?}) under {leases} leases");
            self.broken(Law::Lease, now, Culprit::of(runtime, key), what);
        }
    }

    #[cold]
    #[inline(never)]
    fn disagrees(&mut self, now: Time, live: u32) {
        let what = format!("the pool counts {live} runtimes, {} exist", self.existing);
        self.never(Law::Cap, now, Culprit::default(), what);
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
