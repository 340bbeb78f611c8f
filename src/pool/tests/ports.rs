//! Which port a runtime gets, and what happens where one is not to be had.

use super::rig::Rig;
use crate::base::DrainReason;
use crate::pool::*;

#[test]
fn ports_are_handed_out_least_recently_freed_and_the_range_is_inclusive() {
    let mut rig = Rig::new(2, 3);
    let mut seen = Vec::new();
    for key in 0..4 {
        let runtime = {
            rig.waits(key);
            let (runtime, _, port) = rig.spawned();
            seen.push(port);
            rig.start(runtime);
            runtime
        };
        rig.give(|pool, now| pool.exited(now, runtime));
    }
    assert_eq!(seen, [9000, 9001, 9002, 9000]);
}

#[test]
fn an_idle_runtime_gives_its_port_to_a_newcomer_though_slots_are_left() {
    let mut rig = Rig::new(5, 1);
    let idle = rig.idles(1);
    rig.waits(2);
    assert_eq!(rig.drains(), [(idle, DrainReason::Lru)]);
    assert_eq!(
        rig.acquire(3),
        Admitted::Refused(PoolError::PortExhausted { first: 9000, last: 9000, ours: 1, strangers: 0 })
    );
}

#[test]
fn a_strangers_port_is_skipped_and_named_and_tried_again_later() {
    let mut rig = Rig::new(5, 2);
    let waiter = rig.waits(1);
    let (runtime, _, first) = rig.spawned();
    rig.give(|pool, now| pool.port_taken(now, runtime));
    let (runtime, _, second) = rig.spawned();
    assert_ne!(first, second);
    rig.give(|pool, now| pool.port_taken(now, runtime));
    let error = PoolError::PortExhausted { first: 9000, last: 9001, ours: 0, strangers: 2 };
    assert_eq!(rig.refusals(), [(waiter, error)]);
    assert_eq!(rig.pool.port_holders().len(), 2);
    assert_eq!(rig.acquire(1), Admitted::Refused(error), "seen taken just now");
    rig.wait(1);
    rig.waits(1);
    assert_eq!(rig.spawned().2, first);
}

#[test]
fn a_boot_tries_no_strangers_port_twice_however_long_each_try_takes() {
    let mut rig = Rig::new(5, 2);
    let waiter = rig.waits(1);
    for _ in 0..2 {
        let (runtime, ..) = rig.spawned();
        // By the time of the second answer the first port could be tried again, and then the second, for ever.
        rig.wait(1);
        rig.give(|pool, now| pool.port_taken(now, runtime));
    }
    assert_eq!(rig.refusals().first().map(|(refused, _)| *refused), Some(waiter));
}

#[test]
fn a_lost_port_refuses_the_newest_claim_that_can_no_longer_be_kept() {
    let mut rig = Rig::new(5, 2);
    let (_, _busy) = rig.boots(1);
    let old = rig.waits(2);
    let (runtime, ..) = rig.spawned();
    rig.give(|pool, now| pool.port_taken(now, runtime));
    assert_eq!(rig.refusals().len(), 1);
    assert_eq!(rig.refusals()[0].0, old);
    assert!(!rig.pool.knows(Key(2)));
}

#[test]
fn a_victim_whose_port_was_never_tested_is_gone_at_once() {
    let mut rig = Rig::new(1, 1);
    let waiter = rig.waits(1);
    let (runtime, ..) = rig.spawned();
    rig.give(|pool, now| pool.cancelled(now, waiter));
    rig.waits(2);
    rig.give(|pool, now| pool.port_taken(now, runtime));
    assert_eq!(rig.spawned().1, 2);
}
