//! `busyhour sim --events`: what is written where, and what happens when it cannot be.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

fn sim(events: &Path, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_busyhour"));
    // A workflow's page and annotations are none of these tests'.
    command.env_remove("GITHUB_ACTIONS").env_remove("GITHUB_STEP_SUMMARY");
    command.args(["sim", "scenarios/thrash.toml", "--events"]).arg(events).args(more);
    command.current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("the program can be started")
}

fn names(folder: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(folder.path()).expect("the folder is there").flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

fn lines(file: &Path) -> Vec<Value> {
    let text = fs::read_to_string(file).expect("the file is there");
    assert!(text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn every_line_fits_the_schema_and_the_result_is_what_it_is_without() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("thrash.jsonl");
    fs::write(&file, "what was there before").unwrap();
    let output = sim(&file, &["--format", "json", "--canonical"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(names(&folder), ["thrash.jsonl"], "nothing else is left");
    let summary: Value = serde_json::from_slice(&output.stdout).expect("standard output holds the result alone");
    let mut without = Command::new(env!("CARGO_BIN_EXE_busyhour"));
    without.env_remove("GITHUB_ACTIONS").env_remove("GITHUB_STEP_SUMMARY");
    without.args(["sim", "scenarios/thrash.toml", "--format", "json", "--canonical"]);
    let without = without.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert_eq!(without.stdout, output.stdout, "who listens changes nothing");

    let schema = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/reports/events.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).expect("it is a schema");
    let lines = lines(&file);
    assert!(lines.iter().all(|line| schema.is_valid(line)));
    let (first, last) = (&lines[0], &lines[lines.len() - 1]);
    assert_eq!((&first["event"], &first["schema"]), (&"began".into(), &"busyhour.events/1".into()));
    assert_eq!((&last["event"], &first["scenario"]), (&"ended".into(), &summary["scenario"]));
    let spawned = lines.iter().filter(|line| line["event"] == "spawned").count();
    assert_eq!(last["boots"]["total"], spawned);
    assert!(said(&output).contains(&format!(" of {spawned} were evictions' doing; a larger pool would have spared")));
}

#[test]
fn two_plays_write_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let [one, other, third] = ["one", "other", "third"].map(|name| folder.path().join(name));
    for (file, seed) in [(&one, "1"), (&other, "1"), (&third, "2")] {
        assert!(!sim(file, &["--seed", seed]).stdout.is_empty());
    }
    assert_eq!(fs::read(&one).unwrap(), fs::read(&other).unwrap());
    assert_ne!(fs::read(&one).unwrap(), fs::read(&third).unwrap());
}

#[test]
fn a_place_that_cannot_be_written_is_told_and_exits_with_1() {
    let folder = tempfile::tempdir().unwrap();
    for (place, why) in [
        (folder.path().join("missing/events.jsonl"), "No such file"),
        (folder.path().to_owned(), "directory"),
        (Path::new("/dev/full").to_owned(), "No space left on device"),
    ] {
        let output = sim(&place, &[]);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(why) && said.contains(place.to_str().unwrap()) && said.contains("--events"), "{said}");
    }
    assert!(names(&folder).is_empty());
}

#[test]
fn a_device_is_written_to_and_not_replaced() {
    let output = sim(Path::new("/dev/null"), &[]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
}

#[test]
fn standard_output_is_for_the_result() {
    let output = sim(Path::new("-"), &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty() && said(&output).contains("name a file"), "{}", said(&output));
}

#[test]
fn an_interrupted_play_leaves_nothing_behind() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let folder = tempfile::tempdir().unwrap();
        let long = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/thrash.toml")).unwrap();
        let long = long.lines().map(|line| if line.starts_with("duration") { "duration = \"2000h\"" } else { line });
        fs::write(folder.path().join("long.toml"), long.collect::<Vec<_>>().join("\n")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_busyhour"));
        command.args(["sim", "long.toml", "--events", "events.jsonl"]).current_dir(folder.path());
        let mut playing = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while !names(&folder).iter().any(|name| name.contains("events.jsonl.")) {
            assert!(playing.try_wait().unwrap().is_none(), "it plays on until it is told not to");
            std::thread::yield_now();
        }
        kill_process(Pid::from_child(&playing), signal).unwrap();
        assert_eq!(playing.wait().unwrap().code(), Some(code));
        assert_eq!(names(&folder), ["long.toml"]);
    }
}
