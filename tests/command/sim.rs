//! `busyhour sim`: replications, and two processes that check each other.

use std::io::Read;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// Long enough for several blocks of facts.
const SCENARIO: &str = r#"
name = "hour"
seed = 1
duration = "DURATION"
thresholds = ["budget.met >= 10%", "calls_shed == 0"]
[[tenant]]
name = "acme"
callers = { population = 40 }
arrivals = { model = "poisson", rate = "30/min" }
call = { turns = 5 }
turn_gap = "6s"
"#;

struct Rig(TempDir);

impl Rig {
    fn new(duration: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("bh-test-").tempdir().expect("a temporary folder can be made");
        std::fs::write(folder.path().join("hour.toml"), SCENARIO.replace("DURATION", duration))
            .expect("the folder can be written");
        Self(folder)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_busyhour"));
        // A workflow's pages and annotations are none of these tests'.
        command.env_remove("GITHUB_ACTIONS").env_remove("GITHUB_STEP_SUMMARY");
        command.current_dir(self.0.path()).args(["sim", "hour.toml"]).args(arguments);
        command
    }

    fn play(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the program starts")
    }
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("it writes text")
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

#[test]
fn two_plays_of_one_seed_are_one() {
    let rig = Rig::new("1h");
    let played = rig.play(&["--check-determinism"]);
    assert_eq!((played.status.code(), text(&played.stderr)), (Some(0), ""));
    assert!(text(&played.stdout).starts_with("DETERMINISTIC: "), "{}", text(&played.stdout));
    let (once, again) = (json(&rig.play(&["--check-determinism", "--format", "json"])), rig.play(&["--seed", "2"]));
    assert_eq!((&once["deterministic"], &once["seed"]), (&true.into(), &1.into()));
    assert!(once["facts"].as_u64().unwrap() > 3 * 4_096, "{once}");
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/reports/determinism.schema.json");
    let schema = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&once), "{once}");
    assert!(text(&again.stdout).contains("seed        2"));
}

#[test]
fn two_plays_of_two_seeds_differ_at_a_fact_that_is_told_from_both_sides() {
    let rig = Rig::new("1h");
    let played = rig.play(&["--check-determinism", "--against-seed", "2"]);
    let said = text(&played.stdout);
    assert_eq!((played.status.code(), text(&played.stderr)), (Some(1), ""), "{said}");
    assert!(said.starts_with("NOT DETERMINISTIC: two plays of one scenario and seed differ after "), "{said}");
    let side = |name: &str| said.lines().find(|line| line.starts_with(name)).unwrap().split_at(8).1.to_owned();
    assert_ne!(side("first "), side("second"));
    assert!(side("first ").contains("acme, worker 0: "), "{said}");
}

#[test]
fn nobody_plays_on_when_the_one_who_compares_is_killed() {
    let rig = Rig::new("2000h");
    let mut comparing =
        rig.command(&["--check-determinism"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    comparing.kill().unwrap();
    comparing.wait().unwrap();
    // The players have inherited standard error: it ends when the last of them has.
    let mut said = String::new();
    comparing.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(said, "");
}

#[test]
fn replications_are_the_same_on_any_number_of_threads() {
    let rig = Rig::new("20m");
    let canonical = ["--seeds", "12", "--format", "json", "--canonical", "--threads"];
    let on = |threads| rig.play(&[&canonical[..], &[threads]].concat());
    let (one, four) = (on("1"), on("4"));
    assert_eq!(text(&one.stdout), text(&four.stdout));
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/reports/replications.schema.json");
    let schema = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    let together = json(&one);
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&together));
    let recall = &together["figures"]["budget.met"];
    assert_eq!((&together["replications"], &recall["replications"]), (&12.into(), &12.into()));
    let at = |name: &str| recall[name].as_f64().unwrap();
    assert!(at("min") <= at("mean") && at("low") < at("mean") && at("mean") < at("high") && at("mean") <= at("max"));
    assert_eq!(together["tenants"]["acme"]["budget.met"], *recall);
    let alone = json(&rig.play(&["--seed", "5", "--format", "json"]));
    let share = alone["budget"]["share"].as_f64().unwrap();
    assert!(at("min") <= share && share <= at("max"), "seed 5 is one of them");
}

#[test]
fn one_seed_that_breaks_a_threshold_fails_them_all() {
    let rig = Rig::new("20m");
    let plain = json(&rig.play(&["--seeds", "6", "--format", "json"]));
    let (low, high) =
        (plain["figures"]["turns"]["min"].as_f64().unwrap(), plain["figures"]["turns"]["max"].as_f64().unwrap());
    assert!(low < high);
    let file = rig.0.path().join("hour.toml");
    let scenario = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, scenario.replace("calls_shed == 0", &format!("turns < {high}"))).unwrap();
    let played = rig.play(&["--seeds", "6"]);
    let said = text(&played.stdout);
    assert_eq!(played.status.code(), Some(99), "{said}");
    assert!(said.starts_with("FAIL: 1 of 2 thresholds did not hold in every play."), "{said}");
    assert!(said.contains("5/6") && said.contains("not with busyhour sim hour.toml --seed "), "{said}");
    std::fs::write(&file, scenario.replace("calls_shed == 0", &format!("turns <= {high}"))).unwrap();
    assert_eq!(rig.play(&["--seeds", "6"]).status.code(), Some(0));
}

#[test]
fn what_makes_no_sense_is_told() {
    let rig = Rig::new("1m");
    for (arguments, hint) in [
        (&["--seeds", "1"][..], "2.."),
        (&["--threads", "2"], "--seeds"),
        (&["--seeds", "3", "--threads", "0"], "1..=1024"),
        (&["--seeds", "3", "--check-determinism"], "cannot be used with"),
        (&["--seeds", "3", "--seed", "18446744073709551614"], "no 3 seeds"),
    ] {
        let played = rig.play(arguments);
        assert_eq!(played.status.code(), Some(2), "{arguments:?}");
        assert!(text(&played.stderr).contains(hint), "{arguments:?}: {}", text(&played.stderr));
    }
}
