//! Down and slow.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use mock_runtime::wire::cloud::{BOOTSTRAP, EVENTS};
use serde_json::json;

use super::peer::{ACME, Peer, turn};
use crate::base::{Distribution, Span};
use crate::cloud::CloudSettings;

#[tokio::test]
async fn a_cloud_that_is_down_refuses_everything_and_takes_nothing() {
    let peer = Peer::new();
    let conditions = peer.cloud.conditions();
    conditions.set_down(true);
    let events = json!({"userId": ACME.user, "events": [turn("e1", "s1", "t1", "Hello.")]});
    for (path, body) in [(BOOTSTRAP, json!({"userId": ACME.user})), (EVENTS, events), ("/nowhere", json!({}))] {
        let answer = peer.voice_post(ACME, path, body).await;
        answer.refused(StatusCode::SERVICE_UNAVAILABLE, "cloud.unavailable");
    }
    assert_eq!(peer.cloud.ledger().turn(ACME.project, "t1"), None);
    conditions.set_down(false);
    assert_eq!(peer.deliver(ACME, json!([turn("e1", "s1", "t1", "Hello.")])).await, (1, 0));
}

#[tokio::test]
async fn every_answer_takes_its_latency_and_what_a_slow_cloud_adds() {
    let latency = Distribution::constant(Span::from_ms(30).ns()).unwrap();
    let peer = Peer::with(CloudSettings { latency, ..CloudSettings::default() });
    let took = async || {
        let began = Instant::now();
        peer.boot(ACME, None).await;
        began.elapsed()
    };
    assert!(took().await >= Duration::from_millis(30));
    peer.cloud.conditions().set_extra_latency(Span::from_ms(50));
    assert!(took().await >= Duration::from_millis(80));
}

#[tokio::test]
async fn a_caller_that_gives_up_waiting_has_been_served() {
    let peer = Peer::new();
    peer.cloud.conditions().set_extra_latency(Span::from_secs(3600));
    let events = json!({"userId": ACME.user, "events": [turn("e1", "s1", "t1", "Hello.")]});
    let call = tokio::spawn(peer.voice(ACME, reqwest::Method::POST, EVENTS).json(&events).send());
    let ledger = peer.cloud.ledger();
    while ledger.turn(ACME.project, "t1").is_none() {
        tokio::task::yield_now().await;
    }
    call.abort();
    peer.cloud.conditions().set_extra_latency(Span::ZERO);
    assert_eq!(peer.deliver(ACME, json!([turn("e1", "s1", "t1", "Hello.")])).await, (0, 1));
}
