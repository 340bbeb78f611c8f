//! The official SDK and our client play the same lists of steps, each against a double of its own, and the same is seen.
//!
//! All lists are played once, several at a time, when the first of these tests asks for them.

use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;
use serde_json::Value;

use crate::comparing::{self, Pairs};
use crate::observed::{holds, observations, saves};
use crate::script::{Script, scripts};
use crate::stage::Seen;
use crate::theirs::Coverage;
use crate::{ours, theirs};

/// A list of steps, and what was seen when each client played it.
struct Played {
    script: Script,
    theirs: Seen,
    ours: Seen,
    coverage: Coverage,
}

static PLAYED: LazyLock<Vec<Played>> = LazyLock::new(play_all);

/// As many at a time as do not get into each other's way: they wait more than they compute.
fn play_all() -> Vec<Played> {
    let (scripts, next, played) = (scripts(), AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                while let Some(script) = scripts.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let (theirs, coverage) = theirs::play(script);
                    let ours = ours::play(script);
                    played.lock().push(Played { script: script.clone(), theirs, ours, coverage });
                }
            });
        }
    });
    let mut played = played.into_inner();
    played.sort_by(|one, other| one.script.name.cmp(&other.script.name));
    played
}

fn pairs() -> Pairs {
    let mut pairs = Pairs::default();
    for Played { script, theirs, ours, .. } in PLAYED.iter() {
        pairs.add(&script.name, &observations(script, theirs), &observations(script, ours));
    }
    pairs
}

#[test]
fn both_clients_show_the_same_but_for_what_is_listed() {
    let wrong = pairs().judge(&comparing::listed());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_difference_that_were_not_listed_would_be_found() {
    let (pairs, listed) = (pairs(), comparing::listed());
    for left_out in 0..listed.len() {
        let mut shorter = listed.clone();
        let places = shorter.remove(left_out).at.len();
        assert_eq!(pairs.judge(&shorter).len(), places, "{left_out}");
    }
}

#[test]
fn a_listed_difference_that_were_none_would_be_found() {
    let mut longer = comparing::listed();
    longer[0].at.push("turns/a recall boots".to_owned());
    let wrong = pairs().judge(&longer);
    assert!(wrong.len() == 1 && wrong[0].contains("does not differ any more"), "{wrong:?}");
}

#[test]
fn what_differs_differs_as_it_did() {
    insta::assert_snapshot!(pairs().in_full());
}

#[test]
fn the_official_sdk_gives_what_its_papers_say() {
    let mut checked = 0;
    for Played { script, theirs, .. } in PLAYED.iter() {
        for (step, outcome) in script.steps.iter().zip(&theirs.outcomes) {
            let Some(wanted) = &step.expect else { continue };
            assert!(holds(outcome, wanted), "{}/{}: {outcome} does not hold {wanted}", script.name, step.name);
            checked += 1;
        }
    }
    assert!(checked >= 40, "{checked}");
}

#[test]
fn every_documented_error_is_provoked() {
    let mut codes = BTreeSet::new();
    for played in PLAYED.iter() {
        played.theirs.outcomes.iter().for_each(|outcome| collect_codes(outcome, &mut codes));
    }
    for code in DOCUMENTED {
        assert!(codes.contains(code), "nothing provoked {code}, but {codes:?}");
    }
}

#[test]
fn every_method_of_the_sdk_is_called() {
    let called: BTreeSet<&String> = PLAYED.iter().flat_map(|played| &played.coverage.called).collect();
    let public: BTreeSet<&String> = PLAYED.iter().flat_map(|played| &played.coverage.public).collect();
    assert!(public.len() > 50, "{public:?}");
    let never: Vec<_> = public.difference(&called).collect();
    assert!(never.is_empty(), "never called: {never:?}");
}

#[test]
fn every_save_reaches_the_cloud_once() {
    let mut turns = 0;
    for Played { script, theirs, ours, .. } in PLAYED.iter() {
        for seen in [theirs, ours] {
            for (turn, times) in saves(&seen.events).as_object().expect("it is an object") {
                assert_eq!(times, &Value::from(1), "{}: {turn}", script.name);
                turns += 1;
            }
        }
    }
    assert!(turns >= 10, "{turns}");
}

#[test]
fn the_folders_paper_lists_every_difference() {
    let paper = std::fs::read_to_string("tests/conformance/README.md").expect("it is there");
    let table = comparing::table(&comparing::listed());
    assert!(paper.contains(&table), "tests/conformance/README.md should have this table:\n{table}");
}

fn collect_codes(outcome: &Value, codes: &mut BTreeSet<String>) {
    if let Some(code) = outcome.pointer("/error/code").and_then(Value::as_str) {
        codes.insert(code.to_owned());
    }
    let each = outcome.get("each").and_then(Value::as_array).into_iter().flatten();
    each.for_each(|outcome| collect_codes(outcome, codes));
}

const DOCUMENTED: [&str; 12] = [
    "pool.exhausted",
    "pool.port_exhausted",
    "pool.closed",
    "runtime.identity_mismatch",
    "runtime.timeout",
    "runtime.start_failed",
    "runtime.not_found",
    "runtime.bad_request",
    "runtime.unauthorized",
    "cloud.unauthorized",
    "batch_too_large",
    "not_found",
];
const AT_A_TIME: usize = 4;
