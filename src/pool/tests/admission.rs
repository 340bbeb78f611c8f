//! Who gets which runtime, who has to go for it, and who is refused.

use super::rig::Rig;
use crate::base::{Admission, BootKind, DrainReason};
use crate::pool::*;

#[test]
fn a_live_runtime_is_reused_at_once() {
    let mut rig = Rig::new(2, 2);
    let runtime = rig.idles(7);
    rig.reuses(7);
    assert_eq!(rig.orders, []);
    assert!(rig.pool.serves(runtime));
}

#[test]
fn callers_of_one_key_share_one_boot_and_only_the_first_caused_it() {
    let mut rig = Rig::new(2, 2);
    let (first, second) = (rig.waits(7), {
        let (runtime, ..) = rig.spawned();
        let second = rig.waits(7);
        rig.give(|pool, now| pool.started(now, runtime, BootKind::Warm));
        second
    });
    let granted: Vec<_> = rig.granted().iter().map(|(waiter, _, admission)| (*waiter, *admission)).collect();
    assert_eq!(granted, [(first, Admission::Warm), (second, Admission::Join)]);
    assert_eq!(rig.pool.levels().live(), 1);
}

#[test]
fn the_victim_is_the_one_released_longest_ago_not_the_one_acquired_longest_ago() {
    let mut rig = Rig::new(2, 4);
    let (first, early) = rig.boots(1);
    let (second, late) = rig.boots(2);
    rig.wait(1);
    rig.release(late);
    rig.wait(1);
    rig.release(early);
    rig.waits(3);
    assert_eq!(rig.drains(), [(second, DrainReason::Lru)]);
    assert!(rig.pool.serves(first));
}

#[test]
fn a_newcomer_waits_until_its_victim_is_gone() {
    let mut rig = Rig::new(1, 4);
    let victim = rig.idles(1);
    rig.waits(2);
    assert_eq!(rig.orders, [Decision::Drain { runtime: victim, reason: DrainReason::Lru }]);
    rig.give(|pool, now| pool.drained(now, victim));
    assert_eq!(rig.spawned().1, 2);
}

#[test]
fn the_cap_counts_booting_and_draining_runtimes() {
    let mut rig = Rig::new(2, 9);
    let idle = rig.idles(1);
    rig.waits(2);
    rig.waits(3);
    assert_eq!(rig.drains(), [(idle, DrainReason::Lru)]);
    assert_eq!(rig.acquire(4), Admitted::Refused(PoolError::Exhausted { capacity: 2 }));
}

#[test]
fn twenty_first_callers_at_once_never_overshoot_the_cap() {
    let mut rig = Rig::new(5, 100);
    let refused = (0..20).filter(|key| matches!(rig.acquire(*key), Admitted::Refused(_))).count();
    assert_eq!((refused, rig.pool.levels().booting), (15, 5));
}

#[test]
fn a_busy_runtime_is_never_a_victim() {
    let mut rig = Rig::new(1, 4);
    let (_, lease) = rig.boots(1);
    assert_eq!(rig.acquire(2), Admitted::Refused(PoolError::Exhausted { capacity: 1 }));
    rig.release(lease);
    rig.waits(2);
}

#[test]
fn giving_a_lease_back_twice_unpins_nobody_else() {
    let mut rig = Rig::new(1, 4);
    let (_, mine) = rig.boots(1);
    let _yours = rig.reuses(1);
    rig.release(mine);
    rig.release(mine);
    assert_eq!(rig.acquire(2), Admitted::Refused(PoolError::Exhausted { capacity: 1 }));
}

#[test]
fn who_comes_back_during_its_own_drain_waits_for_it_and_boots_anew() {
    let mut rig = Rig::new(3, 4);
    let old = rig.idles(1);
    rig.wait(400);
    assert_eq!(rig.drains(), [(old, DrainReason::Idle)]);
    rig.orders.clear();
    rig.waits(1);
    assert_eq!(rig.orders, [], "two runtimes of one caller must not overlap");
    rig.give(|pool, now| pool.drained(now, old));
    assert_eq!(rig.spawned().1, 1);
}

#[test]
fn two_drains_run_side_by_side() {
    let mut rig = Rig::new(2, 4);
    let (one, two) = (rig.idles(1), rig.idles(2));
    rig.waits(3);
    assert_eq!(rig.drains(), [(one, DrainReason::Lru)]);
    rig.waits(4);
    assert_eq!(rig.drains(), [(two, DrainReason::Lru)]);
    rig.give(|pool, now| pool.drained(now, two));
    assert_eq!(rig.spawned().1, 3, "the first slot goes to who waited longest");
}
