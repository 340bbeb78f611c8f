//! How runtimes end: crashed, broken, reaped, closed.

use super::rig::Rig;
use crate::base::{DrainReason, Span, Time};
use crate::pool::*;

#[test]
fn a_crashed_runtime_is_replaced_at_the_next_acquire() {
    let mut rig = Rig::new(1, 1);
    let (runtime, lease) = rig.boots(1);
    rig.give(|pool, now| pool.exited(now, runtime));
    assert_eq!(rig.pool.levels(), Levels::default());
    rig.waits(1);
    let (next, ..) = rig.spawned();
    rig.start(next);
    rig.release(lease);
    assert_eq!(rig.pool.levels().busy, 1, "a lease on the dead runtime unpins nobody");
}

#[test]
fn a_broken_runtime_is_drained_under_its_leases() {
    let mut rig = Rig::new(1, 1);
    let (runtime, lease) = rig.boots(1);
    rig.give(|pool, _| pool.failed(runtime));
    assert_eq!(rig.drains(), [(runtime, DrainReason::Crash)]);
    rig.release(lease);
    rig.give(|pool, now| pool.drained(now, runtime));
    assert_eq!(rig.pool.levels(), Levels::default());
}

#[test]
fn the_reaper_takes_an_idle_runtime_at_its_first_tick_after_the_ttl() {
    let mut rig = Rig::new(1, 1);
    rig.wait(10);
    let runtime = rig.idles(1);
    assert_eq!(rig.pool.next_wake(), Some(Time::ZERO + Span::from_secs(330)), "10 s + 300 s, at a 30 s tick");
    rig.wait(319);
    assert_eq!(rig.drains(), []);
    rig.wait(1);
    assert_eq!(rig.drains(), [(runtime, DrainReason::Idle)]);
}

#[test]
fn use_between_ttl_and_tick_saves_a_runtime() {
    let mut rig = Rig::new(1, 1);
    rig.wait(10);
    rig.idles(1);
    rig.wait(315);
    let lease = rig.reuses(1);
    rig.release(lease);
    rig.wait(30);
    assert_eq!(rig.drains(), []);
}

#[test]
fn closing_refuses_who_waits_drains_who_is_idle_and_lets_the_busy_finish() {
    let mut rig = Rig::new(4, 4);
    let idle = rig.idles(1);
    let (busy, lease) = rig.boots(2);
    let waiter = rig.waits(3);
    let (booting, ..) = rig.spawned();
    rig.give(|pool, _| pool.close());
    assert_eq!(rig.refusals(), [(waiter, PoolError::Closed)]);
    let mut drains = rig.drains();
    drains.sort();
    let mut expected = [(idle, DrainReason::Close), (booting, DrainReason::Close)];
    expected.sort();
    assert_eq!(drains, expected);
    assert_eq!(rig.acquire(1), Admitted::Refused(PoolError::Closed));
    rig.release(lease);
    assert_eq!(rig.drains(), [(busy, DrainReason::Close)]);
}

#[test]
fn closing_now_does_not_wait_for_leases() {
    let mut rig = Rig::new(4, 4);
    let (busy, _lease) = rig.boots(2);
    rig.give(|pool, _| pool.close_now());
    assert_eq!(rig.drains(), [(busy, DrainReason::Close)]);
    rig.give(|pool, now| pool.drained(now, busy));
    assert_eq!(rig.pool.levels().live(), 0);
}

#[test]
fn messages_that_come_too_late_change_nothing() {
    let mut rig = Rig::new(1, 1);
    let runtime = rig.idles(1);
    rig.give(|pool, now| pool.exited(now, runtime));
    for late in [Pool::drained, Pool::exited, Pool::port_taken] {
        rig.give(|pool, now| late(pool, now, runtime));
    }
    rig.start(runtime);
    assert_eq!(rig.pool.levels(), Levels::default());
}
