//! Onboarding customers.

use axum::http::StatusCode;
use mock_runtime::wire::cloud::{INDEX_LIST, PROJECTS};
use reqwest::Method;
use serde_json::json;

use super::peer::{Answer, Peer};
use crate::cloud::CloudSettings;

async fn onboard(peer: &Peer, slug: &str) -> String {
    let body = json!({"name": "Customer", "slug": slug, "description": "A customer."});
    let answer = peer.post(PROJECTS, body).await.expect(StatusCode::CREATED);
    answer.body["id"].as_str().unwrap().to_owned()
}

async fn add_agent(peer: &Peer, project: &str) -> String {
    let body = json!({"name": "Returns", "agentType": "voice"});
    let answer = peer.post(&format!("{PROJECTS}/{project}/agents"), body).await.expect(StatusCode::CREATED);
    answer.body["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_onboarded_project_can_be_called_by_its_agent() {
    let peer = Peer::new();
    let project = onboard(&peer, "customer").await;
    let agent = add_agent(&peer, &project).await;
    assert!(project.starts_with("proj_") && agent.starts_with("agent_"), "{project} {agent}");
    let call = peer.call(Method::GET, INDEX_LIST).header("X-Project-Id", &project).header("X-Agent-Id", &agent);
    assert_eq!(Answer::of(call).await.expect(StatusCode::OK).body, json!({"indexes": []}));
}

#[tokio::test]
async fn ids_depend_on_the_seed_and_not_on_the_order() {
    let (one, other) = (Peer::new(), Peer::new());
    let (a, b) = (onboard(&one, "a").await, onboard(&one, "b").await);
    assert_eq!((onboard(&other, "b").await, onboard(&other, "a").await), (b, a.clone()));
    assert_eq!(add_agent(&one, &a).await, add_agent(&other, &a).await);
    let reseeded = Peer::with(CloudSettings { seed: 2, ..CloudSettings::default() });
    assert_ne!(onboard(&reseeded, "a").await, a);
}

#[tokio::test]
async fn two_agents_of_one_name_are_two_agents() {
    let peer = Peer::new();
    let project = onboard(&peer, "customer").await;
    assert_ne!(add_agent(&peer, &project).await, add_agent(&peer, &project).await);
}

#[tokio::test]
async fn a_blank_name_or_slug_is_refused_by_name() {
    let peer = Peer::new();
    for (body, field) in [
        (json!({"slug": "a"}), "name"),
        (json!({"name": " ", "slug": "a"}), "name"),
        (json!({"name": "A", "slug": ""}), "slug"),
    ] {
        let said = peer.post(PROJECTS, body).await.refused(StatusCode::BAD_REQUEST, "cloud.bad_request");
        assert!(said.contains(field), "{said}");
    }
}

#[tokio::test]
async fn a_slug_is_taken_once() {
    let peer = Peer::new();
    onboard(&peer, "customer").await;
    let again = peer.post(PROJECTS, json!({"name": "Another", "slug": "customer"})).await;
    again.refused(StatusCode::CONFLICT, "cloud.conflict");
}

#[tokio::test]
async fn an_agent_needs_a_project_a_name_and_the_voice_type() {
    let peer = Peer::new();
    let project = onboard(&peer, "customer").await;
    let path = format!("{PROJECTS}/{project}/agents");
    let agent = json!({"name": "A", "agentType": "voice"});
    let nowhere = peer.post(&format!("{PROJECTS}/proj_nobody/agents"), agent).await;
    nowhere.refused(StatusCode::NOT_FOUND, "cloud.unknown_project");
    let no_text = peer.post(&format!("{PROJECTS}/%FF/agents"), json!({})).await.refused(StatusCode::BAD_REQUEST, BAD);
    assert!(no_text.contains("project_id"), "{no_text}");
    let said = peer.post(&path, json!({"agentType": "voice"})).await.refused(StatusCode::BAD_REQUEST, BAD);
    assert!(said.contains("name"), "{said}");
    for body in [json!({"name": "A"}), json!({"name": "A", "agentType": "chat"})] {
        let said = peer.post(&path, body).await.refused(StatusCode::BAD_REQUEST, BAD);
        assert!(said.contains("agentType"), "{said}");
    }
}

#[tokio::test]
async fn a_wrongly_typed_field_is_named() {
    let peer = Peer::new();
    let said = peer.post(PROJECTS, json!({"name": "A", "slug": 3})).await.refused(StatusCode::BAD_REQUEST, BAD);
    assert!(said.contains("slug"), "{said}");
    let text = Answer::of(peer.call(Method::POST, PROJECTS).body("{")).await;
    text.refused(StatusCode::BAD_REQUEST, BAD);
}

const BAD: &str = "cloud.bad_request";
