//! Policies that the SDK does not have.

use super::rig::Rig;
use crate::base::{DrainReason, Time};
use crate::pool::*;

fn rig(cap: u32, experimental: Experimental) -> Rig {
    let settings = Settings { max_concurrent_users: cap, experimental, ..Settings::default() };
    Rig { pool: Pool::new(settings, Time::ZERO), ..Rig::new(cap, 9) }
}

fn gdsf() -> Experimental {
    Experimental { eviction: Eviction::Gdsf, ..Experimental::default() }
}

fn refusing() -> Experimental {
    Experimental { newcomers: Newcomers::Refuse, ..Experimental::default() }
}

/// Someone who was used three times and then someone who was used once are idle; who goes for a third?
fn victim_of(experimental: Experimental) -> (RuntimeId, RuntimeId, RuntimeId) {
    let mut rig = rig(2, experimental);
    let popular = rig.idles(1);
    for _ in 0..2 {
        let lease = rig.reuses(1);
        rig.release(lease);
    }
    rig.wait(1);
    let rare = rig.idles(2);
    rig.waits(3);
    let [(victim, DrainReason::Lru)] = rig.drains()[..] else { panic!("{:?}", rig.orders) };
    (popular, rare, victim)
}

#[test]
fn by_value_the_rarely_used_one_goes_and_by_recency_the_one_used_longest_ago() {
    let (popular, _, victim) = victim_of(Experimental::default());
    assert_eq!(victim, popular);
    let (_, rare, victim) = victim_of(gdsf());
    assert_eq!(victim, rare);
}

#[test]
fn who_was_popular_long_ago_goes_at_last() {
    let mut rig = rig(2, gdsf());
    let old = rig.idles(1);
    for _ in 0..2 {
        let lease = rig.reuses(1);
        rig.release(lease);
    }
    // Each that comes once is worth one more than the one before it was: the fourth as much as three uses.
    let victims: Vec<Option<RuntimeId>> = (2..7).map(|key| comes(&mut rig, key)).collect();
    assert_eq!(victims.iter().position(|victim| *victim == Some(old)), Some(3), "{victims:?}");
}

/// Somebody new comes once, and somebody goes for him.
fn comes(rig: &mut Rig, key: u32) -> Option<RuntimeId> {
    rig.waits(key);
    let victim = rig.drains().first().map(|(victim, _)| *victim);
    if let Some(victim) = victim {
        rig.give(|pool, now| pool.drained(now, victim));
    }
    let (runtime, ..) = rig.spawned();
    rig.start(runtime);
    let lease = rig.granted()[0].1;
    rig.release(lease);
    victim
}

#[test]
fn nobody_comes_in_where_all_slots_are_promised_and_nobody_inside_loses_his() {
    let mut rig = rig(2, refusing());
    let enter = |rig: &mut Rig, key| rig.give(|pool, _| pool.enter(Key(key)));
    for key in [1, 2] {
        assert_eq!(enter(&mut rig, key), Ok(()));
        rig.idles(key);
    }
    assert_eq!(enter(&mut rig, 3), Err(PoolError::Exhausted { capacity: 2 }));
    assert_eq!(enter(&mut rig, 2), Ok(()), "who is inside may call twice");
    assert!(matches!(rig.acquire(3), Admitted::Refused(PoolError::Exhausted { .. })), "no idle one is free to go");
    for _ in 0..2 {
        rig.give(|pool, _| pool.leave(Key(2)));
    }
    assert_eq!(enter(&mut rig, 3), Ok(()));
    rig.waits(3);
    assert_eq!(rig.drains().len(), 1, "the one that nobody is promised");
    rig.reuses(1);
}

#[test]
fn a_pool_like_the_sdks_lets_everybody_in() {
    let mut rig = rig(1, Experimental::default());
    for key in 0..5 {
        assert_eq!(rig.give(|pool, _| pool.enter(Key(key))), Ok(()));
    }
    rig.give(|pool, _| pool.leave(Key(7)));
}
