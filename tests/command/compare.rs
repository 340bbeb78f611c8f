//! `busyhour compare` and `busyhour baseline`, as their users meet them.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn busyhour(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_busyhour"));
    command.current_dir(folder).args(arguments).output().expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("it writes text")
}

/// Without the frame and the line breaks of diagnostics.
fn said(output: &Output) -> String {
    text(&output.stderr).replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_summary_that_never_ends_is_refused_and_one_through_a_pipe_is_read() {
    let folder = tempfile::Builder::new().prefix("bh-test-").tempdir().expect("a temporary folder can be made");
    for arguments in [["compare", "/dev/zero", "/dev/zero"].as_slice(), &["report", "/dev/zero"]] {
        let refused = busyhour(folder.path(), arguments);
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
        assert!(said(&refused).contains("it has more than 512 MB"), "{refused:?}");
    }
    let piped = format!(
        "{0} sim {ROOT}/scenarios/smoke.toml --format json > one.json; cat one.json | {0} compare /dev/stdin one.json",
        env!("CARGO_BIN_EXE_busyhour")
    );
    let mut shell = Command::new("sh");
    let compared = shell.current_dir(folder.path()).args(["-c", &piped]).output().expect("there is a shell");
    assert_eq!(compared.status.code(), Some(0), "{compared:?}");
}

/// A folder with one scenario, and a baseline of it.
fn with_baseline() -> TempDir {
    let folder = tempfile::Builder::new().prefix("bh-test-").tempdir().expect("a temporary folder can be made");
    std::fs::create_dir(folder.path().join("scenarios")).expect("it can be written");
    std::fs::copy(Path::new(ROOT).join("scenarios/smoke.toml"), folder.path().join(SCENARIO)).expect("it is there");
    let updated = busyhour(folder.path(), &["baseline", "update"]);
    assert_eq!(updated.status.code(), Some(0), "{updated:?}");
    folder
}

fn change(folder: &TempDir, file: &str, from: &str, to: &str) {
    let file = folder.path().join(file);
    let text = std::fs::read_to_string(&file).expect("it is there");
    assert!(text.contains(from), "{text}");
    std::fs::write(&file, text.replace(from, to)).expect("it can be written");
}

#[test]
fn every_shipped_scenario_comes_to_its_baseline() {
    let checked = busyhour(Path::new(ROOT), &["baseline", "check"]);
    let all = text(&checked.stdout) + &text(&checked.stderr);
    assert_eq!(checked.status.code(), Some(0), "if that is meant: busyhour baseline update\n{all}");
}

#[test]
fn a_baseline_is_what_sim_prints_one_figure_a_line() {
    let folder = with_baseline();
    let kept = std::fs::read_to_string(folder.path().join(BASELINE)).expect("it was written");
    let played = busyhour(folder.path(), &["sim", SCENARIO, "--canonical", "--format", "json"]);
    assert_eq!(kept, text(&played.stdout));
    assert!(kept.lines().all(|line| line.matches("\": ").count() <= 1));
}

#[test]
fn what_moved_is_told_figure_by_figure_and_taken_by_an_update() {
    let folder = with_baseline();
    assert_eq!(busyhour(folder.path(), &["baseline", "check"]).status.code(), Some(0));
    change(&folder, SCENARIO, "call = { turns = 3 }", "call = { turns = 2 }");
    let checked = busyhour(folder.path(), &["baseline", "check"]);
    let told = text(&checked.stdout);
    assert_eq!(checked.status.code(), Some(98), "{told}");
    assert!(told.starts_with("FAIL: 1 of 1 baselines do not hold: smoke."), "{told}");
    assert!(told.contains("\nFAIL  turns ") && told.contains("the scenario's file is not the same"), "{told}");
    let updated = busyhour(folder.path(), &["baseline", "update"]);
    assert!(text(&updated.stdout).contains("\nFAIL  turns "), "an update says what moved, too: {updated:?}");
    assert_eq!(busyhour(folder.path(), &["baseline", "check"]).status.code(), Some(0));
}

#[test]
fn a_comment_in_the_scenario_is_told_apart_from_a_figure() {
    let folder = with_baseline();
    change(&folder, SCENARIO, "[pool]", "# A comment.\n[pool]");
    let checked = busyhour(folder.path(), &["baseline", "check"]);
    let told = text(&checked.stdout);
    assert_eq!(checked.status.code(), Some(98), "{told}");
    assert!(told.contains("figures are equal.") && told.contains("the scenario's file is not the same"), "{told}");
}

#[test]
fn baselines_that_are_missing_spoilt_or_of_nothing_do_not_hold() {
    let folder = with_baseline();
    std::fs::write(folder.path().join(BASELINE), "{").expect("it can be written");
    let spoilt = busyhour(folder.path(), &["baseline", "check"]);
    assert_eq!(spoilt.status.code(), Some(98));
    assert!(text(&spoilt.stdout).contains("nor JSON"), "{spoilt:?}");
    std::fs::rename(folder.path().join(BASELINE), folder.path().join("reports/baselines/gone.json"))
        .expect("it is there");
    let missing = busyhour(folder.path(), &["baseline", "check", "--format", "json"]);
    assert_eq!(missing.status.code(), Some(98));
    let json: Value = serde_json::from_slice(&missing.stdout).expect("it is JSON");
    assert_eq!(json[0]["state"], "missing");
    assert!(said(&missing).contains("gone.json is of no scenario"), "{missing:?}");
    busyhour(folder.path(), &["baseline", "update"]);
    assert_eq!(busyhour(folder.path(), &["baseline", "check"]).status.code(), Some(98), "the stray is still there");
    assert_eq!(busyhour(folder.path(), &["baseline", "check", SCENARIO]).status.code(), Some(0));
}

#[test]
fn a_comparison_follows_its_schema() {
    let folder = with_baseline();
    change(&folder, SCENARIO, "call = { turns = 3 }", "call = { turns = 2 }");
    let played = busyhour(folder.path(), &["sim", SCENARIO, "--out", "runs"]);
    assert_eq!(played.status.code(), Some(0), "{played:?}");
    let run = std::fs::read_dir(folder.path().join("runs")).expect("it was filed").next().expect("one").expect("read");
    let run = run.path().to_str().expect("it is text").to_owned();
    let compared = busyhour(folder.path(), &["compare", BASELINE, &run, "--format", "json"]);
    assert_eq!(compared.status.code(), Some(98), "{compared:?}");
    let json: Value = serde_json::from_slice(&compared.stdout).expect("it is JSON");
    let schema = std::fs::read_to_string(Path::new(ROOT).join("reports/comparison.schema.json")).expect("committed");
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).expect("JSON")).expect("a schema");
    assert!(schema.is_valid(&json), "{json:#}");
    let any = busyhour(folder.path(), &["compare", BASELINE, &run, "--allow", "*: any"]);
    assert_eq!((any.status.code(), any.stderr.as_slice()), (Some(0), &b""[..]));
    assert!(text(&any.stdout).contains("all of them as allowed"), "{any:?}");
}

#[test]
fn what_cannot_be_compared_is_said_with_what_to_do() {
    let folder = with_baseline();
    let write = |name: &str, from: &str, to: &str| {
        let kept = std::fs::read_to_string(folder.path().join(BASELINE)).expect("it was written");
        std::fs::write(folder.path().join(name), kept.replace(from, to)).expect("it can be written");
    };
    write("newer.json", "summary/1", "summary/2");
    write("live.json", "\"mode\": \"sim\"", "\"mode\": \"run\"");
    write("odd.json", "\"leaks\": 0", "\"leaks\": \"none\"");
    std::fs::write(folder.path().join("other.json"), "{\"a\": 1}").expect("it can be written");
    for (base, allow, hint) in [
        ("nowhere.json", "", "cannot be read"),
        ("scenarios", "", "is no run's folder"),
        (SCENARIO, "", "nor JSON"),
        ("other.json", "", "it has no `schema`"),
        ("newer.json", "", "busyhour.summary/2, and this version reads busyhour.summary/1"),
        ("odd.json", "", "play the scenario again"),
        ("live.json", "", "one is a simulation and the other a live run"),
        (BASELINE, "recal.p50: +2%", "did you mean `recall.p50`?"),
        (BASELINE, "recall.p50", "such as `pool.*: +2%`"),
    ] {
        let allow: &[&str] = if allow.is_empty() { &[] } else { &["--allow", allow] };
        let refused = busyhour(folder.path(), &[&["compare", base, BASELINE], allow].concat());
        assert_eq!((refused.status.code(), text(&refused.stdout).as_str()), (Some(2), ""), "{base}");
        assert!(said(&refused).contains(hint), "{base}: {}", said(&refused));
    }
    let nothing = busyhour(&folder.path().join("reports"), &["baseline", "check"]);
    assert_eq!(nothing.status.code(), Some(2));
    assert!(said(&nothing).contains("there are no scenarios/*.toml here"), "{nothing:?}");
}

const SCENARIO: &str = "scenarios/smoke.toml";
const BASELINE: &str = "reports/baselines/smoke.json";
