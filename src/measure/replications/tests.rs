//! Replications, put together by hand.

use super::row::FIGURES;
use super::*;
use crate::measure::fixture::run_of;
use crate::measure::{Law, Summary, metric_names};

fn seeded(seed: u64, took_ms: u64, thresholds: &[&str]) -> Summary {
    let mut summary = run_of([took_ms; 40], thresholds);
    summary.scenario.seed = seed;
    summary
}

fn together(summaries: impl IntoIterator<Item = Summary>) -> Replications {
    let mut collector = Collector::default();
    for summary in summaries {
        collector.add(summary);
    }
    collector.finish().unwrap()
}

#[test]
fn every_figure_is_one_that_thresholds_know() {
    for name in FIGURES {
        assert!(metric_names().any(|known| known == name), "{name}");
    }
}

#[test]
fn figures_are_those_of_the_plays_for_all_and_for_each_tenant() {
    let all = together([10, 20, 30].into_iter().zip(7..).map(|(ms, seed)| seeded(seed, ms, &[])));
    assert_eq!((all.replications, all.scenario.seed), (3, 7));
    let recall = all.figures["recall.max"];
    assert_eq!((recall.mean, recall.min, recall.max), (Some(20.0), Some(10.0), Some(30.0)));
    assert_eq!(all.tenants["acme"]["recall.max"], recall);
    assert_eq!(all.figures["turns"].mean, Some(40.0));
    assert_eq!(all.figures["recall.p99"].replications, 0, "40 samples are too few in every play");
}

#[test]
fn a_threshold_must_hold_in_every_play() {
    let thresholds = ["recall.max <= 25ms", "recalls_failed == 0"];
    let good = together((1..=3).map(|seed| seeded(seed, 20, &thresholds)));
    assert_eq!((good.verdict, good.exit_code()), (Verdict::Pass, 0));
    assert_eq!((good.thresholds[0].held, good.thresholds[0].first_failing_seed), (3, None));
    let bad = together([(1, 20), (2, 30), (3, 30)].map(|(seed, ms)| seeded(seed, ms, &thresholds)));
    assert_eq!((bad.verdict, bad.exit_code()), (Verdict::Fail, 99));
    let held = &bad.thresholds[0];
    assert_eq!((held.held, held.ok, held.first_failing_seed), (1, false, Some(2)));
    assert_eq!((held.observed.min, held.observed.max), (Some(20.0), Some(30.0)));
    assert!(bad.thresholds[1].ok);
}

#[test]
fn a_threshold_that_could_not_be_evaluated_says_why() {
    let bad = together([seeded(4, 20, &["recall.p99 <= 250ms"])]);
    let held = &bad.thresholds[0];
    assert_eq!((held.held, held.first_failing_seed, held.observed.replications), (0, Some(4), 0));
    assert!(held.reason.as_ref().unwrap().contains("needs 300 samples"), "{held:?}");
}

#[test]
fn a_law_that_one_play_broke_is_told_with_its_seed() {
    let mut broken = seeded(2, 20, &[]);
    let violation = Violation { law: Law::Cap, tenant: Some("acme".to_owned()), at_s: 12.5, what: "much".to_owned() };
    broken.violations.push(violation.clone());
    (broken.total.counts.violations, broken.verdict) = (1, Verdict::Fail);
    let all = together([seeded(1, 20, &[]), broken, seeded(3, 20, &[])]);
    assert_eq!((all.verdict, all.exit_code(), all.broken), (Verdict::Fail, 96, 1));
    assert_eq!(all.violations, [SeedViolation { seed: 2, violation }]);
}

#[test]
fn no_play_says_nothing() {
    assert!(Collector::default().finish().is_none());
}

#[test]
fn real_replications_fit_the_committed_schema() {
    let committed = std::fs::read_to_string(SCHEMA_PATH).unwrap_or_default();
    if committed != Replications::json_schema() {
        std::fs::write(SCHEMA_PATH, Replications::json_schema()).unwrap();
        panic!("{SCHEMA_PATH} was out of date and has been written anew; look at it and commit it");
    }
    let validator = jsonschema::validator_for(&serde_json::from_str(&committed).unwrap()).unwrap();
    let all = together((1..=3).map(|seed| seeded(seed, 20, &["recall.p99 <= 250ms"])));
    let mut json = serde_json::to_value(&all).unwrap();
    assert!(validator.is_valid(&json), "{:?}", validator.validate(&json));
    assert!(validator.is_valid(&serde_json::to_value(all.canonical()).unwrap()));
    assert_eq!(serde_json::from_value::<Replications>(json.clone()).unwrap(), all);
    json["figures"]["turns"]["mean"] = "many".into();
    assert!(!validator.is_valid(&json), "a mean is a number");
}

const SCHEMA_PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/reports/replications.schema.json");
