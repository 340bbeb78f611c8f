//! Turns: what a search or a save makes of a runtime that is slow, broken or says no, and whose turn it is.

use std::time::{Duration, Instant};

use busyhour::base::Canary;
use busyhour::client::{Intent, Lane, SaveOptions, SearchOptions, User, VoiceError};
use busyhour::pool::Levels;
use mock_runtime::behaviour::Behaviour;
use mock_runtime::wire::loopback::{SEARCH_MEMORY, SESSION_START, TURN_AFTER};
use serde_json::{Map, Value, json};

use crate::rig::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_save_forgives_a_broken_runtime_and_no_bad_request() {
    let refusal = r#"{"error": {"code": "runtime.internal", "message": "disk full"}}"#;
    for (manner, forgiven) in [
        (json!([500, refusal]), true),
        (json!([503, "<html>"]), true),
        (json!("close"), true),
        (json!([200, "garbage"]), true),
        (json!([400, refusal]), false),
        (json!([404, "no such session"]), false),
    ] {
        let rig = Rig::new();
        let client = rig.client(1).executable(peer(&json!({ TURN_AFTER: manner }))).build().expect("fine");
        let saved = client.save_response("hello", "hi", &user("ann"), &SaveOptions::default()).await;
        assert_eq!(saved.as_ref().ok(), forgiven.then_some(&None), "{manner}: {saved:?}");
        let receipt = client.save("hello", "hi", &user("ann"), &SaveOptions::default()).await;
        assert!(receipt.outcome.is_err(), "{manner}: the receipt hides nothing");
        client.close().await;
        assert_no_process(&rig);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_save_that_takes_longer_than_a_second_is_forgiven() {
    let rig = Rig::new();
    let behaviour = Behaviour { save: lasting(60_000), ..Behaviour::default() };
    let client = rig.client_with(1, &behaviour).build().expect("fine");
    let began = Instant::now();
    assert_eq!(client.save_response("hello", "hi", &user("ann"), &SaveOptions::default()).await, Ok(None));
    assert!((Duration::from_secs(1)..Duration::from_secs(5)).contains(&began.elapsed()), "{:?}", began.elapsed());
    client.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_save_is_not_forgiven_a_full_or_closed_pool() {
    let rig = Rig::new();
    let client = rig.client(1).build().expect("fine");
    let session = client.session(&user("ann")).await.expect("there is a slot");
    let (bob, options) = (user("bob"), SaveOptions::default());
    let code = |saved: Result<_, VoiceError>| saved.expect_err("refused").code().into_owned();
    assert_eq!(code(client.save_response("hello", "hi", &bob, &options).await), "pool.exhausted");
    drop(session);
    client.close().await;
    assert_eq!(code(client.save_response("hello", "hi", &bob, &options).await), "pool.closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_is_cut_off_after_250_ms_and_says_so() {
    let rig = Rig::new();
    let behaviour = Behaviour { search: lasting(60_000), ..Behaviour::default() };
    let client = rig.client_with(1, &behaviour).build().expect("fine");
    let recalled = client.recall("hello", &user("ann"), &SearchOptions::default()).await;
    let error = recalled.outcome.expect_err("too slow");
    assert_eq!((error.code().as_ref(), error.details()), ("runtime.timeout", json!({ "timeoutMs": 250 })));
    let took = recalled.timing.search.expect("it was sent");
    assert!((Duration::from_millis(250)..Duration::from_secs(1)).contains(&took), "{took:?}");
    assert_eq!(client.levels(), Levels { idle: 1, ..Levels::default() }, "slow is not broken");
    client.close().await;
    assert_no_process(&rig);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_passes_on_what_a_runtime_says_and_survives_wrong_types() {
    let refusal = r#"{"error": {"code": "runtime.bad_request", "message": "query", "details": {"field": "query"}}}"#;
    let odd = r#"{"contextText": "hello", "profile": 7, "permanent": "none", "trace": []}"#;
    for (manner, expected) in [
        (json!([200, odd]), Ok("hello")),
        (json!([200, "{}"]), Ok("")),
        (json!([400, refusal]), Err("runtime.bad_request")),
        (json!([500, "oops"]), Err("runtime.internal")),
        (json!([200, "<html>"]), Err("runtime.internal")),
        (json!([200, "[]"]), Err("runtime.internal")),
        (json!("close"), Err("runtime.unreachable")),
    ] {
        let rig = Rig::new();
        let client = rig.client(1).executable(peer(&json!({ SEARCH_MEMORY: manner }))).build().expect("fine");
        let found = client.search_memory("hello", &user("ann"), &patient()).await;
        let outcome = found.as_ref().map(|memory| memory.context_text.as_str()).map_err(VoiceError::code);
        assert_eq!(outcome, expected.map_err(Into::into), "{manner}");
        client.close().await;
        assert_no_process(&rig);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_cannot_be_started_fails_the_call_and_is_tried_again_by_the_next() {
    let rig = Rig::new();
    let refusal = r#"{"error": {"code": "runtime.identity_mismatch", "message": "not you"}}"#;
    let client = rig.client(1).executable(peer(&json!({ SESSION_START: [409, refusal] }))).build().expect("fine");
    for _ in 0..2 {
        let recalled = client.recall("hello", &user("ann"), &patient()).await;
        assert_eq!(recalled.outcome.expect_err("refused").code(), "runtime.identity_mismatch");
        assert_eq!(recalled.timing.search, None, "nothing is asked without a session");
    }
    client.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn options_reach_the_runtime() {
    let rig = Rig::new();
    let client = rig.client(1).build().expect("fine");
    let ann = user("ann");
    let only = |lane| SearchOptions { lanes: Some(vec![lane]), intent: Intent::EarlierInCall, ..patient() };
    let org = client.search_memory(QUESTION, &ann, &only(Lane::Org)).await.expect("answered");
    assert_eq!(org.trace.lanes_used, ["org"]);
    assert!(org.permanent.is_empty() && org.profile.is_none());
    for (top_k, facts) in [(1, 1), (2, 2)] {
        let few = SearchOptions { top_k: [(Lane::Permanent, top_k)].into(), ..only(Lane::Permanent) };
        let found = client.search_memory("what is filed under entry", &ann, &few).await.expect("answered");
        assert_eq!(found.permanent.len(), facts, "{:?}", found.permanent);
    }
    client.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn org_only_mode_shares_one_runtime_knows_no_caller_and_saves_nothing() {
    let rig = Rig::new();
    let client = rig.client(2).org_only(true).build().expect("fine");
    let saved = client.save_response("hello", "hi", None, &SaveOptions::default()).await;
    assert_eq!((saved, client.levels()), (Ok(None), Levels::default()), "no runtime was started to save nothing");
    for caller in [None, Some(user("ann")), Some(user("bob"))] {
        let memory = client.search_memory(QUESTION, caller.as_ref(), &patient()).await.expect("answered");
        assert_eq!(memory.trace.lanes_used, ["org"]);
        assert!(memory.context_text.contains(Canary::of_project(PROJECT).as_str()), "{}", memory.context_text);
    }
    assert_eq!(client.levels(), Levels { idle: 1, ..Levels::default() });
    client.close().await;
    assert_no_process(&rig);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pinned_client_needs_no_user_and_another_does() {
    let rig = Rig::new();
    let pinned = rig.client(1).user_id(" ann ").build().expect("fine");
    let memory = pinned.search_memory("hello", None, &patient()).await.expect("answered");
    assert!(memory.context_text.contains(Canary::of_caller(PROJECT, "ann").as_str()), "{}", memory.context_text);
    pinned.close().await;
    let unpinned = rig.client(1).build().expect("fine");
    let error = unpinned.search_memory("hello", None, &patient()).await.expect_err("whose memory?");
    assert_eq!(error.code(), "runtime.bad_request");
    let error = unpinned.session(None).await.expect_err("whose runtime?");
    assert_eq!((error.code().as_ref(), unpinned.levels()), ("runtime.bad_request", Levels::default()));
    unpinned.close().await;
    assert_no_process(&rig);
}

#[tokio::test(flavor = "multi_thread")]
async fn name_and_metadata_are_told_once_for_each_process() {
    let rig = Rig::new();
    let client = rig.client(1).build().expect("fine");
    let metadata = Map::from_iter([("plan".to_owned(), json!({ "name": "gold", "since": 2019 }))]);
    let ann = user("ann").named("Ann\n\u{7}\u{1f642}").with_metadata(metadata.clone());
    for _ in 0..3 {
        client.search_memory("hello", &ann, &patient()).await.expect("answered");
    }
    let other = user("ann").named("Somebody else");
    client.save_response("hello", "hi", &other, &SaveOptions::default()).await.expect("accepted");
    client.close().await;
    let totals = rig.cloud.ledger().totals(PROJECT).expect("the project is known");
    assert_eq!((totals.session_starts, totals.session_ends, totals.turns), (1, 1, 1));
    let session = session_on_disk(&rig);
    let record = rig.cloud.ledger().session(PROJECT, &session).expect("it arrived");
    assert_eq!((record.name.as_deref(), record.metadata), (Some("Ann\n\u{7}\u{1f642}"), Some(metadata)));
    assert_eq!((record.starts, record.turns, record.ends), (1, 1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn any_user_id_works_from_recall_to_cloud() {
    let rig = Rig::new();
    let long = "x\u{1f4de}".repeat(2_000);
    let ids = [
        "a/b",
        "../../etc",
        "..",
        ".",
        "\u{1f642}",
        "it's \"quoted\"",
        "two\nlines",
        "tab\there",
        "a%2Fb",
        "$(id)",
        "-rf",
        "\\",
        "__org__x",
        &long,
    ];
    let client = rig.client(2).build().expect("fine");
    for (number, id) in ids.into_iter().enumerate() {
        let memory = client.search_memory("hello", &user(id), &patient()).await.expect("answered");
        assert!(memory.context_text.contains(Canary::of_caller(PROJECT, id).as_str()), "{id:?}: another's memory");
        let options = SaveOptions { turn_id: Some(format!("turn {number}")), ..SaveOptions::default() };
        let saved = client.save_response("I said \"x\"", "\u{1f642}\n", &user(id), &options).await;
        assert!(saved.expect("accepted").is_some(), "{id:?}");
    }
    client.close().await;
    assert_no_process(&rig);
    for (number, id) in ids.into_iter().enumerate() {
        let turn = rig.cloud.ledger().turn(PROJECT, &format!("turn {number}")).expect("it arrived");
        assert_eq!((&*turn.user, turn.accepted), (id, 1));
    }
}

#[test]
fn ids_no_process_can_be_told_are_refused_before_anything_starts() {
    for id in ["a\0b", "", " \t\n", &"x".repeat(65_537)] {
        let error = User::new(id).expect_err("it cannot be told");
        assert_eq!(error.code(), "runtime.bad_request");
    }
    assert!(User::resolve(Some(&json!({ "id": "a\0b" })), None, None).is_err());
    assert_eq!(User::resolve(None, Some(&Value::from(7)), None).map(|user| user.id().to_owned()), Ok("7".to_owned()));
}

/// The one session folder under the one caller's folder.
fn session_on_disk(rig: &Rig) -> String {
    let mut folder = rig.storage.path().to_owned();
    for _ in 0..2 {
        let entry = std::fs::read_dir(&folder).expect("it is there").next().expect("it is not empty");
        folder = entry.expect("it can be read").path();
    }
    let entries = std::fs::read_dir(&folder).expect("it is there").flatten();
    let mut sessions = entries.filter(|entry| entry.path().join("session.jsonl").exists());
    let session = sessions.next().expect("there was one session").file_name().into_string();
    session.expect("a session's id is a UUID")
}

/// Something every lane knows about.
const QUESTION: &str = "where do my parcels go";
