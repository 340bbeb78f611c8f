//! Thresholds that end a play early, looked at in turn at fixed virtual times.

use super::engine::Simulation;
use crate::base::Time;

impl Simulation<'_> {
    /// Goes on until such a threshold does not hold, and says so; until nothing is left that could break one otherwise.
    /// The times at which they are looked at are a function of the scenario alone.
    pub(super) fn aborts(&mut self) -> bool {
        let every = self.scenario.judged_every();
        let mut at = Time::ZERO + every;
        while at < self.deadline() {
            self.advance_calls(at);
            if self.broken || self.is_over() {
                return false;
            }
            self.aborted = self.recorder.abort(at);
            if self.aborted.is_some() {
                self.now = at;
                return true;
            }
            at += every;
        }
        false
    }
}
