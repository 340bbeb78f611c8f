//! Comparisons of summaries that were put together by hand.

use serde_json::Value;

use super::*;
use crate::measure::fixture::{at, ending, recall, recorder};
use crate::measure::{Event, Law, Violation};

fn played(mode: Mode) -> Summary {
    let mut recorder = recorder(&["acme", "birch.bank"], &["recall.p50 <= 250ms"]);
    for place in 0..200 {
        let took = crate::base::Span::from_ms(10 + place);
        recorder.observe(&Event::Recalled(recall(u16::from(place % 2 == 0), at(20), took)));
    }
    let mut summary = recorder.finish(ending(2, 0));
    summary.scenario.mode = mode;
    for figures in summary.tenants.values_mut().chain([&mut summary.total]) {
        figures.counts.errors.insert("pool.exhausted".to_owned(), 100);
    }
    summary
}

fn allowed(texts: &[&str]) -> Vec<Allowance> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn compared(base: &Summary, new: &Summary, allowances: &[&str]) -> Comparison {
    Comparison::of(base, new, &allowed(allowances)).unwrap()
}

/// Every number, word, truth and nothing in it, by the path that leads there.
fn leaves(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| leaves(value, &format!("{path}/{}", escaped(name)), found));
        }
        Value::Array(items) if !items.is_empty() => {
            items.iter().enumerate().for_each(|(place, value)| leaves(value, &format!("{path}/{place}"), found));
        }
        _ => found.push(path.to_owned()),
    }
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

#[test]
fn no_figure_of_a_summary_can_move_unseen() {
    let base = played(Mode::Sim);
    let json = serde_json::to_value(base.canonical()).unwrap();
    let mut paths = Vec::new();
    leaves(&json, "", &mut paths);
    // Who played is told in notes, the thresholds' figures are figures of their own, and nothing is a seed of nothing.
    let of_threshold = ["observed", "samples", "margin", "reason"].map(|field| format!("/thresholds/0/{field}"));
    let told = [["/scenario/", "/schema"].map(str::to_owned).to_vec(), of_threshold.to_vec()].concat();
    let told = |path: &String| told.iter().any(|told| path.starts_with(told.as_str())) || path.ends_with("/expression");
    let mut moved = 0;
    for path in paths.iter().filter(|path| !told(path)) {
        let mut changed = json.clone();
        let leaf = changed.pointer_mut(path).unwrap();
        *leaf = match leaf {
            Value::Number(number) => {
                number.as_u64().map_or(Value::from(number.as_f64().unwrap() + 0.5), |n| (n + 1).into())
            }
            Value::Bool(truth) => (!*truth).into(),
            Value::String(word) if word == "pass" => "fail".into(),
            _ => continue,
        };
        let new: Summary = serde_json::from_value(changed).unwrap();
        let comparison = compared(&base, &new, &[]);
        assert_eq!(comparison.verdict, Judgement::Fail, "{path}");
        assert_eq!(comparison.differences.len(), 1, "{path}: {:?}", comparison.differences);
        moved += 1;
    }
    assert!(moved > 100, "{moved}");
}

#[test]
fn equal_simulations_pass_whoever_played_them() {
    let base = played(Mode::Sim);
    let mut new = base.canonical();
    new.scenario.file = "elsewhere.toml".to_owned();
    let comparison = compared(&base, &new, &[]);
    assert_eq!((comparison.verdict, comparison.differences.len(), comparison.notes.len()), (Judgement::Pass, 0, 0));
    assert!(comparison.figures > 400, "{}", comparison.figures);
}

#[test]
fn a_difference_is_told_with_its_size() {
    let (base, mut new) = (played(Mode::Sim), played(Mode::Sim));
    new.total.counts.turns = 210;
    new.total.latency_ms.get_mut("recall").unwrap().p99 = None;
    new.tenants.get_mut("birch.bank").unwrap().counts.drains.lru = 3;
    let differences = compared(&base, &new, &[]).differences;
    let told: Vec<_> = differences.iter().map(|of| (of.figure.as_str(), of.change, of.relative)).collect();
    assert_eq!(
        told,
        [("turns", Some(10.0), Some(0.05)), ("tenant.birch.bank.drains.lru", Some(3.0), None)],
        "200 samples are too few for a p99 in either"
    );
}

#[test]
fn an_error_that_did_not_occur_occurred_no_times() {
    let (base, mut new) = (played(Mode::Sim), played(Mode::Sim));
    new.total.counts.errors.insert("overloaded".to_owned(), 2);
    let differences = compared(&base, &new, &[]).differences;
    assert_eq!((differences[0].figure.as_str(), differences[0].change), ("errors.overloaded", Some(2.0)));
    assert_eq!(compared(&new, &base, &[]).differences[0].change, Some(-2.0));
}

#[test]
fn an_allowance_covers_its_way_and_its_size_only() {
    let base = played(Mode::Sim);
    for (allowance, count, judgement) in [
        ("pool.*: +2%", 102, Judgement::Pass),
        ("pool.*: +2%", 103, Judgement::Fail),
        ("pool.*: +2%", 99, Judgement::Fail),
        ("pool.exhausted: -1", 99, Judgement::Pass),
        ("pool.exhausted: -1", 101, Judgement::Fail),
        ("pool.?xhausted: ±1%", 99, Judgement::Pass),
        ("*: +-1%", 101, Judgement::Pass),
        ("pool.*: any", 900, Judgement::Pass),
        ("recall.*: +50%", 101, Judgement::Fail),
        ("tenant.acme.pool.*: any", 101, Judgement::Fail),
    ] {
        let mut new = base.clone();
        new.total.counts.errors.insert("pool.exhausted".to_owned(), count);
        assert_eq!(compared(&base, &new, &[allowance]).verdict, judgement, "{allowance} {count}");
    }
}

#[test]
fn an_allowance_speaks_of_each_tenant_too() {
    let base = played(Mode::Sim);
    let mut new = base.clone();
    new.tenants.get_mut("birch.bank").unwrap().counts.errors.insert("pool.exhausted".to_owned(), 101);
    assert_eq!(compared(&base, &new, &["pool.exhausted: +1"]).verdict, Judgement::Pass);
    assert_eq!(compared(&base, &new, &["tenant.birch.bank.pool.*: +1%"]).verdict, Judgement::Pass);
    assert_eq!(compared(&base, &new, &["tenant.acme.*: any"]).verdict, Judgement::Fail);
    assert_eq!(compared(&base, &new, &["pool.port_exhausted: +1"]).verdict, Judgement::Fail);
}

#[test]
fn an_allowance_for_nothing_names_the_nearest_figure() {
    let base = played(Mode::Sim);
    for (written, meant) in [
        ("recal.p99: +2%", "recall.p99"),
        ("pol.*: +2%", "pool.*"),
        ("pool.exhausted.rate: +2%", "pool.exhausted"),
        ("tenant.acne.turns: +2%", "tenant.acme.turns"),
    ] {
        let error = Comparison::of(&base, &base, &allowed(&[written])).unwrap_err();
        assert!(error.to_string().ends_with(&format!("did you mean `{meant}`?")), "{error}");
    }
    let never = allowed(&["pool.port_exhausted: +2%"]);
    assert!(Comparison::of(&base, &base, &never).is_ok(), "it is a figure, though nothing came of it");
}

#[test]
fn what_allows_nothing_is_refused() {
    for text in ["pool.*", "pool.*: 2%", "pool.*: +", ": +2%", "turns: +-", "turns: +x", "turns: +1e9", "turns: +nan%"]
    {
        assert!(text.parse::<Allowance>().is_err(), "{text}");
    }
    let ms = "recall.p50: +10ms".parse::<Allowance>().unwrap();
    assert_eq!(ms.to_string(), "recall.p50: +10ms");
}

#[test]
fn other_circumstances_are_told_in_words() {
    let (base, mut new) = (played(Mode::Sim), played(Mode::Sim));
    (new.scenario.sha256, new.scenario.seed) = ("ab".repeat(32), 8);
    let notes = compared(&base, &new, &[]).notes;
    assert!(notes[0].contains("5d5d5d5d5d5d… then, abababababab… now"), "{notes:?}");
    assert!(notes[1].contains("7 and 8"), "{notes:?}");
    new.scenario.name = "thrash".to_owned();
    assert!(compared(&base, &new, &[]).notes[0].contains("two scenarios"));
}

#[test]
fn one_live_run_of_each_tells_nothing_but_a_broken_law() {
    let (base, mut new) = (played(Mode::Run), played(Mode::Run));
    assert_eq!(compared(&base, &base, &[]).verdict, Judgement::Inconclusive);
    new.total.latency_ms.get_mut("recall").unwrap().p50 = Some(1e6);
    let comparison = compared(&base, &new, &[]);
    assert_eq!((comparison.verdict, comparison.verdict.exit_code()), (Judgement::Inconclusive, 97));
    assert_eq!(comparison.differences[0].figure, "recall.p50");
    assert!(comparison.notes.last().unwrap().contains("--repeat 10"), "{:?}", comparison.notes);
    let violation = Violation { law: Law::Cap, tenant: None, at_s: 12.5, what: "much".to_owned() };
    (new.violations, new.total.counts.violations) = (vec![violation], 1);
    let comparison = compared(&base, &new, &[]);
    assert_eq!((comparison.verdict, comparison.verdict.exit_code()), (Judgement::Fail, 98));
    assert_eq!(compared(&new, &new, &[]).verdict, Judgement::Inconclusive, "it was there before");
}

#[test]
fn an_apple_is_no_orange() {
    let [sim, run] = [Mode::Sim, Mode::Run].map(played);
    assert_eq!(Comparison::of(&sim, &run, &[]), Err(ComparisonError::MixedModes));
    assert_eq!(Comparison::of(&run, &run, &allowed(&["turns: +1"])), Err(ComparisonError::AllowanceOnLive));
}

#[test]
fn real_comparisons_fit_the_committed_schema() {
    let committed = std::fs::read_to_string(SCHEMA_PATH).unwrap_or_default();
    if committed != Comparison::json_schema() {
        std::fs::write(SCHEMA_PATH, Comparison::json_schema()).unwrap();
        panic!("{SCHEMA_PATH} was out of date and has been written anew; look at it and commit it");
    }
    let validator = jsonschema::validator_for(&serde_json::from_str(&committed).unwrap()).unwrap();
    for mode in [Mode::Sim, Mode::Run] {
        let (base, mut new) = (played(mode), played(mode));
        (new.total.counts.turns, new.verdict) = (3, Verdict::Fail);
        let comparison = compared(&base, &new, &[]);
        let mut json = serde_json::to_value(&comparison).unwrap();
        assert!(validator.is_valid(&json), "{:?}", validator.validate(&json));
        assert_eq!(serde_json::from_value::<Comparison>(json.clone()).unwrap(), comparison);
        json["differences"][0]["change"] = "much".into();
        assert!(!validator.is_valid(&json), "a change is a number");
    }
}

const SCHEMA_PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/reports/comparison.schema.json");
