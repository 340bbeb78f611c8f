//! A look at the run every second or so: whether a threshold ends it, and what the clocks do.

use std::sync::Arc;

use super::performance::Performance;
use super::vitals::{Clocks, Drift};
use crate::base::Time;
use crate::measure::Aborted;

/// Watches over a run.
pub(super) struct Watch {
    performance: Arc<Performance>,
    began: Clocks,
    drift: Drift,
    aborted: Option<Aborted>,
}

impl Watch {
    pub(super) fn begin(performance: &Arc<Performance>) -> Self {
        let performance = Arc::clone(performance);
        Self { performance, began: Clocks::now(), drift: Drift::default(), aborted: None }
    }

    /// Returns when a threshold ends the run.
    pub(super) async fn keep(&mut self) {
        let every = self.performance.scenario.judged_every();
        let may_abort = self.performance.score.may_abort();
        let mut next = Time::ZERO + every;
        while self.aborted.is_none() {
            self.performance.alarm.until(next).await;
            self.look_at_clocks();
            if may_abort {
                self.aborted = self.performance.score.abort(self.performance.clock.now());
            }
            // Where a look came late, those that were missed are not made up for.
            next = next.max(self.performance.clock.now()) + every;
        }
    }

    /// What was seen.
    pub(super) fn end(mut self) -> (Option<Aborted>, Drift) {
        self.look_at_clocks();
        (self.aborted, self.drift)
    }

    fn look_at_clocks(&mut self) {
        self.drift = self.drift.worst(Clocks::now().drift_since(self.began));
    }
}
