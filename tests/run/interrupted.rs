//! Signals, friendly and otherwise.

use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::Value;

use crate::drivers::bad;
use crate::fakes::{deaf_runtime, script};
use crate::rig::*;

/// Calls that would go on for minutes.
const CALLS: &str = r#"
[[tenant]]
name = "acme"
arrivals = { model = "closed", callers = 6 }
call = { length = "300s" }
turn_gap = "100ms"
reply = "20ms"
"#;
const MINUTES: &str = "duration = \"300s\"\ngrace = \"300s\"\n";
/// Runtimes that have to be killed: a drain waits two seconds for them.
const STUBBORN: &str = "[runtime]\nboot_cold = \"5ms\"\nignore_terminate = true\n";

/// A run whose six runtimes have come up.
fn under_way(rig: &Rig, tables: &str) -> Playing {
    under_way_with(rig, tables, &[])
}

fn under_way_with(rig: &Rig, tables: &str, arguments: &[&str]) -> Playing {
    let scenario = rig.scenario(MINUTES, tables);
    let playing = Playing::start(rig.command(&scenario).args(["--format", "json"]).args(arguments));
    until("all runtimes are up", || rig.runtimes().len() >= 6);
    playing
}

/// A report was printed and written, and what was played until then is in it.
fn assert_reported(rig: &Rig, played: &Played) {
    let summary: Value = serde_json::from_str(&played.stdout).expect("the summary is printed");
    assert_eq!(figure(&summary, "counts/calls"), 6.0);
    assert_eq!(figure(&summary, "counts/calls_cut"), 6.0);
    assert_sound(&summary);
    assert_eq!(rig.reports(), 1);
}

fn a_first_signal_ends_the_run_with_a_report(signal: Signal, code: i32) {
    let rig = Rig::new();
    let playing = under_way(&rig, CALLS);
    playing.signal(signal);
    let played = rig.finish(playing);
    assert_eq!(played.code, Some(code), "{}", played.stderr);
    assert!(played.stderr.contains("once more"), "{}", played.stderr);
    assert_reported(&rig, &played);
}

#[test]
fn sigint_ends_the_run_with_a_report() {
    a_first_signal_ends_the_run_with_a_report(Signal::INT, 130);
}

#[test]
fn sigterm_ends_the_run_with_a_report() {
    a_first_signal_ends_the_run_with_a_report(Signal::TERM, 143);
}

/// How long a run of stubborn runtimes takes to end after so many signals.
fn ends_within(signals: usize) -> Duration {
    let rig = Rig::new();
    let mut playing = under_way(&rig, &format!("{STUBBORN}{CALLS}"));
    let began = Instant::now();
    for _ in 0..signals {
        playing.signal(Signal::INT);
        playing.until_it_speaks();
    }
    let played = rig.finish(playing);
    assert_eq!(played.code, Some(130), "{}", played.stderr);
    assert_reported(&rig, &played);
    began.elapsed()
}

#[test]
fn one_signal_waits_for_drains() {
    assert!(ends_within(1) >= Duration::from_secs(2));
}

#[test]
fn a_second_signal_waits_for_nobody() {
    let took = ends_within(2);
    assert!(took < Duration::from_millis(1900), "it took {took:?}");
}

#[test]
fn no_runtime_survives_a_harness_that_is_killed() {
    let rig = Rig::new();
    // Runtimes that would not notice by themselves.
    let deaf = deaf_runtime(&rig);
    let playing = under_way_with(&rig, CALLS, &["--runtime-binary", deaf.to_str().expect("the path is text")]);
    playing.signal(Signal::KILL);
    let played = rig.finish(playing);
    assert_eq!((played.code, played.stdout.as_str()), (None, ""));
}

#[test]
fn a_signal_before_the_first_call_ends_the_trial() {
    let rig = Rig::new();
    let silent = script(&rig, "exec sleep 300");
    let scenario = rig.scenario_with("boot_timeout = \"60s\"", MINUTES, CALLS);
    let playing = Playing::start(rig.command(&scenario).arg("--runtime-binary").arg(&silent));
    until("the trial runtime is there", || rig.runtimes().len() == 1);
    playing.signal(Signal::INT);
    let played = rig.finish(playing);
    assert_eq!((played.code, played.stdout.as_str()), (Some(130), ""));
    assert!(played.stderr.contains("nothing to report"), "{}", played.stderr);
    assert_eq!(rig.reports(), 0);
}

/// A driver of `tests/drivers/bad.py` whose two hardy processes are up, as is all that it does before it keeps silent.
fn hired(rig: &Rig, kind: &str) -> Playing {
    let scenario = rig.scenario(MINUTES, &format!("[client]\npatience = \"300s\"\n{CALLS}"));
    let playing = Playing::start(rig.command(&scenario).args(["--client", &bad(kind)]));
    until("the processes that outlast everything are up", || rig.named("sleep").len() == 2);
    playing
}

#[test]
fn a_signal_while_drivers_are_hired_waits_for_none_and_leaves_nothing_behind() {
    for kind in ["secretive", "unready"] {
        let rig = Rig::new();
        let playing = hired(&rig, kind);
        playing.signal(Signal::INT);
        let played = rig.finish(playing);
        assert_eq!((played.code, played.stdout.as_str()), (Some(130), ""), "{kind}: {}", played.stderr);
        assert!(played.stderr.contains("nothing to report"), "{kind}: {}", played.stderr);
        assert!(played.took < Duration::from_secs(100), "its patience would have been longer: {:?}", played.took);
        assert_eq!(rig.reports(), 0);
    }
}

#[test]
fn nobody_whom_a_driver_started_survives_a_harness_that_is_killed() {
    let rig = Rig::new();
    let playing = hired(&rig, "founds");
    playing.signal(Signal::KILL);
    let played = rig.finish(playing);
    assert_eq!(played.code, None);
}
