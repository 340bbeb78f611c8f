//! What the pools held over time: a step function, kept as its peak and its integral.

use std::ops::Range;

use super::Level;
use crate::base::Time;

/// The step function of one tenant's pools, or of all together.
#[derive(Clone, Debug, Default)]
pub(super) struct Levels {
    now: Level,
    since: Time,
    peak: Level,
    runtime_ns: u128,
    busy_ns: u128,
}

impl Levels {
    /// The level from `at` on. Only what falls into `window` counts, and only what held for some time: of many changes in
    /// one instant the last is what was, in whichever order they were told.
    #[inline]
    pub(super) fn step(&mut self, at: Time, level: Level, window: &Range<Time>) {
        if at > self.since {
            self.hold_until(at, window);
        }
        // One by one, as they come: a copy of all at once would wait for them to be in memory.
        let Level { runtimes, busy, ports } = level;
        self.now.runtimes = runtimes;
        self.now.busy = busy;
        self.now.ports = ports;
    }

    /// So many runtimes more from `at` on, or fewer, each with its port, and so many more of them busy.
    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    pub(super) fn step_by(&mut self, at: Time, runtimes: i32, busy: i32, window: &Range<Time>) {
        if at > self.since {
            self.hold_until(at, window);
        }
        self.now.runtimes = self.now.runtimes.wrapping_add_signed(runtimes);
        self.now.busy = self.now.busy.wrapping_add_signed(busy);
        self.now.ports = self.now.ports.wrapping_add_signed(runtimes);
    }

    /// The present level held until `at`.
    #[inline]
    pub(super) fn hold_until(&mut self, at: Time, window: &Range<Time>) {
        let held = at.min(window.end).since(self.since.max(window.start)).ns();
        if held > 0 {
            self.runtime_ns += u128::from(held) * u128::from(self.now.runtimes);
            self.busy_ns += u128::from(held) * u128::from(self.now.busy);
            if self.is_higher() {
                self.peak = higher(self.peak, self.now);
            }
        }
        self.since = self.since.max(at);
    }

    /// In any of its figures, than ever before.
    #[inline]
    #[expect(clippy::needless_bitwise_bool, reason = "this is asked at every instant, and the lazy one takes longer")]
    fn is_higher(&self) -> bool {
        let Level { runtimes, busy, ports } = self.now;
        (runtimes > self.peak.runtimes) | (busy > self.peak.busy) | (ports > self.peak.ports)
    }

    /// What is held now.
    #[inline]
    pub(super) fn now(&self) -> Level {
        self.now
    }

    /// Since when, or when it was last looked at.
    pub(super) fn since(&self) -> Time {
        self.since
    }

    /// The highest of each within the window.
    pub(super) fn peak(&self) -> Level {
        self.peak
    }

    /// Time-weighted mean of runtimes and of busy ones over `window_ns`.
    pub(super) fn means(&self, window_ns: u64) -> [f64; 2] {
        [self.runtime_ns, self.busy_ns].map(|area| mean(area, window_ns))
    }
}

/// In millionths, so that a summary holds figures and not the noise of a division.
fn mean(area: u128, window_ns: u64) -> f64 {
    if window_ns == 0 { 0.0 } else { (area * 1_000_000 / u128::from(window_ns)) as f64 / 1e6 }
}

#[cold]
#[inline(never)]
fn higher(one: Level, other: Level) -> Level {
    Level {
        runtimes: one.runtimes.max(other.runtimes),
        busy: one.busy.max(other.busy),
        ports: one.ports.max(other.ports),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::float_cmp, reason = "the means are exact in millionths")]

    use super::*;

    const WINDOW: Range<Time> = Time::from_ns(100)..Time::from_ns(200);

    fn level(runtimes: u32, busy: u32, ports: u32) -> Level {
        Level { runtimes, busy, ports }
    }

    fn played(steps: &[(u64, Level)]) -> Levels {
        let mut levels = Levels::default();
        for (at, level) in steps {
            levels.step(Time::from_ns(*at), *level, &WINDOW);
        }
        levels.hold_until(WINDOW.end, &WINDOW);
        levels
    }

    #[test]
    fn means_weigh_each_level_by_the_time_it_held() {
        let levels = played(&[(100, level(2, 1, 2)), (125, level(4, 0, 4)), (175, level(1, 1, 1))]);
        // (2·25 + 4·50 + 1·25) / 100 and (1·25 + 0·50 + 1·25) / 100
        assert_eq!(levels.means(100), [2.75, 0.5]);
        assert_eq!(levels.peak(), level(4, 1, 4));
    }

    #[test]
    fn a_level_from_the_warm_up_counts_from_the_windows_start() {
        let levels = played(&[(10, level(9, 9, 9)), (50, level(3, 2, 3)), (150, level(1, 0, 1))]);
        assert_eq!(levels.means(100), [2.0, 1.0]);
        assert_eq!(levels.peak(), level(3, 2, 3), "the 9 was over before the window");
    }

    #[test]
    fn what_ends_exactly_at_the_windows_start_is_not_in_it() {
        assert_eq!(played(&[(10, level(9, 0, 9)), (100, level(1, 0, 1))]).peak(), level(1, 0, 1));
    }

    #[test]
    fn nothing_after_the_window_counts() {
        let levels = played(&[(100, level(2, 2, 2)), (200, level(50, 50, 50)), (300, level(0, 0, 0))]);
        assert_eq!((levels.means(100), levels.peak()), ([2.0, 2.0], level(2, 2, 2)));
    }

    #[test]
    fn a_step_that_arrives_late_counts_no_time_twice() {
        let levels = played(&[(100, level(2, 0, 2)), (160, level(4, 0, 4)), (150, level(6, 0, 6))]);
        // 2 for 60 ns, then 6 for 40 ns: the late word takes effect when it is heard.
        assert_eq!(levels.means(100)[0], 3.6);
    }

    #[test]
    fn an_empty_window_has_no_mean() {
        assert_eq!(Levels::default().means(0), [0.0, 0.0]);
    }
}
