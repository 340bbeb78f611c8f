//! What CI gets: thresholds that end a run, runs that are invalid, files for machines.

use std::fs;

use rustix::process::{Resource, Rlimit, getrlimit, prlimit};
use serde_json::Value;

use crate::exposition::read;
use crate::rig::*;

/// Four callers who stay on the line and speak every 50 ms.
const CALLS: &str = r#"
[[tenant]]
name = "acme"
arrivals = { model = "closed", callers = 4 }
call = { length = "300s" }
turn_gap = "50ms"
reply = "5ms"
"#;
/// Eight calls, of two turns each.
const FEW: &str = r#"
[[tenant]]
name = "acme"
callers = { population = 5 }
arrivals = { model = "constant", rate = "8/s" }
call = { turns = 2 }
turn_gap = "60ms"
reply = "20ms"
"#;
const MINUTES: &str = "duration = \"300s\"\n";
const SECOND: &str = "duration = \"1s\"\ngrace = \"2s\"\n";

fn summary(played: &Played) -> Value {
    serde_json::from_str(&played.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", played.stdout, played.stderr))
}

#[test]
fn a_threshold_ends_the_run_when_it_is_seen_not_to_hold() {
    let rig = Rig::new();
    let threshold = "{ expect = \"recall.max <= 1us\", abort_on_fail = true, after = \"2s\" }";
    let scenario = rig.scenario(&format!("{MINUTES}thresholds = [{threshold}]"), CALLS);
    let played = rig.play(&scenario, &["--format", "json"]);
    let summary = summary(&played);
    assert_eq!((played.code, &summary["verdict"]), (Some(99), &"fail".into()), "{summary:#}");
    let at = figure(&summary, "aborted/at_s");
    assert!((2.0..60.0).contains(&at), "{at}");
    assert_eq!(summary["aborted"]["expression"], "recall.max <= 1us");
    assert_eq!(figure(&summary, "counts/calls_cut"), 4.0, "who was talking was hung up");
    assert!(figure(&summary, "window/measured_s") < 60.0);
    assert_sound(&summary);
    let told = rig.finish(Playing::start(&mut rig.bare(&["report", rig.run_folder().to_str().unwrap()])));
    assert_eq!(told.code, Some(0), "{}", told.stderr);
    assert!(told.stdout.starts_with("FAIL: `recall.max <= 1us` did not hold at "), "{}", told.stdout);
}

#[test]
fn a_harness_that_takes_the_processors_makes_the_run_invalid() {
    let rig = Rig::new();
    let scenario = rig.scenario(&format!("{SECOND}thresholds = [\"calls == 8\"]"), FEW);
    let mut command = rig.bare(&["run", scenario.to_str().unwrap(), "--cpu-limit", "0", "--lag-limit", "10000"]);
    let played = rig.finish(Playing::start(command.arg("--out").arg(rig.path("out"))));
    assert_eq!(played.code, Some(97), "{}{}", played.stdout, played.stderr);
    let words = played.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.starts_with("INVALID: ") && words.contains("of all processors"), "{words}");
}

#[test]
fn too_few_samples_make_the_run_invalid() {
    let rig = Rig::new();
    let scenario = rig.scenario(&format!("{SECOND}thresholds = [\"recall.p999 <= 1h\"]"), FEW);
    let played = rig.play(&scenario, &[]);
    assert_eq!(played.code, Some(97), "{}", played.stdout);
    let words = played.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.starts_with("INVALID: ") && words.contains("There were too few samples to judge by."), "{words}");
    assert!(words.contains("it needs 3000 samples and there were 16"), "{words}");
}

#[test]
fn a_harness_that_may_open_no_more_files_makes_the_run_invalid() {
    let rig = Rig::new();
    let strangers = "[[tenant]]\nname = \"acme\"\ncallers = { population = 0 }\ncall = { length = \"5s\" }\n\
                     turn_gap = \"1s\"\narrivals = { model = \"constant\", rate = \"10/s\" }\n";
    let scenario = rig.scenario("duration = \"5s\"\ngrace = \"1s\"\n", strangers);
    let playing = Playing::start(rig.command(&scenario).args(["--format", "json"]));
    until("the first runtimes are up", || rig.runtimes().len() >= 3);
    // Nothing more can be opened from now on, and everybody who calls is new. When all have hung up there is room again.
    let open = fs::read_dir(format!("/proc/{}/fd", playing.pid().as_raw_nonzero())).expect("it runs").count() as u64;
    let limit = Rlimit { current: Some(open), maximum: getrlimit(Resource::Nofile).maximum };
    prlimit(Some(playing.pid()), Resource::Nofile, limit).expect("the limit of a child can be set");
    let played = rig.finish(playing);
    let summary = summary(&played);
    assert!(figure(&summary, "harness/shortages/open_files") > 0.0, "{:#}", summary["harness"]);
    assert_eq!(summary["verdict"], "invalid", "{:#}", summary["harness"]);
    assert!(summary["harness"]["invalid"].to_string().contains("ulimit -n"), "{:#}", summary["harness"]);
}

#[test]
fn ports_that_others_hold_make_the_run_invalid() {
    let rig = Rig::new();
    // Whoever calls first has the one port that is left, and keeps it until the end.
    let lasting = FEW.replace("{ turns = 2 }", "{ length = \"60s\" }").replace("5 }", "0 }\nlease = \"call\"");
    let scenario = rig.scenario(SECOND, &lasting);
    // All but one: the trial before the run needs one.
    let taken = rig.ports.clone().skip(1).map(|port| std::net::TcpListener::bind(("127.0.0.1", port)));
    // Whatever cannot be had is somebody else's already.
    let _taken: Vec<_> = taken.flatten().collect();
    let played = rig.play(&scenario, &["--format", "json"]);
    let summary = summary(&played);
    assert!(figure(&summary, "harness/shortages/foreign_ports") > 0.0, "{:#}", summary["harness"]);
    assert_eq!(played.code, Some(97), "{}", played.stderr);
}

#[test]
fn a_run_is_written_for_machines_as_it_is_when_it_is_told_again() {
    let rig = Rig::new();
    let scenario = rig.scenario(&format!("{SECOND}thresholds = [\"calls == 8\", \"turns >= 1000\"]"), FEW);
    let [junit, metrics] = [rig.path("a.xml"), rig.path("a.prom")];
    let named = |junit: &std::path::Path, metrics: &std::path::Path| {
        ["--junit", junit.to_str().unwrap(), "--openmetrics", metrics.to_str().unwrap()].map(str::to_owned)
    };
    let arguments = named(&junit, &metrics);
    let played = rig.play(&scenario, &arguments.each_ref().map(String::as_str));
    assert_eq!(played.code, Some(99), "{}", played.stderr);
    let (xml, text) = (fs::read_to_string(&junit).unwrap(), fs::read_to_string(&metrics).unwrap());
    assert!(xml.contains("tests=\"4\"") && xml.contains("failures=\"1\"") && xml.contains("calls == 8"), "{xml}");
    let samples = read(&text);
    assert_eq!(samples["busyhour_calls_total{tenant=\"acme\"}"], 8.0);
    assert_eq!(samples["busyhour_exit_code{}"], 99.0);
    let again = [rig.path("b.xml"), rig.path("b.prom")];
    let folder = rig.run_folder();
    let mut command = rig.bare(&["report", folder.to_str().unwrap()]);
    let told = rig.finish(Playing::start(command.args(named(&again[0], &again[1]))));
    assert_eq!((told.code, told.stdout.as_str(), told.stderr.as_str()), (Some(0), "", ""));
    assert_eq!((fs::read_to_string(&again[0]).unwrap(), fs::read_to_string(&again[1]).unwrap()), (xml, text));
}

#[test]
fn a_file_that_cannot_be_written_is_told_before_the_run() {
    let rig = Rig::new();
    let scenario = rig.scenario(MINUTES, CALLS);
    for (file, code) in [("nowhere/a.xml", 1), ("", 1), ("-", 2)] {
        let file = if file == "-" { "-".to_owned() } else { rig.path(file).display().to_string() };
        let played = rig.play(&scenario, &["--junit", &file]);
        assert_eq!((played.code, played.stdout.as_str()), (Some(code), ""), "{file}");
        assert!(played.stderr.contains("--junit"), "{}", played.stderr);
    }
    assert_eq!(rig.reports(), 0);
}

#[test]
fn a_workflow_gets_a_page_and_annotations() {
    let rig = Rig::new();
    let scenario = rig.scenario(&format!("{SECOND}thresholds = [\"turns >= 1000\"]"), FEW);
    let page = rig.path("page.md");
    let mut command = rig.command(&scenario);
    command.env("GITHUB_ACTIONS", "true").env("GITHUB_STEP_SUMMARY", &page);
    let played = rig.finish(Playing::start(&mut command));
    let commands: Vec<&str> = played.stderr.lines().filter(|line| line.starts_with("::")).collect();
    assert_eq!((played.code, commands.len()), (Some(99), 1), "{}", played.stderr);
    assert!(commands[0].starts_with("::error file=") && commands[0].contains("title=turns >= 1000::observed 16"));
    let page_text = fs::read_to_string(&page).unwrap();
    assert!(page_text.starts_with("## busyhour: FAIL <code>small</code>"), "{page_text}");
    let mut command = rig.bare(&["report", rig.run_folder().to_str().unwrap(), "--github"]);
    rig.finish(Playing::start(command.env("GITHUB_STEP_SUMMARY", &page)));
    assert_eq!(fs::read_to_string(&page).unwrap(), page_text.repeat(2), "a second page is appended");
}

#[test]
fn a_page_that_cannot_be_written_is_no_verdict_unless_it_was_asked_for() {
    let rig = Rig::new();
    let scenario = rig.scenario(&format!("{SECOND}thresholds = [\"turns >= 1000\"]"), FEW);
    let nowhere = rig.path("no such folder").join("page.md");
    let mut command = rig.command(&scenario);
    command.env("GITHUB_ACTIONS", "true").env("GITHUB_STEP_SUMMARY", &nowhere);
    let played = rig.finish(Playing::start(&mut command));
    assert_eq!(played.code, Some(99), "{}", played.stderr);
    assert!(played.stderr.contains("page.md cannot be written") && played.stderr.contains("::error file="));
    let mut command = rig.bare(&["report", rig.run_folder().to_str().unwrap(), "--github"]);
    let asked = rig.finish(Playing::start(command.env("GITHUB_STEP_SUMMARY", &nowhere)));
    assert_eq!(asked.code, Some(1), "{}", asked.stderr);
}

#[test]
fn what_is_no_run_is_not_told() {
    let rig = Rig::new();
    fs::write(rig.path("summary.json"), "{\"schema\": \"busyhour.replications/1\"}").unwrap();
    for name in ["nowhere", "", "summary.json"] {
        let file = rig.path(name);
        let told = rig.finish(Playing::start(&mut rig.bare(&["report", file.to_str().unwrap()])));
        assert_eq!((told.code, told.stdout.as_str()), (Some(2), ""), "{name}");
        assert!(told.stderr.contains("summary.json"), "{}", told.stderr);
    }
}
