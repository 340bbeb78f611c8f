//! Who may call, and about whom.

use axum::http::{HeaderValue, StatusCode};
use mock_runtime::wire::cloud::{BOOTSTRAP, EVENTS, INDEX_CREATE, INDEX_LIST, PROJECTS};
use reqwest::Method;
use serde_json::{Value, json};

use super::peer::{ACME, Answer, BOLT, Caller, Peer, text_of};
use crate::base::Canary;

/// Every voice call, with a body that would do.
fn voice_calls() -> [(Method, &'static str, Value); 4] {
    [
        (Method::POST, BOOTSTRAP, json!({"userId": ACME.user})),
        (Method::POST, EVENTS, json!({"userId": ACME.user, "events": []})),
        (Method::POST, INDEX_CREATE, json!({"name": "faq", "documents": []})),
        (Method::GET, INDEX_LIST, json!({})),
    ]
}

#[tokio::test]
async fn every_call_demands_the_account_key() {
    let peer = Peer::new();
    let partner = (Method::POST, PROJECTS, json!({"name": "A", "slug": "a"}));
    let unknown = (Method::GET, "/v1/nowhere", json!({}));
    for (method, path, body) in voice_calls().into_iter().chain([partner, unknown]) {
        let url = format!("{}{path}", peer.cloud.base_url());
        for key in
            [None, Some("Bearer memoair_pk_stranger"), Some("Bearer"), Some("Basic memoair_pk_busyhour"), Some("")]
        {
            let mut call = peer.http.request(method.clone(), &url).json(&body);
            if let Some(key) = key {
                call = call.header("Authorization", key);
            }
            Answer::of(call).await.refused(StatusCode::UNAUTHORIZED, "cloud.unauthorized");
        }
    }
}

#[tokio::test]
async fn a_missing_identity_header_is_named() {
    let peer = Peer::new();
    for (method, path, body) in voice_calls() {
        for missing in ["X-Project-Id", "X-Agent-Id", "X-User-Id"] {
            if missing == "X-User-Id" && path.contains("index") {
                continue;
            }
            for blank in [false, true] {
                let mut call = peer.voice(ACME, method.clone(), path).json(&body).build().unwrap();
                call.headers_mut().remove(missing);
                if blank {
                    call.headers_mut().insert(missing, " ".parse().unwrap());
                }
                let response = peer.http.execute(call).await.unwrap();
                let answer = Answer { status: response.status(), body: response.json().await.unwrap() };
                let said = answer.refused(StatusCode::UNAUTHORIZED, "cloud.unauthorized");
                assert!(said.contains(missing), "{path}: {said}");
            }
        }
    }
}

#[tokio::test]
async fn index_calls_do_not_need_a_user() {
    let peer = Peer::new();
    let call = peer.call(Method::GET, INDEX_LIST).header("X-Project-Id", ACME.project).header("X-Agent-Id", ACME.agent);
    Answer::of(call).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn an_unknown_project_and_another_projects_agent_are_refused_alike() {
    let peer = Peer::new();
    let unknown = Caller { project: "proj_nobody", ..ACME };
    let unknown_agent = Caller { agent: "agent_nobody", ..ACME };
    let crossed = Caller { agent: BOLT.agent, ..ACME };
    for (method, path, body) in voice_calls() {
        let mut said = Vec::new();
        for caller in [unknown, unknown_agent, crossed] {
            let answer = Answer::of(peer.voice(caller, method.clone(), path).json(&body)).await;
            said.push(answer.refused(StatusCode::FORBIDDEN, "cloud.forbidden"));
        }
        assert!(said.iter().all(|text| *text == said[0]), "a refusal tells which it was: {said:?}");
    }
}

#[tokio::test]
async fn header_and_body_must_name_the_same_caller() {
    let peer = Peer::new();
    for path in [BOOTSTRAP, EVENTS] {
        let answer = peer.voice_post(ACME, path, json!({"userId": "user_2", "events": []})).await;
        answer.refused(StatusCode::FORBIDDEN, "cloud.forbidden");
    }
}

#[tokio::test]
async fn any_id_can_call() {
    let peer = Peer::new();
    for user in ["größe/🙂", "a\u{0}b\n", "50%25", " padded ", "../..", "UTF-8''x"] {
        let projection = peer.boot(Caller { user, ..ACME }, None).await;
        assert!(text_of(&projection).contains(Canary::of_caller(ACME.project, user).as_str()), "{user:?}");
    }
}

#[tokio::test]
async fn an_unreadable_header_names_nobody() {
    let peer = Peer::new();
    for value in [&b"\xff"[..], b"UTF-8''%FF"] {
        let call = peer.voice(ACME, Method::POST, BOOTSTRAP).json(&json!({"userId": ACME.user}));
        let mut call = call.build().unwrap();
        call.headers_mut().insert("X-User-Id", HeaderValue::from_bytes(value).unwrap());
        assert_eq!(peer.http.execute(call).await.unwrap().status(), StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn an_id_of_ten_kilobytes_is_an_id() {
    let peer = Peer::new();
    let user: &'static str = "u".repeat(10_000).leak();
    let projection = peer.boot(Caller { user, ..ACME }, None).await;
    assert!(projection.snapshot);
}

#[tokio::test]
async fn anything_else_is_not_found() {
    let peer = Peer::new();
    for (method, path) in
        [(Method::GET, "/"), (Method::GET, BOOTSTRAP), (Method::DELETE, PROJECTS), (Method::POST, "/v1")]
    {
        let said = Answer::of(peer.call(method, path)).await.refused(StatusCode::NOT_FOUND, "not_found");
        assert!(said.contains(path), "{said}");
    }
}
