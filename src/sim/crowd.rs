//! How many calls are on the line.

use crate::base::Time;

/// How many calls are on the line, and were at most. A number that held for no time at all is no peak, so that it does
/// not matter in which order things are told that happen in one instant.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Crowd {
    now: u32,
    since: Time,
    peak: u32,
}

impl Crowd {
    pub(super) fn step(&mut self, at: Time, now: u32) {
        if at > self.since {
            self.peak = self.peak.max(self.now);
            self.since = at;
        }
        self.now = now;
    }

    pub(super) fn now(&self) -> u32 {
        self.now
    }

    pub(super) fn peak(&self) -> u32 {
        self.peak
    }
}
