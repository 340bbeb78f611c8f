//! Two clocks: how far a driver's is ahead of ours.

use crate::base::Time;
use crate::run::clock::Clock;

/// How far a driver's clock is ahead of the machine's monotonic one, measured by a question and its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Offset {
    ahead_ns: i128,
    /// Half of what the exchange took: the truth is not further off.
    uncertainty_ns: i128,
}

impl Offset {
    /// From one exchange: our clock when the question went, theirs when they answered, ours when it came.
    pub(super) fn of(sent_ns: u64, theirs_ns: i64, received_ns: u64) -> Self {
        let (sent, received) = (i128::from(sent_ns), i128::from(received_ns));
        Self { ahead_ns: i128::from(theirs_ns) - sent.midpoint(received), uncertainty_ns: (received - sent) / 2 }
    }

    /// The surer of two.
    pub(super) fn surer(self, other: Self) -> Self {
        if other.uncertainty_ns < self.uncertainty_ns { other } else { self }
    }

    /// A time of the run on the driver's clock.
    pub(super) fn theirs(self, clock: &Clock, time: Time) -> i64 {
        let ours = i128::from(clock.origin_ns()) + i128::from(time.ns());
        i64::try_from(ours + self.ahead_ns).unwrap_or(i64::MAX)
    }

    /// A reading of the driver's clock as a reading of ours.
    pub(super) fn ours_ns(self, theirs_ns: i64) -> u64 {
        u64::try_from((i128::from(theirs_ns) - self.ahead_ns).max(0)).unwrap_or(u64::MAX)
    }

    /// In milliseconds.
    pub(super) fn uncertainty_ms(self) -> f64 {
        self.uncertainty_ns as f64 / 1e6
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_of_another_beginning_is_read_as_ours() {
        // Theirs counts from 5 s before ours did, and the exchange took 2 ms.
        let offset = Offset::of(1_000_000_000, 6_001_000_000, 1_002_000_000);
        assert_eq!((offset.ours_ns(6_001_000_000), offset.uncertainty_ms()), (1_001_000_000, 1.0));
        assert_eq!(offset.ours_ns(0), 0, "a time before ours began");
        let behind = Offset::of(1_000, -9_000, 1_000);
        assert_eq!(behind.ours_ns(-9_000), 1_000);
    }

    #[test]
    fn the_quickest_exchange_says_most() {
        let (quick, slow) = (Offset::of(0, 50, 10), Offset::of(0, 90, 100));
        assert_eq!((slow.surer(quick), quick.surer(slow)), (quick, quick));
    }
}
