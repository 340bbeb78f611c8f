//! `busyhour report`, and what `sim` and `run` leave for it.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// Two tenants who never meet, so that a plain simulation plays them apart; one too many callers for each pool.
const SCENARIO: &str = r#"
name = "pair"
seed = 5
duration = "10min"
warm_up = "1min"
[pool]
max_concurrent_users = 5
[[tenant]]
name = "acme"
callers = { population = 40, popularity = { zipf = 0.8 } }
arrivals = { model = "poisson", rate = "30/min" }
call = { turns = 5 }
turn_gap = "6s"
[[tenant]]
name = "bank"
callers = { population = 20 }
arrivals = { model = "poisson", rate = "20/min" }
call = { turns = 4 }
turn_gap = "5s"
lease = "call"
"#;

struct Rig(TempDir);

impl Rig {
    fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("bh-test-").tempdir().expect("a temporary folder can be made");
        fs::write(folder.path().join("pair.toml"), SCENARIO).expect("the folder can be written");
        Self(folder)
    }

    fn say(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_busyhour"));
        command.current_dir(self.0.path()).args(arguments).output().expect("the program starts")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Simulates into a folder of that name, and gives the folder of the run.
    fn filed(&self, out: &str, more: &[&str]) -> String {
        let played = self.say(&[&["sim", "pair.toml", "--out", out], more].concat());
        assert_eq!(played.status.code(), Some(0), "{played:?}");
        let folder = fs::read_dir(self.path(out)).expect("runs are filed there").flatten().next().expect("one was");
        format!("{out}/{}", folder.file_name().to_str().expect("its name is plain"))
    }
}

fn words(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("it writes text")
}

#[test]
fn a_chronicle_changes_no_figure_and_is_the_same_each_time() {
    let rig = Rig::new();
    let plain = rig.say(&["sim", "pair.toml", "--format", "json", "--canonical"]);
    let told = rig.say(&["sim", "pair.toml", "--format", "json", "--canonical", "--out", "once"]);
    assert_eq!(words(&plain.stdout), words(&told.stdout));
    let once = fs::read_dir(rig.path("once")).unwrap().next().unwrap().unwrap().path();
    let again = rig.filed("again", &["--events", "events.jsonl"]);
    assert_eq!(fs::read_to_string(once.join("chronicle.json")).unwrap(), rig.text(&format!("{again}/chronicle.json")));
}

#[test]
fn a_chronicle_counts_what_the_summary_counts() {
    let rig = Rig::new();
    let folder = rig.filed("out", &[]);
    let read = |name: &str| -> Value { serde_json::from_str(&rig.text(&format!("{folder}/{name}"))).unwrap() };
    let (summary, chronicle) = (read("summary.json"), read("chronicle.json"));
    let counted = |key: &str| {
        let moments = chronicle["timeline"].as_array().unwrap().iter();
        let counted = moments.filter(|moment| moment["from_s"].as_f64() >= Some(60.0));
        counted.map(|moment| moment[key].as_u64().unwrap()).sum::<u64>()
    };
    assert_eq!(counted("calls"), summary["counts"]["calls"].as_u64().unwrap());
    assert_eq!(counted("recalls"), summary["counts"]["turns"].as_u64().unwrap());
    assert_eq!(counted("met"), summary["budget"]["met"].as_u64().unwrap());
    assert_eq!(counted("evicted"), summary["counts"]["drains"]["lru"].as_u64().unwrap());
    assert_eq!(chronicle["evictions"]["total"], summary["counts"]["drains"]["lru"]);
    let curves = chronicle["curves"].as_object().unwrap().values();
    assert_eq!(curves.map(|curve| curve["count"].as_u64().unwrap()).sum::<u64>(), counted("recalls"));
    assert_eq!(chronicle["slowest"][0]["took_ms"], summary["latency_ms"]["recall"]["max"]);
    let peak = chronicle["timeline"].as_array().unwrap().iter().map(|moment| moment["runtimes"]["peak"].as_u64());
    assert_eq!(peak.max().unwrap(), summary["gauges"]["runtimes"]["peak"].as_u64());
}

#[test]
fn a_filed_run_becomes_a_page_and_a_table() {
    let rig = Rig::new();
    let folder = rig.filed("out", &["--html", "at-once.html"]);
    let said = rig.say(&["report", &folder, "--html", "later.html", "--csv", "later.csv"]);
    assert_eq!((said.status.code(), words(&said.stdout)), (Some(0), ""), "{said:?}");
    assert_eq!(words(&said.stderr), "");
    assert_eq!(rig.text("at-once.html"), rig.text("later.html"));
    assert!(rig.text("later.html").contains("max_concurrent_users = 5"), "the scenario stands in it");
    assert!(rig.text("later.csv").lines().count() > 100);
}

#[test]
fn without_a_file_the_report_is_printed_with_the_run_over_time() {
    let rig = Rig::new();
    let folder = rig.filed("out", &[]);
    let said = rig.say(&["report", &folder]);
    let text = words(&said.stdout);
    assert!(text.starts_with("UNJUDGED") && text.contains("over time   from 0:00"), "{text}");
    assert!(!text.contains('\u{1b}'), "no terminal, no colours");
}

#[test]
fn what_cannot_be_read_or_written_is_named_with_a_remedy() {
    let rig = Rig::new();
    let folder = rig.filed("out", &[]);
    let cases: [(&[&str], i32, &str); 4] = [
        (&["report", "out", "--html", "page.html"], 2, "summary.json"),
        (&["report", &folder, "--html", "nowhere/page.html"], 1, "choose another file with --"),
        (&["report", &folder, "--csv", "same", "--html", "same"], 2, "--html and --csv both name same"),
        (&["report", &folder, "--csv", "out"], 1, "choose another file with --"),
    ];
    for (arguments, code, reason) in cases {
        let said = rig.say(arguments);
        let told = words(&said.stderr).replace('\n', " ");
        assert!(said.status.code() == Some(code) && told.contains(reason), "{arguments:?}: {said:?}");
    }
    fs::write(rig.path(&format!("{folder}/chronicle.json")), "{}").unwrap();
    let broken = rig.say(&["report", &folder, "--html", "page.html"]);
    assert!(broken.status.code() == Some(2) && words(&broken.stderr).contains("chronicle.json"), "{broken:?}");
    fs::remove_file(rig.path(&format!("{folder}/chronicle.json"))).unwrap();
    let old = rig.say(&["report", &folder, "--csv", "later.csv"]);
    assert!(old.status.code() == Some(1) && words(&old.stderr).contains("play it again"), "{old:?}");
}

#[test]
fn files_about_one_run_are_not_promised_of_many() {
    let rig = Rig::new();
    for many in [&["--seeds", "2"][..], &["--check-determinism"]] {
        let said = rig.say(&[&["sim", "pair.toml", "--html", "page.html"], many].concat());
        assert!(said.status.code() == Some(2) && words(&said.stderr).contains("--html"), "{said:?}");
    }
}
