//! How the machine and the harness itself were while a run went on: processors and clocks.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

use super::host::this_host;

/// When the harness began to use processors.
pub(super) struct Processors {
    began: Instant,
    used: Duration,
}

/// Three clocks, read together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clocks {
    /// Goes on steadily while the machine is awake: everything is measured by it.
    monotonic: Duration,
    /// Can be set.
    wall: Duration,
    /// As the monotonic one, and goes on while the machine is suspended.
    since_boot: Duration,
}

/// How far the clocks went apart, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Drift {
    /// By how much the wall clock was set: forward, or back where negative.
    pub(super) wall_ms: f64,
    /// How long the machine was suspended.
    pub(super) suspended_ms: f64,
}

impl Processors {
    pub(super) fn now() -> Self {
        Self { began: Instant::now(), used: read(ClockId::ProcessCPUTime) }
    }

    /// Processor time used since then, and what part that is of all the harness could have had.
    pub(super) fn used(&self) -> (Duration, f64) {
        let used = read(ClockId::ProcessCPUTime).saturating_sub(self.used);
        let could = self.began.elapsed().as_secs_f64() * f64::from(this_host().cores);
        (used, if could > 0.0 { used.as_secs_f64() / could } else { 0.0 })
    }
}

impl Clocks {
    /// Reads them one after the other; anew where something came between, since that would look like a jump.
    pub(super) fn now() -> Self {
        let mut closest = Self::read();
        for _ in 1..TRIES {
            if closest.1 < CLOSE {
                break;
            }
            let next = Self::read();
            closest = if next.1 < closest.1 { next } else { closest };
        }
        closest.0
    }

    /// The clocks, and how long reading them took.
    fn read() -> (Self, Duration) {
        let monotonic = read(ClockId::Monotonic);
        let (wall, since_boot) = (read(ClockId::Realtime), read(ClockId::Boottime));
        (Self { monotonic, wall, since_boot }, read(ClockId::Monotonic).saturating_sub(monotonic))
    }

    /// How far they went apart since `earlier`. While the machine sleeps the wall clock goes on, which is no jump.
    pub(super) fn drift_since(self, earlier: Self) -> Drift {
        let awake_ms = ms(self.monotonic, earlier.monotonic);
        let suspended_ms = ms(self.since_boot, earlier.since_boot) - awake_ms;
        Drift { wall_ms: ms(self.wall, earlier.wall) - awake_ms - suspended_ms, suspended_ms }
    }
}

impl Drift {
    /// What is worst of both: a clock that is set and set back has jumped.
    pub(super) fn worst(self, other: Self) -> Self {
        let jump = if other.wall_ms.abs() > self.wall_ms.abs() { other.wall_ms } else { self.wall_ms };
        Self { wall_ms: jump, suspended_ms: self.suspended_ms.max(other.suspended_ms) }
    }
}

fn ms(later: Duration, earlier: Duration) -> f64 {
    (later.as_secs_f64() - earlier.as_secs_f64()) * 1e3
}

fn read(clock: ClockId) -> Duration {
    let now = clock_gettime(clock);
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or(0))
}

const TRIES: usize = 5;
const CLOSE: Duration = Duration::from_micros(100);

#[cfg(test)]
mod tests {
    use super::*;

    fn clocks(monotonic: u64, wall: u64, since_boot: u64) -> Clocks {
        let [monotonic, wall, since_boot] = [monotonic, wall, since_boot].map(Duration::from_secs);
        Clocks { monotonic, wall, since_boot }
    }

    #[test]
    fn a_clock_that_is_set_and_a_machine_that_sleeps_are_told_apart() {
        let began = clocks(100, 50_000, 200);
        let drift = |monotonic, wall, since_boot| clocks(monotonic, wall, since_boot).drift_since(began);
        assert_eq!(drift(160, 50_060, 260), Drift { wall_ms: 0.0, suspended_ms: 0.0 });
        assert_eq!(drift(160, 53_660, 260), Drift { wall_ms: 3_600_000.0, suspended_ms: 0.0 });
        assert_eq!(drift(160, 50_050, 260), Drift { wall_ms: -10_000.0, suspended_ms: 0.0 });
        assert_eq!(drift(160, 50_068, 268), Drift { wall_ms: 0.0, suspended_ms: 8_000.0 });
    }

    #[test]
    fn a_clock_that_is_set_back_again_has_jumped_all_the_same() {
        let (ahead, back) = (Drift { wall_ms: -9.0, suspended_ms: 1.0 }, Drift { wall_ms: 2.0, suspended_ms: 3.0 });
        let worst = Drift { wall_ms: -9.0, suspended_ms: 3.0 };
        assert_eq!((ahead.worst(back), back.worst(ahead)), (worst, worst));
    }

    #[test]
    fn this_machines_clocks_go_together() {
        let now = Clocks::now();
        let Drift { wall_ms, suspended_ms } = Clocks::now().drift_since(now);
        assert!(wall_ms.abs() < 100.0 && suspended_ms.abs() < 100.0, "{wall_ms} {suspended_ms}");
    }
}
