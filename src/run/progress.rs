//! How a run is getting on, for whoever watches it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use super::score::Score;
use crate::measure::Live;

/// Counters of a run under way. Clones show the same run.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<Counters>);

#[derive(Debug, Default)]
struct Counters {
    began: OnceLock<Instant>,
    calls: AtomicU64,
    on_the_line: AtomicU64,
    on_the_line_peak: AtomicU64,
    recalls: AtomicU64,
    recalls_met: AtomicU64,
    runtimes: AtomicU64,
    /// What counts, once the stage is raised.
    score: OnceLock<Arc<Score>>,
}

impl Progress {
    /// When the first call could ring; absent before.
    pub fn began(&self) -> Option<Instant> {
        self.0.began.get().copied()
    }

    /// Calls that rang.
    pub fn calls(&self) -> u64 {
        self.0.calls.load(Ordering::Relaxed)
    }

    /// Calls under way.
    pub fn on_the_line(&self) -> u64 {
        self.0.on_the_line.load(Ordering::Relaxed)
    }

    /// Recalls that ended.
    pub fn recalls(&self) -> u64 {
        self.0.recalls.load(Ordering::Relaxed)
    }

    /// Of them, those within the budget.
    pub fn recalls_met(&self) -> u64 {
        self.0.recalls_met.load(Ordering::Relaxed)
    }

    /// Runtimes that exist.
    pub fn runtimes(&self) -> u64 {
        self.0.runtimes.load(Ordering::Relaxed)
    }

    /// What was counted so far; nothing before the stage is raised. Takes the time of some thousand events, in which none
    /// is counted.
    pub fn figures(&self) -> Live {
        self.0.score.get().map(|score| score.live()).unwrap_or_default()
    }

    pub(super) fn counts(&self, score: &Arc<Score>) {
        // Once per run, as the beginning.
        let _ = self.0.score.set(Arc::clone(score));
    }

    pub(super) fn begins(&self, at: Instant) {
        // Once per run: a second beginning would be a second run.
        let _ = self.0.began.set(at);
    }

    pub(super) fn rang(&self) {
        self.0.calls.fetch_add(1, Ordering::Relaxed);
        let now = self.0.on_the_line.fetch_add(1, Ordering::Relaxed) + 1;
        self.0.on_the_line_peak.fetch_max(now, Ordering::Relaxed);
    }

    pub(super) fn hung_up(&self) {
        self.0.on_the_line.fetch_sub(1, Ordering::Relaxed);
    }

    pub(super) fn recalled(&self, met: bool) {
        self.0.recalls.fetch_add(1, Ordering::Relaxed);
        self.0.recalls_met.fetch_add(u64::from(met), Ordering::Relaxed);
    }

    pub(super) fn live(&self, runtimes: u64) {
        self.0.runtimes.store(runtimes, Ordering::Relaxed);
    }

    pub(super) fn on_the_line_peak(&self) -> u64 {
        self.0.on_the_line_peak.load(Ordering::Relaxed)
    }
}
