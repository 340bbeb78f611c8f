//! A bot that is run by the double.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use crate::python::sdk_python;
use crate::rig::{Ports, eventually, processes_of};

use super::{Desk, Ended, PATIENCE, replaced};

#[test]
fn the_readmes_bot_runs_as_it_is_and_does_what_is_expected_of_it() {
    let desk = Desk::on(Ports::of_the_sdk());
    let ended = desk.play(&["--expect", "examples/mock/expect.toml"], Path::new("examples/mock/bot.py"));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    for known in ["prefers short answers", "order 1042", "within 30 days"] {
        assert!(ended.stdout.contains(known), "{ended:?}");
    }
    assert!(ended.stderr.starts_with("PASS: what was expected arrived;"), "{ended:?}");
    desk.assert_clean();
}

#[test]
fn every_request_is_shown_with_the_identity_it_came_in() {
    let desk = Desk::new();
    let ended = desk.play(&["--log"], &desk.bot("import asyncio", "import asyncio"));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    for path in ["/v1/voice-sdk/bootstrap", "/v1/voice-sdk/events"] {
        let lines = ended.lines_of(path);
        let headers =
            "X-Project-Id: proj_shop  X-Agent-Id: agent_returns  X-User-Id: ann  Authorization: Bearer memoair_";
        assert!(!lines.is_empty() && lines.iter().all(|line| line.contains(headers)), "{ended:?}");
    }
    for path in ["health", "session/start", "search_memory", "turn/after", "session/end", "sync/flush"] {
        let lines = ended.lines_of(&format!("/v1/runtime/{path}"));
        assert!(
            !lines.is_empty() && lines.iter().all(|line| line.contains("200  ann of proj_shop, agent_returns")),
            "{path}: {ended:?}"
        );
    }
    assert!(ended.stderr.contains("(cold boot)") && ended.stderr.contains("gone, was ann's: terminated"), "{ended:?}");
}

#[test]
fn without_the_log_nothing_is_shown_but_the_sum() {
    let desk = Desk::new();
    let ended = desk.play(&[], &desk.bot("import asyncio", "import asyncio"));
    assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
    assert!(ended.stderr.starts_with("busyhour: ") && ended.stderr.contains("reached the cloud, and "), "{ended:?}");
}

#[test]
fn what_one_call_saved_the_next_one_recalls() {
    let desk = Desk::new();
    let bot = desk.bot("Where are my boots?", "My cat is called Mau.");
    let twice = format!("{0} {1} && {0} {1}", sdk_python().display(), bot.display());
    let ended = Ended::of(&desk.mock(&["--log", "--", "sh", "-c", &twice]).output().expect("it can be started"));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let (first, second) = ended.stdout.split_at(ended.stdout.rfind("## profile").expect("there are two answers"));
    assert!(!first.contains("Mau") && second.contains("Mau"), "{ended:?}");
    assert!(ended.stderr.contains("(warm boot)"), "{ended:?}");
}

#[test]
fn a_bot_that_names_another_cloud_still_gets_runtimes_of_this_one() {
    let desk = Desk::new();
    let named =
        "MemoAirVoiceAgent(api_key=\"memoair_pk_busyhour\", project_id=\"proj_shop\", agent_id=\"agent_orders\")";
    let ended = desk.play(&["--log"], &desk.bot("MemoAirVoiceAgent.from_env()", named));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let lines = ended.lines_of("/v1/voice-sdk/bootstrap");
    assert!(!lines.is_empty() && lines.iter().all(|line| line.contains("X-Agent-Id: agent_orders")), "{ended:?}");
}

#[test]
fn a_seed_of_ones_own_is_all_that_is_known() {
    let desk = Desk::new();
    let seed = "{\"api_key\": \"memoair_pk_mine\", \"projects\": [{\"id\": \"proj_mine\", \"agents\": [\"agent_mine\"],\n\
                \"callers\": [{\"id\": \"ann\", \"facts\": [\"Her boots are red.\"]}]}]}";
    let seed = desk.file("seed.json", seed);
    let ended = desk.play(&["--seed-file", &seed.to_string_lossy()], &desk.bot("import asyncio", "import asyncio"));
    assert_eq!((ended.code, ended.stdout.trim()), (Some(0), "## permanent\n- Her boots are red."), "{ended:?}");
}

#[test]
fn the_commands_own_failure_is_the_result() {
    let desk = Desk::new();
    for (script, code) in [("exit 7", 7), ("kill -KILL $$", 137), ("kill -TERM $$", 143)] {
        let mut mock = desk.mock(&["--expect", "examples/mock/expect.toml", "--", "sh", "-c", script]);
        let ended = Ended::of(&mock.output().expect("it can be started"));
        assert_eq!(ended.code, Some(code), "{script}: {ended:?}");
    }
    let ended = Ended::of(&desk.mock(&["--", "no-such-program"]).output().expect("it can be started"));
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stderr.contains("no-such-program cannot be started"), "{ended:?}");
}

#[test]
fn a_bot_that_does_not_close_its_client_is_told_and_leaves_nothing_behind() {
    let desk = Desk::new();
    let ended = desk.play(&[], &desk.bot("await client.aclose()", "pass"));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stderr.contains("left runtimes running, those of ann: close the client"), "{ended:?}");
    desk.assert_clean();
}

/// A bot that has recalled and now waits for ever, told by a file.
fn waiting_bot(desk: &Desk) -> (std::path::PathBuf, std::path::PathBuf) {
    let there = desk.folder.path().join("there");
    let wait = format!("open('{}', 'w').close(); await asyncio.sleep(3600)", there.display());
    (desk.bot("print(memory.contextText)", &wait), there)
}

#[test]
fn a_double_that_is_killed_takes_bot_and_runtimes_with_it() {
    let desk = Desk::new();
    let (bot, there) = waiting_bot(&desk);
    let mut mock =
        desk.mock(&["--"]).arg(sdk_python()).arg(bot).stderr(Stdio::null()).spawn().expect("it can be started");
    eventually("the bot waits", PATIENCE, || there.exists());
    assert!(!processes_of(desk.folder.path()).is_empty());
    mock.kill().expect("it runs");
    mock.wait().expect("it is our child");
    eventually("every process is gone", PATIENCE, || processes_of(desk.folder.path()).is_empty());
}

#[test]
fn a_signal_reaches_what_the_command_started_too() {
    let desk = Desk::new();
    let (bot, there) = waiting_bot(&desk);
    let wrapped = format!("{} {}; true", sdk_python().display(), bot.display());
    let mut mock = desk.mock(&["--", "sh", "-c", &wrapped]).stderr(Stdio::null()).spawn().expect("it can be started");
    eventually("the bot waits", PATIENCE, || there.exists());
    let pid = rustix::process::Pid::from_child(&mock);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it runs");
    assert_eq!(mock.wait().expect("it is our child").code(), Some(143));
    desk.assert_clean();
}

#[test]
fn a_signal_reaches_the_bot_which_may_end_in_its_own_way() {
    let desk = Desk::new();
    let (bot, there) = waiting_bot(&desk);
    let text = fs::read_to_string(&bot).expect("it was written");
    let gentle = "import signal\n\n\ndef leave(*_):\n    raise SystemExit(5)\n\n\nsignal.signal(signal.SIGTERM, leave)\n\
                  asyncio.run(main())";
    fs::write(&bot, replaced(&text, "asyncio.run(main())", gentle)).expect("the folder is ours");
    let mut mock =
        desk.mock(&["--"]).arg(sdk_python()).arg(bot).stderr(Stdio::null()).spawn().expect("it can be started");
    eventually("the bot waits", PATIENCE, || there.exists());
    rustix::process::kill_process(rustix::process::Pid::from_child(&mock), rustix::process::Signal::TERM)
        .expect("it runs");
    assert_eq!(mock.wait().expect("it is our child").code(), Some(5));
    desk.assert_clean();
}
