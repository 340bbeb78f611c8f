//! Run time: nanoseconds since the beginning, in step with the machine's monotonic clock.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

use crate::base::{Span, Time};

/// When the run began. Runtimes stamp what they report with the same clock, so their times can be compared.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    origin: Instant,
    origin_ns: u64,
}

impl Clock {
    /// A run that begins `after` from now.
    pub(super) fn starting(after: Duration) -> Self {
        Self { origin: Instant::now() + after, origin_ns: monotonic_ns() + Span::from(after).ns() }
    }

    /// The machine's monotonic clock at the beginning, as runtimes read it.
    pub(super) fn origin_ns(&self) -> u64 {
        self.origin_ns
    }

    /// Now; [`Time::ZERO`] before the beginning.
    pub(super) fn now(&self) -> Time {
        self.at(Instant::now())
    }

    pub(super) fn at(&self, instant: Instant) -> Time {
        Time::ZERO + Span::from(instant.saturating_duration_since(self.origin))
    }

    /// A reading of the machine's monotonic clock as run time.
    pub(super) fn at_ns(&self, monotonic_ns: u64) -> Time {
        Time::from_ns(monotonic_ns.saturating_sub(self.origin_ns))
    }

    pub(super) fn instant(&self, time: Time) -> Instant {
        self.origin + Duration::from_nanos(time.ns())
    }
}

/// The machine's monotonic clock now, as runtimes and drivers read it.
pub(super) fn monotonic_ns() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    Span::from(Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or(0))).ns()
}
