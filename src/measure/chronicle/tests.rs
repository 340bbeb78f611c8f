//! A chronicle against a run that can be counted by hand.

#![expect(clippy::float_cmp, reason = "the figures are exact")]

use super::*;
use crate::base::{Admission, BootKind, CallerIndex, DrainReason, Span, TenantIndex};
use crate::measure::fixture::{at, chronicle, chronicler, ending, level, recall};
use crate::measure::{ErrorCode, Event, Recall, Turnover};

const ACME: TenantIndex = TenantIndex(0);

fn ms(ms: u64) -> Span {
    Span::from_ms(ms)
}

fn finished(events: impl IntoIterator<Item = Event>) -> Chronicle {
    let mut chronicler = chronicler(&["acme", "bank"]);
    events.into_iter().for_each(|event| chronicler.hear(&event));
    chronicler.finish(at(61), ending(2, 0).scenario)
}

/// The sum over all moments.
fn sum(chronicle: &Chronicle, count: impl Fn(&Moment) -> u64) -> u64 {
    chronicle.timeline.iter().map(count).sum()
}

#[test]
fn everything_stands_in_the_moment_it_belongs_to() {
    let refused = Recall {
        outcome: Err(ErrorCode::named("pool.exhausted")),
        admission: None,
        search: None,
        ..recall(1, at(30), ms(2))
    };
    let chronicle = finished([
        Event::Rang { tenant: ACME, intended: at(20), lag: Span::ZERO },
        Event::Recalled(recall(0, at(20), ms(300))),
        Event::Recalled(recall(0, at(20), ms(100))),
        Event::Recalled(refused),
        Event::CallShed { tenant: TenantIndex(1), rang: at(30) },
        Event::Booted { tenant: ACME, began: at(40), kind: BootKind::Cold, took: ms(400) },
        Event::Drained { tenant: ACME, began: at(40), reason: DrainReason::Lru, took: ms(25) },
    ]);
    let moment = |from_s: f64| chronicle.timeline.iter().find(|moment| moment.from_s >= from_s).unwrap();
    assert!((chronicle.width_s - 0.5).abs() < 1e-9);
    assert_eq!((moment(20.0).calls, moment(20.0).recalls, moment(20.0).met), (1, 2, 1));
    assert_eq!((moment(20.0).recall_max_ms, moment(20.0).recall_p50_ms), (Some(300.0), None));
    assert_eq!((moment(30.0).failed, moment(30.0).refused, moment(30.0).calls_shed), (1, 1, 1));
    assert_eq!((moment(40.0).boots_cold, moment(40.0).boots_warm, moment(40.0).evicted), (1, 0, 1));
    assert_eq!(sum(&chronicle, |moment| moment.recalls), 3);
    assert_eq!(chronicle.timeline.len(), 61 * 2);
}

#[test]
fn levels_are_those_of_all_tenants_together_and_their_phases_are_told() {
    let turnover = |booting| Event::Turnover { tenant: ACME, at: at(10), turnover: Turnover { booting, draining: 1 } };
    let chronicle = finished([level(0, at(10), 3), turnover(2), level(1, at(20), 4), level(0, at(30), 0)]);
    let peaks = |from_s: f64| {
        let moment = chronicle.timeline.iter().find(|moment| moment.from_s >= from_s).unwrap();
        [moment.runtimes.peak, moment.busy.peak, moment.booting.peak, moment.draining.peak]
    };
    assert_eq!([peaks(5.0), peaks(15.0), peaks(25.0)], [[0, 0, 0, 0], [3, 3, 2, 1], [7, 7, 2, 1]]);
    assert_eq!(peaks(60.0)[0], 4, "what is held at the end is held until the end");
}

#[test]
fn percentiles_of_a_moment_need_their_samples_and_keep_to_their_side_of_the_budget() {
    let at_the_budget = (0..300).map(|_| Event::Recalled(recall(0, at(20), ms(250))));
    let over = (0..300).map(|_| Event::Recalled(recall(0, at(30), Span::from_ns(250_000_001))));
    let chronicle = finished(at_the_budget.chain(over));
    let p99 = |from_s: f64| chronicle.timeline.iter().find(|moment| moment.from_s >= from_s).unwrap().recall_p99_ms;
    assert_eq!(p99(20.0), Some(250.0));
    assert_eq!(p99(30.0), Some(250.000_001));
    assert_eq!(p99(40.0), None);
}

#[test]
fn curves_tell_kinds_apart_and_leave_the_warm_up_out() {
    let cold = Recall {
        admission: Some((Admission::Cold, ms(400))),
        session_start: Some(ms(3)),
        search: Some(ms(8)),
        ..recall(0, at(20), ms(411))
    };
    let held = Recall { admission: None, ..recall(0, at(20), ms(8)) };
    let early = recall(0, at(5), ms(90_000));
    let chronicle =
        finished([cold, held, recall(0, at(21), ms(10)), recall(1, at(22), ms(20)), early].map(Event::Recalled));
    let counts: Vec<_> = chronicle.curves.iter().map(|(kind, curve)| (*kind, curve.count)).collect();
    assert_eq!(counts, [(Kind::Reuse, 2), (Kind::Cold, 1), (Kind::Held, 1)]);
    let mean = chronicle.curves[&Kind::Cold].mean;
    assert_eq!([mean.took_ms, mean.admission_ms, mean.session_start_ms, mean.search_ms], [411.0, 400.0, 3.0, 8.0]);
    let (share, longest) = *chronicle.curves[&Kind::Reuse].points.last().unwrap();
    assert!((share - 1.0).abs() < 1e-9 && (20.0..20.03).contains(&longest), "{longest}");
    assert_eq!(chronicle.slowest.len(), 4, "the early one is not among them");
    assert_eq!(sum(&chronicle, |moment| moment.recalls), 5, "but it is in the timeline");
}

#[test]
fn the_slowest_turns_come_in_order_and_of_equal_ones_the_first() {
    let recalls = (0..200_u64).map(|number| recall(0, at(20 + number % 40), ms(number / 2)));
    let slowest = finished(recalls.map(Event::Recalled)).slowest;
    let told: Vec<_> = slowest.iter().take(3).map(|turn| (turn.parts.took_ms, turn.at_s)).collect();
    assert_eq!(told, [(99.0, 58.0), (99.0, 59.0), (98.0, 56.0)]);
    assert_eq!((slowest.len(), slowest[0].tenant.as_str(), slowest[0].kind), (16, "acme", Kind::Reuse));
}

#[test]
fn pairs_are_counted_by_tenant_and_the_most_frequent_comes_first() {
    let evicted = |tenant, second, by, victim| Event::Evicted {
        tenant: TenantIndex(tenant),
        at: at(second),
        by: CallerIndex(by),
        victim: CallerIndex(victim),
    };
    let chronicle = finished([evicted(0, 5, 1, 2), evicted(0, 20, 1, 2), evicted(1, 21, 1, 2), evicted(1, 22, 1, 2)]);
    let Evictions { total, pairs_told, untold, pairs } = chronicle.evictions;
    assert_eq!((total, pairs_told, untold), (3, 2, 0));
    let pair = |tenant: &str, times| {
        let [tenant, by, victim] = [tenant, "caller-000001", "caller-000002"].map(str::to_owned);
        Pair { tenant, by, victim, times }
    };
    assert_eq!(pairs, [pair("bank", 2), pair("acme", 1)]);
}

#[test]
fn more_pairs_than_can_be_told_apart_are_counted_together() {
    let evicted = |victim| Event::Evicted { tenant: ACME, at: at(20), by: CallerIndex(0), victim: CallerIndex(victim) };
    let evictions = finished((0..50_000).map(evicted)).evictions;
    assert_eq!(evictions.total, 50_000);
    assert_eq!(evictions.pairs_told + evictions.untold, 50_000);
    assert!(evictions.untold > 0 && evictions.pairs.len() <= 100);
}

#[test]
fn a_chronicle_survives_the_way_to_json_and_back() {
    let chronicle = chronicle();
    let back: Chronicle = serde_json::from_str(&serde_json::to_string(&chronicle).unwrap()).unwrap();
    assert_eq!(back, chronicle);
}

#[test]
fn a_chronicle_fits_the_committed_schema() {
    let committed = std::fs::read_to_string(SCHEMA_PATH).unwrap_or_default();
    if committed != Chronicle::json_schema() {
        std::fs::write(SCHEMA_PATH, Chronicle::json_schema()).unwrap();
        panic!("{SCHEMA_PATH} was out of date and has been written anew; look at it and commit it");
    }
    let validator = jsonschema::validator_for(&serde_json::from_str(&committed).unwrap()).unwrap();
    let mut told = serde_json::to_value(chronicle()).unwrap();
    assert!(validator.is_valid(&told), "{:?}", validator.validate(&told));
    told["timeline"][0]["calls"] = "many".into();
    assert!(!validator.is_valid(&told), "a count is a number");
}

const SCHEMA_PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/reports/chronicle.schema.json");
