//! Indexes and their limits.

use axum::http::StatusCode;
use mock_runtime::wire::cloud::{INDEX_CREATE, INDEX_LIST};
use reqwest::Method;
use serde_json::{Value, json};

use super::peer::{ACME, Answer, BOLT, Caller, Peer};

async fn create(peer: &Peer, caller: Caller, documents: Vec<Value>) -> Answer {
    peer.voice_post(caller, INDEX_CREATE, json!({"name": "faq", "documents": documents})).await
}

#[track_caller]
fn expect_batch_too_large(answer: Answer) {
    let answer = answer.expect(StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer.body["error"], "batch_too_large", "{}", answer.body);
    assert!(answer.body["message"].is_string(), "{}", answer.body);
}

/// One document that is `bytes` long as compact JSON.
fn document_of(bytes: usize) -> Value {
    let frame = r#"{"text":""}"#.len();
    json!({"text": "word ".repeat(bytes / 5 + 1)[..bytes - frame]})
}

#[tokio::test]
async fn an_index_is_cut_counted_and_versioned() {
    let peer = Peer::new();
    let long = json!({"id": 7, "text": "A sentence of some length. ".repeat(60)});
    let first = create(&peer, ACME, vec![long.clone(), json!({"text": "Short."})]).await.expect(StatusCode::OK).body;
    assert_eq!((&first["indexName"], &first["version"]), (&json!("faq"), &json!(1)));
    assert_eq!(first["chunkCount"], 4, "three chunks of at most 600 characters, and the short one");
    let second = create(&peer, ACME, vec![long]).await.expect(StatusCode::OK).body;
    assert_eq!((&second["chunkCount"], &second["version"]), (&json!(3), &json!(2)));
}

#[tokio::test]
async fn a_project_lists_its_own_indexes() {
    let peer = Peer::new();
    create(&peer, ACME, vec![json!({"content": "Text under its other name."})]).await.expect(StatusCode::OK);
    let list = async |caller| Answer::of(peer.voice(caller, Method::GET, INDEX_LIST)).await.expect(StatusCode::OK).body;
    let expected = json!({"indexes": [{"indexName": "faq", "chunkCount": 1, "version": 1}]});
    assert_eq!(list(ACME).await, expected);
    assert_eq!(list(BOLT).await, json!({"indexes": []}));
}

#[tokio::test]
async fn a_hundred_documents_are_taken_and_one_more_is_not() {
    let peer = Peer::new();
    create(&peer, ACME, vec![json!({"text": "x"}); 100]).await.expect(StatusCode::OK);
    expect_batch_too_large(create(&peer, ACME, vec![json!({"text": "x"}); 101]).await);
}

#[tokio::test]
async fn a_million_bytes_of_documents_are_taken_and_one_more_is_not() {
    let peer = Peer::new();
    let halves = |more: usize| vec![document_of(500_000), document_of(500_000 + more)];
    create(&peer, ACME, halves(0)).await.expect(StatusCode::OK);
    expect_batch_too_large(create(&peer, ACME, halves(1)).await);
}

#[tokio::test]
async fn a_body_too_large_to_read_is_too_large_a_batch() {
    // A hair over what is read: were there much left unread, the connection might break before the answer is seen.
    expect_batch_too_large(create(&Peer::new(), ACME, vec![document_of(16 << 20)]).await);
}

#[tokio::test]
async fn a_blank_name_and_a_document_without_text_are_refused_by_name() {
    let peer = Peer::new();
    for (body, field) in [
        (json!({"documents": []}), "name"),
        (json!({"name": "", "documents": []}), "name"),
        (json!({"name": "faq"}), "documents"),
        (json!({"name": "faq", "documents": ["text"]}), "documents[0]"),
        (json!({"name": "faq", "documents": [{"text": "x"}, {"title": "y"}]}), "documents[1].text"),
        (json!({"name": "faq", "documents": [{"text": " "}]}), "documents[0].text"),
    ] {
        let said =
            peer.voice_post(ACME, INDEX_CREATE, body).await.refused(StatusCode::BAD_REQUEST, "cloud.bad_request");
        assert!(said.contains(field), "{field}: {said}");
    }
}
