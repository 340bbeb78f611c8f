//! What callers and the call router do.

use crate::rig::*;

/// Callers that pin their runtime for a call of half a second, three at once on one slot.
const RIVALS: &str = r#"
[[tenant]]
name = "acme"
lease = "call"
arrivals = { model = "closed", callers = 3, redial = "50ms" }
call = { turns = 2 }
turn_gap = "200ms"
reply = "50ms"
"#;
const ONE_SLOT: &str = "max_concurrent_users = 1";
const TWO_SECONDS: &str = "duration = \"2s\"\ngrace = \"3s\"\n";

#[test]
fn a_refused_call_is_shed_with_its_error() {
    let rig = Rig::new();
    let summary = rig.summary(&rig.scenario_with(ONE_SLOT, TWO_SECONDS, RIVALS), &[]);
    let shed = figure(&summary, "counts/calls_shed");
    assert!(shed >= 3.0, "{summary:#}");
    assert_eq!(shed, errors(&summary, "pool.exhausted") as f64, "one error, one call");
    assert_eq!(figure(&summary, "budget/missed"), shed, "a refusal misses the budget");
    // What is not shed is two turns, each with its save.
    let saves = figure(&summary, "counts/saves/acked");
    assert_eq!(saves, 2.0 * (figure(&summary, "counts/calls") - shed));
    assert_sound(&summary);
}

#[test]
fn a_degraded_call_goes_on_without_memory() {
    let rig = Rig::new();
    let scenario = rig.scenario_with(ONE_SLOT, TWO_SECONDS, &format!("[on_refusal]\naction = \"degrade\"\n{RIVALS}"));
    let summary = rig.summary(&scenario, &[]);
    assert_eq!(figure(&summary, "counts/calls_shed"), 0.0);
    assert_eq!(figure(&summary, "counts/turns"), 2.0 * figure(&summary, "counts/calls"), "every turn is played");
    assert!(errors(&summary, "pool.exhausted") >= 3, "{summary:#}");
    assert_eq!(figure(&summary, "counts/saves/acked"), figure(&summary, "counts/recalls_ok"), "no lease, no save");
    assert_sound(&summary);
}

#[test]
fn a_retried_call_waits_until_there_is_room() {
    let rig = Rig::new();
    let refusal = "[on_refusal]\naction = \"retry\"\nafter = \"50ms\"\nattempts = 100\n";
    let summary = rig.summary(&rig.scenario_with(ONE_SLOT, TWO_SECONDS, &format!("{refusal}{RIVALS}")), &[]);
    assert_eq!(figure(&summary, "counts/recalls_failed"), 0.0, "{summary:#}");
    assert_eq!(figure(&summary, "counts/calls_shed"), 0.0);
    assert!(figure(&summary, "latency_ms/recall/max") >= 200.0, "the wait is part of the recall: {summary:#}");
    assert_sound(&summary);
}

#[test]
fn retries_come_to_an_end() {
    let rig = Rig::new();
    let refusal = "[on_refusal]\naction = \"retry\"\nafter = \"20ms\"\nattempts = 2\n";
    let summary = rig.summary(&rig.scenario_with(ONE_SLOT, TWO_SECONDS, &format!("{refusal}{RIVALS}")), &[]);
    assert!(errors(&summary, "pool.exhausted") >= 3, "{summary:#}");
    assert_eq!(figure(&summary, "counts/turns"), 2.0 * figure(&summary, "counts/calls"), "the turn goes on without");
    assert_sound(&summary);
}

#[test]
fn who_still_talks_after_the_grace_is_hung_up() {
    let rig = Rig::new();
    let endless = RIVALS.replace("turns = 2", "turns = 1000");
    let summary = rig.summary(&rig.scenario("duration = \"1s\"\ngrace = \"300ms\"\n", &endless), &[]);
    assert_eq!((figure(&summary, "counts/calls"), figure(&summary, "counts/calls_cut")), (3.0, 3.0));
    assert_sound(&summary);
}

#[test]
fn the_warm_up_is_played_and_not_counted() {
    let rig = Rig::new();
    let tenant = "[[tenant]]\nname = \"acme\"\ncallers = { population = 3 }\n\
        arrivals = { model = \"constant\", rate = \"20/s\" }\ncall = { turns = 1 }\nreply = \"5ms\"\n";
    let head = "duration = \"2s\"\nwarm_up = \"1s\"\ngrace = \"1s\"\n";
    let summary = rig.summary(&rig.scenario(head, tenant), &[]);
    assert_eq!((figure(&summary, "counts/calls"), figure(&summary, "counts/turns")), (20.0, 20.0));
    assert_eq!(figure(&summary, "counts/admissions/cold"), 0.0, "all three booted in the warm-up");
    assert_eq!(figure(&summary, "counts/saves/acked"), 40.0, "the ledger of saves is of the whole run");
    assert_eq!(figure(&summary, "gauges/runtimes/peak"), 3.0, "what was booted then is still there");
}

#[test]
fn closed_lines_never_fall_silent() {
    let rig = Rig::new();
    let tenant = "[[tenant]]\nname = \"acme\"\narrivals = { model = \"closed\", callers = 4, redial = \"10ms\" }\n\
        call = { turns = 1 }\nturn_gap = \"1ms\"\nreply = \"80ms\"\n";
    let summary = rig.summary(&rig.scenario(TWO_SECONDS, tenant), &[]);
    // A call takes some 100 ms: 20 rounds of four. Half as many leave room for a slow machine.
    assert!(figure(&summary, "counts/calls") >= 40.0, "{summary:#}");
    assert_eq!(figure(&summary, "harness/in_flight_peak"), 4.0);
    assert_eq!(figure(&summary, "gauges/runtimes/peak"), 4.0, "each line is a caller");
}

#[test]
fn arrivals_beyond_the_bound_are_dropped_and_make_the_run_invalid() {
    let rig = Rig::new();
    let tenant = "[[tenant]]\nname = \"acme\"\ncallers = { population = 3 }\n\
        arrivals = { model = \"constant\", rate = \"5/s\" }\ncall = { length = \"60s\" }\n";
    let scenario = rig.scenario("duration = \"1s\"\ngrace = \"100ms\"\n", tenant);
    let played = rig.play(&scenario, &["--max-calls", "2", "--format", "json"]);
    assert_eq!(played.code, Some(97), "{}", played.stdout);
    let summary = serde_json::from_str(&played.stdout).unwrap();
    assert_eq!(figure(&summary, "harness/arrivals_dropped"), 3.0);
    assert_eq!((figure(&summary, "counts/calls"), figure(&summary, "harness/in_flight_peak")), (2.0, 2.0));
}

/// How many runtimes one caller gets from two workers.
fn runtimes_of_one_caller(route: &str) -> f64 {
    let rig = Rig::new();
    let tenant = format!(
        "[[tenant]]\nname = \"acme\"\nworkers = 2\nroute = \"{route}\"\ncallers = {{ population = 1 }}\n\
         arrivals = {{ model = \"constant\", rate = \"10/s\" }}\ncall = {{ turns = 1 }}\nreply = \"5ms\"\n"
    );
    let summary = rig.summary(&rig.scenario("duration = \"1s\"\ngrace = \"1s\"\n", &tenant), &[]);
    assert_eq!(figure(&summary, "counts/recalls_ok"), 10.0, "{summary:#}");
    assert_sound(&summary);
    figure(&summary, "gauges/runtimes/peak")
}

#[test]
fn a_sticky_caller_meets_one_worker_and_a_spread_one_all() {
    assert_eq!((runtimes_of_one_caller("sticky"), runtimes_of_one_caller("spread")), (1.0, 2.0));
}

#[test]
fn tenants_are_counted_apart_and_share_the_ports() {
    let rig = Rig::new();
    let tenant = |name: &str, rate: u32| {
        format!(
            "[[tenant]]\nname = \"{name}\"\nworkers = 2\ncallers = {{ population = 4 }}\n\
             arrivals = {{ model = \"constant\", rate = \"{rate}/s\" }}\ncall = {{ turns = 1 }}\nreply = \"5ms\"\n"
        )
    };
    let tables = tenant("acme", 10) + &tenant("birch", 20);
    let summary = rig.summary(&rig.scenario("duration = \"1s\"\ngrace = \"1s\"\n", &tables), &[]);
    let calls = |name: &str| figure(&summary["tenants"][name], "counts/recalls_ok");
    assert_eq!((calls("acme"), calls("birch"), figure(&summary, "counts/recalls_ok")), (10.0, 20.0, 30.0));
    assert_sound(&summary);
}
