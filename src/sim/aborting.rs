//! Thresholds that end a play early, looked at in turn at fixed virtual times.

use super::engine::Simulation;
use crate::base::Time;

impl<const EVERYDAY: bool> Simulation<'_, EVERYDAY> {
    /// Goes on until such a threshold does not hold, and says so; until nothing is left that could break one otherwise.
    /// The times at which they are looked at are a function of the scenario alone.
    pub(super) fn aborts(&mut self) -> bool {
        let every = self.world.scenario.judged_every();
        let mut at = Time::ZERO + every;
        while at < self.world.deadline() {
            self.advance_calls(at);
            if self.world.broken || self.is_over() {
                return false;
            }
            self.world.aborted = self.world.recorder.abort(at);
            if self.world.aborted.is_some() {
                self.world.now = at;
                return true;
            }
            at += every;
        }
        false
    }
}
