//! Does virtual time tell the truth? A scenario of a few seconds, played and simulated.
//!
//! Nothing in it hangs on milliseconds: slots and ports are plenty, gaps are long beside everything a runtime does, and
//! calls end after so many turns. So counts must be equal however busy this machine is; latencies get a tolerance
//! beyond what a busy machine does, and the controls are further off than that.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::rig::*;

const HEAD: &str = "duration = \"3s\"\ngrace = \"6s\"\n";
const TABLES: &str = r#"
[runtime]
boot_cold = { dist = "uniform", min = "60ms", max = "120ms" }
session_start = "3ms"
search = "60ms"
save = "5ms"
flush = "10ms"
terminate = "2ms"
[cloud]
latency = "5ms"
facts_per_caller = 2
org_chunks = 2
[[tenant]]
name = "acme"
callers = { population = 6, popularity = { zipf = 0.5 } }
arrivals = { model = "constant", rate = "4/s" }
call = { turns = 3 }
turn_gap = "700ms"
reply = "50ms"
"#;
const TOLERANCE: &str = "20ms+20%";

/// Plays and simulates; the exit code and the comparison.
fn compare(rig: &Rig, arguments: &[&str]) -> (Option<i32>, Value) {
    let scenario = rig.scenario(HEAD, TABLES);
    let mut command = rig.command_named("fidelity", &scenario);
    command.args(["--tolerance", TOLERANCE, "--format", "json"]).args(arguments);
    let played = rig.finish(Playing::start(&mut command));
    let compared = serde_json::from_str(&played.stdout);
    (played.code, compared.unwrap_or_else(|error| panic!("{error}: {}{}", played.stdout, played.stderr)))
}

/// The figures that are further off than allowed.
fn outside(compared: &Value) -> Vec<&str> {
    let lists = ["counts", "levels", "latency_ms"].map(|list| compared[list].as_array().expect("it is a list"));
    let outside = lists.into_iter().flatten().filter(|figure| figure["ok"] != true);
    outside.map(|figure| figure["figure"].as_str().expect("it has a name")).collect()
}

/// The same scenario with something else in it, to be simulated in its place.
fn rival(rig: &Rig, pool: &str, from: &str, to: &str) -> PathBuf {
    let text = fs::read_to_string(rig.scenario_with(pool, HEAD, &TABLES.replace(from, to))).expect("it was written");
    let file = rig.path("rival.toml");
    fs::write(&file, text).expect("the folder can be written");
    file
}

#[test]
fn a_simulation_counts_what_a_run_counts() {
    let rig = Rig::new();
    let (code, compared) = compare(&rig, &[]);
    assert_eq!((code, outside(&compared)), (Some(0), vec![]), "{compared:#}");
    let counts = compared["counts"].as_array().expect("it is a list");
    let of = |figure: &str| counts.iter().find(|count| count["figure"] == figure).expect("it is counted");
    for (figure, expected) in [("calls", 12), ("turns", 36), ("saves.acked", 36)] {
        let count = of(figure);
        assert_eq!((&count["run"], &count["sim"]), (&f64::from(expected).into(), &f64::from(expected).into()));
        assert_eq!(count["allowed"], serde_json::json!([f64::from(expected), f64::from(expected)]), "no slack");
    }
}

#[test]
fn a_simulation_by_the_runs_own_measurements_is_true_to_it() {
    let rig = Rig::new();
    let (code, compared) = compare(&rig, &["--calibrated"]);
    assert_eq!((code, outside(&compared)), (Some(0), vec![]), "{compared:#}");
    assert!(rig.run_folder().join("calibrated.toml").is_file());
}

#[test]
fn a_simulation_with_a_smaller_pool_is_found_out() {
    let rig = Rig::new();
    let rival = rival(&rig, "max_concurrent_users = 1\n", "", "");
    let (code, compared) = compare(&rig, &["--simulate", rival.to_str().expect("it is text")]);
    assert_eq!(code, Some(99), "{compared:#}");
    assert!(outside(&compared).contains(&"turns"), "{compared:#}");
}

#[test]
fn a_simulation_with_slower_searches_is_found_out() {
    let rig = Rig::new();
    let rival = rival(&rig, "", "search = \"60ms\"", "search = \"180ms\"");
    let (code, compared) = compare(&rig, &["--simulate", rival.to_str().expect("it is text")]);
    assert_eq!(code, Some(99), "{compared:#}");
    assert!(outside(&compared).contains(&"search.p50"), "{compared:#}");
    assert!(!outside(&compared).contains(&"turns"), "slowness changes no count: {compared:#}");
}

#[test]
fn an_interrupted_run_is_not_compared() {
    let rig = Rig::new();
    let scenario = rig.scenario("duration = \"60s\"\ngrace = \"5s\"\n", TABLES);
    let playing = Playing::start(&mut rig.command_named("fidelity", &scenario));
    until("a runtime lives", || !rig.runtimes().is_empty());
    playing.signal(rustix::process::Signal::INT);
    let played = rig.finish(playing);
    assert_eq!(played.code, Some(130), "{}{}", played.stdout, played.stderr);
    assert_eq!(played.stdout, "");
}

#[test]
fn another_runtime_is_compared_by_its_measurements_only() {
    let rig = Rig::new();
    let scenario = rig.scenario(HEAD, TABLES);
    let mut command = rig.command_named("fidelity", &scenario);
    let played = rig.finish(Playing::start(command.args(["--runtime-binary", "/bin/true"])));
    assert_eq!(played.code, Some(2), "{}", played.stderr);
    assert!(played.stderr.contains("--calibrated"), "{}", played.stderr);
    assert_eq!(rig.reports(), 0, "nothing was played");
}
