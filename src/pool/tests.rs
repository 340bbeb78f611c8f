//! Every rule of the pool, each with the shortest story that shows it. Every step is followed by an audit.

use super::*;
use crate::base::{Admission, BootKind, DrainReason, Span, Time};

/// A pool and a shell that does nothing by itself: the test plays the processes.
struct Rig {
    pool: Pool,
    now: Time,
    orders: Vec<Decision>,
}

impl Rig {
    fn new(cap: u32, ports: u16) -> Self {
        let settings =
            Settings { max_concurrent_users: cap, runtime_port_range: 9000..=8999 + ports, ..Settings::default() };
        Self { pool: Pool::new(settings, Time::ZERO), now: Time::ZERO, orders: Vec::new() }
    }

    /// Gives an input, collects the decisions, audits the laws.
    fn give<T>(&mut self, input: impl FnOnce(&mut Pool, Time) -> T) -> T {
        let answer = input(&mut self.pool, self.now);
        self.orders = std::iter::from_fn(|| self.pool.next_decision()).collect();
        self.pool.audit(self.now).expect("the laws hold after every input");
        answer
    }

    fn wait(&mut self, seconds: u64) {
        let until = self.now + Span::from_secs(seconds);
        while let Some(wake) = self.pool.next_wake().filter(|wake| *wake <= until) {
            self.now = wake;
            let before = std::mem::take(&mut self.orders);
            self.give(Pool::tick);
            self.orders.splice(0..0, before);
        }
        self.now = until;
    }

    fn acquire(&mut self, key: u32) -> Admitted {
        self.give(|pool, now| pool.acquire(now, Key(key)))
    }

    fn waits(&mut self, key: u32) -> WaiterId {
        match self.acquire(key) {
            Admitted::Waiting(waiter) => waiter,
            other => panic!("expected to wait, got {other:?}"),
        }
    }

    fn reuses(&mut self, key: u32) -> LeaseId {
        match self.acquire(key) {
            Admitted::Granted { lease, .. } => lease,
            other => panic!("expected a lease, got {other:?}"),
        }
    }

    fn release(&mut self, lease: LeaseId) {
        self.give(|pool, now| pool.released(now, lease));
    }

    fn start(&mut self, runtime: RuntimeId) {
        self.give(|pool, now| pool.started(now, runtime, BootKind::Cold));
    }

    /// A boot from acquire to lease.
    fn boots(&mut self, key: u32) -> (RuntimeId, LeaseId) {
        self.waits(key);
        let (runtime, ..) = self.spawned();
        self.start(runtime);
        (runtime, self.granted()[0].1)
    }

    /// A runtime that was used once and is idle now.
    fn idles(&mut self, key: u32) -> RuntimeId {
        let (runtime, lease) = self.boots(key);
        self.release(lease);
        runtime
    }

    fn spawned(&self) -> (RuntimeId, u32, u16) {
        let spawn = |order: &Decision| match *order {
            Decision::Spawn { runtime, key, port } => Some((runtime, key.0, port)),
            _ => None,
        };
        self.orders.iter().find_map(spawn).unwrap_or_else(|| panic!("no spawn in {:?}", self.orders))
    }

    fn granted(&self) -> Vec<(WaiterId, LeaseId, Admission)> {
        let grant = |order: &Decision| match *order {
            Decision::Grant { waiter, lease, admission, .. } => Some((waiter, lease, admission)),
            _ => None,
        };
        self.orders.iter().filter_map(grant).collect()
    }

    fn drains(&self) -> Vec<(RuntimeId, DrainReason)> {
        let drain = |order: &Decision| match *order {
            Decision::Drain { runtime, reason } => Some((runtime, reason)),
            _ => None,
        };
        self.orders.iter().filter_map(drain).collect()
    }

    fn refusals(&self) -> Vec<(WaiterId, PoolError)> {
        let refuse = |order: &Decision| match *order {
            Decision::Refuse { waiter, error } => Some((waiter, error)),
            _ => None,
        };
        self.orders.iter().filter_map(refuse).collect()
    }
}

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
    let runtime = rig.pool.runtimes.keys().next().expect("one boots");
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
fn a_victim_whose_port_was_never_tested_is_gone_at_once() {
    let mut rig = Rig::new(1, 1);
    let waiter = rig.waits(1);
    let (runtime, ..) = rig.spawned();
    rig.give(|pool, now| pool.cancelled(now, waiter));
    rig.waits(2);
    rig.give(|pool, now| pool.port_taken(now, runtime));
    assert_eq!(rig.spawned().1, 2);
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
