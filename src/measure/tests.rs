//! Every figure of a summary against a run that can be counted by hand.

#![expect(clippy::float_cmp, reason = "the figures are exact")]

use super::fixture::{at, ending, level, recall, recorder, run_of};
use super::*;
use crate::base::{Admission, BootKind, DrainReason, Span, TenantIndex, Time};

const ACME: TenantIndex = TenantIndex(0);
const BANK: TenantIndex = TenantIndex(1);

fn ms(ms: u64) -> Span {
    Span::from_ms(ms)
}

fn failed(code: &str, took: Span) -> Event {
    Event::Recalled(Recall {
        outcome: Err(ErrorCode::named(code)),
        admission: None,
        search: None,
        ..recall(0, at(20), took)
    })
}

#[test]
fn ten_recalls_give_hand_checked_figures() {
    let summary = run_of([10, 20, 30, 40, 50, 60, 70, 80, 250, 251], &[]);
    let recalls = summary.total.latency(Family::Recall);
    assert_eq!((recalls.count, recalls.min, recalls.max), (10, Some(10.0), Some(251.0)));
    assert_eq!(recalls.mean, Some(86.1));
    assert!((50.0..50.1).contains(&recalls.p50.unwrap()));
    assert_eq!(recalls.p90, None, "30 samples are needed");
    assert_eq!(summary.total.budget, Budget { limit_ms: 250.0, met: 9, missed: 1, share: Some(0.9) });
    assert_eq!((summary.total.counts.turns, summary.total.counts.recalls_ok), (10, 10));
    assert_eq!(summary.total.counts.admissions, Admissions { reuse: 10, ..Admissions::default() });
}

#[test]
fn failures_stay_in_the_histogram_and_miss_the_budget_however_quick() {
    let mut recorder = recorder(&["acme"], &[]);
    recorder.observe(&failed("pool.exhausted", ms(1)));
    recorder.observe(&failed("runtime.timeout", ms(253)));
    recorder.observe(&Event::Recalled(recall(0, at(20), ms(5))));
    let total = recorder.finish(ending(1, 0)).total;
    assert_eq!((total.counts.recalls_ok, total.counts.recalls_failed, total.counts.search_timeouts), (1, 2, 1));
    assert_eq!(
        total.counts.errors.into_iter().collect::<Vec<_>>(),
        [("pool.exhausted".to_owned(), 1), ("runtime.timeout".to_owned(), 1)]
    );
    assert_eq!((total.budget.met, total.budget.missed), (1, 2));
    let recall = &total.latency_ms["recall"];
    assert_eq!((recall.count, recall.min, recall.max), (3, Some(1.0), Some(253.0)));
}

#[test]
fn what_falls_into_the_warm_up_is_not_counted_and_what_falls_on_its_end_is() {
    let just_before = Time::from_ns(at(10).ns() - 1);
    for (time, counted) in [(just_before, 0), (at(10), 1)] {
        let mut recorder = recorder(&["acme"], &[]);
        let tenant = ACME;
        recorder.observe(&Event::Rang { tenant, intended: time, lag: Span::ZERO });
        recorder.observe(&Event::CallShed { tenant, rang: time });
        recorder.observe(&Event::CallCut { tenant, rang: time });
        recorder.observe(&Event::Admitted { tenant, asked: time, admission: Admission::Cold, took: ms(400) });
        recorder.observe(&Event::Recalled(recall(0, time, ms(5))));
        recorder.observe(&Event::Booted { tenant, began: time, kind: BootKind::Warm, took: ms(120) });
        recorder.observe(&Event::Drained { tenant, began: time, reason: DrainReason::Idle, took: ms(30) });
        let total = recorder.finish(ending(1, 0)).total;
        let counts = &total.counts;
        let events = [counts.calls, counts.calls_shed, counts.calls_cut, counts.turns, counts.admissions.cold];
        assert_eq!(events, [counted; 5]);
        assert_eq!(counts.drains.idle, counted);
        assert_eq!(total.latency_ms["boot.warm"].count, counted);
        assert_eq!(total.latency_ms["drain.idle"].count, counted);
        assert_eq!(total.latency_ms["admission.cold"].count, counted);
        assert_eq!(total.latency_ms["lag"].count, 2 * counted, "the call and its turn");
    }
}

#[test]
fn the_ledger_of_saves_is_of_the_whole_run_and_their_latency_of_the_measured_one() {
    let mut recorder = recorder(&["acme"], &[]);
    for (turn_intended, outcome) in
        [(at(1), Ok(())), (at(20), Ok(())), (at(21), Err(ErrorCode::named("runtime.unreachable")))]
    {
        recorder.observe(&Event::Saved(Save { tenant: ACME, turn_intended, took: ms(2), outcome }));
    }
    let total = recorder.finish(ending(1, 2)).total;
    assert_eq!(total.counts.saves, Saves { acked: 2, delivered: 2, refused: 1, ..Saves::default() });
    assert_eq!(total.latency_ms["save"].count, 2);
    assert_eq!(total.counts.errors["runtime.unreachable"], 1);
}

#[test]
fn the_total_is_the_tenants_together_and_its_peak_the_peak_of_the_sum() {
    let mut recorder = recorder(&["acme", "bank"], &[]);
    for event in
        [level(0, at(5), 2), level(0, at(20), 6), level(0, at(30), 1), level(1, at(40), 4), level(1, at(50), 0)]
    {
        recorder.observe(&event);
    }
    recorder.observe(&Event::Recalled(recall(0, at(20), ms(10))));
    recorder.observe(&Event::Recalled(recall(1, at(20), ms(30))));
    let summary = recorder.finish(ending(2, 0));
    let peak_and_mean = |figures: &Figures| (figures.gauges.runtimes.peak, figures.gauges.runtimes.mean);
    // acme: 2 for 10 s, 6 for 10 s, 1 for 30 s of 50 s; bank: 4 for 10 s.
    assert_eq!(peak_and_mean(&summary.tenants["acme"]), (6, 2.2));
    assert_eq!(peak_and_mean(&summary.tenants["bank"]), (4, 0.8));
    assert_eq!(peak_and_mean(&summary.total), (6, 3.0));
    assert_eq!(summary.total.latency_ms["recall"].mean, Some(20.0));
    assert_eq!(summary.window, Window { measured_s: 50.0, warm_up_s: 10.0, ..summary.window.clone() });
}

#[test]
fn levels_told_by_their_changes_are_those_told_as_they_are() {
    let phase = Phase { name: "noon".to_owned(), from: Span::from_secs(20), until: Span::from_secs(40) };
    let new = || {
        let settings = recorder(&["acme", "bank"], &[]).settings;
        Recorder::new(RecorderSettings { phases: vec![phase.clone()], ..settings })
    };
    let changes = [(5, 0, 3, 2), (15, 1, 2, 0), (25, 0, -1, -2), (25, 1, 4, 4), (35, 0, 0, 1), (50, 1, -6, -4)];
    let (mut by_changes, mut as_they_are, mut held) = (new(), new(), [Level::default(); 2]);
    for (secs, tenant, runtimes, busy) in changes {
        by_changes.hold_more(TenantIndex(tenant), at(secs), runtimes, busy);
        let level = &mut held[usize::from(tenant)];
        let runtimes = level.runtimes.wrapping_add_signed(runtimes);
        *level = Level { runtimes, busy: level.busy.wrapping_add_signed(busy), ports: runtimes };
        as_they_are.observe(&Event::Level { tenant: TenantIndex(tenant), at: at(secs), level: *level });
    }
    let [by_changes, as_they_are] = [by_changes, as_they_are].map(|recorder| recorder.finish(ending(2, 0)));
    assert_eq!(by_changes, as_they_are);
    assert_eq!((by_changes.total.gauges.runtimes.peak, by_changes.total.gauges.busy.peak), (8, 5));
}

#[test]
fn a_run_that_was_cut_short_is_measured_until_then() {
    let mut recorder = recorder(&["acme"], &[]);
    recorder.observe(&level(0, at(0), 3));
    let summary = recorder.finish(Ending { ended: at(30), ..ending(1, 0) });
    assert_eq!(summary.window.measured_s, 20.0);
    assert_eq!(summary.total.gauges.runtimes.mean, 3.0);
}

#[test]
fn a_stall_of_two_seconds_shows_as_uniformly_arriving_callers_feel_it() {
    // 500 turns/s for 15 s, each 6 ms; those due in the stall from 5 s to 7 s wait for its end.
    let (stall_from, stall_until) = (at(20 + 5), at(20 + 7));
    let mut recorder = recorder(&["acme"], &[]);
    let turns = 7_500_u64;
    for turn in 0..turns {
        let intended = at(20) + ms(2 * turn);
        let stalled = intended >= stall_from && intended < stall_until;
        let waited = if stalled { stall_until.since(intended) } else { Span::ZERO };
        recorder.observe(&Event::Recalled(recall(0, intended, waited + ms(6))));
    }
    let recall = run_latency(recorder);
    // 1,000 turns wait 2, 4 … 2,000 ms. Beyond p99 lie 75 turns, beyond p99.9 lie 7: the waits of ranks 76 and 8
    // from the top are 2,000 − 75·2 and 2,000 − 7·2.
    for (reported, truth) in [(recall.p50, 6.0), (recall.p99, 1_856.0), (recall.p999, 1_992.0)] {
        let reported = reported.unwrap();
        assert!(reported >= truth && reported <= truth * 1.001, "{reported} instead of {truth}");
    }
    assert_eq!(recall.max, Some(2_006.0));
}

fn run_latency(recorder: Recorder) -> Latency {
    recorder.finish(ending(1, 0)).total.latency(Family::Recall)
}

#[test]
fn a_percentile_and_the_share_within_the_budget_agree() {
    let at_the_limit = run_of([vec![250; 297], vec![251; 3]].concat(), &["recall.p99 <= 250ms", "budget.met >= 99%"]);
    assert_eq!(at_the_limit.verdict, Verdict::Pass);
    let over = run_of([vec![250; 296], vec![251; 4]].concat(), &["recall.p99 <= 250ms", "budget.met >= 99%"]);
    assert_eq!(over.thresholds.iter().map(|judged| judged.ok).collect::<Vec<_>>(), [false, false]);
    assert_eq!((over.verdict, exit_code(&over)), (Verdict::Fail, 99));
}

#[test]
fn without_thresholds_a_run_is_unjudged_and_a_broken_law_still_fails_it() {
    let summary = run_of([5], &[]);
    assert_eq!((summary.verdict, exit_code(&summary)), (Verdict::Unjudged, 0));
    let breach = Breach { law: Law::Memory, tenant: Some(BANK), at: at(12), what: "heard another's".to_owned() };
    let ending = Ending { violations: vec![breach], ..ending(2, 0) };
    let summary = recorder(&["acme", "bank"], &[]).finish(ending);
    assert_eq!((summary.verdict, exit_code(&summary)), (Verdict::Fail, 96));
    assert_eq!(summary.total.counts.violations, 1);
    assert_eq!((summary.tenants["acme"].counts.violations, summary.tenants["bank"].counts.violations), (0, 1));
    assert_eq!((summary.violations[0].at_s, summary.violations[0].tenant.as_deref()), (12.0, Some("bank")));
}

#[test]
fn a_leak_and_a_lost_or_doubled_save_are_broken_laws() {
    let good = ending(1, 0);
    let broken = [
        Ending { stray_leaks: 1, ..good.clone() },
        Ending { tenants: vec![TenantEnding { leaks: 1, ..good.tenants[0] }], ..good.clone() },
        Ending { tenants: vec![TenantEnding { lost: 1, ..good.tenants[0] }], ..good.clone() },
        Ending { tenants: vec![TenantEnding { duplicated: 1, ..good.tenants[0] }], ..good.clone() },
    ];
    assert!(!recorder(&["acme"], &[]).finish(good).broke_a_law());
    for ending in broken {
        let summary = recorder(&["acme"], &[]).finish(ending);
        assert_eq!((summary.verdict, exit_code(&summary)), (Verdict::Fail, 96));
    }
}

#[test]
fn only_the_first_violations_are_kept_and_all_are_counted() {
    let breach = Breach { law: Law::Cap, tenant: None, at: at(12), what: "21 of 20".to_owned() };
    let summary = recorder(&["acme"], &[]).finish(Ending { violations: vec![breach; 1_000], ..ending(1, 0) });
    assert_eq!((summary.violations.len(), summary.total.counts.violations), (100, 1_000));
}

#[test]
fn a_harness_that_was_the_bottleneck_makes_the_run_invalid() {
    let late = |recorder: &mut Recorder| {
        (0..300).for_each(|_| {
            recorder.observe(&Event::Recalled(Recall { lag: ms(6), ..recall(0, at(20), ms(9)) }));
        });
    };
    let harness = |harness: Harness| Ending { harness, ..ending(1, 0) };
    let base = ending(1, 0).harness;
    let cases = [
        (true, harness(base.clone()), "lag p99 was 6.0 ms"),
        (false, harness(Harness { arrivals_dropped: 3, ..base.clone() }), "3 arrivals"),
        (false, harness(Harness { witness_gaps: 2, ..base.clone() }), "2 reports"),
        (false, harness(Harness { invalid: vec!["the clock jumped".to_owned()], ..base }), "clock"),
    ];
    for (is_late, ending, reason) in cases {
        let mut recorder = recorder(&["acme"], &["turns >= 0"]);
        if is_late {
            late(&mut recorder);
        }
        let summary = recorder.finish(ending);
        assert_eq!((summary.verdict, exit_code(&summary)), (Verdict::Invalid, 97));
        assert!(summary.harness.invalid[0].contains(reason), "{:?}", summary.harness.invalid);
    }
}

#[test]
fn a_single_late_start_among_many_does_not_make_a_run_invalid() {
    let mut recorder = recorder(&["acme"], &["turns >= 1"]);
    for turn in 0..100 {
        let lag = if turn == 0 { ms(50) } else { ms(1) };
        recorder.observe(&Event::Recalled(Recall { lag, ..recall(0, at(20), ms(9)) }));
    }
    assert_eq!(recorder.finish(ending(1, 0)).verdict, Verdict::Pass);
}

#[test]
fn a_broken_law_outweighs_an_invalid_run_in_the_exit_code() {
    let mut ending = Ending { stray_leaks: 1, ..ending(1, 0) };
    ending.harness.arrivals_dropped = 1;
    let summary = recorder(&["acme"], &[]).finish(ending);
    assert_eq!((summary.verdict, exit_code(&summary)), (Verdict::Invalid, 96));
}

#[test]
fn equal_runs_give_equal_canonical_bytes_whatever_the_clock_says() {
    let play = |start: &str, cores| {
        let mut ending = Ending { start: Some(start.to_owned()), ..ending(1, 0) };
        ending.host = ending.host.map(|host| Host { cores, ..host });
        serde_json::to_string(&recorder(&["acme"], &[]).finish(ending).canonical()).unwrap()
    };
    let (one, other) = (play("2026-01-01T00:00:00Z", 2), play("2027-01-01T00:00:00Z", 64));
    assert_eq!(one, other);
    assert!(!one.contains("\"tool\"") && !one.contains("\"host\"") && !one.contains("\"start\""));
}

#[test]
fn a_summary_survives_the_way_to_json_and_back() {
    let summary = run_of(1..=400, &["recall.p99 <= 250ms", "search.p999 <= 1s"]);
    let back: Summary = serde_json::from_str(&serde_json::to_string(&summary).unwrap()).unwrap();
    assert_eq!(back, summary);
}

#[test]
fn a_real_summary_fits_the_committed_schema() {
    let committed = include_str!("../../reports/summary.schema.json");
    if committed != Summary::json_schema() {
        std::fs::write(SCHEMA_PATH, Summary::json_schema()).unwrap();
        panic!("{SCHEMA_PATH} was out of date and has been written anew; look at it and commit it");
    }
    let validator = jsonschema::validator_for(&serde_json::from_str(committed).unwrap()).unwrap();
    let mut summary = serde_json::to_value(run_of(1..=400, &["recall.p99 <= 250ms"])).unwrap();
    assert!(validator.is_valid(&summary), "{:?}", validator.validate(&summary));
    assert!(validator.is_valid(&serde_json::to_value(run_of([], &[]).canonical()).unwrap()));
    summary["counts"]["turns"] = "many".into();
    assert!(!validator.is_valid(&summary), "a count is a number");
    summary["counts"]["turns"] = 400.into();
    summary["schema"] = "busyhour.summary/2".into();
    assert!(!validator.is_valid(&summary), "another version is another schema");
}

const SCHEMA_PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/reports/summary.schema.json");
