//! What runtimes deliver, and what the ledger says of it.

use axum::http::StatusCode;
use mock_runtime::wire::cloud::EVENTS;
use serde_json::{Value, json};

use super::peer::{ACME, BOLT, Caller, Peer, session_end, session_start, turn};
use crate::cloud::Totals;

#[tokio::test]
async fn an_event_is_accepted_once_however_often_it_comes() {
    let peer = Peer::new();
    let event = turn("e1", "s1", "t1", "Hello.");
    assert_eq!(peer.deliver(ACME, json!([event, event])).await, (1, 1));
    assert_eq!(peer.deliver(ACME, json!([event])).await, (0, 1));
    let delivery = peer.cloud.ledger().turn(ACME.project, "t1").unwrap();
    assert_eq!((delivery.user.as_ref(), delivery.accepted, delivery.redelivered), (ACME.user, 1, 2));
}

#[tokio::test]
async fn a_turn_saved_under_two_events_is_seen_to_be_doubled() {
    let peer = Peer::new();
    let events = json!([turn("e1", "s1", "t1", "Hello."), turn("e2", "s1", "t1", "Hello.")]);
    assert_eq!(peer.deliver(ACME, events).await, (2, 0));
    let ledger = peer.cloud.ledger();
    assert_eq!(ledger.turn(ACME.project, "t1").unwrap().accepted, 2);
    assert_eq!(ledger.totals(ACME.project).unwrap().turns_doubled, 1);
}

#[tokio::test]
async fn the_same_ids_in_another_project_are_other_events() {
    let peer = Peer::new();
    let events = json!([turn("e1", "s1", "t1", "Hello.")]);
    assert_eq!(peer.deliver(ACME, events.clone()).await, (1, 0));
    assert_eq!(peer.deliver(BOLT, events).await, (1, 0));
    assert_eq!(peer.cloud.ledger().turn("proj_nobody", "t1"), None);
}

#[tokio::test]
async fn a_turn_that_never_arrived_is_not_in_the_ledger() {
    let peer = Peer::new();
    peer.deliver(ACME, json!([turn("e1", "s1", "t1", "Hello.")])).await;
    assert_eq!(peer.cloud.ledger().turn(ACME.project, "t2"), None);
    assert_eq!(peer.cloud.ledger().turn(BOLT.project, "t1"), None);
}

#[tokio::test]
async fn a_session_is_kept_with_its_callers_name_metadata_and_reason() {
    let peer = Peer::new();
    let user = json!({"id": ACME.user, "name": "Ada", "metadata": {"tier": "gold"}});
    let events = json!([
        session_start("e1", "s1", &user),
        turn("e2", "s1", "t1", "Hello."),
        session_end("e3", "s1", "evicted_by_pool")
    ]);
    peer.deliver(ACME, events).await;
    let session = peer.cloud.ledger().session(ACME.project, "s1").unwrap();
    assert_eq!(session.user.as_ref(), ACME.user);
    assert_eq!((session.starts, session.turns, session.ends), (1, 1, 1));
    assert_eq!(session.name.as_deref(), Some("Ada"));
    assert_eq!(Value::from(session.metadata.unwrap()), json!({"tier": "gold"}));
    assert_eq!(session.end_reason.as_deref(), Some("evicted_by_pool"));
    assert_eq!(peer.cloud.ledger().session(BOLT.project, "s1"), None);
}

#[tokio::test]
async fn a_start_may_name_its_caller_directly_or_not_at_all() {
    let peer = Peer::new();
    let direct =
        json!({"eventId": "e1", "kind": "session_start", "sessionId": "s1", "body": {"user": {"name": "Ada"}}});
    let unnamed = json!({"eventId": "e2", "kind": "session_start", "sessionId": "s2", "body": {}});
    assert_eq!(peer.deliver(ACME, json!([direct, unnamed])).await, (2, 0));
    let ledger = peer.cloud.ledger();
    assert_eq!(ledger.session(ACME.project, "s1").unwrap().name.as_deref(), Some("Ada"));
    assert_eq!(ledger.session(ACME.project, "s2").unwrap().name, None);
}

#[tokio::test]
async fn turns_of_a_session_that_never_started_are_recognisable() {
    let peer = Peer::new();
    peer.deliver(ACME, json!([turn("e1", "s9", "t1", "Hello.")])).await;
    assert_eq!(peer.cloud.ledger().session(ACME.project, "s9").unwrap().starts, 0);
}

#[tokio::test]
async fn a_redelivered_session_teaches_nothing_twice() {
    let peer = Peer::new();
    let events = json!([turn("e1", "s1", "t1", "Hello."), session_end("e2", "s1", "completed")]);
    peer.deliver(ACME, events.clone()).await;
    let held = peer.boot(ACME, None).await;
    peer.deliver(ACME, events).await;
    assert_eq!(peer.boot(ACME, None).await, held);
}

#[tokio::test]
async fn a_bad_event_is_named_and_takes_its_batch_with_it() {
    let peer = Peer::new();
    let good = turn("e1", "s1", "t1", "Hello.");
    for (field, bad) in [
        ("events[1].eventId", turn("", "s1", "t2", "")),
        ("events[1].sessionId", turn("e2", "", "t2", "")),
        ("events[1].kind", json!({"eventId": "e2", "kind": "gossip", "sessionId": "s1"})),
        ("events[1].body.turnId", turn("e2", "s1", "", "")),
        ("events[1].body ", json!({"eventId": "e2", "kind": "turn", "sessionId": "s1", "body": {"userText": 3}})),
        ("events[1].eventId", json!({"eventId": 3})),
    ] {
        let body = json!({"userId": ACME.user, "events": [good, bad]});
        let said = peer.voice_post(ACME, EVENTS, body).await.refused(StatusCode::BAD_REQUEST, "cloud.bad_request");
        assert!(said.contains(field), "{said}");
    }
    assert_eq!(peer.cloud.ledger().totals(ACME.project), Some(Totals::default()));
}

#[tokio::test]
async fn a_batch_beyond_all_use_is_refused() {
    let peer = Peer::new();
    let events = json!([turn("e1", "s1", "t1", &"x".repeat(16 << 20))]);
    let answer = peer.voice_post(ACME, EVENTS, json!({"userId": ACME.user, "events": events})).await;
    answer.refused(StatusCode::PAYLOAD_TOO_LARGE, "cloud.body_too_large");
}

#[tokio::test]
async fn totals_add_up_over_a_projects_callers() {
    let peer = Peer::new();
    let user = json!({"id": ACME.user});
    peer.deliver(ACME, json!([session_start("e1", "s1", &user), turn("e2", "s1", "t1", "Hello.")])).await;
    let other = Caller { user: "user_2", ..ACME };
    let events = json!([turn("e3", "s2", "t2", "Hello."), session_end("e4", "s2", "completed")]);
    peer.deliver(other, events.clone()).await;
    peer.deliver(other, events).await;
    let expected =
        Totals { accepted: 4, redelivered: 2, turns: 2, turns_doubled: 0, session_starts: 1, session_ends: 1 };
    assert_eq!(peer.cloud.ledger().totals(ACME.project), Some(expected));
    assert_eq!(peer.cloud.ledger().totals("proj_nobody"), None);
}

#[tokio::test]
async fn calls_and_refusals_are_counted() {
    let peer = Peer::new();
    peer.boot(ACME, None).await;
    peer.deliver(ACME, json!([])).await;
    peer.voice_post(ACME, EVENTS, json!({"userId": "user_2"})).await.expect(StatusCode::FORBIDDEN);
    peer.post("/nowhere", json!({})).await.expect(StatusCode::NOT_FOUND);
    let ledger = peer.cloud.ledger();
    assert_eq!(ledger.calls().into_iter().collect::<Vec<_>>(), [("bootstrap", 1), ("events", 2), ("other", 1)]);
    let refusals: Vec<_> = ledger.refusals().into_iter().collect();
    assert_eq!(refusals, [("cloud.forbidden", 1), ("not_found", 1)]);
}
