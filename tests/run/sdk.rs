//! What the official SDK 0.3.2 does wrong is found and told with its proof, and the built-in client does none of it: the
//! shipped scenarios of `scenarios/sdk`, each played with both, all at once.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::{LazyLock, Mutex};
use std::time::Duration;

use serde_json::Value;

use crate::python::sdk_python;
use crate::rig::*;

/// A play of both clients, side by side.
struct Both {
    builtin: (u8, Value),
    sdk: (u8, Value),
}

/// One play, until it is asked for.
type UnderWay = Mutex<Option<(Rig, Child)>>;

/// Each shipped scenario under way, with the folder it plays in. Started together, and not at once: starting Python takes
/// what a play of two clients does not.
static PLAYS: LazyLock<BTreeMap<String, UnderWay>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/sdk");
    let files = std::fs::read_dir(folder).expect("scenarios are shipped").flatten().map(|entry| entry.path());
    let mut scenarios: Vec<_> =
        files.filter(|file| file.extension().is_some_and(|extension| extension == "toml")).collect();
    scenarios.sort();
    let python = sdk_python();
    let environment = python.parent().and_then(Path::parent).expect("python lies in the bin of its environment");
    let started = scenarios.into_iter().map(|scenario| {
        let rig = Rig::new();
        std::fs::create_dir(rig.path("drivers")).expect("the folder can be written");
        std::os::unix::fs::symlink(environment, rig.path("drivers/memoair-voice")).expect("the folder can be written");
        let mut command = rig.command(&scenario);
        command.args(["--client", "builtin", "--client", "memoair-voice", "--format", "json", "--quiet"]);
        command.env("BUSYHOUR_DRIVERS", rig.path("drivers"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().expect("the program can be started");
        std::thread::sleep(Duration::from_millis(400));
        let name = scenario.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        (name, Mutex::new(Some((rig, child))))
    });
    started.collect()
});

/// What came of a shipped scenario.
fn play(name: &str) -> Both {
    let (rig, child) = PLAYS[name].lock().expect("nobody panics with it").take().expect("each is asked for once");
    let output = child.wait_with_output().expect("it can be waited for");
    rig.until_nobody_is_left();
    let text = String::from_utf8_lossy(&output.stdout);
    let played: Value = serde_json::from_str(&text)
        .unwrap_or_else(|error| panic!("{name}: {error}: {text}{}", String::from_utf8_lossy(&output.stderr)));
    assert_eq!(played["schema"], "busyhour.clients/1");
    let one = |place: usize| {
        let summary = played["clients"][place]["summary"].clone();
        let code: busyhour::measure::Summary = serde_json::from_value(summary.clone()).expect("it is a summary");
        (busyhour::measure::exit_code(&code), summary)
    };
    let both = Both { builtin: one(0), sdk: one(1) };
    assert_eq!(output.status.code(), Some(both.sdk.0.into()), "the worse of the two is the program's: {played:#}");
    assert_clean(&both);
    both
}

/// The built-in client passes: that no misdeed is seen is among what the scenario demands.
#[track_caller]
fn assert_clean(both: &Both) {
    let (code, summary) = &both.builtin;
    assert_eq!((*code, summary["verdict"].as_str()), (0, Some("pass")), "{summary:#}");
    assert_eq!((summary.get("misdeeds"), summary.get("findings")), (None, None), "{summary:#}");
    assert_sound(summary);
}

/// The SDK did it; the first of that kind, with all that is told of it.
#[track_caller]
fn accused(name: &str, wrong: &str) -> Value {
    let both = play(name);
    let (sdk_code, summary) = both.sdk;
    let broken = summary["violations"].as_array().is_some_and(|violations| !violations.is_empty());
    assert_eq!(sdk_code, if broken { 96 } else { 99 }, "{summary:#}");
    assert_eq!(summary["client"]["version"], "0.3.2");
    let misdeeds = summary["findings"].as_array().unwrap_or_else(|| panic!("nothing was found: {summary:#}"));
    let found = misdeeds.iter().find(|misdeed| misdeed["kind"] == wrong);
    let found = found.unwrap_or_else(|| panic!("no {wrong} in {misdeeds:#?}")).clone();
    assert!(summary["misdeeds"][wrong].as_u64() >= found["times"].as_u64(), "{summary:#}");
    assert_eq!(found["tenant"], "acme");
    assert!(figure(&found, "runtime/pid") > 1.0 && figure(&found, "at_s") > 0.0, "{found:#}");
    found
}

/// Whom it befell, what happened, and what proves it.
#[track_caller]
fn assert_told(misdeed: &Value, caller: &str, says: &[&str]) {
    assert_eq!(misdeed["caller"], caller, "{misdeed:#}");
    let told = format!("{} {}", misdeed["what"], misdeed["evidence"]);
    for words in says {
        assert!(told.contains(words), "no `{words}` in {told}");
    }
}

const ANN: &str = "caller-000000";
const BOB: &str = "caller-000001";
const CID: &str = "caller-000002";

#[test]
fn a_newcomer_is_given_the_evicted_callers_session() {
    let misdeed = accused("stale-session", "stale_session");
    assert_told(
        &misdeed,
        CID,
        &["the session of caller-000000", "search_memory at", "carried session", "for caller-000000"],
    );
    assert_eq!(figure(&misdeed, "runtime/port"), 18100.0, "the port that was just left");
    assert!(figure(&misdeed, "times") >= 3.0, "and for good: {misdeed:#}");
}

#[test]
fn a_caller_has_two_live_processes() {
    let misdeed = accused("two-runtimes", "two_runtimes");
    assert_told(&misdeed, ANN, &["at once", "was started for him at", "was asked to flush at"]);
}

#[test]
fn there_are_more_processes_than_the_cap() {
    let misdeed = accused("over-cap", "over_cap");
    assert_told(&misdeed, misdeed["caller"].as_str().unwrap(), &["where 3 may be", "was booting", "on port 181"]);
}

#[test]
fn cancelled_calls_leave_processes_and_ports_behind() {
    let misdeed = accused("hung-up", "left_behind");
    assert_told(
        &misdeed,
        ANN,
        &["he hung up at", "while it booted", "nobody ever asked it for anything", "was still taken"],
    );
}

#[test]
fn a_sessions_end_never_arrives() {
    let misdeed = accused("session-end", "session_not_ended");
    assert_told(&misdeed, ANN, &["was started at", "sync/flush at", "SIGTERM at", "and no session/end"]);
    // It came to whoever had the port next.
    assert_told(&misdeed, ANN, &["session/end for it came at", "of caller-000002"]);
}

#[test]
fn a_caller_waits_for_the_end_of_another_callers_runtime() {
    let misdeed = accused("drain-wait", "waited_for_drain");
    // Callers are numbered as they come: here Bob is the first.
    assert_told(&misdeed, BOB, &["the end of the runtime of caller-000000", "was asked for at", "got SIGTERM at"]);
}

#[test]
fn an_active_callers_runtime_is_evicted_before_an_idle_one() {
    let misdeed = accused("thrash", "thrash");
    assert_told(&misdeed, ANN, &["was evicted", "booted again", "of caller-000001 had been idle for", "and stayed"]);
}
