//! Waking at the right moment.
//!
//! Tokio's timers tick once a millisecond, so a pacer built on them is 1 ms late at the median. Here one kernel timer
//! (timerfd) serves all sleepers in the order of their times: about 70 µs late at the median, at equal cost. Whoever
//! stops waiting leaves nothing behind, so what is kept is as much as there are sleepers.

use std::collections::BTreeMap;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, Waker};

use parking_lot::Mutex;

use super::clock::Clock;
use crate::base::Time;

/// Wakes whoever asks at the time they ask for. Cheap to clone.
#[derive(Clone)]
pub(super) struct Alarm {
    clock: Clock,
    timer: Arc<kernel::Timer>,
    sleepers: Arc<Mutex<Sleepers>>,
}

/// Returns at its time, or at once where that has passed. May be dropped before.
#[must_use = "nobody sleeps who is not awaited"]
pub(super) struct Sleep<'a> {
    alarm: &'a Alarm,
    due: Time,
    /// Its place among sleepers of the same time; none before it has slept.
    number: Option<u64>,
}

#[derive(Default)]
struct Sleepers {
    /// By due time, then by who came first.
    waiting: BTreeMap<(Time, u64), Waker>,
    next_number: u64,
}

impl Alarm {
    /// Starts the task that does the waking.
    pub(super) fn start(clock: Clock) -> io::Result<Self> {
        let alarm = Self { clock, timer: Arc::new(kernel::Timer::new()?), sleepers: Arc::default() };
        tokio::spawn(wake_sleepers(clock, Arc::clone(&alarm.timer), Arc::downgrade(&alarm.sleepers)));
        Ok(alarm)
    }

    /// Returns at that time, or at once where it has passed.
    pub(super) fn until(&self, due: Time) -> Sleep<'_> {
        Sleep { alarm: self, due, number: None }
    }
}

impl Future for Sleep<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let Alarm { clock, timer, sleepers } = self.alarm;
        if self.due <= clock.now() {
            return Poll::Ready(());
        }
        let mut sleepers = sleepers.lock();
        let number = *self.number.get_or_insert_with(|| sleepers.number());
        let place = (self.due, number);
        sleepers.waiting.insert(place, context.waker().clone());
        if sleepers.waiting.first_key_value().is_some_and(|(first, _)| *first == place) {
            timer.set(*clock, self.due);
        }
        Poll::Pending
    }
}

impl Drop for Sleep<'_> {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            self.alarm.sleepers.lock().waiting.remove(&(self.due, number));
        }
    }
}

impl Sleepers {
    fn number(&mut self) -> u64 {
        self.next_number += 1;
        self.next_number
    }

    /// Takes out whoever is due.
    fn due(&mut self, now: Time) -> Vec<Waker> {
        let mut due = Vec::new();
        while let Some(first) = self.waiting.first_entry().filter(|first| first.key().0 <= now) {
            due.push(first.remove());
        }
        due
    }
}

/// Ends with the first ring after the last sleeper's handle is gone.
async fn wake_sleepers(clock: Clock, timer: Arc<kernel::Timer>, sleepers: Weak<Mutex<Sleepers>>) {
    while timer.rings().await.is_ok() {
        let Some(sleepers) = sleepers.upgrade() else { return };
        let due = {
            let mut sleepers = sleepers.lock();
            let due = sleepers.due(clock.now());
            if let Some(((next, _), _)) = sleepers.waiting.first_key_value() {
                timer.set(clock, *next);
            }
            due
        };
        due.into_iter().for_each(Waker::wake);
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

    #[tokio::test]
    async fn whoever_stops_waiting_leaves_nothing_behind() {
        let clock = Clock::starting(Duration::ZERO);
        let alarm = Alarm::start(clock).expect("the kernel has timers");
        let (soon, late) = (Time::ZERO + Span::from_ms(5), Time::ZERO + Span::from_secs(3600));
        tokio::select! {
            () = alarm.until(late) => panic!("an hour has not passed"),
            () = alarm.until(soon) => {}
        }
        assert!(alarm.sleepers.lock().waiting.is_empty());
    }
}
