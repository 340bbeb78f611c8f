//! Pairs that were put together by hand; `tests/theory/paired.rs` judges hundreds that were simulated.

use super::*;
use crate::measure::fixture::run_of;
use crate::measure::{Tolerance, Violation};

/// A run whose recalls took about so many milliseconds.
fn took(ms: u64) -> Summary {
    run_of((0..100).map(|place| ms + place % 3), &[])
}

fn asked(repeat: u64, names: &[&str]) -> Question {
    let subjects = names.iter().map(|name| name.parse().unwrap()).collect();
    Question { repeat, subjects, floor: Floor::default() }
}

fn judged(names: &[&str], pairs: impl IntoIterator<Item = [Summary; 2]>) -> Paired {
    let mut all = Pairs::new(asked(10, names));
    for [base, new] in pairs {
        all.add(base, new);
    }
    all.judge().unwrap()
}

/// Pairs whose new run takes so many milliseconds more than 1000, each a little differently.
fn slower(count: u64, by: u64) -> impl Iterator<Item = [Summary; 2]> {
    (0..count).map(move |place| [took(1000 + place % 4), took(1000 + by + place % 5)])
}

#[test]
fn figures_pass_or_fail_only_where_the_interval_can_tell() {
    for (by, judgement) in [(0, Judgement::Pass), (200, Judgement::Fail), (50, Judgement::Inconclusive)] {
        let paired = judged(&["recall.p50"], slower(10, by));
        assert_eq!((paired.verdict, paired.exit_code()), (judgement, judgement.exit_code()), "{by} ms");
        let figure = &paired.figures[0];
        let [low, change, high] = [figure.low, figure.change, figure.high].map(Option::unwrap);
        assert!(low <= change && change <= high, "{figure:?}");
        assert!((change - (1000 + by) as f64 / 1000.0).abs() < 0.01, "{figure:?}");
        assert_eq!((figure.pairs, figure.scale, &figure.reason), (10, Scale::Ratio, &None));
    }
}

#[test]
fn what_became_quicker_passes() {
    assert_eq!(judged(&["recall.p95"], slower(10, 300).map(|[base, new]| [new, base])).verdict, Judgement::Pass);
}

#[test]
fn fewer_pairs_than_can_tell_never_pass() {
    for count in 1..6 {
        let paired = judged(&["recall.p50"], slower(count, 0));
        assert_eq!((paired.verdict, paired.coverage), (Judgement::Inconclusive, None));
        assert!(paired.figures[0].reason.as_ref().unwrap().contains("it takes 6"), "{:?}", paired.figures);
    }
    assert_eq!(
        (
            asked(9, &["recall.p50"]).fewest_pairs(),
            Question { subjects: Subject::primary(), ..asked(9, &[]) }.fewest_pairs()
        ),
        (6, 8)
    );
}

#[test]
fn the_more_is_judged_at_once_the_wider_are_the_intervals() {
    let width = |names: &[&str]| {
        let figure = judged(names, slower(10, 20)).figures[0].clone();
        figure.high.unwrap() - figure.low.unwrap()
    };
    assert!(width(&["recall.p50"]) < width(&["recall.p50", "recall.p90", "recall.p95", "recall.mean", "search.p50"]));
    assert!(judged(&["recall.p50"], slower(10, 0)).coverage.unwrap() >= 0.95);
}

#[test]
fn a_figure_that_was_not_seen_in_every_play_is_never_passed() {
    let paired = judged(&["recall.p50", "recall.p99"], slower(10, 0));
    assert_eq!(paired.verdict, Judgement::Inconclusive, "100 samples are too few for a p99");
    assert!(
        paired.figures[1].reason.as_ref().unwrap().contains("leave it out with --judge"),
        "{:?}",
        paired.figures[1]
    );
    assert_eq!(paired.figures[0].judgement, Judgement::Pass);
}

#[test]
fn a_share_is_compared_in_points_and_more_of_it_is_better() {
    let met = |of_100: u64| run_of((0..100).map(|place| if place < of_100 { 10 } else { 300 }), &[]);
    for (base, new, judgement) in
        [(90, 90, Judgement::Pass), (90, 80, Judgement::Fail), (80, 90, Judgement::Pass), (90, 89, Judgement::Pass)]
    {
        let paired = judged(&["budget.met"], (0..10).map(|_| [met(base), met(new)]));
        assert_eq!((paired.verdict, paired.figures[0].scale), (judgement, Scale::Points), "{base} {new}");
    }
}

#[test]
fn boots_are_compared_where_there_are_none_too() {
    let booted = |boots| {
        let mut summary = took(10);
        summary.total.counts.admissions.cold = boots;
        summary
    };
    let paired = |base, new| judged(&["boots_per_turn"], (0..10).map(|_| [booted(base), booted(new)]));
    assert_eq!(paired(0, 0).verdict, Judgement::Pass);
    assert_eq!(paired(0, 1).verdict, Judgement::Fail);
    assert_eq!(paired(40, 41).verdict, Judgement::Pass);
    assert_eq!(paired(40, 50).figures[0].base, Some(0.4));
}

#[test]
fn milliseconds_nobody_feels_can_be_a_floor() {
    let judge = |times: &str| {
        let floor = Floor::new(times.parse::<Tolerance>().unwrap(), 0.01);
        let mut pairs = Pairs::new(Question { floor, ..asked(10, &["recall.p50"]) });
        slower(10, 100).for_each(|[base, new]| _ = pairs.add(base, new));
        pairs.judge().unwrap().verdict
    };
    assert_eq!((judge("5%"), judge("80ms+5%")), (Judgement::Fail, Judgement::Pass));
}

#[test]
fn an_invalid_pair_is_left_out_and_told() {
    let mut bad = took(9000);
    bad.verdict = Verdict::Invalid;
    bad.harness.invalid = vec!["late".to_owned()];
    let paired = judged(&["recall.p50"], slower(3, 0).chain([[took(1000), bad.clone()]]).chain(slower(6, 0)));
    assert_eq!((paired.verdict, paired.pairs), (Judgement::Pass, 9));
    assert_eq!(paired.left_out, [LeftOut { pair: 4, reason: "new is invalid: late".to_owned() }]);
    let nothing = judged(&["recall.p50"], (0..10).map(|_| [bad.clone(), took(10)]));
    assert_eq!((nothing.verdict, nothing.pairs, nothing.exit_code()), (Judgement::Inconclusive, 0, 97));
}

#[test]
fn a_broken_law_ends_it_whatever_the_figures_say() {
    let mut bad = took(1000);
    let violation = Violation { law: crate::measure::Law::Cap, tenant: None, at_s: 12.5, what: "much".to_owned() };
    (bad.violations, bad.total.counts.violations) = (vec![violation], 1);
    let mut pairs = Pairs::new(asked(10, &["recall.p50"]));
    assert!(pairs.add(took(1000), took(1000)));
    assert!(!pairs.add(took(1000), bad));
    let paired = pairs.judge().unwrap();
    assert_eq!((paired.verdict, paired.exit_code()), (Judgement::Fail, 96));
    assert_eq!(paired.broke_a_law, Some(BrokenLaw { pair: 2, side: "new".to_owned(), what: "much".to_owned() }));
}

#[test]
fn only_what_can_be_better_or_worse_is_judged() {
    for (name, hint) in [
        ("recal.p99", "did you mean `recall.p99`?"),
        ("boots_per_turns", "did you mean `boots_per_turn`?"),
        ("turns", "name latencies"),
        ("admissions.reuse.rate", "cannot be judged"),
    ] {
        let error = name.parse::<Subject>().unwrap_err().to_string();
        assert!(error.contains(hint), "{error}");
    }
    for name in ["boot.cold.p90", "pool.exhausted.rate", "calls_shed.rate"] {
        assert_eq!(name.parse::<Subject>().unwrap().name(), name);
    }
    assert!(Subject::primary().iter().all(|subject| subject.name().parse::<Subject>().is_ok()));
}

#[test]
fn real_pairs_fit_the_committed_schema() {
    let committed = std::fs::read_to_string(SCHEMA_PATH).unwrap_or_default();
    if committed != Paired::json_schema() {
        std::fs::write(SCHEMA_PATH, Paired::json_schema()).unwrap();
        panic!("{SCHEMA_PATH} was out of date and has been written anew; look at it and commit it");
    }
    let validator = jsonschema::validator_for(&serde_json::from_str(&committed).unwrap()).unwrap();
    let paired = judged(&["recall.p50", "recall.p99", "budget.met"], slower(10, 200));
    let mut json = serde_json::to_value(&paired).unwrap();
    assert!(validator.is_valid(&json), "{:?}", validator.validate(&json));
    assert_eq!(serde_json::from_value::<Paired>(json.clone()).unwrap(), paired);
    json["figures"][0]["low"] = "little".into();
    assert!(!validator.is_valid(&json), "an end is a number");
}

const SCHEMA_PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/reports/paired.schema.json");
