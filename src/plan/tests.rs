//! Plans against what theory demands, each with a control.

use std::path::Path;

use super::{Advice, Binding, Effort, Lever, Limits, Plan, plan};
use crate::scenario::Scenario;

const NO_LIMITS: Limits = Limits { memory_per_host: None };

fn planned(text: &str, limits: Limits, levers: &[&str]) -> Plan {
    let scenario = Scenario::from_text(Path::new("planned.toml"), text.to_owned()).unwrap();
    let levers: Vec<Lever> = levers.iter().map(|lever| Lever::parse(lever).unwrap()).collect();
    let effort = Effort { scouts: 2, replications: 8, most_turns: 2_000_000 };
    plan(&scenario, &limits, effort, &levers, &mut |_| ())
}

fn cap(plan: &Plan) -> u32 {
    match &plan.advice {
        Advice::Take { cap, .. } => *cap,
        Advice::Impossible { .. } => panic!("{:?}", plan.advice),
    }
}

/// Calls of distinct callers that hold a slot for three minutes each: a loss system.
fn loss(erlangs: f64, threshold: &str) -> String {
    format!(
        r#"
        name = "loss"
        duration = "24h"
        grace = "1h"
        warm_up = "1h"
        thresholds = ["{threshold}"]
        [runtime]
        boot_cold = "0s"
        boot_warm = "0s"
        search = "0s"
        session_start = "0s"
        save = "0s"
        flush = "0s"
        terminate = "0s"
        rss = "100MB"
        [cloud]
        latency = "0s"
        [[tenant]]
        name = "acme"
        lease = "call"
        callers = {{ population = 0, new = 1 }}
        arrivals = {{ model = "poisson", rate = "{}/h" }}
        call = {{ length = "180s" }}
        turn_gap = "1000s"
        reply = "0s""#,
        20.0 * erlangs
    )
}

/// Twenty-five callers who speak every seven seconds and a half or so, and never hang up.
fn talkers(cv: f64) -> String {
    format!(
        r#"
        name = "talkers"
        duration = "20m"
        warm_up = "5m"
        thresholds = ["budget.met >= 88%"]
        [runtime]
        boot_cold = "400ms"
        boot_warm = "400ms"
        search = "8ms"
        session_start = "0s"
        save = "0s"
        flush = "0s"
        terminate = "0s"
        [cloud]
        latency = "0s"
        [[tenant]]
        name = "acme"
        arrivals = {{ model = "closed", callers = 25, redial = "1s" }}
        call = {{ length = "1h" }}
        turn_gap = {{ dist = "gamma", mean = "7.5s", cv = {cv} }}
        reply = "0s""#
    )
}

#[test]
fn a_loss_system_needs_what_erlang_says() {
    // B(5, 10) = .0184 and B(5, 11) = .0083.
    let plan = planned(&loss(5.0, "pool.exhausted.rate <= 1%"), NO_LIMITS, &[]);
    assert_eq!(cap(&plan), 11);
    let Advice::Take { one_less, margin, ports, memory_bytes, .. } = &plan.advice else { unreachable!() };
    assert_eq!(one_less[0].expression, "pool.exhausted.rate <= 1%");
    assert!((0.015..0.022).contains(&one_less[0].mean.unwrap()), "{one_less:?}");
    // Eleven slots carry 5.16 Erlangs at one in a hundred.
    assert!((1.0..=1.08).contains(&margin.growth), "{margin:?}");
    assert_eq!((*ports, *memory_bytes), ((7878, 7888), Some(1_100_000_000)));
    assert!((plan.cross_check[0].erlang_b - 0.0083).abs() < 0.0002 && plan.cross_check[0].applies);
}

#[test]
fn another_demand_gets_another_size() {
    // B(5, 8) = .0700 and B(5, 7) = .1205.
    assert_eq!(cap(&planned(&loss(5.0, "pool.exhausted.rate <= 9%"), NO_LIMITS, &[])), 8);
}

#[test]
fn regular_talkers_show_the_cliff_that_memoryless_ones_hide() {
    let (regular, memoryless) = (planned(&talkers(0.25), NO_LIMITS, &[]), planned(&talkers(1.0), NO_LIMITS, &[]));
    assert!(cap(&regular) >= 24, "nearly everybody needs a slot: {}", cap(&regular));
    assert!(cap(&memoryless) <= 23, "{}", cap(&memoryless));
    assert_eq!(regular.cross_check[0].memoryless_gap_cv, None);
    assert_eq!(memoryless.cross_check[0].memoryless_gap_cv, Some(1.0));
}

#[test]
fn memory_that_does_not_suffice_is_named_with_what_would() {
    let limits = Limits { memory_per_host: Some(900_000_000) };
    let plan = planned(&loss(5.0, "pool.exhausted.rate <= 1%"), limits, &[]);
    let Advice::Impossible { binding, largest, shortfalls, needed, needed_bytes } = plan.advice else {
        panic!("nine runtimes of 100 MB do not carry it")
    };
    assert_eq!((binding, largest, needed, needed_bytes), (Binding::Memory, 9, Some(11), Some(1_100_000_000)));
    // B(5, 9) = .0375
    assert!((0.03..0.045).contains(&shortfalls[0].mean.unwrap()), "{shortfalls:?}");
}

#[test]
fn what_no_pool_can_do_is_not_put_on_the_pool() {
    let plan = planned(&loss(5.0, "calls == 0"), NO_LIMITS, &[]);
    assert!(matches!(plan.advice, Advice::Impossible { binding: Binding::NotTheCap, .. }), "{:?}", plan.advice);
}

#[test]
fn two_workers_need_more_slots_together_than_one() {
    let plan = planned(&loss(5.0, "pool.exhausted.rate <= 1%"), NO_LIMITS, &["workers=1,2"]);
    let [one, two] = &plan.variations[..] else { panic!("two rows") };
    assert_eq!((one.settings.clone(), one.cap, one.slots), (vec!["workers=1".to_owned()], Some(11), 11));
    // Two halves: B(2.5, 6) = .028 and B(2.5, 7) = .0099, too near to one in a hundred to be sure of.
    assert!((14..=16).contains(&two.slots), "{two:?}");
}

#[test]
fn a_plan_is_the_same_on_any_number_of_threads() {
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let plan = pool.install(|| planned(&loss(2.0, "pool.exhausted.rate <= 5%"), NO_LIMITS, &[]));
        serde_json::to_string(&plan).unwrap()
    };
    assert_eq!(on(1), on(3));
}

#[test]
fn the_committed_schema_is_that_of_this_code() {
    if include_str!("../../reports/plan.schema.json") != Plan::json_schema() {
        std::fs::write(SCHEMA_PATH, Plan::json_schema()).unwrap();
        panic!("{SCHEMA_PATH} was out of date and has been written anew; look at it and commit it");
    }
}

const SCHEMA_PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/reports/plan.schema.json");
