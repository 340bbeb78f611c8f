//! Thresholds that end a play, and phases.

use std::path::Path;
use std::sync::Arc;

use crate::measure::{Summary, Verdict, exit_code};
use crate::scenario::Scenario;
use crate::sim::{Entry, Journal, play, play_with};

/// Two tenants who never meet. From the second minute on, everybody of `storm` finds the pool full: it has a slot, and
/// who has it stays on the line.
fn two(thresholds: &str) -> Arc<Scenario> {
    let text = format!(
        r#"
        name = "two"
        duration = "10min"
        warm_up = "10s"
        thresholds = [{thresholds}]
        [pool]
        max_concurrent_users = 1
        [[phase]]
        name = "calm"
        until = "2min"
        [[phase]]
        name = "storm"
        from = "2min"
        [[tenant]]
        name = "quiet"
        callers = {{ population = 1 }}
        arrivals = {{ model = "constant", rate = "6/min" }}
        call = {{ turns = 1 }}
        [[tenant]]
        name = "storm"
        lease = "call"
        callers = {{ population = 0 }}
        arrivals = {{ model = "stages", stages = [{{ until = "2min", rate = "0/min" }}, {{ until = "10min", rate = "60/min" }}] }}
        call = {{ length = "5min" }}
        turn_gap = "10s"
        "#
    );
    Arc::new(Scenario::from_text(Path::new("two.toml"), text).unwrap_or_else(|error| panic!("{error:?}")))
}

fn aborting(expect: &str) -> String {
    format!("{{ expect = \"{expect}\", abort_on_fail = true }}, \"turns >= 1\"")
}

struct Deaf;

impl Journal for Deaf {
    fn note(&mut self, _: &Entry) {}
}

fn at_s(summary: &Summary) -> Option<f64> {
    summary.aborted.as_ref().map(|aborted| aborted.at_s)
}

#[test]
fn a_threshold_ends_the_play_as_soon_as_it_is_seen_not_to_hold() {
    let scenario = two(&aborting("calls_shed == 0"));
    let summary = play(&scenario);
    let at = at_s(&summary).expect("calls are shed");
    assert!(at > 120.0 && at < 600.0 && at.fract() == 0.0, "at a whole second: {at}");
    assert_eq!((summary.verdict, exit_code(&summary)), (Verdict::Fail, 99));
    let measured_s = summary.window.measured_s;
    assert!((at - 10.0..at - 9.0).contains(&measured_s), "nothing is measured after the drains: {measured_s}");
    assert!(summary.total.counts.calls_cut > 0, "who is talking is hung up");
    assert_eq!(summary.thresholds[0], summary.aborted.unwrap().threshold);
    assert!(!summary.thresholds[0].ok && summary.thresholds[1].ok);
}

#[test]
fn how_a_play_ends_does_not_depend_on_who_listens_or_how_many_threads_there_are() {
    let scenario = two(&aborting("phase.storm.tenant.storm.budget.met >= 50%"));
    let alone = play(&scenario);
    assert!(at_s(&alone).is_some(), "{alone:#?}");
    assert_eq!(play_with(&scenario, &mut Deaf), alone);
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.install(|| play(&scenario)), alone);
    }
}

#[test]
fn a_threshold_that_holds_ends_nothing_and_changes_nothing() {
    let watched = play(&two(&aborting("pool.exhausted.rate <= 100%")));
    let plain = play(&two("\"pool.exhausted.rate <= 100%\", \"turns >= 1\""));
    assert_eq!(at_s(&watched), None);
    let unnamed = |mut summary: Summary| {
        summary.scenario.sha256.clear();
        summary
    };
    assert_eq!(unnamed(watched), unnamed(plain));
}

#[test]
fn it_is_not_looked_at_before_its_time() {
    let at = |after: &str| {
        let long = format!("{{ expect = \"calls_shed == 0\", abort_on_fail = true, after = \"{after}\" }}");
        at_s(&play(&two(&long)))
    };
    assert_eq!(at("9min"), Some(540.0));
    assert!(at("1s") < Some(300.0));
}

#[test]
fn too_few_samples_end_nothing() {
    let summary = play(&two(&aborting("tenant.quiet.recall.p999 <= 1ms")));
    assert_eq!(at_s(&summary), None);
    assert_eq!((summary.verdict, exit_code(&summary)), (Verdict::Invalid, 97), "and are not enough at the end");
    let reason = summary.thresholds[0].reason.as_deref().unwrap_or_default();
    assert!(reason.contains("needs 3000 samples"), "{reason}");
}

#[test]
fn too_few_samples_beside_a_threshold_that_fails_are_a_failure() {
    let summary = play(&two("\"recall.p999 <= 1ms\", \"calls == 0\""));
    assert_eq!((summary.verdict, exit_code(&summary)), (Verdict::Fail, 99));
}

#[test]
fn phases_share_out_what_happened() {
    let summary = play(&two("\"phase.calm.pool.exhausted == 0\", \"phase.storm.pool.exhausted > 0\""));
    assert_eq!(summary.verdict, Verdict::Pass, "{:?}", summary.thresholds);
    let (calm, storm) = (&summary.phases["calm"], &summary.phases["storm"]);
    assert_eq!((calm.from_s, calm.until_s, calm.measured_s), (0.0, 120.0, 120.0));
    assert_eq!((storm.from_s, storm.until_s, storm.measured_s), (120.0, 600.0, 480.0));
    // One rings every ten seconds, the first of them within the warm-up, which a phase that covers it counts.
    let calls = |phase: &crate::measure::PhaseFigures| phase.tenants["quiet"].counts.calls;
    assert_eq!(calls(calm) + calls(storm), summary.tenants["quiet"].counts.calls + 1);
    assert_eq!(storm.total.counts.errors, summary.total.counts.errors);
    assert_eq!(storm.total.gauges.runtimes.peak, 2);
}
