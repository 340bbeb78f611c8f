//! What the witness is told of requests, where it wants to hear of all of them.

use mock_runtime::behaviour::Behaviour;
use mock_runtime::distribution::Distribution;
use mock_runtime::wire::environment::{TESTIMONY, TOKEN};
use mock_runtime::wire::loopback::{HEALTH, SEARCH_MEMORY, SESSION_START, TURN_AFTER};
use mock_runtime::witness::Fact;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::world::{Harness, Launch, disk};

/// The next request that is told: method, path, body and status.
async fn told(harness: &mut Harness) -> (String, String, Value, Option<u16>) {
    let record = harness.until("a request", |fact| matches!(fact, Fact::Answered { .. })).await;
    let Fact::Answered { method, path, body, status, .. } = record.fact else { unreachable!("it was asked for") };
    (method, path, body, status)
}

#[tokio::test]
async fn every_request_is_told_with_what_became_of_it() {
    let (disk, mut harness) = (disk(), Harness::new());
    let runtime = Launch::on(disk.path()).harness(&harness).with(TESTIMONY, "requests").start();
    runtime.start_session("s1").await;
    assert_eq!(told(&mut harness).await.1, SESSION_START);
    for (method, path, body, heard, status) in [
        ("GET", HEALTH, "", Value::Null, 200),
        (
            "POST",
            SEARCH_MEMORY,
            "{\"sessionId\":\"s1\",\"query\":\"q\"}",
            json!({ "sessionId": "s1", "query": "q" }),
            200,
        ),
        ("POST", TURN_AFTER, "nonsense", json!("nonsense"), 400),
        ("GET", "/v1/runtime/nothing?at=all", "", Value::Null, 404),
    ] {
        runtime.call(method, path, None, Some(body)).await;
        assert_eq!(told(&mut harness).await, (method.to_owned(), path.to_owned(), heard, Some(status)));
    }
}

#[tokio::test]
async fn who_is_turned_away_at_the_door_is_told_of_too() {
    let (disk, mut harness) = (disk(), Harness::new());
    let launch = Launch::on(disk.path()).harness(&harness).with(TESTIMONY, "requests").with(TOKEN, "secret");
    let runtime = launch.start();
    runtime.call("GET", HEALTH, Some("guess"), None).await;
    let record = harness.until("a request", |fact| matches!(fact, Fact::Answered { .. })).await;
    let Fact::Answered { headers, status, .. } = record.fact else { unreachable!("it was asked for") };
    assert_eq!((headers["authorization"].as_str(), status), ("Bearer guess", Some(401)));
}

#[tokio::test]
async fn a_client_that_does_not_wait_is_told_of_without_a_status() {
    let (disk, mut harness) = (disk(), Harness::new());
    let search = Distribution::constant(3_600_000_000_000).expect("an hour makes a law");
    let slow = Behaviour { search, ..Behaviour::default() };
    let launch = Launch::on(disk.path()).harness(&harness).behaviour(&slow).with(TESTIMONY, "requests");
    let runtime = launch.start();
    runtime.start_session("s1").await;
    let mut line = TcpStream::connect(("127.0.0.1", runtime.port)).await.expect("it listens");
    let body = "{\"sessionId\":\"s1\",\"query\":\"q\"}";
    let request = format!("POST {SEARCH_MEMORY} HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    line.write_all(request.as_bytes()).await.expect("it reads");
    harness.until("the search", |fact| matches!(fact, Fact::Requested { .. })).await;
    drop(line);
    assert_eq!(told(&mut harness).await.3, None);
}

#[tokio::test]
async fn a_harness_that_does_not_ask_hears_of_no_request() {
    let (disk, mut harness) = (disk(), Harness::new());
    let runtime = Launch::on(disk.path()).harness(&harness).start();
    runtime.start_session("s1").await;
    runtime.search("s1", "q").await;
    harness.until("the search", |fact| matches!(fact, Fact::Requested { .. })).await;
    assert!(!harness.names().contains(&"answered".to_owned()), "{:?}", harness.names());
}

#[tokio::test]
async fn a_testimony_of_another_kind_is_refused() {
    let (code, said) = Launch::on(disk().path()).with(TESTIMONY, "everything").fail().await;
    assert_eq!(code, Some(2));
    assert!(said.contains("BUSYHOUR_TESTIMONY: `everything` is unknown: set it to `requests`"), "{said}");
}
