//! What is equal, what may differ and by how much, and what is found out.

use std::collections::BTreeSet;

use super::*;
use crate::base::{BootKind, DrainReason, Span, TenantIndex};
use crate::measure::fixture::{at, ending, recall, recorder};
use crate::measure::{Event, Histograms};

const TENANT: TenantIndex = TenantIndex(0);

/// A play of so many recalls, all of about as many milliseconds, after so many boots.
struct Play {
    recalls: u64,
    ms: u64,
    evicted: u64,
}

const PLAIN: Play = Play { recalls: 400, ms: 20, evicted: 0 };

impl Play {
    fn played(&self) -> (Summary, Histograms) {
        let mut recorder = recorder(&["acme"], &[]);
        for number in 0..self.recalls {
            let took = Span::from_ns(Span::from_ms(self.ms).ns() + number % 40 * 25_000);
            recorder.observe(&Event::Recalled(recall(0, at(20), took)));
        }
        let (began, took) = (at(20), Span::from_ms(40));
        recorder.observe(&Event::Booted { tenant: TENANT, began, kind: BootKind::Cold, took });
        for _ in 0..self.evicted {
            recorder.observe(&Event::Drained { tenant: TENANT, began, reason: DrainReason::Lru, took });
        }
        let samples = recorder.histograms();
        (recorder.finish(ending(1, 0)), samples)
    }
}

fn fidelity(run: &Play, sim: &Play, races: &[Race]) -> Fidelity {
    let ((run, samples), (sim, _)) = (run.played(), sim.played());
    let both = Both { run: &run, sim: &sim, samples: &samples };
    Fidelity::of(both, &races.iter().copied().collect::<BTreeSet<_>>(), false, "2ms+10%".parse().unwrap())
}

fn outside(fidelity: &Fidelity) -> Vec<&str> {
    fidelity.figures().filter(|compared| !compared.ok).map(|compared| compared.figure.as_str()).collect()
}

#[test]
fn a_play_is_true_to_itself() {
    let fidelity = fidelity(&PLAIN, &PLAIN, &[]);
    assert!(fidelity.within, "{:?}", outside(&fidelity));
    assert!(fidelity.figures().any(|compared| compared.figure == "search.p99"), "there is something to compare");
}

#[test]
fn a_count_that_nothing_can_move_must_be_equal() {
    let one_more = Play { recalls: 401, ..PLAIN };
    assert_eq!(outside(&fidelity(&PLAIN, &one_more, &[])), ["turns", "recalls_ok", "admissions.reuse+join"]);
    assert!(fidelity(&PLAIN, &one_more, &[Race::Length]).within);
}

#[test]
fn a_race_allows_a_few_and_no_more() {
    let (few, many) = (Play { recalls: 412, ..PLAIN }, Play { recalls: 440, ..PLAIN });
    assert!(fidelity(&PLAIN, &few, &[Race::Length]).within);
    assert!(!fidelity(&PLAIN, &many, &[Race::Length]).within);
}

#[test]
fn evictions_seen_are_a_race_and_name_it() {
    let fidelity = fidelity(&Play { evicted: 10, ..PLAIN }, &Play { evicted: 12, ..PLAIN }, &[]);
    assert!(fidelity.within, "{:?}", outside(&fidelity));
    let drains = fidelity.counts.iter().find(|compared| compared.figure == "drains.lru").unwrap();
    assert_eq!((drains.error(), drains.reason.as_deref()), (2.0, Some("slots or ports were contended for")));
}

#[test]
fn another_law_is_found_out_and_a_little_overhead_is_not_one() {
    assert!(fidelity(&PLAIN, &Play { ms: 18, ..PLAIN }, &[]).within);
    let doubled = fidelity(&PLAIN, &Play { ms: 40, ..PLAIN }, &[]);
    assert!(outside(&doubled).contains(&"search.p50"), "{:?}", outside(&doubled));
}

#[test]
fn few_samples_allow_more_than_many() {
    let width = |recalls| {
        let play = Play { recalls, ..PLAIN };
        let fidelity = fidelity(&play, &play, &[]);
        let p50 = fidelity.latency_ms.iter().find(|compared| compared.figure == "search.p50").unwrap().clone();
        p50.allowed[1] - p50.run
    };
    assert!(width(40) > width(4_000));
}

#[test]
fn a_tolerance_is_a_duration_a_share_or_both() {
    let read = |text: &str| text.parse::<Tolerance>().map(|tolerance| (tolerance.absolute_ms, tolerance.relative));
    assert_eq!(read("5ms+15%"), Ok((5.0, 0.15)));
    assert_eq!(read("500us"), Ok((0.5, 0.0)));
    assert_eq!(read("10%"), Ok((0.0, 0.1)));
    for wrong in ["", "5", "5ms+", "5ms+-1%", "-5ms", "much", "5ms+nan%", "5ms+2000%"] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn the_committed_schema_is_that_of_this_code_and_a_comparison_fits_it() {
    let text = Fidelity::json_schema();
    if include_str!("../../../reports/fidelity.schema.json") != text {
        std::fs::write(SCHEMA_PATH, text).unwrap();
        panic!("{SCHEMA_PATH} was out of date and has been written anew; look at it and commit it");
    }
    let validator = jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap();
    let mut document = serde_json::to_value(fidelity(&PLAIN, &PLAIN, &[])).unwrap();
    assert!(validator.is_valid(&document), "{document}");
    document["within"] = "nearly".into();
    assert!(!validator.is_valid(&document));
}

const SCHEMA_PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/reports/fidelity.schema.json");
