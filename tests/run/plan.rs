//! `busyhour plan` as its users meet it, and whether real processes bear out what it says.

use serde_json::Value;

use crate::rig::Rig;

/// Twelve callers who never hang up and speak every second; a boot takes longer than the budget.
const TALKERS: &str = r#"
[runtime]
boot_cold = "400ms"
boot_warm = "400ms"
search = "2ms"
session_start = "1ms"
save = "1ms"
flush = "2ms"
terminate = "1ms"
rss = "2MB"
[cloud]
latency = "1ms"
[[tenant]]
name = "acme"
arrivals = { model = "closed", callers = 12 }
call = { length = "60s" }
turn_gap = { dist = "gamma", mean = "1s", cv = 0.2 }
reply = "50ms"
"#;
const HEAD: &str = "duration = \"8s\"\ngrace = \"1s\"\nwarm_up = \"3s\"\nthresholds = [\"budget.met >= 80%\"]";

fn planned(rig: &Rig, more: &[&str]) -> Value {
    let scenario = rig.scenario(HEAD, TALKERS);
    let scenario = scenario.to_str().expect("the path is text");
    let output = rig
        .bare(&[&["plan", scenario, "--format", "json", "--max-turns", "1000000"], more].concat())
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}"))
}

#[test]
fn a_live_run_keeps_the_thresholds_at_the_cap_that_was_planned_and_not_at_a_clearly_smaller_one() {
    let rig = Rig::new();
    let plan = planned(&rig, &[]);
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/reports/plan.schema.json");
    let schema = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&plan));
    let cap = plan["advice"]["cap"].as_u64().unwrap_or_else(|| panic!("{plan}"));
    assert!((10..=12).contains(&cap), "nearly everybody needs a slot: {}", plan["advice"]);
    let met = |cap: u64| {
        let scenario = rig.scenario_with(&format!("max_concurrent_users = {cap}"), HEAD, TALKERS);
        let summary = rig.summary(&scenario, &[]);
        summary["budget"]["share"].as_f64().unwrap()
    };
    assert!(met(cap) >= 0.8, "{}", met(cap));
    assert!(met(cap / 2) < 0.8, "{}", met(cap / 2));
}

#[test]
fn what_memory_does_not_allow_is_not_advised() {
    let rig = Rig::new();
    let plan = planned(&rig, &["--max-memory", "10MB"]);
    assert_eq!((&plan["advice"]["kind"], &plan["advice"]["binding"]), (&"impossible".into(), &"memory".into()));
    assert_eq!(plan["advice"]["largest"], 5);
    assert!(plan["advice"]["needed"].as_u64().unwrap() >= 10, "{}", plan["advice"]);
}

#[test]
fn questions_that_cannot_be_answered_say_what_to_write() {
    let rig = Rig::new();
    let unjudged = || rig.scenario("duration = \"8s\"", TALKERS);
    let without_a_size = || rig.scenario(HEAD, &TALKERS.replace("rss = \"2MB\"", ""));
    for (judged, more, wanted) in [
        (false, &[][..], "has no thresholds"),
        (true, &["--max-memory", "1GB"], "rss = \"90MB\""),
        (false, &["--vary", "moon=full"], "these can: lease, workers"),
        (false, &["--caps", "3"], "--surface"),
        (true, &["--vary", "prewarm=ring"], "write how long, as in `prewarm=6s`"),
        (true, &["--vary", "workers=1,2", "--vary", "workers=3"], "`workers` is varied twice"),
        (true, &["--vary", "evict=gdsf", "--vary", "profile=sdk-0.3.2"], "leave one of them out"),
        (true, &["--html", "-"], "name a file"),
        (true, &["--surface", "--html", "plan.html"], "cannot be used with"),
    ] {
        let scenario = if judged { without_a_size() } else { unjudged() };
        let path = scenario.to_str().expect("the path is text");
        let output = rig.bare(&[&["plan", path], more].concat()).output().expect("it starts");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        let flat = said.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
        assert!(flat.contains(wanted), "{said}");
    }
}

#[test]
fn the_text_says_first_what_to_set_and_last_what_to_paste() {
    let rig = Rig::new();
    let scenario = rig.scenario(HEAD, TALKERS);
    let path = scenario.to_str().expect("the path is text");
    let plans = scenario.with_file_name("plans");
    let out = plans.to_str().expect("the path is text");
    let output = rig
        .bare(&["plan", path, "--vary", "workers=1,2", "--max-turns", "1000000", "--out", out])
        .output()
        .expect("it starts");
    let said = String::from_utf8(output.stdout).expect("it is text");
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.starts_with("TAKE max_concurrent_users = "), "{said}");
    assert!(said.contains("workers=2") && said.contains("max_concurrent_users="), "{said}");
    let first = rig.ports.start();
    assert!(said.trim_end().lines().last().is_some_and(|line| line.contains(&format!("[{first}, "))), "{said}");
    assert!(said.lines().all(|line| line.chars().count() <= 80), "it fits a page of 80 columns: {said}");
    let filed = std::fs::read_dir(plans).expect("plans have a folder").next().expect("and one each").unwrap().path();
    let plan: Value = serde_json::from_slice(&std::fs::read(filed.join("plan.json")).unwrap()).unwrap();
    assert_eq!(plan["advice"]["kind"], "take");
    let last = plan["advice"]["ports"][1].as_u64().expect("a port is a number");
    let beyond = format!("runtime_port_range=({first}, {})", last + 1);
    assert!(said.contains(&beyond), "the official client never uses the last port of its range: {said}");
    let page = std::fs::read_to_string(filed.join("plan.html")).unwrap();
    assert!(page.contains("TAKE max_concurrent_users = ") && page.contains("class=\"heat\""), "{page}");
}
