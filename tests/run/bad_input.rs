//! Whatever is wrong is said at once: what it is, what to do, and nothing is left behind.

use std::fs;
use std::io::{self, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use crate::fakes::{mock_after, script, web_server};
use crate::rig::*;

const CALLS: &str = r#"
[[tenant]]
name = "acme"
callers = { population = 5 }
arrivals = { model = "constant", rate = "8/s" }
call = { turns = 1 }
"#;
const SECOND: &str = "duration = \"1s\"\ngrace = \"1s\"\n";
/// A run that would go on: what is wrong is to be said before it.
const MINUTES: &str = "duration = \"300s\"\n";

/// Nothing was played, and all of it was said.
#[track_caller]
fn assert_refused(rig: &Rig, played: &Played, code: i32, says: &[&str]) {
    assert_eq!(played.code, Some(code), "{}{}", played.stdout, played.stderr);
    assert_eq!(played.stdout, "");
    // Diagnostics wrap their lines, and draw a bar beside those of a paragraph.
    let said = played.stderr.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ");
    for words in says {
        assert!(said.contains(words), "no `{words}` in: {said}");
    }
    assert!(!rig.path("out").exists(), "no report of a run that never was");
}

fn refused_with(binary: &Path, rig: &Rig, says: &[&str]) {
    let scenario = rig.scenario_with("boot_timeout = \"400ms\"", MINUTES, CALLS);
    let played = rig.play(&scenario, &["--runtime-binary", binary.to_str().expect("the path is text")]);
    assert_refused(rig, &played, 1, says);
    assert!(played.took < Duration::from_secs(5), "it took {:?}", played.took);
}

#[test]
fn a_scenario_that_is_not_there() {
    let rig = Rig::new();
    assert_refused(&rig, &rig.play(&rig.path("nowhere.toml"), &[]), 2, &["nowhere.toml"]);
}

#[test]
fn a_scenario_with_an_unknown_key() {
    let rig = Rig::new();
    let scenario = rig.scenario(&format!("{SECOND}warmup = \"1s\""), CALLS);
    assert_refused(&rig, &rig.play(&scenario, &[]), 2, &["warmup", "warm_up", "small.toml"]);
}

#[test]
fn a_tenant_name_with_a_control_character() {
    let rig = Rig::new();
    let scenario = rig.scenario(SECOND, &CALLS.replace("acme", "ac\\u001b[31mme"));
    let played = rig.play(&scenario, &[]);
    assert_refused(&rig, &played, 2, &["control character"]);
    assert!(!played.stderr.contains("\u{1b}[31mme"), "it is shown, not obeyed");
}

#[test]
fn a_runtime_that_is_not_there() {
    let rig = Rig::new();
    refused_with(
        Path::new("/nowhere/voice-runtime"),
        &rig,
        &["/nowhere/voice-runtime does not exist", "check the path"],
    );
}

#[test]
fn a_runtime_that_is_not_executable() {
    let rig = Rig::new();
    let file = script(&rig, "true");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    refused_with(&file, &rig, &[file.to_str().unwrap(), "chmod +x"]);
}

#[test]
fn a_runtime_that_exits_at_once() {
    let rig = Rig::new();
    let file = script(&rig, "echo no licence here >&2; exit 3");
    refused_with(&file, &rig, &[file.to_str().unwrap(), "exit status: 3", "no licence here"]);
}

#[test]
fn a_runtime_that_never_answers() {
    let rig = Rig::new();
    let file = script(&rig, "exec sleep 300");
    refused_with(&file, &rig, &[file.to_str().unwrap(), "not ready in time", "boot_timeout"]);
}

#[test]
fn a_runtime_of_somebody_else() {
    let rig = Rig::new();
    let file = mock_after(&rig, "export MEMOAIR_RUNTIME_USER_ID=somebody-else");
    refused_with(&file, &rig, &[file.to_str().unwrap(), "somebody-else"]);
}

#[test]
fn a_web_server_instead_of_a_runtime() {
    let rig = Rig::new();
    let file = web_server(&rig);
    refused_with(&file, &rig, &[file.to_str().unwrap(), "unreadable"]);
}

#[test]
fn a_place_for_the_summary_that_is_none() {
    let rig = Rig::new();
    let scenario = rig.scenario(MINUTES, CALLS);
    let played = rig.finish(Playing::start(&mut rig.command_to(&scenario, &scenario.join("runs"))));
    assert_refused(&rig, &played, 1, &["small.toml/runs", "--out"]);
}

#[test]
fn a_work_folder_that_is_none() {
    let rig = Rig::new();
    let scenario = rig.scenario(MINUTES, CALLS);
    let played = rig.play(&scenario, &["--work-dir", scenario.join("work").to_str().unwrap()]);
    assert_refused(&rig, &played, 1, &["small.toml/work", "--work-dir"]);
}

#[test]
fn a_temporary_folder_too_long_for_a_socket() {
    let rig = Rig::new();
    let long = rig.path(&"long/".repeat(30));
    fs::create_dir_all(&long).unwrap();
    let scenario = rig.scenario(MINUTES, CALLS);
    let played = rig.finish(Playing::start(rig.command(&scenario).env("TMPDIR", &long)));
    assert_refused(&rig, &played, 1, &["long/long", "TMPDIR"]);
    assert_eq!(fs::read_dir(&long).unwrap().count(), 0, "nothing is left behind");
}

#[test]
fn a_disk_that_takes_no_more() {
    let rig = Rig::new();
    let scenario = rig.scenario(MINUTES, CALLS);
    // No file may grow, and the signal that would say so is ignored: writing fails as on a full disk.
    let mut command = rig.shell("trap '' XFSZ; ulimit -f 0; exec \"$@\"", &scenario);
    let played = rig.finish(Playing::start(command.arg("--work-dir").arg(rig.path("disk"))));
    assert_refused(&rig, &played, 1, &["File too large", "--work-dir"]);
}

#[test]
fn a_disk_that_is_full() {
    let rig = Rig::new();
    let scenario = rig.scenario(MINUTES, CALLS);
    let disk = rig.path("disk");
    fs::create_dir(&disk).unwrap();
    // A small file system of its own, in a name space of its own: where that is not allowed, the line ends with 77.
    let line = format!(
        "exec unshare --user --map-root-user --mount sh -c 'mount -t tmpfs -o size=64k none {0} || exit 77; \
         mkdir {0}/host-0; head -c 1M /dev/zero > {0}/filler 2>/dev/null; exec \"$@\"' sh \"$@\"",
        disk.display()
    );
    let mut command = rig.shell(&line, &scenario);
    let played = rig.finish(Playing::start(command.arg("--work-dir").arg(&disk)));
    if played.code == Some(77) || played.stderr.contains("unshare") {
        // Past the capture of passing tests' output: nobody shall take this for tried. What needs no name space is
        // tried by `a_disk_that_takes_no_more` in any case.
        let why = played.stderr.trim();
        writeln!(io::stderr(), "a_disk_that_is_full: NOT TRIED, this machine grants no name spaces ({why})").unwrap();
        return;
    }
    assert_refused(&rig, &played, 1, &["No space left on device"]);
}

#[test]
fn too_few_open_files() {
    let rig = Rig::new();
    let scenario = rig.scenario(MINUTES, CALLS);
    let played = rig.finish(Playing::start(&mut rig.shell("ulimit -n 64; exec \"$@\"", &scenario)));
    assert_refused(&rig, &played, 1, &["open files", "64", "ulimit -Hn"]);
}

#[test]
fn a_soft_limit_of_open_files_is_raised_silently() {
    let rig = Rig::new();
    let scenario = rig.scenario(&format!("{SECOND}thresholds = [\"recalls_ok == 8\"]"), CALLS);
    let mut command = rig.shell("ulimit -S -n 64; exec \"$@\"", &scenario);
    let played = rig.finish(Playing::start(command.arg("--quiet")));
    assert_eq!((played.code, played.stderr.as_str()), (Some(0), ""), "{}", played.stdout);
}

#[test]
fn ports_that_are_all_somebody_elses() {
    let rig = Rig::new();
    let (first, last) = (*rig.ports.start(), *rig.ports.start() + 1);
    let _strangers = [first, last].map(|port| TcpListener::bind(("127.0.0.1", port)).expect("the port is free"));
    let pool = format!("max_concurrent_users = 2\nruntime_port_range = [{first}, {last}]");
    let scenario = rig.scenario_with(&pool, MINUTES, CALLS);
    let range = format!("{first}-{last}");
    assert_refused(&rig, &rig.play(&scenario, &[]), 1, &["no free port", &range, "2 by others", "runtime_port_range"]);
}
