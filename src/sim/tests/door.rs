//! Boots when the phone rings, and callers who are refused when they call or not at all.

use std::path::Path;
use std::sync::Arc;

use super::busy;
use super::parts::{BUSY, CLOSED, EVEN, LATE, same, town};
use crate::base::Span;
use crate::measure::{Family, Summary};
use crate::pool::{Eviction, Experimental, Newcomers, Prewarm};
use crate::scenario::Scenario;
use crate::sim::play;
use crate::workload::{Arrivals, Trace, TracedCall, TracedTurns};

/// Callers who each call once; a boot takes 400 ms, everything else nothing.
fn strangers(more: &str) -> Scenario {
    let text = format!(
        r#"
        name = "strangers"
        duration = "20min"
        grace = "5min"
        {more}
        [runtime]
        boot_cold = "400ms"
        boot_warm = "400ms"
        search = "0s"
        session_start = "0s"
        save = "0s"
        flush = "0s"
        terminate = "0s"
        [cloud]
        latency = "0s"
        [[tenant]]
        name = "acme"
        callers = {{ population = 0, new = 1 }}
        arrivals = {{ model = "poisson", rate = "6/min" }}
        call = {{ turns = 3 }}
        turn_gap = {{ dist = "gamma", mean = "7s", cv = 0.5 }}
        reply = "0s""#
    );
    Scenario::from_text(Path::new("strangers.toml"), text).unwrap_or_else(|error| panic!("{error:?}"))
}

fn with(scenario: &Scenario, experimental: Experimental) -> Summary {
    let mut scenario = scenario.clone();
    scenario.pool.experimental = experimental;
    let summary = play(&Arc::new(scenario));
    assert_eq!(summary.violations, []);
    summary
}

fn prewarmed(scenario: &Scenario, prewarm: Prewarm) -> Summary {
    with(scenario, Experimental { prewarm, ..Experimental::default() })
}

fn refusing(scenario: &Scenario) -> Summary {
    with(scenario, Experimental { newcomers: Newcomers::Refuse, ..Experimental::default() })
}

fn slowest_ms(summary: &Summary) -> f64 {
    summary.total.latency(Family::Recall).max.expect("somebody spoke")
}

#[test]
fn who_is_booted_when_the_phone_rings_waits_for_what_is_left_of_the_boot() {
    let scenario = strangers("");
    let plain = with(&scenario, Experimental::default());
    let calls = plain.total.counts.calls;
    assert!(calls > 80);
    assert_eq!((slowest_ms(&plain), plain.total.counts.admissions.cold), (400.0, calls));
    for (rings_ms, left_ms) in [(100, 300.0), (399, 1.0), (6_000, 0.0)] {
        let summary = prewarmed(&scenario, Prewarm::Before(Span::from_ms(rings_ms)));
        let counts = &summary.total.counts;
        assert!((slowest_ms(&summary) - left_ms).abs() < 1e-6, "{rings_ms}: {}", slowest_ms(&summary));
        assert_eq!((counts.calls, counts.turns), (calls, plain.total.counts.turns), "the same calls");
        assert_eq!((counts.admissions.cold, counts.drains), (0, plain.total.counts.drains));
        assert_eq!(summary.total.latency(Family::BootCold).count, calls, "a boot is counted, whoever waits");
    }
}

#[test]
fn a_record_says_how_long_its_own_phone_rang() {
    let mut scenario = strangers("");
    let call = |at_ms, ringing_ms| TracedCall {
        answered_at: crate::base::Time::ZERO + Span::from_ms(at_ms),
        ringing: Span::from_ms(ringing_ms),
        caller: None,
        length: Some(Span::from_secs(1)),
        turns: TracedTurns::Count(1),
    };
    // Answered at once, after a short and after a long ring; the last phone began to ring before the others were answered.
    let calls = vec![call(10_000, 0), call(11_000, 150), call(12_000, 4_000)];
    scenario.traffic.tenants[0].arrivals = Arrivals::Trace(Arc::new(Trace::new(calls, Vec::new())));
    let summary = prewarmed(&scenario, Prewarm::Recorded);
    let (recall, admissions) = (summary.total.latency(Family::Recall), &summary.total.counts.admissions);
    assert_eq!((admissions.cold, admissions.join, admissions.reuse), (1, 1, 1 + 3), "three saves among them");
    assert_eq!((recall.max, recall.min, recall.mean), (Some(400.0), Some(0.0), Some(216.666_667)));
}

/// More callers than slots, who speak at regular intervals and never hang up.
fn thrashing(on_refusal: &str) -> Scenario {
    let scenario =
        strangers(&format!("on_refusal = {{ action = \"{on_refusal}\" }}\n[pool]\nmax_concurrent_users = 8"));
    let text = scenario.text.replace("callers = { population = 0, new = 1 }", "").replace(
        "arrivals = { model = \"poisson\", rate = \"6/min\" }",
        "arrivals = { model = \"closed\", callers = 10, redial = \"30s\" }",
    );
    let text = text.replace("call = { turns = 3 }", "call = { turns = 200 }");
    Scenario::from_text(Path::new("thrashing.toml"), text).unwrap_or_else(|error| panic!("{error:?}"))
}

#[test]
fn who_is_inside_feels_nothing_of_those_who_are_refused_and_without_the_door_all_thrash() {
    let scenario = thrashing("degrade");
    let (plain, refusing) = (with(&scenario, Experimental::default()), refusing(&scenario));
    assert!(plain.total.counts.drains.lru > 300, "{:?}", plain.total.counts);
    assert_eq!(plain.total.counts.errors.get("pool.exhausted"), None);
    let counts = &refusing.total.counts;
    assert_eq!((counts.drains.lru, counts.admissions.cold, counts.admissions.warm), (0, 8, 0));
    // Two of ten are never let in, and each of their turns is refused, and so is each save.
    let share = counts.recalls_failed as f64 / counts.turns as f64;
    assert!(counts.errors["pool.exhausted"].abs_diff(2 * counts.recalls_failed) <= 2, "{counts:?}");
    assert!((share - 0.2).abs() < 0.01, "{share}");
}

#[test]
fn a_seat_that_is_left_is_anothers() {
    let counts = refusing(&thrashing("shed")).total.counts;
    assert!(counts.calls_shed > 2 && counts.calls > 10 + counts.calls_shed / 2, "{counts:?}");
    assert_eq!(counts.drains.lru, 0);
    // Strangers who leave: slots are promised again and again, to more than there are slots.
    let plain = strangers("[pool]\nmax_concurrent_users = 2");
    let counts = refusing(&plain).total.counts;
    assert!(counts.calls - counts.calls_shed > 20 && counts.calls_shed > 5, "{counts:?}");
    assert_eq!(counts.drains.lru, counts.admissions.cold - 2, "who has hung up makes room, nobody else");
}

fn every_policy() -> Vec<Experimental> {
    let mut all = Vec::new();
    for eviction in [Eviction::Lru, Eviction::Gdsf] {
        for newcomers in [Newcomers::Evict, Newcomers::Refuse] {
            for prewarm in [Prewarm::Never, Prewarm::Recorded, Prewarm::Before(Span::from_secs(3))] {
                all.push(Experimental { eviction, newcomers, prewarm });
            }
        }
    }
    all
}

#[test]
fn laws_hold_under_every_policy_and_every_fault() {
    for experimental in every_policy() {
        for head in [
            "",
            "on_refusal = { action = \"degrade\" }",
            "on_refusal = { action = \"retry\", after = \"300ms\", attempts = 3 }",
        ] {
            let summary = with(&busy(head), experimental);
            assert_eq!(summary, with(&busy(head), experimental), "{experimental:?}");
            assert!(summary.total.counts.turns > 50);
        }
    }
}

#[test]
fn tenants_who_never_meet_are_played_apart_under_every_policy() {
    for (seed, experimental) in (0..).zip(every_policy()) {
        let mut scenario = (*town(seed, "", 3, 60, &[BUSY, CLOSED, EVEN, LATE])).clone();
        scenario.pool.experimental = experimental;
        same(&Arc::new(scenario));
    }
}

#[test]
fn calls_that_wait_at_the_door_when_a_threshold_ends_the_play_are_nobodys() {
    let head = "thresholds = [{ expect = \"turns <= 40\", abort_on_fail = true }]";
    let scenario = strangers(head);
    let summary = prewarmed(&scenario, Prewarm::Before(Span::from_secs(60)));
    assert!((40..60).contains(&summary.total.counts.turns), "{:?}", summary.total.counts.turns);
}
