//! Boots that are cancelled, forsaken, failed or late.

use super::rig::Rig;
use crate::base::{DrainReason, Span, Time};
use crate::pool::*;

#[test]
fn a_cancelled_acquire_before_its_start_gives_everything_back() {
    let mut rig = Rig::new(1, 4);
    let victim = rig.idles(1);
    let waiter = rig.waits(2);
    assert!(rig.give(|pool, now| pool.cancelled(now, waiter)));
    rig.give(|pool, now| pool.drained(now, victim));
    assert_eq!(rig.orders, []);
    assert_eq!(rig.pool.levels(), Levels::default());
    assert!(!rig.pool.knows(Key(2)) && !rig.pool.knows(Key(1)));
}

#[test]
fn a_boot_nobody_waits_for_goes_first_when_room_is_needed() {
    let mut rig = Rig::new(2, 4);
    let _idle = rig.idles(1);
    let waiter = rig.waits(2);
    let (forsaken, ..) = rig.spawned();
    rig.give(|pool, now| pool.cancelled(now, waiter));
    rig.waits(3);
    assert_eq!(rig.drains(), [(forsaken, DrainReason::Lru)]);
}

#[test]
fn a_boot_nobody_waits_for_ends_idle_where_there_is_room() {
    let mut rig = Rig::new(2, 4);
    let waiter = rig.waits(2);
    let (forsaken, ..) = rig.spawned();
    rig.give(|pool, now| pool.cancelled(now, waiter));
    rig.start(forsaken);
    assert_eq!(rig.pool.levels().idle, 1);
    rig.reuses(2);
}

#[test]
fn a_second_wind_for_a_forsaken_boot_makes_it_wanted_again() {
    let mut rig = Rig::new(1, 4);
    let waiter = rig.waits(2);
    rig.give(|pool, now| pool.cancelled(now, waiter));
    rig.waits(2);
    assert_eq!(rig.acquire(3), Admitted::Refused(PoolError::Exhausted { capacity: 1 }));
}

#[test]
fn a_failed_boot_refuses_all_who_wait_and_holds_slot_and_port_until_it_is_gone() {
    let mut rig = Rig::new(1, 1);
    let (first, second) = (rig.waits(1), rig.waits(1));
    let place = rig.pool.runtimes.places().next().expect("one boots");
    let runtime = rig.pool.runtimes.id(place);
    rig.give(|pool, _| pool.start_failed(runtime));
    let error = PoolError::StartFailed { runtime };
    assert_eq!(rig.refusals(), [(first, error), (second, error)]);
    assert_eq!(rig.drains(), [(runtime, DrainReason::Crash)]);
    rig.waits(2);
    assert_eq!(rig.orders, []);
    rig.give(|pool, now| pool.drained(now, runtime));
    assert_eq!(rig.spawned().1, 2);
}

#[test]
fn a_boot_that_takes_too_long_times_out() {
    let mut rig = Rig::new(1, 1);
    let waiter = rig.waits(1);
    let (runtime, ..) = rig.spawned();
    assert_eq!(rig.pool.next_wake(), Some(Time::ZERO + Span::from_secs(5)));
    rig.wait(5);
    assert_eq!(rig.refusals(), [(waiter, PoolError::StartTimedOut { runtime })]);
    assert_eq!(rig.drains(), [(runtime, DrainReason::Crash)]);
}
