//! What is counted of one tenant while a run goes on.

use super::latencies::Latencies;
use super::levels::Levels;
use super::summary::Counts;
use super::{ErrorCode, Family, Recall};
use crate::base::Span;
use crate::base::{Admission, DrainReason};

/// What is counted of one tenant. The counts of errors, and those only the engine knows, are filled in at the end.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub(super) counts: Counts,
    pub(super) errors: [u64; ErrorCode::COUNT],
    pub(super) budget_met: u64,
    pub(super) latencies: Latencies,
    pub(super) levels: Levels,
}

impl Tally {
    /// A sample of one latency.
    #[inline]
    pub(super) fn sample(&mut self, family: Family, took: Span, budget: Span) {
        self.latencies.record(family, took, budget);
    }

    /// A recall, good or bad, at its true cost.
    #[expect(clippy::inline_always, reason = "see `Recorder::observe`")]
    #[inline(always)]
    pub(super) fn recall(&mut self, recall: &Recall, budget: Span) {
        self.counts.turns += 1;
        match recall.outcome {
            Ok(()) => {
                self.counts.recalls_ok += 1;
                self.budget_met += u64::from(recall.took <= budget);
            }
            Err(code) => {
                self.counts.recalls_failed += 1;
                self.counts.search_timeouts += u64::from(code == ErrorCode::TIMEOUT);
                self.error(code);
            }
        }
        self.sample(Family::Recall, recall.took, budget);
        self.sample(Family::Lag, recall.lag, budget);
        if let Some((admission, took)) = recall.admission {
            self.admission(admission, took, budget);
        }
        if let Some(took) = recall.session_start {
            self.sample(Family::SessionStart, took, budget);
        }
        if let Some(took) = recall.search {
            self.sample(Family::Search, took, budget);
        }
    }

    /// A granted lease.
    #[expect(clippy::inline_always, reason = "see `Recorder::observe`")]
    #[inline(always)]
    pub(super) fn admission(&mut self, admission: Admission, took: Span, budget: Span) {
        let admissions = &mut self.counts.admissions;
        let count = match admission {
            Admission::Reuse => &mut admissions.reuse,
            Admission::Join => &mut admissions.join,
            Admission::Warm => &mut admissions.warm,
            Admission::Cold => &mut admissions.cold,
        };
        *count += 1;
        self.sample(admission.into(), took, budget);
    }

    /// The end of a drain.
    #[inline]
    pub(super) fn drain(&mut self, reason: DrainReason, took: Span, budget: Span) {
        let drains = &mut self.counts.drains;
        let count = match reason {
            DrainReason::Lru => &mut drains.lru,
            DrainReason::Idle => &mut drains.idle,
            DrainReason::Close => &mut drains.close,
            DrainReason::Crash => &mut drains.crash,
        };
        *count += 1;
        if let Some(family) = Family::of_drain(reason) {
            self.sample(family, took, budget);
        }
    }

    /// An error, wherever it showed.
    pub(super) fn error(&mut self, code: ErrorCode) {
        self.errors[code.index()] += 1;
    }
}
