//! `busyhour run --against`: pairs of live runs.

use std::fs;
use std::path::{Path, PathBuf};

use rustix::process::Signal;
use serde_json::Value;

use crate::fakes::script;
use crate::rig::*;

const SHORT: &str = "duration = \"300ms\"\ngrace = \"2s\"\n";
const MINUTES: &str = "duration = \"300s\"\n";
const CALLS: &str = r#"
[runtime]
boot_cold = "5ms"
search = "15ms"
terminate = "1ms"
[cloud]
latency = "1ms"
[[tenant]]
name = "acme"
callers = { population = 3 }
arrivals = { model = "constant", rate = "40/s" }
call = { turns = 1 }
"#;
const BUSYHOUR: &str = env!("CARGO_BIN_EXE_busyhour");

/// A scenario, and beside it the same with searches that take four times as long.
fn quick_and_slow(rig: &Rig, head: &str) -> (PathBuf, PathBuf) {
    let quick = rig.path("quick.toml");
    fs::rename(rig.scenario(head, CALLS), &quick).expect("it was written");
    (quick, rig.scenario(head, &CALLS.replace("15ms", "60ms")))
}

fn path(path: &Path) -> &str {
    path.to_str().expect("the path is text")
}

/// When each play of a side began, in the order of their seeds.
fn beginnings(folder: &Path, side: &str) -> Vec<String> {
    let runs = fs::read_dir(folder.join(side)).expect("its plays were filed").flatten();
    let summaries = runs.map(|run| fs::read_to_string(run.path().join("summary.json")).expect("it was filed"));
    let summaries = summaries.map(|text| serde_json::from_str::<Value>(&text).expect("it is JSON"));
    let mut plays: Vec<(u64, String)> = summaries
        .map(|summary| (summary["scenario"]["seed"].as_u64(), summary["window"]["start"].as_str().map(str::to_owned)))
        .map(|(seed, start)| (seed.expect("it has a seed"), start.expect("it began")))
        .collect();
    plays.sort();
    plays.into_iter().map(|(_, start)| start).collect()
}

#[test]
fn slower_searches_are_found_beside_another_program() {
    let rig = Rig::new();
    let (quick, slow) = quick_and_slow(&rig, SHORT);
    // Another busyhour, as far as anybody can tell: whatever it is to play, it plays the quick one.
    let line =
        format!("[ \"$1\" = run ] && {{ shift 2; set -- run {} \"$@\"; }}\nexec {BUSYHOUR} \"$@\"", path(&quick));
    let base = script(&rig, &line);
    let played =
        rig.play(&slow, &["--against", path(&base), "--repeat", "6", "--judge", "search.p50", "--format", "json"]);
    assert_eq!(played.code, Some(98), "{}{}", played.stdout, played.stderr);
    let paired: Value = serde_json::from_str(&played.stdout).expect("it is JSON and nothing else");
    let schema = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/reports/paired.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).expect("it is a schema");
    assert!(schema.is_valid(&paired), "{paired:#}");
    assert_eq!((&paired["verdict"], &paired["pairs"]), (&"fail".into(), &6.into()));
    assert!(figure(&paired["figures"][0], "low") > 1.5, "{paired:#}");
    let folder = rig.run_folder();
    assert_eq!(fs::read_to_string(folder.join("comparison.json")).expect("it was filed"), played.stdout);
    let (base, new) = (beginnings(&folder, "base"), beginnings(&folder, "new"));
    let base_first: Vec<bool> = base.iter().zip(&new).map(|(base, new)| base < new).collect();
    assert_eq!(base_first, [true, false, true, false, true, false], "{base:?} {new:?}");
}

#[test]
fn the_client_of_the_command_line_is_compared_and_no_other() {
    let rig = Rig::new();
    let (quick, slow) = quick_and_slow(&rig, SHORT);
    let played = rig.play(
        &slow,
        &["--against", path(&quick), "--repeat", "6", "--judge", "search.p50", "--client", "/nowhere/driver"],
    );
    assert_eq!((played.code, played.stdout.as_str()), (Some(1), ""), "{}", played.stderr);
    assert!(played.stderr.contains("/nowhere/driver cannot be started"), "{}", played.stderr);
}

#[test]
fn an_interrupted_comparison_says_how_far_it_was_and_leaves_nobody() {
    let rig = Rig::new();
    let (quick, slow) = quick_and_slow(&rig, MINUTES);
    let playing = Playing::start(rig.command(&slow).args(["--against", path(&quick)]));
    until("a runtime lives", || !rig.runtimes().is_empty());
    playing.signal(Signal::INT);
    let played = rig.finish(playing);
    assert_eq!((played.code, played.stdout.as_str()), (Some(130), ""), "{}", played.stderr);
    assert!(played.stderr.contains("interrupted after 0 of 10 pairs"), "{}", played.stderr);
}

#[test]
fn a_comparison_that_is_killed_leaves_nobody_either() {
    let rig = Rig::new();
    let (quick, slow) = quick_and_slow(&rig, MINUTES);
    let playing = Playing::start(rig.command(&slow).args(["--against", path(&quick)]));
    until("a runtime lives", || !rig.runtimes().is_empty());
    playing.signal(Signal::KILL);
    let played = rig.finish(playing);
    assert_eq!((played.code, played.stdout.as_str()), (None, ""));
}

#[test]
fn what_cannot_be_played_against_is_said_before_anything_is_played() {
    let rig = Rig::new();
    let (_, slow) = quick_and_slow(&rig, MINUTES);
    let refused = |against: &str, arguments: &[&str], hint: &str| {
        let played = rig.play(&slow, &[&["--against", against], arguments].concat());
        let said = played.stderr.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!((played.code, played.stdout.as_str()), (Some(2), ""), "{against}: {said}");
        assert!(said.contains(hint), "no `{hint}` in: {said}");
        assert_eq!(rig.reports(), 0, "{against}");
    };
    refused("/nowhere/busyhour", &[], "is no file");
    refused("/bin/true", &[], "is no busyhour");
    refused("nowhere.toml", &[], "nowhere.toml");
    refused(path(&slow), &["--repeat", "7"], "7 pairs cannot tell anything about 6 figures at once");
    refused(path(&slow), &["--judge", "turns"], "cannot be judged between live runs");
    refused(path(&slow), &["--floor", "much"], "is no tolerance");
    refused(path(&slow), &["--work-dir", "/tmp"], "cannot be used with");
    let alone = rig.play(&slow, &["--repeat", "10"]);
    assert_eq!(alone.code, Some(2));
    assert!(alone.stderr.contains("--against"), "{}", alone.stderr);
}

#[test]
fn a_base_whose_summaries_cannot_be_read_is_refused() {
    let rig = Rig::new();
    let (_, slow) = quick_and_slow(&rig, MINUTES);
    for (says, hint) in [
        ("{\\\"schema\\\": \\\"busyhour.summary/9\\\"}", "busyhour.summary/9, and this version reads"),
        ("hello", "nor JSON"),
    ] {
        let base = script(&rig, &format!("[ \"$1\" = --version ] && echo busyhour 9.0.0 || echo \"{says}\""));
        let played = rig.play(&slow, &["--against", path(&base)]);
        let said = played.stderr.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!((played.code, played.stdout.as_str()), (Some(2), ""), "{said}");
        assert!(said.contains(hint), "{said}");
    }
}
