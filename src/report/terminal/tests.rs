//! The report as it is seen.

use insta::assert_snapshot;
use unicode_width::UnicodeWidthStr;

use super::*;
use crate::base::{Admission, BootKind, DrainReason, Span, TenantIndex, Time};
use crate::measure::fixture::{at, ending, level, recall, recorder, run_of};
use crate::measure::{
    Breach, ClientUnderTest, Ending, ErrorCode, Event, Finding, Law, ProfileEnding, Recall, Recorder, Save,
    TenantEnding, Threshold, Wrong,
};

const PLAIN: Style = Style { colour: false };

/// Three customers with 400 turns each, every fortieth after a cold boot, and `slow` of all turns too slow.
fn three_customers(slow: u64, thresholds: &[&str]) -> Recorder {
    let mut recorder = recorder(&["acme", "bank", "clinic"], thresholds);
    (0..1_200).for_each(|turn| play(&mut recorder, turn, slow));
    for (tenant, runtimes) in [(0, 7), (1, 8), (2, 5)] {
        recorder.observe(&level(tenant, at(5), runtimes));
    }
    recorder
}

fn play(recorder: &mut Recorder, turn: u64, slow: u64) {
    let tenant = TenantIndex(u16::try_from(turn % 3).unwrap());
    let intended = at(10) + Span::from_ms(turn * 40);
    if turn.is_multiple_of(5) {
        recorder.observe(&Event::Rang { tenant, intended, lag: Span::from_ns(90_000) });
    }
    let took = if turn < slow { Span::from_ms(400 + turn) } else { Span::from_ns(8_000_000 + turn * 10_000) };
    let mut recall = recall(tenant.0, intended, took);
    if turn.is_multiple_of(40) {
        boot(recorder, tenant, intended, &mut recall);
    }
    recorder.observe(&Event::Recalled(recall));
    recorder.observe(&Event::Saved(Save { tenant, turn_intended: intended, took: Span::from_ms(2), outcome: Ok(()) }));
}

fn boot(recorder: &mut Recorder, tenant: TenantIndex, began: Time, recall: &mut Recall) {
    let took = Span::from_ms(180);
    recall.admission = Some((Admission::Cold, took));
    recall.session_start = Some(Span::from_ms(3));
    recorder.observe(&Event::Booted { tenant, began, kind: BootKind::Cold, took });
    recorder.observe(&Event::Drained { tenant, began, reason: DrainReason::Lru, took: Span::from_ms(25) });
}

fn refuse(recorder: &mut Recorder, refusals: u64) {
    for number in 0..refusals {
        let refused = Recall {
            outcome: Err(ErrorCode::named("pool.exhausted")),
            admission: None,
            search: None,
            ..recall(1, at(20 + number), Span::from_ms(1))
        };
        recorder.observe(&Event::Recalled(refused));
        recorder.observe(&Event::CallShed { tenant: TenantIndex(1), rang: at(20 + number) });
    }
}

const USUAL: [&str; 4] =
    ["recall.p99 <= 250ms", "budget.met >= 99%", "tenant.acme.search.p95 <= 50ms", "pool.exhausted.rate <= 0.1%"];

#[test]
fn a_pass_says_so_first() {
    assert_snapshot!(terminal(&three_customers(0, &USUAL).finish(ending(3, 400)), PLAIN));
}

#[test]
fn a_fail_shows_value_limit_samples_and_the_command() {
    let thresholds = [&USUAL[..], &["recall.p999 <= 1s", "admission.warm.p50 <= 200ms"]].concat();
    let mut recorder = three_customers(20, &thresholds);
    refuse(&mut recorder, 12);
    assert_snapshot!(terminal(&recorder.finish(ending(3, 400)), PLAIN));
}

#[test]
fn a_threshold_that_ended_the_run_is_told_with_its_time() {
    let long = "tenant.acme.search.p95 <= 50ms";
    let mut recorder = three_customers(20, &[long, "tenant.a customer with a long name.recall.p99 <= 250ms"]);
    let aborting = Threshold::parse("recall.max <= 250ms").unwrap().aborting(Span::ZERO).unwrap();
    recorder = recorder.judging(aborting);
    let aborted = recorder.abort(at(30)).expect("some recalls took 400 ms");
    let ending = Ending { aborted: Some(aborted), ended: at(31), ..ending(3, 400) };
    assert_snapshot!(terminal(&recorder.finish(ending), PLAIN));
}

#[test]
fn too_few_samples_are_told_where_nothing_else_is_wrong() {
    assert_snapshot!(terminal(&three_customers(0, &["recall.p999 <= 1s"]).finish(ending(3, 400)), PLAIN));
}

#[test]
fn an_invalid_run_says_what_the_harness_could_not_do() {
    let mut ending = ending(3, 400);
    ending.harness.arrivals_dropped = 1_311;
    assert_snapshot!(terminal(&three_customers(0, &USUAL).finish(ending), PLAIN));
}

#[test]
fn laws_that_no_runtime_told_of_are_not_called_kept() {
    let told = |witnessed| {
        let mut ending = ending(3, 400);
        ending.harness.witnessed = witnessed;
        terminal(&three_customers(0, &USUAL).finish(ending), PLAIN)
    };
    assert!(told(Some(0)).contains("laws        none seen broken, but no runtime reported what it did\n"));
    for witnessed in [Some(1), None] {
        assert!(told(witnessed).contains("laws        kept; no runtime left behind\n"));
    }
}

#[test]
fn a_broken_law_is_told_before_any_figure() {
    let breach =
        |law, secs, what: &str| Breach { law, tenant: Some(TenantIndex(1)), at: at(secs), what: what.to_owned() };
    let mut ending = Ending {
        stray_leaks: 1,
        violations: vec![
            breach(Law::Memory, 12, "an answer to caller 17 held canary-0123456789abcdef of caller 4"),
            breach(Law::Cap, 14, "21 runtimes existed where 20 may"),
        ],
        ..ending(3, 400)
    };
    ending.tenants[2] = TenantEnding { delivered: 399, lost: 1, ..ending.tenants[2] };
    assert_snapshot!(terminal(&three_customers(0, &USUAL).finish(ending), PLAIN));
}

#[test]
fn what_the_rules_of_a_profile_did_is_told_and_breaks_nothing() {
    let breach =
        |law, secs, what: &str| Breach { law, tenant: Some(TenantIndex(1)), at: at(secs), what: what.to_owned() };
    let laws = vec![
        (44, breach(Law::Cap, 12, "21 runtimes exist with runtime 21v1, the cap is 20")),
        (1, breach(Law::Identity, 14, "one caller has both runtime 3v1 and runtime 9v1")),
    ];
    let profile = |boots_discarded, laws| ProfileEnding { name: "sdk-0.3.2".to_owned(), boots_discarded, laws };
    let told = |profile| terminal(&three_customers(0, &USUAL).finish(Ending { profile, ..ending(3, 400) }), PLAIN);
    assert_snapshot!(told(Some(profile(27, laws))));
    let nothing = told(Some(profile(0, Vec::new())));
    assert!(nothing.contains("laws        kept") && nothing.contains("  - nothing: every law was kept"), "{nothing}");
    assert!(!told(None).contains("what the rules"));
}

#[test]
fn a_run_without_calls_and_thresholds_is_still_a_report() {
    assert_snapshot!(terminal(&recorder(&["acme"], &[]).finish(ending(1, 0)), PLAIN));
}

fn hostile() -> String {
    let names =
        ["\u{1b}[2J\u{1b}]0;owned\u{7}", "\u{202e}desrever\r\nPASS: 100 %", &"x".repeat(10_000), "電話屋さん👩‍👩‍👧"];
    let expression = format!("tenant.{}.recall.p99 <= 250ms", names[0]);
    let mut recorder = recorder(&names, &[&expression]);
    (0..4).for_each(|tenant| recorder.observe(&Event::Recalled(recall(tenant, at(20), Span::from_ms(9)))));
    let mut ending = ending(4, 0);
    ending.scenario.file = "sc en'ario\u{1b}[31m.toml".to_owned();
    ending.violations =
        vec![Breach { law: Law::Memory, tenant: Some(TenantIndex(2)), at: at(12), what: "\u{1b}c".repeat(1_000) }];
    terminal(&recorder.finish(ending), PLAIN)
}

#[test]
fn hostile_names_come_out_inert() {
    let text = hostile();
    assert!(!text.chars().any(|sign| sign != '\n' && sign.is_control()), "{text:?}");
    assert!(!text.contains('\u{202e}'));
    assert_snapshot!(text);
}

#[test]
fn of_many_tenants_the_worst_ten_are_shown() {
    let names: Vec<String> = (0..200).map(|number| format!("tenant-{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut recorder = recorder(&names, &[]);
    for tenant in 0..200 {
        let took = Span::from_ms(if tenant < 3 { 300 } else { 10 });
        recorder.observe(&Event::Recalled(recall(tenant, at(20), took)));
    }
    let text = terminal(&recorder.finish(ending(200, 0)), PLAIN);
    assert!(text.contains("and 190 more: these are the 10 with the smallest share within the budget"));
    let shown: Vec<&str> = text.lines().filter(|line| line.starts_with("tenant-")).collect();
    assert_eq!(shown.len(), 10);
    assert!(shown[..3].iter().all(|line| line.contains("0.0 %")) && shown[3].contains("100.0 %"), "{text}");
}

#[test]
fn everything_fits_80_columns() {
    let breach = Breach { law: Law::Answer, tenant: None, at: at(12), what: "word ".repeat(100) };
    let mut recorder = three_customers(20, &USUAL);
    refuse(&mut recorder, 12);
    let long = recorder.finish(Ending { violations: vec![breach; 9], ..ending(3, 400) });
    for line in terminal(&long, PLAIN).lines().chain(hostile().lines()) {
        assert!(line.width() <= WIDTH, "{line}");
    }
}

#[test]
fn colours_appear_only_where_they_are_wanted() {
    let summary = three_customers(0, &USUAL).finish(ending(3, 400));
    let (plain, coloured) = (terminal(&summary, PLAIN), terminal(&summary, Style { colour: true }));
    assert!(!plain.contains('\u{1b}') && coloured.starts_with("\u{1b}[1;32mPASS\u{1b}[0m: "));
    let without = coloured.replace("\u{1b}[1;32m", "").replace("\u{1b}[0m", "");
    assert_eq!(without, plain);
}

/// A minute in which a burst at 30 s makes recalls slow.
fn told() -> Chronicle {
    let mut chronicler = crate::measure::fixture::chronicler(&["acme"]);
    for second in 0..60 {
        let slow = (30..36).contains(&second);
        let took = Span::from_ms(if slow { 900 - 20 * (second - 30) } else { 8 + second % 3 });
        chronicler.hear(&Event::Recalled(recall(0, at(second), took)));
        chronicler.hear(&level(0, at(second), u32::try_from(second / 4).unwrap()));
    }
    chronicler.finish(at(61), ending(1, 0).scenario)
}

#[test]
fn a_run_over_time_is_seen_in_two_lines_of_blocks() {
    let lines = sparklines::lines(&told(), PLAIN);
    assert!(lines.iter().all(|line| line.width() <= 80), "{lines:#?}");
    assert_snapshot!(lines.join("\n"));
}

#[test]
fn blocks_have_colours_only_where_they_are_wanted() {
    assert!(!sparklines::lines(&told(), PLAIN).concat().contains('\u{1b}'));
    assert!(sparklines::lines(&told(), Style { colour: true }).concat().contains("\u{1b}[1;31m"));
}

#[test]
fn a_run_without_recalls_has_nothing_to_show_over_time() {
    let chronicle = crate::measure::fixture::chronicler(&["acme"]).finish(at(61), ending(1, 0).scenario);
    assert!(sparklines::lines(&chronicle, PLAIN).is_empty());
    let report = terminal_over_time(&three_customers(0, &[]).finish(ending(3, 0)), &chronicle, PLAIN);
    assert!(report.lines().all(|line| line.width() <= 80) && !report.contains("over time"));
}

/// What a pool did, told twice.
fn findings() -> Vec<Finding> {
    let found = |wrong, secs, times| Finding {
        wrong,
        tenant: TenantIndex(0),
        at: at(secs),
        caller: "caller-000002".to_owned(),
        pid: 4711,
        port: 7878,
        times,
        what: "was given the session of caller-000000".to_owned(),
        evidence: vec!["search_memory at 12.000 s carried session 1d8c3cdb".to_owned(), "and so on".to_owned()],
    };
    vec![found(Wrong::StaleSession, 12, 3), found(Wrong::Thrash, 14, 1), found(Wrong::StaleSession, 13, 1)]
}

#[test]
fn what_a_pool_did_wrong_is_told_with_its_proof() {
    let client = ClientUnderTest {
        name: "memoair-voice".to_owned(),
        version: Some("0.3.2".to_owned()),
        driver: "python3 'my driver.py'".to_owned(),
        drivers: 2,
        cpu_s: Some(1.25),
        ..ClientUnderTest::default()
    };
    let mut ending = Ending { misdeeds: findings(), client: Some(client), ..ending(1, 0) };
    ending.scenario.runtime = Some("/opt/voice-runtime".to_owned());
    ending.scenario.client = Some("python3 'my driver.py'".to_owned());
    let summary = recorder(&["acme"], &["misdeeds == 0", "misdeeds.thrash <= 1"]).finish(ending);
    assert_snapshot!(terminal(&summary, PLAIN));
}

#[test]
fn clients_stand_side_by_side() {
    let good = run_of([5, 9], &["recall.max <= 10ms"]);
    let bad = recorder(&["acme"], &["misdeeds == 0"]).finish(Ending { misdeeds: findings(), ..ending(1, 0) });
    let side = |client, summary| Side { client, summary };
    assert_snapshot!(clients(&[side("builtin", &good), side("memoair-voice", &bad)], PLAIN));
    let alike = clients(&[side("one", &good), side("other", &good)], PLAIN);
    assert!(alike.ends_with("no pool did anything wrong that its runtimes saw\n"), "{alike}");
}
