//! Every law that the books check can be broken, and is told: with stricter books than the pool, or with books that
//! remember what never was.

use slotmap::KeyData;

use super::busy;
use crate::base::{DrainReason, Span, Time};
use crate::measure::{Law, Summary, Verdict, exit_code};
use crate::pool::{Key, RuntimeId, Settings};
use crate::sim::conclusion::sum_up;
use crate::sim::engine::Simulation;
use crate::sim::journal::{Fact, Listener};
use crate::sim::laws::Books;
use crate::sim::parts::whole;
use crate::sim::retrace::{Story, retell, retrace};

/// Plays with prepared books, and tells the story of what was broken.
fn broken(prepare: impl Fn(&mut Simulation<'_>)) -> (Summary, Story) {
    let scenario = busy("");
    let mut simulation = Simulation::new(&whole(&scenario), Listener::default());
    prepare(&mut simulation);
    simulation.play_out();
    (sum_up(simulation), retell(&scenario, prepare).expect("what was broken is broken again"))
}

/// Plays with books that know stricter settings than the pools.
fn stricter(settings: impl Fn(&mut Settings)) -> (Summary, Story) {
    broken(|simulation| {
        let mut known = simulation.world.scenario.pool.clone();
        settings(&mut known);
        let profile = simulation.world.scenario.profile;
        simulation.desks.iter_mut().for_each(|desk| desk.books = Books::new(desk.tenant, &known, profile));
    })
}

#[track_caller]
fn assert_told(law: Law, (summary, story): &(Summary, Story)) {
    let violation = &summary.violations[0];
    assert_eq!((violation.law, violation.tenant.as_deref()), (law, Some("acme")), "{violation:?}");
    assert_eq!((summary.verdict, exit_code(summary)), (Verdict::Fail, 96));
    assert!(story.last.len() <= 20);
    assert!(story.last.is_sorted_by_key(|entry| entry.at));
    assert!(story.last.iter().all(|entry| entry.worker == story.worker && entry.at.secs_f64() <= violation.at_s));
}

#[test]
fn nothing_is_broken_where_the_books_know_what_the_pool_knows() {
    let (scenario, retried) = (busy(""), busy("on_refusal = { action = \"retry\", after = \"100ms\", attempts = 40 }"));
    for seed in 0..20 {
        for scenario in [&scenario, &retried] {
            let scenario = std::sync::Arc::new((**scenario).clone().with_seed(seed));
            let summary = crate::sim::play(&scenario);
            assert_eq!(summary.violations, [], "seed {seed}");
            assert!(summary.total.counts.drains.lru > 0 && summary.total.counts.drains.idle > 0, "seed {seed}");
            assert_eq!(retrace(&scenario), None);
        }
    }
}

#[test]
fn law_1_a_runtime_beyond_the_cap() {
    let told = stricter(|settings| settings.max_concurrent_users -= 1);
    assert_told(Law::Cap, &told);
    let Fact::Spawned { runtime, .. } = told.1.last.last().unwrap().fact else { panic!("{:?}", told.1) };
    assert_eq!((told.1.runtime, told.1.last.last().unwrap().at.secs_f64()), (Some(runtime), told.0.violations[0].at_s));
    assert!(told.1.caller.is_some());
}

#[test]
fn law_1_a_pool_that_miscounts() {
    let told = broken(|simulation| {
        simulation.desks[0].books.spawned(Time::ZERO, stranger(900), Key(500), &mut None);
    });
    assert_told(Law::Cap, &told);
    assert!(told.0.violations[0].what.contains("the pool counts"), "{:?}", told.0.violations);
    assert!(!told.1.last.is_empty(), "where it is nobody in particular, the whole pool's last events are told");
}

#[test]
fn law_2_two_runtimes_of_one_caller() {
    let told = broken(|simulation| {
        let mut current = None;
        simulation.desks[0].books.spawned(Time::ZERO, stranger(900), Key(0), &mut current);
        simulation.desks[0].books.spawned(Time::ZERO, stranger(901), Key(0), &mut current);
    });
    assert_told(Law::Identity, &told);
}

#[test]
fn law_3_a_busy_runtime_is_drained() {
    let told = broken(|simulation| {
        let books = &mut simulation.desks[1].books;
        let mut record = books.spawned(Time::ZERO, stranger(900), Key(0), &mut None);
        books.leased(Time::ZERO, stranger(900), &mut record, Key(0));
        books.drained(Time::ZERO, stranger(900), &record, DrainReason::Lru);
    });
    assert_told(Law::Lease, &told);
}

#[test]
fn law_4_a_port_that_is_none_of_the_pools() {
    let told = stricter(|settings| settings.runtime_port_range = 7000..=7001);
    assert_told(Law::Port, &told);
}

#[test]
fn law_4_a_port_that_another_has() {
    let told = broken(|simulation| simulation.desks[0].books.given(Time::ZERO, stranger(900), Key(500), 7000));
    assert_told(Law::Port, &told);
    assert!(told.0.violations[0].what.contains("runtime 900v1 has"), "{:?}", told.0.violations);
}

#[test]
fn law_5_an_acquire_that_takes_longer_than_it_can() {
    let told = stricter(|settings| settings.boot_timeout = Span::from_ns(1));
    assert_told(Law::Answer, &told);
    assert!(told.1.last.iter().any(|entry| matches!(entry.fact, Fact::Waits { .. })), "{:?}", told.1);
}

#[test]
fn law_5_an_acquire_that_is_never_answered() {
    let told = broken(|simulation| {
        let forgotten = crate::pool::WaiterId::from(KeyData::from_ffi(0x1_0000_0384));
        simulation.desks[0].waiting.insert(forgotten, || crate::sim::queue::CallId(u32::MAX));
    });
    assert_told(Law::Answer, &told);
    assert!(told.0.violations[0].what.contains("never answered"), "{:?}", told.0.violations);
}

#[test]
fn law_6_a_runtime_that_idles_too_long() {
    let told = stricter(|settings| settings.reap_interval = Span::ZERO);
    assert_told(Law::Idle, &told);
}

#[test]
fn law_7_a_runtime_that_holds_anothers_memory() {
    let told = broken(|simulation| {
        let books = &mut simulation.desks[0].books;
        let mut record = books.spawned(Time::ZERO, stranger(900), Key(0), &mut None);
        books.leased(Time::ZERO, stranger(900), &mut record, Key(1));
    });
    assert_told(Law::Memory, &told);
}

#[test]
fn law_8_a_runtime_that_outlives_its_pool() {
    let told = broken(|simulation| {
        let books = &mut simulation.desks[0].books;
        books.spawned(Time::ZERO, stranger(900), Key(500), &mut None);
        books.ends(Time::ZERO, 0, Some((stranger(900), Key(500))));
    });
    assert_told(Law::Survivor, &told);
}

fn stranger(place: u64) -> RuntimeId {
    RuntimeId::from(KeyData::from_ffi((1 << 32) + place))
}
