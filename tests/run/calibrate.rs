//! `busyhour calibrate`: measurements of a run become laws.

use std::fs;
use std::path::Path;

use crate::rig::*;
use crate::scripts;

const SECOND: &str = "duration = \"1s\"\ngrace = \"2s\" # patience\n";
const CALLS: &str = r#"
[[tenant]]
name = "acme" # a customer
callers = { population = 5 }
arrivals = { model = "constant", rate = "8/s" }
call = { turns = 2 }
turn_gap = "60ms"
reply = "20ms"
"#;

/// Plays a scenario; the folder of the run.
fn played(rig: &Rig, arguments: &[&str]) -> std::path::PathBuf {
    let played = rig.play(&rig.scenario(SECOND, CALLS), arguments);
    assert_eq!(played.code, Some(0), "{}{}", played.stdout, played.stderr);
    rig.run_folder()
}

fn calibrate(rig: &Rig, arguments: &[&str]) -> Played {
    rig.finish(Playing::start(&mut rig.bare(&[&["calibrate"], arguments].concat())))
}

fn text(path: &Path) -> &str {
    path.to_str().expect("paths of tests are text")
}

#[test]
fn a_run_can_be_played_again_from_its_folder() {
    let rig = Rig::new();
    let folder = played(&rig, &["--seed", "7"]);
    let scenario = fs::read_to_string(folder.join("scenario.toml")).expect("it was filed");
    assert!(scenario.contains("seed = 7") && scenario.contains("# patience"), "{scenario}");
    let again = rig.finish(Playing::start(&mut rig.bare(&["sim", text(&folder.join("scenario.toml"))])));
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert!(again.stdout.contains("seed        7"), "{}", again.stdout);
}

#[test]
fn what_was_measured_becomes_the_laws_of_a_scenario_that_passes_the_check() {
    let rig = Rig::new();
    let folder = played(&rig, &[]);
    let out = rig.path("this-host.toml");
    let told = calibrate(&rig, &[text(&folder), "--out", text(&out)]);
    assert_eq!((told.code, told.stderr.as_str()), (Some(0), ""), "{}", told.stdout);
    assert!(told.stdout.contains("boot_warm") && told.stdout.contains("the scenario's law stays"), "{}", told.stdout);
    assert!(told.stdout.contains("few"), "5 boots are few: {}", told.stdout);
    let written = fs::read_to_string(&out).expect("it was written");
    assert!(written.contains("search = { dist = \"empirical\", file = \"this-host.hlog\""), "{written}");
    assert!(written.contains("# a customer"), "{written}");
    let check = rig.finish(Playing::start(&mut rig.bare(&["scenario", "check", text(&out)])));
    assert_eq!(check.code, Some(0), "{}", check.stderr);
    let twice = calibrate(&rig, &[text(&folder), "--out", text(&out)]);
    assert_eq!(twice.code, Some(2), "a file that is there is not written over");
}

#[test]
fn a_calibrated_scenario_needs_no_other_runtime() {
    let rig = Rig::new();
    let folder = played(&rig, &["--runtime-binary", &voice_runtime(&rig)]);
    assert!(fs::read_to_string(folder.join("scenario.toml")).expect("it was filed").contains("binary ="));
    let told = calibrate(&rig, &[text(&folder)]);
    assert_eq!(told.code, Some(0), "{}", told.stderr);
    let written = fs::read_to_string(folder.join("calibrated.toml")).expect("it was written");
    assert!(!written.contains("binary"), "{written}");
}

/// Another executable that honours the contract: a script that becomes the mock.
fn voice_runtime(rig: &Rig) -> String {
    let file = rig.path("voice-runtime");
    scripts::write(&file, &format!("exec {} __voice-runtime", env!("CARGO_BIN_EXE_busyhour")));
    text(&file).to_owned()
}

#[test]
fn what_is_no_live_run_is_refused_with_a_remedy() {
    let rig = Rig::new();
    let sim = rig.bare(&["sim", text(&rig.scenario(SECOND, CALLS)), "--out", text(&rig.path("out"))]).output();
    assert!(sim.expect("it can be started").status.success());
    let simulated = rig.run_folder();
    let (empty, file) = (rig.path("empty"), rig.path("small.toml"));
    fs::create_dir(&empty).expect("the folder can be written");
    let bare = rig.path("bare");
    fs::create_dir(&bare).expect("the folder can be written");
    let summary = fs::read_to_string(simulated.join("summary.json")).expect("it was filed");
    fs::write(bare.join("summary.json"), summary.replace("\"mode\": \"sim\"", "\"mode\": \"run\"")).expect("so can it");
    for (folder, complaint) in [
        (rig.path("nowhere"), "is no folder"),
        (file, "is no folder"),
        (empty, "is no run's folder"),
        (simulated, "holds a simulation"),
        (bare, "is missing"),
    ] {
        let told = calibrate(&rig, &[text(&folder)]);
        assert_eq!(told.code, Some(2), "{folder:?}: {}", told.stderr);
        // Long lines are broken where they end.
        let words: Vec<&str> = told.stderr.split_whitespace().filter(|word| *word != "│").collect();
        assert!(words.join(" ").contains(complaint) && told.stderr.contains("help"), "{}", told.stderr);
    }
}

#[test]
fn a_run_without_samples_is_refused() {
    let rig = Rig::new();
    let folder = played(&rig, &[]);
    let log = folder.join("conduct.hlog");
    let head: String = fs::read_to_string(&log)
        .unwrap()
        .lines()
        .filter(|line| !line.starts_with("Tag="))
        .collect::<Vec<_>>()
        .join("\n");
    fs::write(&log, head + "\n").expect("it is ours");
    let told = calibrate(&rig, &[text(&folder)]);
    assert_eq!(told.code, Some(2), "{}", told.stderr);
    assert!(told.stderr.contains("nothing was measured"), "{}", told.stderr);
}
