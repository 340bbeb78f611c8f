//! The machine's monotonic clock, and a wait on it that is not late.
//!
//! tokio's timers fire on a wheel of whole milliseconds, about one millisecond late. Searches and saves are drawn in
//! single milliseconds, so waits go through a `timerfd` on `CLOCK_MONOTONIC` instead: late by tens of microseconds.

use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::io::Errno;
use rustix::time::{
    ClockId, Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, clock_gettime, timerfd_create,
    timerfd_settime,
};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// Nanoseconds on `CLOCK_MONOTONIC`: comparable among all processes of one machine.
pub(crate) fn now_ns() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    let part = |value: i64| u64::try_from(value).expect("the monotonic clock counts up from the boot of the machine");
    part(now.tv_sec) * NS_PER_SEC + part(now.tv_nsec)
}

/// Waits until [`now_ns`] has reached `at_ns`; not at all if it has. Dropping the future cancels the wait.
pub(crate) async fn sleep_until_ns(at_ns: u64) {
    let now = now_ns();
    if at_ns <= now {
        return;
    }
    if wait_on_timerfd(at_ns).await.is_err() {
        // Out of file descriptors: late by a millisecond is better than not at all.
        tokio::time::sleep(Duration::from_nanos(at_ns - now)).await;
    }
}

async fn wait_on_timerfd(at_ns: u64) -> Result<(), Errno> {
    let timer = timer_at(at_ns)?;
    #[expect(deprecated, reason = "unsound only for types that can change their descriptor; an `OwnedFd` cannot")]
    let timer = AsyncFd::with_interest(timer, Interest::READABLE).map_err(|_| Errno::MFILE)?;
    timer.readable().await.map_err(|_| Errno::IO)?.retain_ready();
    Ok(())
}

fn timer_at(at_ns: u64) -> Result<OwnedFd, Errno> {
    let timer = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
    let part = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    let once = Itimerspec {
        it_interval: Timespec { tv_sec: 0, tv_nsec: 0 },
        it_value: Timespec { tv_sec: part(at_ns / NS_PER_SEC), tv_nsec: part(at_ns % NS_PER_SEC) },
    };
    timerfd_settime(&timer, TimerfdTimerFlags::ABSTIME, &once)?;
    Ok(timer)
}

const NS_PER_SEC: u64 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn waits_until_the_time_has_come_and_not_when_it_has_passed() {
        let due = now_ns() + 3_000_000;
        sleep_until_ns(due).await;
        assert!(now_ns() >= due);
        sleep_until_ns(0).await;
    }
}
