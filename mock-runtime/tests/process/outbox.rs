//! What was saved reaches the cloud, once, whatever happens.

use std::io::Write;
use std::time::{Duration, Instant};

use mock_runtime::wire::cloud::Projection;
use mock_runtime::wire::loopback::{SESSION_END, SESSION_START, SYNC_FLUSH};
use mock_runtime::witness::Fact;
use serde_json::json;

use crate::world::{Cloud, Harness, Launch, Mood, disk};

async fn cloud() -> Cloud {
    Cloud::with(Projection { snapshot: true, ..Projection::default() }).await
}

fn turns(cloud: &Cloud) -> Vec<String> {
    let known = cloud.known();
    let turns = known.events.iter().filter(|event| event.kind == "turn");
    turns.map(|turn| turn.body["turnId"].as_str().expect("an id").to_owned()).collect()
}

#[tokio::test]
async fn acknowledged_saves_survive_a_kill_and_are_delivered_once_by_the_next_life() {
    let (disk, cloud, mut harness) = (disk(), cloud().await, Harness::new());
    let launch = Launch::on(disk.path()).cloud(&cloud);
    let first = launch.start();
    first.start_session("s1").await;
    first.ok(SYNC_FLUSH, json!({})).await;
    cloud.set(Mood::Down);
    for turn in ["t1", "t2", "t3"] {
        first.save("s1", turn, "boots").await;
    }
    first.kill().await;

    cloud.set(Mood::Well);
    let second = launch.harness(&harness).start();
    let ready = harness.ready().await;
    assert!(matches!(ready.fact, Fact::Ready { redelivering: 3, .. }), "{ready:?}");
    cloud.until("the three turns", |known| known.events.len() == 4).await;
    second.ok(SYNC_FLUSH, json!({})).await;
    assert_eq!(turns(&cloud), ["t1", "t2", "t3"]);
    second.kill().await;
    let left = std::fs::read(disk.path().join("p/ann/outbox.jsonl")).expect("read");
    assert!(left.is_empty(), "delivered events leave the disk");
}

#[tokio::test]
async fn what_the_cloud_took_without_saying_so_is_delivered_again_and_counted_once() {
    let (disk, cloud) = (disk(), cloud().await);
    let runtime = Launch::on(disk.path()).cloud(&cloud).start();
    runtime.start_session("s1").await;
    runtime.ok(SYNC_FLUSH, json!({})).await;
    cloud.set(Mood::Forgetful);
    runtime.save("s1", "t1", "boots").await;
    cloud.until("an event that was not acknowledged", |known| known.events.len() == 2).await;
    cloud.set(Mood::Well);
    cloud.until("the same again", |known| known.duplicates > 0).await;
    assert_eq!(turns(&cloud), ["t1"]);
}

#[tokio::test]
async fn saves_reach_the_cloud_in_the_background_several_at_a_time() {
    let (disk, cloud) = (disk(), cloud().await);
    let runtime = Launch::on(disk.path()).cloud(&cloud).start();
    runtime.start_session("s1").await;
    for turn in 0..5 {
        runtime.save("s1", &format!("t{turn}"), "boots").await;
    }
    cloud.until("all events", |known| known.events.len() == 6).await;
    assert!(cloud.calls() < 1 + 6, "{} calls for six events and a bootstrap", cloud.calls());
}

#[tokio::test]
async fn a_flush_delivers_what_it_can_and_keeps_to_its_deadline() {
    let (disk, cloud) = (disk(), cloud().await);
    let runtime = Launch::on(disk.path()).cloud(&cloud).start();
    runtime.start_session("s1").await;
    cloud.set(Mood::Down);
    runtime.save("s1", "t1", "boots").await;
    let began = Instant::now();
    let flushed = runtime.ok(SYNC_FLUSH, json!({"deadlineMs": 200})).await;
    assert_eq!(flushed, json!({"flushed": 0, "remaining": 2}));
    assert!((200..2_000).contains(&began.elapsed().as_millis()), "{:?}", began.elapsed());
    cloud.set(Mood::Well);
    let flushed = runtime.ok(SYNC_FLUSH, json!({"deadlineMs": 5000})).await;
    assert_eq!(flushed["remaining"], 0);
    assert_eq!(turns(&cloud), ["t1"]);
}

#[tokio::test]
async fn the_end_of_a_session_brings_everything_to_the_cloud() {
    let (disk, cloud) = (disk(), cloud().await);
    let runtime = Launch::on(disk.path()).cloud(&cloud).start();
    runtime.start_session("s1").await;
    runtime.ok(SYNC_FLUSH, json!({})).await;
    runtime.save("s1", "t1", "boots").await;
    let ended = runtime.ok(SESSION_END, json!({"sessionId": "s1", "reason": "completed"})).await;
    assert_eq!(ended, json!({"status": "ok", "pendingOutbox": 0, "syncPushed": 2}));
    assert_eq!(cloud.known().events[2].body["reason"], "completed");
}

#[tokio::test]
async fn a_disk_that_fails_is_said_and_nothing_is_acknowledged() {
    let disk = disk();
    let runtime = Launch::on(disk.path()).start();
    runtime.health().await;
    let in_the_way = disk.path().join("p/ann/outbox.jsonl");
    std::fs::create_dir(&in_the_way).expect("made");
    let start = json!({"sessionId": "s1", "workspaceId": "p", "userId": "ann"});
    let (status, answer) = runtime.post(SESSION_START, start).await;
    assert_eq!((status, &answer["error"]["code"]), (500, &json!("runtime.internal")), "{answer}");
    assert_eq!(runtime.health().await["activeSessions"], 0);
    std::fs::remove_dir(&in_the_way).expect("removed");
    runtime.start_session("s1").await;
}

#[tokio::test]
async fn a_torn_last_line_costs_only_itself() {
    let (disk, cloud) = (disk(), cloud().await);
    let launch = Launch::on(disk.path()).cloud(&cloud);
    let first = launch.start();
    first.start_session("s1").await;
    first.ok(SYNC_FLUSH, json!({})).await;
    cloud.set(Mood::Down);
    first.save("s1", "t1", "boots").await;
    first.kill().await;
    let mut outbox = std::fs::File::options().append(true).open(disk.path().join("p/ann/outbox.jsonl")).expect("there");
    outbox.write_all(b"{\"eventId\":\"torn").expect("written");

    cloud.set(Mood::Well);
    let second = launch.start();
    second.start_session("s2").await;
    second.save("s2", "t2", "boots").await;
    second.ok(SYNC_FLUSH, json!({})).await;
    assert_eq!(turns(&cloud), ["t1", "t2"]);
}

#[tokio::test]
async fn saved_turns_are_remembered_by_the_next_life() {
    let (disk, cloud) = (disk(), cloud().await);
    let launch = Launch::on(disk.path()).cloud(&cloud);
    let first = launch.start();
    first.start_session("s1").await;
    first.save("s1", "t1", "Where are my boots?").await;
    first.kill().await;
    let second = launch.start();
    second.start_session("s2").await;
    assert_eq!(second.search("s2", "boots").await["working"][0]["turnId"], "t1");
}

#[tokio::test]
async fn without_a_cloud_saves_wait_on_disk_and_a_flush_does_not_wait() {
    let disk = disk();
    let runtime = Launch::on(disk.path()).start();
    runtime.start_session("s1").await;
    runtime.save("s1", "t1", "boots").await;
    let began = Instant::now();
    assert_eq!(runtime.ok(SYNC_FLUSH, json!({"deadlineMs": 5000})).await, json!({"flushed": 0, "remaining": 2}));
    assert!(began.elapsed() < Duration::from_secs(4));
}
