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
use crate::measure::{Event, Level};
use crate::pool::Levels;

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
    workers: Mutex<Vec<Level>>,
    site: Arc<SiteLevels>,
}

/// The runtimes of all tenants, for the progress display.
#[derive(Default)]
pub(super) struct SiteLevels {
    runtimes: Mutex<u64>,
    progress: Progress,
}

impl SiteLevels {
    pub(super) fn new(progress: Progress) -> Arc<Self> {
        Arc::new(Self { runtimes: Mutex::default(), progress })
    }
}

impl TenantLevels {
    pub(super) fn new(workers: usize, site: &Arc<SiteLevels>) -> Arc<Self> {
        Arc::new(Self { workers: Mutex::new(vec![Level::default(); workers]), site: Arc::clone(site) })
    }

    /// Enters one worker's level and passes the tenant's sum on while nobody else can enter another.
    fn enter(&self, worker: usize, level: Level, pass_on: impl FnOnce(Level)) {
        let mut workers = self.workers.lock();
        let before = std::mem::replace(&mut workers[worker], level);
        let sum = |part: fn(&Level) -> u32| workers.iter().map(part).sum();
        pass_on(Level {
            runtimes: sum(|level| level.runtimes),
            busy: sum(|level| level.busy),
            ports: sum(|level| level.ports),
        });
        let mut site = self.site.runtimes.lock();
        *site = *site + u64::from(level.runtimes) - u64::from(before.runtimes);
        self.site.progress.live(*site);
    }
}

impl Observer for PoolWatch {
    fn levels(&self, now: Instant, levels: Levels) {
        let live = levels.live();
        let level = Level { runtimes: live, busy: levels.busy, ports: live };
        let (tenant, at) = (self.tenant, self.clock.at(now));
        self.levels.enter(self.worker, level, |level| self.score.note(&Event::Level { tenant, at, level }));
    }

    fn booted(&self, kind: BootKind, began: Instant, took: Duration) {
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
