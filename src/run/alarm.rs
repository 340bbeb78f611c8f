//! Waking at the right moment.
//!
//! Tokio's timers tick once a millisecond, so a pacer built on them is 1 ms late at the median. Here one kernel timer
//! (timerfd) serves all sleepers through a heap: about 70 µs late at the median, at equal cost.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::oneshot;

use super::clock::Clock;
use crate::base::Time;

/// Wakes whoever asks at the time they ask for. Cheap to clone.
#[derive(Clone)]
pub(super) struct Alarm {
    clock: Clock,
    timer: Arc<kernel::Timer>,
    sleepers: Arc<Mutex<Sleepers>>,
}

#[derive(Default)]
struct Sleepers {
    heap: BinaryHeap<Reverse<Sleeper>>,
    next_number: u64,
}

/// Ordered by due time, then by who came first.
struct Sleeper {
    due: Time,
    number: u64,
    wake: oneshot::Sender<()>,
}

impl Alarm {
    /// Starts the task that does the waking; it ends with the last handle.
    pub(super) fn start(clock: Clock) -> io::Result<Self> {
        let alarm = Self { clock, timer: Arc::new(kernel::Timer::new()?), sleepers: Arc::default() };
        tokio::spawn(wake_sleepers(clock, Arc::clone(&alarm.timer), Arc::downgrade(&alarm.sleepers)));
        Ok(alarm)
    }

    /// Returns at that time, or at once where it has passed.
    pub(super) async fn until(&self, due: Time) {
        if due <= self.clock.now() {
            return;
        }
        let (wake, woken) = oneshot::channel();
        {
            let mut sleepers = self.sleepers.lock();
            let number = sleepers.next_number;
            sleepers.next_number += 1;
            sleepers.heap.push(Reverse(Sleeper { due, number, wake }));
            let is_first = sleepers.heap.peek().is_some_and(|Reverse(first)| first.number == number);
            if is_first {
                self.timer.set(self.clock, due);
            }
        }
        // The waker drops its end only with the run; whoever still sleeps then is not heard any more.
        let _ = woken.await;
    }
}

async fn wake_sleepers(clock: Clock, timer: Arc<kernel::Timer>, sleepers: std::sync::Weak<Mutex<Sleepers>>) {
    while timer.rings().await.is_ok() {
        let Some(sleepers) = sleepers.upgrade() else { return };
        let mut sleepers = sleepers.lock();
        let now = clock.now();
        while let Some(Reverse(first)) = sleepers.heap.peek() {
            if first.due > now {
                timer.set(clock, first.due);
                break;
            }
            if let Some(Reverse(due)) = sleepers.heap.pop() {
                // A sleeper that has gone away needs no waking.
                let _ = due.wake.send(());
            }
        }
    }
}

impl PartialEq for Sleeper {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Sleeper {}

impl PartialOrd for Sleeper {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Sleeper {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.due, self.number).cmp(&(other.due, other.number))
    }
}

#[cfg(target_os = "linux")]
mod kernel {
    //! One timerfd.

    use std::io;
    use std::os::fd::OwnedFd;

    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
    };
    use tokio::io::unix::AsyncFd;

    use super::{Clock, Time};

    pub(super) struct Timer(AsyncFd<OwnedFd>);

    impl Timer {
        #[expect(
            deprecated,
            reason = "its successor is unsafe because a descriptor may be closed behind its back; an owned one is not"
        )]
        pub(super) fn new() -> io::Result<Self> {
            let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
            Ok(Self(AsyncFd::try_new(timerfd_create(TimerfdClockId::Monotonic, flags)?)?))
        }

        /// Rings at that time, instead of at the one set before.
        pub(super) fn set(&self, clock: Clock, due: Time) {
            // A zero would disarm the timer; the machine's clock has long left it.
            let ns = clock.origin_ns().saturating_add(due.ns());
            let value = Timespec {
                tv_sec: i64::try_from(ns / 1_000_000_000).unwrap_or(i64::MAX),
                tv_nsec: i64::try_from(ns % 1_000_000_000).expect("a remainder below a billion fits"),
            };
            let interval = Timespec { tv_sec: 0, tv_nsec: 0 };
            let spec = Itimerspec { it_interval: interval, it_value: value };
            timerfd_settime(self.0.get_ref(), TimerfdTimerFlags::ABSTIME, &spec).expect("the time is in range");
        }

        pub(super) async fn rings(&self) -> io::Result<()> {
            let mut ready = self.0.readable().await?;
            let mut count = [0; 8];
            // Nothing to read means that the timer was set anew since: the next ring counts.
            let _ = rustix::io::read(self.0.get_ref(), &mut count);
            ready.clear_ready();
            Ok(())
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod kernel {
    //! Tokio's timer where there is no timerfd: a millisecond late at the median.

    use std::io;

    use parking_lot::Mutex;
    use tokio::sync::Notify;

    use super::{Clock, Time};

    pub(super) struct Timer {
        due: Mutex<Option<tokio::time::Instant>>,
        changed: Notify,
    }

    impl Timer {
        pub(super) fn new() -> io::Result<Self> {
            Ok(Self { due: Mutex::new(None), changed: Notify::new() })
        }

        pub(super) fn set(&self, clock: Clock, due: Time) {
            *self.due.lock() = Some(clock.instant(due).into());
            self.changed.notify_one();
        }

        pub(super) async fn rings(&self) -> io::Result<()> {
            loop {
                let due = *self.due.lock();
                let sleep = async move {
                    match due {
                        Some(due) => tokio::time::sleep_until(due).await,
                        None => std::future::pending().await,
                    }
                };
                tokio::select! {
                    () = sleep => return Ok(*self.due.lock() = None),
                    () = self.changed.notified() => {}
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::base::Span;

    #[tokio::test]
    async fn sleepers_wake_in_the_order_of_their_times_and_never_early() {
        let clock = Clock::starting(Duration::ZERO);
        let alarm = Alarm::start(clock).expect("the kernel has timers");
        let (woken, mut order) = tokio::sync::mpsc::unbounded_channel();
        for ms in [30, 10, 20] {
            let (alarm, woken) = (alarm.clone(), woken.clone());
            tokio::spawn(async move {
                let due = Time::ZERO + Span::from_ms(ms);
                alarm.until(due).await;
                assert!(clock.now() >= due, "woken early");
                woken.send(ms).expect("the test listens");
            });
        }
        let seen = [order.recv().await, order.recv().await, order.recv().await];
        assert_eq!(seen, [Some(10), Some(20), Some(30)]);
    }

    #[tokio::test]
    async fn a_time_that_has_passed_is_not_waited_for() {
        let alarm = Alarm::start(Clock::starting(Duration::ZERO)).expect("the kernel has timers");
        alarm.until(Time::ZERO).await;
    }
}
