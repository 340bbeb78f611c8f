//! A stretch of a run under way.

use super::bins::Bins;
use super::document::Moment;
use crate::base::{BootKind, DrainReason, Span};
use crate::measure::series::{rank, samples_needed};
use crate::measure::{ErrorCode, Gauge, Recall};

/// What is counted of a stretch of time.
#[derive(Clone, Debug, Default)]
pub(super) struct Bucket {
    pub(super) calls: u64,
    pub(super) calls_shed: u64,
    recalls: u64,
    met: u64,
    failed: u64,
    refused: u64,
    timeouts: u64,
    /// Recalls that took no longer than the budget, good or bad.
    within: u64,
    slowest: Span,
    /// Absent before the first recall.
    bins: Option<Bins>,
    boots: [u64; 2],
    evicted: u64,
    reaped: u64,
    crashed: u64,
    held: [Area; LEVELS],
}

/// A level over time.
#[derive(Clone, Copy, Debug, Default)]
struct Area {
    level_ns: u128,
    peak: u32,
}

/// Runtimes, busy, booting and draining ones.
pub(super) const LEVELS: usize = 4;

impl Bucket {
    pub(super) fn recalled(&mut self, recall: &Recall, budget: Span) {
        let within = recall.took <= budget;
        self.recalls += 1;
        self.within += u64::from(within);
        self.slowest = self.slowest.max(recall.took);
        self.bins.get_or_insert_default().add(recall.took);
        match recall.outcome {
            Ok(()) => self.met += u64::from(within),
            Err(code) => {
                self.failed += 1;
                self.refused += u64::from(code.is_refusal());
                self.timeouts += u64::from(code == ErrorCode::TIMEOUT);
            }
        }
    }

    pub(super) fn booted(&mut self, kind: BootKind) {
        self.boots[usize::from(kind == BootKind::Cold)] += 1;
    }

    pub(super) fn drained(&mut self, reason: DrainReason) {
        match reason {
            DrainReason::Lru => self.evicted += 1,
            DrainReason::Idle => self.reaped += 1,
            DrainReason::Crash => self.crashed += 1,
            DrainReason::Close => {}
        }
    }

    /// These levels held for so long.
    pub(super) fn held(&mut self, levels: [u32; LEVELS], lasting: Span) {
        for (area, level) in self.held.iter_mut().zip(levels) {
            area.level_ns += u128::from(level) * u128::from(lasting.ns());
            area.peak = area.peak.max(level);
        }
    }

    /// The next stretch's counts come to this one's.
    pub(super) fn absorb(&mut self, next: &Self) {
        let counts = [
            (&mut self.calls, next.calls),
            (&mut self.calls_shed, next.calls_shed),
            (&mut self.recalls, next.recalls),
            (&mut self.met, next.met),
            (&mut self.failed, next.failed),
            (&mut self.refused, next.refused),
            (&mut self.timeouts, next.timeouts),
            (&mut self.within, next.within),
            (&mut self.evicted, next.evicted),
            (&mut self.reaped, next.reaped),
            (&mut self.crashed, next.crashed),
        ];
        for (count, more) in counts {
            *count += more;
        }
        self.boots.iter_mut().zip(next.boots).for_each(|(boots, more)| *boots += more);
        self.slowest = self.slowest.max(next.slowest);
        if let Some(more) = &next.bins {
            self.bins.get_or_insert_default().absorb(more);
        }
        for (area, more) in self.held.iter_mut().zip(next.held) {
            area.level_ns += more.level_ns;
            area.peak = area.peak.max(more.peak);
        }
    }

    /// What is written down of it; it lasted so long.
    pub(super) fn moment(&self, from_s: f64, lasted: Span, budget: Span) -> Moment {
        let [runtimes, busy, booting, draining] = self.held.map(|area| area.gauge(lasted));
        let [boots_warm, boots_cold] = self.boots;
        let percentile = |per_mille| self.percentile(per_mille, budget);
        Moment {
            from_s,
            calls: self.calls,
            calls_shed: self.calls_shed,
            recalls: self.recalls,
            met: self.met,
            failed: self.failed,
            refused: self.refused,
            timeouts: self.timeouts,
            recall_p50_ms: percentile(500),
            recall_p90_ms: percentile(900),
            recall_p99_ms: percentile(990),
            recall_max_ms: (self.recalls > 0).then(|| self.slowest.ms_f64()),
            boots_warm,
            boots_cold,
            evicted: self.evicted,
            reaped: self.reaped,
            crashed: self.crashed,
            runtimes,
            busy,
            booting,
            draining,
        }
    }

    /// On the side of the budget where the true sample lies.
    fn percentile(&self, per_mille: u64, budget: Span) -> Option<f64> {
        let bins = self.bins.as_ref().filter(|_| self.recalls >= samples_needed(per_mille))?;
        let rank = rank(per_mille, self.recalls)?;
        let highest = if rank <= self.within { self.slowest.min(budget) } else { self.slowest };
        Some(Span::from_ns(bins.of_rank(rank).min(highest.ns())).ms_f64())
    }
}

impl Area {
    /// In thousandths, so that a file holds figures and not the noise of a division.
    fn gauge(self, lasted: Span) -> Gauge {
        let lasted = u128::from(lasted.ns()).max(1);
        Gauge { mean: (self.level_ns * 1_000 / lasted) as f64 / 1e3, peak: self.peak }
    }
}
