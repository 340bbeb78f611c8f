//! What the cloud is told before anybody calls, and whom it tells of calls.

use std::sync::Arc;

use axum::http::StatusCode;
use mock_runtime::wire::cloud::{EVENTS, INDEX_CREATE, INDEX_LIST, IndexCreate};
use parking_lot::Mutex;
use reqwest::{Client, Method};
use serde_json::{Value, json};

use super::peer::{ACME, Answer, BOLT, Caller, Peer, session_end, session_start, text_of, turn};
use crate::cloud::{Acquaintance, CloudCall, CloudSettings, MockCloud};

/// A cloud that knows nothing by itself.
fn blank() -> CloudSettings {
    CloudSettings { facts_per_caller: 0, org_chunks: 0, profiles: false, ..CloudSettings::default() }
}

fn ann() -> Acquaintance {
    let facts = vec!["Ordered boots.".to_owned(), "Lives in Lisbon.".to_owned()];
    Acquaintance { name: Some("Ann".to_owned()), profile: Some("Prefers short answers.".to_owned()), facts }
}

#[tokio::test]
async fn who_was_told_of_is_known_and_nobody_else_is() {
    let peer = Peer::with(blank());
    peer.cloud.acquaint(ACME.project, ACME.user, ann());
    let known = peer.boot(ACME, None).await;
    assert_eq!(known.profile.map(|profile| profile.summary).as_deref(), Some("Prefers short answers."));
    let facts: Vec<_> = known.permanent.iter().map(|fact| (fact.memory_id.as_str(), fact.text.as_str())).collect();
    assert_eq!(facts, [("told_00", "Ordered boots."), ("told_01", "Lives in Lisbon.")]);
    for stranger in [Caller { user: "user_2", ..ACME }, BOLT] {
        let unknown = peer.boot(stranger, None).await;
        assert_eq!((unknown.profile, unknown.permanent, unknown.org), (None, vec![], vec![]));
    }
}

#[tokio::test]
async fn what_was_told_stays_and_what_calls_teach_comes_on_top() {
    let peer = Peer::with(blank());
    peer.cloud.acquaint(ACME.project, ACME.user, ann());
    let before = peer.boot(ACME, None).await;
    peer.deliver(ACME, json!([turn("e1", "s1", "t1", "Blue boots."), session_end("e2", "s1", "completed")])).await;
    let delta = peer.boot(ACME, Some(&before.sync_token)).await;
    assert!(!delta.snapshot && !text_of(&delta).contains("Lisbon") && text_of(&delta).contains("Blue boots."));
    let whole = text_of(&peer.boot(ACME, None).await);
    assert!(whole.contains("Lisbon") && whole.contains("Blue boots."), "{whole}");
}

#[tokio::test]
async fn a_name_that_a_session_tells_makes_a_profile() {
    let peer = Peer::with(blank());
    peer.deliver(ACME, json!([session_start("e1", "s1", &json!({ "id": ACME.user, "name": "Ada" }))])).await;
    let profile = peer.boot(ACME, None).await.profile.expect("a name is a beginning");
    assert_eq!((profile.version, profile.summary.as_str()), (2, "A caller known as Ada."));
}

#[tokio::test]
async fn an_index_that_was_added_is_a_clients_index() {
    let peer = Peer::with(blank());
    let document = json!({ "text": "Open on Mondays." }).as_object().expect("an object").clone();
    let index = IndexCreate { name: "faq".to_owned(), documents: vec![document], metadata: None };
    peer.cloud.add_index(ACME.project, &index).expect("it is sound");
    let list = Answer::of(peer.voice(ACME, Method::GET, INDEX_LIST)).await.expect(StatusCode::OK);
    assert_eq!(list.body["indexes"][0], json!({ "indexName": "faq", "chunkCount": 1, "version": 1 }));
    assert!(text_of(&peer.boot(ACME, None).await).contains("Open on Mondays."));
    let many = IndexCreate { documents: vec![index.documents[0].clone(); 101], ..index };
    let refusal = peer.cloud.add_index(ACME.project, &many).expect_err("that is one too many");
    assert!(refusal.contains("at most 100"), "{refusal}");
}

#[tokio::test]
async fn every_call_is_told_as_it_came_and_as_it_was_answered() {
    let heard: Arc<Mutex<Vec<CloudCall>>> = Arc::default();
    let ear = Arc::clone(&heard);
    let cloud = MockCloud::start_heard(blank(), move |call| ear.lock().push(call)).expect("loopback has a free port");
    cloud.add_project(ACME.project, "Acme", &[ACME.agent]);
    let peer = Peer { cloud, http: Client::builder().no_proxy().build().expect("a client") };
    peer.deliver(ACME, json!([turn("e1", "s1", "t1", "Blue boots.")])).await;
    let nonsense = peer.voice(ACME, Method::POST, INDEX_CREATE).body("nonsense");
    Answer::of(nonsense).await.expect(StatusCode::BAD_REQUEST);
    Answer::of(peer.http.get(format!("{}/v1/nothing?at=all", peer.cloud.base_url()))).await;
    let heard = heard.lock();
    let told: Vec<_> = heard.iter().map(|call| (call.method.as_str(), call.path.as_str(), call.status)).collect();
    assert_eq!(told, [("POST", EVENTS, 200), ("POST", INDEX_CREATE, 400), ("GET", "/v1/nothing?at=all", 401)]);
    assert_eq!(heard[0].headers["x-user-id"], ACME.user);
    assert_eq!(heard[0].body["events"][0]["body"]["userText"], "Blue boots.");
    assert_eq!((&heard[1].body, &heard[2].body), (&json!("nonsense"), &Value::Null));
}
