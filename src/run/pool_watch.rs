//! Turns what a client's pool tells into events.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::clock::Clock;
use super::progress::Progress;
use super::score::Score;
use super::shortage;
use crate::base::{BootKind, DrainReason, TenantIndex};
use crate::client::{Observer, VoiceError};
use crate::measure::{Event, Level, Turnover};
use crate::pool::Levels;
use crate::workload::speech;

/// Watches one worker's pool. A boot that failed is told from here only where the system refused it: whoever
/// waited for it, a recall or a save, gets its error and counts it.
pub(super) struct PoolWatch {
    pub(super) tenant: TenantIndex,
    /// Its place in the tenant's levels.
    pub(super) worker: usize,
    pub(super) clock: Clock,
    pub(super) score: Arc<Score>,
    pub(super) levels: Arc<TenantLevels>,
}

/// The levels of a tenant's workers: what is reported is their sum.
pub(super) struct TenantLevels {
    workers: Mutex<Vec<Levels>>,
    site: Arc<SiteLevels>,
}

/// The runtimes of all tenants, for the progress display.
#[derive(Default)]
pub(super) struct SiteLevels {
    /// Those that exist, and those with a lease.
    runtimes: Mutex<(u64, u64)>,
    progress: Progress,
}

impl SiteLevels {
    pub(super) fn new(progress: Progress) -> Arc<Self> {
        Arc::new(Self { runtimes: Mutex::default(), progress })
    }
}

impl TenantLevels {
    pub(super) fn new(workers: usize, site: &Arc<SiteLevels>) -> Arc<Self> {
        Arc::new(Self { workers: Mutex::new(vec![Levels::default(); workers]), site: Arc::clone(site) })
    }

    /// Enters one worker's levels and passes the tenant's sum on while nobody else can enter another.
    fn enter(&self, worker: usize, levels: Levels, pass_on: impl FnOnce(Level, Turnover)) {
        let mut workers = self.workers.lock();
        let before = std::mem::replace(&mut workers[worker], levels);
        let sum = |part: fn(&Levels) -> u32| workers.iter().map(part).sum();
        let live = sum(Levels::live);
        let level = Level { runtimes: live, busy: sum(|levels| levels.busy), ports: live };
        pass_on(level, Turnover { booting: sum(|levels| levels.booting), draining: sum(|levels| levels.draining) });
        let mut site = self.site.runtimes.lock();
        site.0 = site.0 + u64::from(levels.live()) - u64::from(before.live());
        site.1 = site.1 + u64::from(levels.busy) - u64::from(before.busy);
        self.site.progress.live(site.0, site.1);
    }
}

impl Observer for PoolWatch {
    fn levels(&self, now: Instant, levels: Levels) {
        let (tenant, at) = (self.tenant, self.clock.at(now));
        self.levels.enter(self.worker, levels, |level, turnover| {
            self.score.note(&Event::Level { tenant, at, level });
            self.score.note(&Event::Turnover { tenant, at, turnover });
        });
    }

    fn evicted(&self, now: Instant, victim: &str, by: &str) {
        if let (Some(victim), Some(by)) = (speech::caller_of(victim), speech::caller_of(by)) {
            self.score.note(&Event::Evicted { tenant: self.tenant, at: self.clock.at(now), by, victim });
        }
    }

    fn booted(&self, kind: BootKind, began: Instant, took: Duration) {
        self.levels.site.progress.booted();
        let (tenant, began) = (self.tenant, self.clock.at(began));
        self.score.note(&Event::Booted { tenant, began, kind, took: took.into() });
    }

    fn boot_failed(&self, error: &VoiceError) {
        if let Some(shortage) = shortage::of_boot(error) {
            self.score.short(shortage);
        }
    }

    fn drained(&self, reason: DrainReason, began: Instant, took: Duration) {
        let (tenant, began) = (self.tenant, self.clock.at(began));
        self.score.note(&Event::Drained { tenant, began, reason, took: took.into() });
    }
}
