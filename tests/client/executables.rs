//! What the client makes of executables that are no proper runtime.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use busyhour::base::Span;
use busyhour::client::{Executable, VoiceClient, VoiceError};
use busyhour::pool::{Levels, Settings};
use mock_runtime::behaviour::{BeforeReady, Behaviour, BootFailure, FailureMode, Window};
use mock_runtime::wire::loopback::{HEALTH, SESSION_START};
use serde_json::json;

use crate::rig::*;
use crate::scripts;

#[tokio::test]
async fn a_missing_file_is_named_when_the_client_is_built() {
    let rig = Rig::new();
    let built = rig.client(1).executable(Executable::file("/nowhere/voice-runtime")).build();
    let error = built.expect_err("there is no such file");
    assert_eq!(error.code(), "runtime.not_found");
    assert!(error.to_string().contains("/nowhere/voice-runtime"), "{error}");
}

#[tokio::test]
async fn a_file_that_may_not_be_executed_is_named_when_the_client_is_built() {
    let rig = Rig::new();
    let file = script(&rig, "exit 0");
    std::fs::set_permissions(&file.path, Permissions::from_mode(0o644)).expect("it is ours");
    let error = rig.client(1).executable(file).build().expect_err("it may not be executed");
    assert_eq!(error.code(), "runtime.not_found");
    assert!(error.to_string().contains("chmod +x"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_the_kernel_cannot_execute_is_named_and_takes_no_slot() {
    let rig = Rig::new();
    let file = script(&rig, "");
    scripts::write_for("/nowhere/interpreter", &file.path, "");
    let client = rig.client(1).executable(file).build().expect("it looks executable");
    for id in ["ann", "bob"] {
        let error = refused(&client, id).await;
        assert_eq!(error.code(), "runtime.start_failed");
        assert!(error.to_string().contains("cannot be executed: No such file"), "{error}");
        assert_eq!(client.levels(), Levels::default());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runtime_that_exits_at_once_fails_all_its_callers_at_once_with_its_status() {
    let rig = Rig::new();
    let client = rig.client(1).executable(script(&rig, "exit 42")).build().expect("it is executable");
    let began = Instant::now();
    let callers = (0..10).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { refused(&client, "ann").await })
    });
    for caller in callers.collect::<Vec<_>>() {
        let error = caller.await.expect("the task ends");
        assert_eq!(error.code(), "runtime.start_failed");
        assert!(error.to_string().contains("exit status: 42"), "{error}");
        assert_eq!(error.details()["runtimeUrl"], format!("http://127.0.0.1:{}", rig.first_port));
    }
    assert!(began.elapsed() < Duration::from_secs(3), "the boot timeout of 5 s was waited for");
    assert_eq!(client.levels(), Levels::default());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_boot_that_fails_half_way_is_told_at_once() {
    let rig = Rig::new();
    let window = Window { from_ns: 0, until_ns: u64::MAX };
    let failure = BootFailure { window, project: None, share: 1.0, how: FailureMode::Exit };
    let behaviour = Behaviour { boot_cold: lasting(50), boot_failures: vec![failure], ..Behaviour::default() };
    let client = rig.client_with(2, &behaviour).build().expect("the settings are fine");
    let began = Instant::now();
    let error = refused(&client, "ann").await;
    assert_eq!(error.code(), "runtime.start_failed");
    assert!(error.to_string().contains("exit status: 1"), "{error}");
    assert!(began.elapsed() < Duration::from_secs(3), "the boot timeout of 5 s was waited for");
    assert_no_process(&rig);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runtime_that_never_answers_fails_after_the_boot_timeout_and_is_killed() {
    let rig = Rig::new();
    let client = rig
        .client(1)
        .pool(impatient(&rig))
        .executable(peer(&json!({ HEALTH: "hang" })))
        .build()
        .expect("it is executable");
    let began = Instant::now();
    let error = refused(&client, "ann").await;
    assert_eq!(error.code(), "runtime.start_failed");
    assert!(error.to_string().contains("not ready in time"), "{error}");
    assert!((BOOT_TIMEOUT..8 * BOOT_TIMEOUT).contains(&began.elapsed()), "after {:?}", began.elapsed());
    until("slot and port are free", || client.levels() == Levels::default()).await;
    assert_no_process(&rig);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runtime_that_speaks_another_language_is_never_ready() {
    for (said, seen) in [
        (json!([200, "<html><body>It works!</body></html>"]), "<html>"),
        (json!([200, "ok"]), "no JSON object"),
        (json!([200, "[]"]), "no JSON object"),
        (json!([500, r#"{"error": {"code": "x", "message": "not well"}}"#]), "not well"),
        (json!([404, "Not Found"]), "Not Found"),
        (json!("close"), "cannot be reached"),
    ] {
        let rig = Rig::new();
        let peer = peer(&json!({ HEALTH: said }));
        let client = rig.client(1).pool(impatient(&rig)).executable(peer).build().expect("it is executable");
        let error = refused(&client, "ann").await;
        assert_eq!(error.code(), "runtime.start_failed", "{said}");
        assert!(error.to_string().contains(seen), "{said}: {error}");
        until("slot and port are free", || client.levels() == Levels::default()).await;
        assert_no_process(&rig);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runtime_that_serves_somebody_else_is_refused_at_once_and_killed() {
    let rig = Rig::new();
    let eve = r#"{"workspaceId": "proj_x", "userId": "eve"}"#;
    let peer = peer(&json!({ HEALTH: [200, eve] }));
    let client = rig.client(1).executable(peer).build().expect("it is executable");
    let began = Instant::now();
    let error = refused(&client, "ann").await;
    assert_eq!(error.code(), "runtime.identity_mismatch");
    let details = error.details();
    assert_eq!((details["served"].as_str(), details["wanted"].as_str()), (Some("proj_x/eve"), Some("proj_acme/ann")));
    assert!(began.elapsed() < Duration::from_secs(3), "the boot timeout of 5 s was waited for");
    until("slot and port are free", || client.levels() == Levels::default()).await;
    assert_no_process(&rig);
    assert_eq!(refused(&client, "bob").await.code(), "runtime.identity_mismatch", "the one slot can be tried again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runtime_that_dies_at_its_first_session_is_replaced_once_and_then_given_up() {
    let rig = Rig::new();
    let client = rig.client(1).executable(peer(&json!({ SESSION_START: "exit" }))).build().expect("it is executable");
    let error = refused(&client, "ann").await;
    assert_eq!(error.code(), "runtime.unreachable");
    until("slot and port are free", || client.levels() == Levels::default()).await;
    assert_no_process(&rig);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runtime_may_bind_late_or_say_that_it_is_not_ready_yet() {
    for before_ready in [BeforeReady::Refuse, BeforeReady::Unready, BeforeReady::Hold] {
        let rig = Rig::new();
        let behaviour = Behaviour { before_ready, boot_cold: lasting(60), ..Behaviour::default() };
        let client = rig.client_with(1, &behaviour).build().expect("the settings are fine");
        client.search_memory("hello", &user("ann"), &patient()).await.expect("answered in the end");
        client.close().await;
        assert_no_process(&rig);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storage_root_that_cannot_be_written_fails_the_boot_at_once() {
    let rig = Rig::new();
    let file = rig.storage.path().join("file");
    std::fs::write(&file, "in the way").expect("the folder is ours");
    let log = rig.storage.path().join("log");
    let client = rig.client(1).storage_root(file.join("below")).runtime_log(&log).build().expect("fine");
    let error = refused(&client, "ann").await;
    assert_eq!(error.code(), "runtime.start_failed");
    assert!(error.to_string().contains("exit status: 4"), "{error}");
    let complaint = std::fs::read_to_string(log).expect("the runtime complained");
    assert!(complaint.contains("below"), "{complaint}");
    client.close().await;
    assert_no_process(&rig);
}

/// A shell script as a runtime.
fn script(rig: &Rig, body: &str) -> Executable {
    let path = rig.storage.path().join("runtime.sh");
    scripts::write(&path, body);
    Executable::file(path)
}

fn impatient(rig: &Rig) -> Settings {
    Settings {
        max_concurrent_users: 1,
        runtime_port_range: rig.first_port..=rig.first_port,
        boot_timeout: Span::from(BOOT_TIMEOUT),
        ..Settings::default()
    }
}

async fn refused(client: &VoiceClient, id: &str) -> VoiceError {
    client.search_memory("hello", &user(id), &patient()).await.expect_err("there is no proper runtime")
}

/// Room enough for a busy machine to start a process that answers something.
const BOOT_TIMEOUT: Duration = Duration::from_millis(500);
