//! One runtime, one caller, one folder.

use std::path::Path;

use mock_runtime::wire::cloud::{AGENT_HEADER, PROJECT_HEADER, Projection, USER_HEADER, id_from_header};
use mock_runtime::wire::environment;
use mock_runtime::wire::loopback::{SESSION_START, SYNC_FLUSH};
use mock_runtime::witness::Fact;
use serde_json::json;

use crate::world::{Cloud, Harness, Launch, disk};

#[tokio::test]
async fn another_identity_is_refused_and_the_witness_told() {
    let (disk, mut harness) = (disk(), Harness::new());
    let runtime = Launch::on(disk.path()).harness(&harness).start();
    let strangers = [
        json!({"sessionId": "s", "workspaceId": "p", "userId": "bob"}),
        json!({"sessionId": "s", "workspaceId": "q", "userId": "ann"}),
        json!({"sessionId": "s", "workspaceId": "p", "userId": "ann", "metadata": {"user": {"id": "bob"}}}),
    ];
    for stranger in strangers {
        let (status, answer) = runtime.post(SESSION_START, stranger.clone()).await;
        assert_eq!((status, &answer["error"]["code"]), (403, &json!("runtime.identity_mismatch")), "{stranger}");
        assert_eq!(answer["error"]["details"]["runtimeUserId"], "ann");
        harness.until("a refusal", |fact| matches!(fact, Fact::IdentityRefused { .. })).await;
    }
    assert_eq!(runtime.health().await["activeSessions"], 0);
    let stripped =
        json!({"sessionId": "s", "workspaceId": "p", "userId": "ann", "metadata": {"user": {"id": " ann "}}});
    runtime.ok(SESSION_START, stripped).await;
}

#[tokio::test]
async fn no_id_leaves_its_folder_or_meets_another() {
    let root = disk();
    let storage = root.path().join("storage");
    let long = "x".repeat(10_000);
    let longer = format!("{long}y");
    let users =
        ["..", "../ann", "../../../escape", "/etc", "a/b", "a%2Fb", "a\\b", "\u{1f4de} J\u{fc}rgen", &long, &longer];
    for user in users {
        let cloud = Cloud::with(Projection { snapshot: true, ..Projection::default() }).await;
        let runtime = Launch::on(&storage).cloud(&cloud).user(user).start();
        assert_eq!(runtime.health().await["userId"], user);
        let session = "../../../../escape";
        runtime.ok(SESSION_START, json!({"sessionId": session, "workspaceId": "p", "userId": user})).await;
        runtime.save(session, "t1", user).await;
        assert_eq!(
            runtime.search(session, "x").await["sources"].as_array().map_or(0, Vec::len),
            usize::from(user == "x")
        );
        runtime.ok(SYNC_FLUSH, json!({})).await;
        let header = cloud.known().headers[0][USER_HEADER].to_str().expect("ASCII").to_owned();
        assert_eq!(id_from_header(&header).as_deref(), Some(user), "the cloud knows who it is about");
        runtime.terminate().await;
    }
    assert_eq!(entries(root.path()), ["storage"]);
    assert_eq!(entries(&storage), ["p"]);
    assert_eq!(entries(&storage.join("p")).len(), users.len(), "each caller has a folder of its own");
}

#[tokio::test]
async fn two_processes_cannot_own_one_folder() {
    let (disk, mut harness) = (disk(), Harness::new());
    let first = Launch::on(disk.path()).start();
    first.health().await;
    let second = Launch::on(disk.path()).harness(&harness);
    let (code, said) = second.fail().await;
    assert_eq!(code, Some(4), "{said}");
    assert!(said.contains(&format!("process {}", first.child.id().expect("there"))), "{said}");
    harness.until("a failure", |fact| matches!(fact, Fact::BootFailed { .. })).await;
    first.kill().await;
    Launch::on(disk.path()).start().health().await;
}

#[tokio::test]
async fn a_storage_root_that_cannot_be_written_is_named() {
    let disk = disk();
    let file = disk.path().join("file");
    std::fs::write(&file, "in the way").expect("written");
    let (code, said) = Launch::on(&file).fail().await;
    assert_eq!(code, Some(4), "{said}");
    assert!(said.contains(&file.display().to_string()), "{said}");
}

#[tokio::test]
async fn every_call_to_the_cloud_carries_the_identity() {
    let (disk, cloud) = (disk(), Cloud::with(Projection { snapshot: true, ..Projection::default() }).await);
    // A proxy in the environment must not come between loopback addresses.
    let launch = Launch::on(disk.path()).cloud(&cloud).with("http_proxy", "http://127.0.0.1:1");
    let runtime = launch.with("HTTP_PROXY", "http://127.0.0.1:1").start();
    runtime.start_session("s1").await;
    runtime.ok(SYNC_FLUSH, json!({})).await;
    let known = cloud.known();
    assert!(known.headers.len() >= 2);
    for headers in &known.headers {
        let header = |name: &str| headers[name].to_str().expect("ASCII").to_owned();
        assert_eq!((header(PROJECT_HEADER), header(AGENT_HEADER)), ("p".into(), "agent_test".into()));
        assert_eq!((header(USER_HEADER), header("authorization")), ("ann".into(), "Bearer memoair_pk_test".into()));
    }
}

#[tokio::test]
async fn an_environment_that_does_not_say_who_to_be_is_refused_by_name() {
    let disk = disk();
    let complete = Launch::on(disk.path());
    let wrong = [
        (environment::USER_ID, complete.clone().without(environment::USER_ID)),
        (environment::PROJECT_ID, complete.clone().without(environment::PROJECT_ID)),
        (environment::BIND_ADDR, complete.clone().with(environment::BIND_ADDR, "0.0.0.0:7878")),
        (environment::BEHAVIOUR, complete.clone().with(environment::BEHAVIOUR, "{\"serch\": 1}")),
        (
            environment::CLOUD_BASE_URL,
            complete.clone().with(environment::CLOUD_BASE_URL, "https://backend.memoair.space"),
        ),
        (environment::WITNESS, complete.clone().with(environment::WITNESS, "/nowhere/witness")),
        (environment::LIFELINE, complete.clone().with(environment::LIFELINE, "stdin")),
    ];
    for (name, launch) in wrong {
        let (code, said) = launch.fail().await;
        assert_eq!(code, Some(2), "{name}: {said}");
        assert!(said.contains(name), "{said}");
    }
}

fn entries(folder: &Path) -> Vec<String> {
    let name =
        |entry: std::io::Result<std::fs::DirEntry>| entry.expect("read").file_name().into_string().expect("text");
    std::fs::read_dir(folder).expect("a folder").map(name).collect()
}
