//! Drivers that misbehave end the run as invalid, with the reason and their last words, and leave no process behind;
//! those that only behave in unusual ways do not.

use std::path::Path;

use serde_json::Value;

use crate::rig::*;
use crate::scripts;

/// Two callers who call at once, and again.
const CALLS: &str = "[on_refusal]\naction = \"degrade\"\n[[tenant]]\nname = \"acme\"\n\
    arrivals = { model = \"closed\", callers = 2, redial = \"50ms\" }\ncall = { turns = 2 }\nturn_gap = \"50ms\"\nreply = \"1ms\"\n";
/// Long enough for every trouble: whoever has one ends the run.
const MINUTE: &str = "duration = \"60s\"\n";

/// The driver of `tests/drivers/bad.py` that goes by that name, as `--client` takes it.
pub(crate) fn bad(kind: &str) -> String {
    format!("python3 '{}' {kind}", Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/drivers/bad.py").display())
}

fn play(rig: &Rig, kind: &str, head: &str, client: &str) -> (Option<i32>, Value) {
    let scenario = rig.scenario(head, &format!("[client]\n{client}\n{CALLS}"));
    let played = rig.play(&scenario, &["--client", &bad(kind), "--format", "json", "--quiet"]);
    let summary = serde_json::from_str(&played.stdout)
        .unwrap_or_else(|error| panic!("{kind}: {error}: {}{}", played.stdout, played.stderr));
    (played.code, summary)
}

/// The run is invalid for this reason; the driver's last words. [`Rig::finish`] has seen that nobody is left.
#[track_caller]
fn assert_invalid(kind: &str, client: &str, head: &str, says: &str) -> Vec<String> {
    let (code, summary) = play(&Rig::new(), kind, head, client);
    let reasons = summary["harness"]["invalid"].to_string();
    assert_eq!((code, summary["verdict"].as_str()), (Some(97), Some("invalid")), "{kind}: {summary:#}");
    assert!(reasons.contains(says) && reasons.contains("bad.py"), "{kind}: no `{says}` in {reasons}");
    let words = summary["client"].get("last_words").cloned().unwrap_or_default();
    serde_json::from_value(words).unwrap_or_default()
}

#[test]
fn a_driver_of_another_version_or_protocol() {
    assert_invalid("newer", "", MINUTE, "it speaks version 2 of the protocol and this busyhour version 1");
    assert_invalid("stranger", "", MINUTE, "`chess` and not `busyhour.driver`");
    assert_invalid("idle", "", MINUTE, "`max_in_flight` must be 1 or more");
}

#[test]
fn a_driver_that_refuses_the_settings() {
    assert_invalid("refusing", "", MINUTE, "no licence for so many callers");
}

#[test]
fn a_driver_that_dies() {
    let words = assert_invalid("dies", "", MINUTE, "it ended (exit status: 3) with 2 operations under way");
    assert_eq!((words.len(), words.last().map(String::as_str)), (20, Some("dying, line 29")), "{words:?}");
}

#[test]
fn a_driver_that_dies_and_leaves_processes_behind() {
    assert_invalid("orphans", "", MINUTE, "it ended (exit status: 0)");
}

#[test]
fn a_driver_that_keeps_silent() {
    assert_invalid("hangs", "patience = \"700ms\"", MINUTE, "it kept silent for 0.7 s while it owed an answer");
    // Long enough for Python to start on a busy machine.
    let words = assert_invalid("mute", "patience = \"4s\"", MINUTE, "it kept silent for 4 s");
    assert_eq!(words, ["nobody told me to speak"]);
    assert_invalid("deaf", "", MINUTE, "it closed its standard output");
}

#[test]
fn a_driver_that_leaves_something_unanswered() {
    const SHORT: &str = "duration = \"300ms\"\ngrace = \"100ms\"\n";
    assert_invalid("leaves", "", SHORT, "it closed and left 2 operations unanswered");
    assert_invalid("swallows", "", SHORT, "it closed and left 2 operations unanswered");
}

#[test]
fn a_driver_that_floods() {
    assert_invalid("floods", "", MINUTE, "it wrote more than 4 MB without the end of a line");
    assert_invalid("chatters", "", MINUTE, "it answered operation 0, which is not under way");
}

#[test]
fn a_driver_that_talks_out_of_turn() {
    assert_invalid("invents", "", MINUTE, "which is not under way");
    assert_invalid("repeats", "", MINUTE, "which is not under way");
    assert_invalid("hasty", "", MINUTE, "before it was asked to open");
    assert_invalid("garbage", "", MINUTE, "what is no word of the protocol: `Traceback (most recent call last):`");
    assert_invalid("forgets", "", MINUTE, "with neither a `memory` nor an `error`");
}

#[test]
fn a_driver_whose_times_cannot_be_true() {
    assert_invalid("backwards", "", MINUTE, "ended before it began");
    assert_invalid("tomorrow", "", MINUTE, "cannot be true");
}

const SECOND: &str = "duration = \"1s\"\ngrace = \"1s\"\n";

/// Played without trouble; its saves are none, which the scenario does not judge.
#[track_caller]
fn sound(kind: &str, head: &str) -> Value {
    let (code, summary) = play(&Rig::new(), kind, head, "");
    assert_eq!(code, Some(0), "{kind}: {summary:#}");
    summary
}

#[test]
fn a_driver_that_does_not_end_with_its_standard_input_is_ended() {
    sound("lingers", SECOND);
}

#[test]
fn a_clock_that_began_at_another_time_is_read_as_ours() {
    let summary = sound("yesterday", SECOND);
    assert!(figure(&summary, "counts/recalls_ok") > 4.0, "{summary:#}");
    // It does nothing, so whatever took a second here would be its clock.
    assert!(figure(&summary, "latency_ms/recall/p50") < 1_000.0, "{summary:#}");
    assert!(figure(&summary, "client/clock_uncertainty_ms") < 100.0, "{summary:#}");
}

#[test]
fn a_driver_is_asked_no_more_than_it_takes_on_and_the_wait_is_lag() {
    let summary = sound("narrow", SECOND);
    // One of the two who call at once waits until the other has been served, which takes 100 ms.
    assert!(figure(&summary, "latency_ms/lag/max") >= 90.0, "{summary:#}");
    assert!(figure(&summary, "client/lag_ms/min") < 90.0, "its own lag is another: {summary:#}");
}

#[test]
fn who_hangs_up_is_cancelled() {
    let summary = sound("patient", "duration = \"300ms\"\ngrace = \"200ms\"\n");
    assert_eq!((figure(&summary, "counts/calls_cut"), figure(&summary, "counts/turns")), (2.0, 0.0), "{summary:#}");
}

#[test]
fn a_filed_run_plays_the_client_of_the_command_line_again_from_anywhere() {
    let rig = Rig::new();
    let scenario = rig.scenario(SECOND, &format!("[client]\ndriver = \"nobody\"\npatience = \"9s\"\n{CALLS}"));
    let drivers = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/drivers");
    let play = |scenario: &Path, folder: &Path, arguments: &[&str]| {
        let mut command = rig.command(scenario);
        let played = rig.finish(Playing::start(command.args(arguments).arg("--quiet").current_dir(folder)));
        assert_eq!(played.code, Some(0), "{}{}", played.stdout, played.stderr);
        played.stdout
    };
    let said = play(&scenario, &drivers, &["--client", "python3 bad.py yesterday"]);
    assert!(said.contains("--seed 1 --client 'python3 bad.py yesterday'"), "{said}");
    let filed = rig.run_folder();
    let moved = rig.path("moved.toml");
    std::fs::rename(filed.join("scenario.toml"), &moved).expect("the run was filed");
    std::fs::remove_dir_all(&filed).expect("it can be taken away");
    let again = play(&moved, rig.folder.path(), &[]);
    assert!(!again.contains("--client"), "the file says it: {again}");
    let summary = std::fs::read_to_string(rig.run_folder().join("summary.json")).expect("it was filed again");
    let summary: Value = serde_json::from_str(&summary).expect("it is a summary");
    assert_eq!(summary["client"]["command"], serde_json::json!(["python3", "bad.py", "yesterday"]), "{summary:#}");
}

#[test]
fn a_driver_that_cannot_be_started() {
    let rig = Rig::new();
    let scenario = rig.scenario(MINUTE, CALLS);
    for (client, code, says) in [
        ("/nowhere/driver", 1, vec!["/nowhere/driver cannot be started", "memoair-voice"]),
        ("", 2, vec!["the command is empty", "builtin"]),
        ("python3 'driver", 2, vec!["a quote is not closed"]),
    ] {
        let played = rig.play(&scenario, &["--client", client]);
        assert_eq!(played.code, Some(code), "{}{}", played.stdout, played.stderr);
        let said = played.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(says.iter().all(|words| said.contains(words)), "{says:?} in {said}");
        assert!(!rig.path("out").exists(), "no report of a run that never was");
    }
}

#[test]
fn a_folder_that_is_not_there_is_not_mistaken_for_the_program() {
    let rig = Rig::new();
    let client = "[client]\ndriver = \"python3 drive.py\"\nfolder = \"nowhere\"\n";
    let played = rig.play(&rig.scenario(MINUTE, &format!("{client}{CALLS}")), &[]);
    assert_eq!(played.code, Some(1), "{}{}", played.stdout, played.stderr);
    let folder = rig.path("nowhere");
    assert!(
        played.stderr.contains(&format!("there is no folder {} to start it in", folder.display())),
        "{}",
        played.stderr
    );
}

#[test]
fn what_was_played_is_told_although_another_client_cannot_be_started() {
    let rig = Rig::new();
    let scenario = rig.scenario(SECOND, CALLS);
    let played = rig.play(&scenario, &["--client", &bad("yesterday"), "--client", "/nowhere/driver"]);
    assert_eq!(played.code, Some(1), "{}", played.stderr);
    assert!(played.stderr.contains("/nowhere/driver cannot be started"), "{}", played.stderr);
    assert!(played.stdout.contains("UNJUDGED"), "{}", played.stdout);
    assert_eq!(rig.reports(), 1);
}

#[test]
fn a_shipped_driver_whose_client_is_not_installed_says_how_to_install_it() {
    let rig = Rig::new();
    let scenario = rig.scenario(MINUTE, CALLS);
    let mut command = rig.command(&scenario);
    command.args(["--client", "memoair-voice"]).env("BUSYHOUR_DRIVERS", rig.path("drivers"));
    let played = rig.finish(Playing::start(&mut command));
    assert_eq!(played.code, Some(1));
    assert!(played.stderr.contains("run `busyhour drivers install`"), "{}", played.stderr);
}

#[test]
fn a_missing_python_venv_or_pip_is_named_with_what_to_install() {
    let rig = Rig::new();
    let fake = |name: &str, body: &str| {
        let file = rig.path(name);
        scripts::write(&file, body);
        file.to_str().expect("the path is text").to_owned()
    };
    let bare = fake("bare-python", "echo \"ModuleNotFoundError: No module named 'ensurepip'\" >&2; exit 1");
    let old = fake("old-python", "exit 1");
    // Good for everything but fetching.
    let offline = fake(
        "offline-python",
        "case \"$*\" in *venv*--clear*) mkdir -p \"$4/bin\"; cp \"$0\" \"$4/bin/python\";; \
        *-m\\ pip*) echo no network here >&2; exit 1;; *sys.argv*) exit 1;; esac",
    );
    for (python, says) in [
        ("/nowhere/python3", vec!["there is no /nowhere/python3", "apt install python3"]),
        (&bare, vec!["python3-venv", "python3-pip", "No module named 'ensurepip'"]),
        (&old, vec!["no Python 3.9 or newer", "--python"]),
        (&offline, vec!["could not install memoair-voice==0.3.2", "PyPI", "no network here"]),
    ] {
        let mut command = rig.bare(&["drivers", "install", "--python", python]);
        let played = rig.finish(Playing::start(command.env("BUSYHOUR_DRIVERS", rig.path("drivers"))));
        assert_eq!((played.code, played.stdout.as_str()), (Some(1), ""), "{}", played.stderr);
        assert!(says.iter().all(|words| played.stderr.contains(words)), "{says:?} in {}", played.stderr);
        assert!(!rig.path("drivers/memoair-voice").exists(), "nothing half done is left behind");
    }
}
