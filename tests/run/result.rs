//! What a run prints, writes and exits with.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::rig::*;

const CALLS: &str = r#"
[[tenant]]
name = "acme"
callers = { population = 5 }
arrivals = { model = "constant", rate = "8/s" }
call = { turns = 2 }
turn_gap = "60ms"
reply = "20ms"
"#;
const SECOND: &str = "duration = \"1s\"\ngrace = \"2s\"\n";

#[test]
fn a_good_run_passes_and_prints_nothing_but_its_report() {
    let rig = Rig::new();
    let scenario = rig.scenario(&format!("{SECOND}thresholds = [\"calls == 8\", \"saves.lost == 0\"]"), CALLS);
    let played = rig.play(&scenario, &[]);
    assert_eq!(played.code, Some(0), "{}{}", played.stdout, played.stderr);
    assert!(played.stdout.starts_with("PASS"), "{}", played.stdout);
    assert!(!(played.stdout + &played.stderr).contains('\u{1b}'), "no terminal, no escape codes");
    let summary = played.stderr.trim().strip_prefix("summary: ").expect("standard error says where the summary is");
    assert!(fs::exists(summary).unwrap() && summary.starts_with(rig.path("out").to_str().unwrap()));
}

#[test]
fn the_summary_follows_its_schema_and_quiet_prints_nothing_else() {
    let rig = Rig::new();
    let played = rig.play(&rig.scenario(SECOND, CALLS), &["--format", "json", "--quiet", "--seed", "7"]);
    assert_eq!((played.code, played.stderr.as_str()), (Some(0), ""));
    let summary: Value = serde_json::from_str(&played.stdout).expect("it is JSON and nothing else");
    let schema = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/reports/summary.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).expect("it is a schema");
    let faults: Vec<_> = schema.iter_errors(&summary).map(|error| error.to_string()).collect();
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!((&summary["scenario"]["seed"], &summary["verdict"]), (&7.into(), &"unjudged".into()));
    let folder = fs::read_dir(rig.path("out")).unwrap().next().expect("a folder was made").unwrap().path();
    assert_eq!(fs::read_to_string(folder.join("summary.json")).unwrap(), played.stdout);
    assert_sound(&summary);
    assert_chronicle(&folder, &summary);
}

/// The chronicle follows its schema and counts what the summary counts.
fn assert_chronicle(folder: &Path, summary: &Value) {
    let read = |path: &Path| -> Value {
        serde_json::from_str(&fs::read_to_string(path).expect("it is there")).expect("it is JSON")
    };
    let chronicle = read(&folder.join("chronicle.json"));
    let schema = read(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/reports/chronicle.schema.json")));
    let faults: Vec<_> = jsonschema::validator_for(&schema)
        .expect("it is a schema")
        .iter_errors(&chronicle)
        .map(|error| error.to_string())
        .collect();
    assert!(faults.is_empty(), "{faults:?}");
    let moments = chronicle["timeline"].as_array().expect("a list");
    let sum = |key: &str| moments.iter().map(|moment| moment[key].as_u64().expect("a count")).sum::<u64>();
    assert_eq!((sum("calls"), sum("recalls")), (8, 16));
    let boots = summary["latency_ms"]["boot.cold"]["count"].as_u64().expect("a count");
    assert_eq!(sum("boots_cold"), boots);
    assert!(boots > 0 && moments.iter().any(|moment| moment["booting"]["peak"].as_u64() > Some(0)));
    assert!(
        moments.last().expect("something happened")["draining"]["peak"] == 0,
        "it ends before the pools are closed"
    );
}

#[test]
fn a_threshold_that_fails_exits_with_99_and_says_how_to_reproduce_it() {
    let rig = Rig::new();
    let scenario = rig.scenario(&format!("{SECOND}thresholds = [\"calls >= 1000\"]"), CALLS);
    let played = rig.play(&scenario, &[]);
    assert_eq!(played.code, Some(99), "{}", played.stdout);
    assert!(played.stdout.starts_with("FAIL"), "{}", played.stdout);
    let command = format!("busyhour run {} --seed 1", scenario.display());
    assert!(played.stdout.replace('\n', " ").contains(&command), "{}", played.stdout);
}

#[test]
fn no_proxy_comes_between_the_program_and_its_runtimes() {
    let rig = Rig::new();
    let scenario = rig.scenario(&format!("{SECOND}thresholds = [\"recalls_ok == 16\"]"), CALLS);
    let mut command = rig.command(&scenario);
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env(name, "http://127.0.0.1:1");
    }
    let played = rig.finish(Playing::start(&mut command));
    assert_eq!(played.code, Some(0), "{}{}", played.stdout, played.stderr);
}

#[test]
fn odd_ids_are_ids_like_any_other() {
    let rig = Rig::new();
    let head = format!("{SECOND}thresholds = [\"recalls_ok == 16\", \"saves.lost == 0\"]");
    let ids = "name = \"Ämter & Söhne 📞\"\nproject = \"../../proj/%2e%2e?x#y\"\nagents = [\"agent é \\\"quoted\\\"\"]";
    let played = rig.play(&rig.scenario(&head, &CALLS.replace("name = \"acme\"", ids)), &[]);
    assert_eq!(played.code, Some(0), "{}{}", played.stdout, played.stderr);
}

#[test]
fn a_reader_that_goes_away_costs_neither_verdict_nor_summary() {
    let rig = Rig::new();
    let scenario = rig.scenario(&format!("{SECOND}thresholds = [\"calls >= 1000\"]"), CALLS);
    let mut playing = Playing::start(&mut rig.command(&scenario));
    playing.close_its_outputs();
    let played = rig.finish(playing);
    assert_eq!(played.code, Some(99));
    assert_eq!(rig.reports(), 1);
}

#[test]
fn a_work_folder_may_be_long_and_serve_twice() {
    let rig = Rig::new();
    let work = rig.path(&"long/".repeat(60));
    let scenario = rig.scenario(SECOND, CALLS);
    let mut cold = Vec::new();
    for _ in 0..2 {
        let summary = rig.summary(&scenario, &["--work-dir", work.to_str().unwrap()]);
        assert_sound(&summary);
        cold.push(figure(&summary, "counts/admissions/cold"));
    }
    assert!(cold[0] > 0.0 && cold[1] == 0.0, "the second run finds the projections of the first: {cold:?}");
}
