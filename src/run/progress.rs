//! How a run is getting on, for whoever watches it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use hdrhistogram::Histogram;
use parking_lot::Mutex;

use super::score::Score;
use crate::base::Span;
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
    busy: AtomicU64,
    boots: AtomicU64,
    refused: AtomicU64,
    took: Mutex<Took>,
    /// What counts, once the stage is raised.
    score: OnceLock<Arc<Score>>,
}

/// How long recalls took, to 1 %, in units of 16 µs.
#[derive(Debug)]
struct Took(Histogram<u32>);

impl Default for Took {
    fn default() -> Self {
        Self(Histogram::new_with_bounds(1, LONGEST, 2).expect("the bounds are in order"))
    }
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

    /// Of them, those with a lease.
    pub fn busy(&self) -> u64 {
        self.0.busy.load(Ordering::Relaxed)
    }

    /// Runtimes that became ready.
    pub fn boots(&self) -> u64 {
        self.0.boots.load(Ordering::Relaxed)
    }

    /// Recalls that the pool refused.
    pub fn refused(&self) -> u64 {
        self.0.refused.load(Ordering::Relaxed)
    }

    /// What 99 % of the recalls so far took at most; absent before the first.
    pub fn p99(&self) -> Option<Span> {
        let took = self.0.took.lock();
        (!took.0.is_empty()).then(|| Span::from_ns(took.0.value_at_quantile(0.99) << UNIT_BITS))
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

    pub(super) fn recalled(&self, took: Span, met: bool, refused: bool) {
        self.0.recalls.fetch_add(1, Ordering::Relaxed);
        self.0.recalls_met.fetch_add(u64::from(met), Ordering::Relaxed);
        self.0.refused.fetch_add(u64::from(refused), Ordering::Relaxed);
        self.0.took.lock().0.saturating_record(took.ns() >> UNIT_BITS);
    }

    pub(super) fn booted(&self) {
        self.0.boots.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn live(&self, runtimes: u64, busy: u64) {
        self.0.runtimes.store(runtimes, Ordering::Relaxed);
        self.0.busy.store(busy, Ordering::Relaxed);
    }

    pub(super) fn on_the_line_peak(&self) -> u64 {
        self.0.on_the_line_peak.load(Ordering::Relaxed)
    }
}

const UNIT_BITS: u32 = 14;
/// An hour; longer ones count as that long.
const LONGEST: u64 = 3_600_000_000_000 >> UNIT_BITS;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_p99_so_far_is_near_the_truth_from_the_first_recall_on() {
        let progress = Progress::default();
        assert_eq!(progress.p99(), None);
        for ms in [300, 10, 20, 400_000] {
            progress.recalled(Span::from_ms(ms), ms < 250, false);
            let (p99, slowest) = (progress.p99().unwrap().ms_f64(), ms.max(300) as f64);
            assert!((p99 / slowest - 1.0).abs() < 0.02, "{p99} instead of {slowest}");
        }
        assert_eq!((progress.recalls(), progress.recalls_met(), progress.refused()), (4, 2, 0));
    }
}
