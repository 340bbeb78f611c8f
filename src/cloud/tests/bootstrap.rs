//! What a runtime boots from.

use axum::http::StatusCode;
use mock_runtime::wire::cloud::{BOOTSTRAP, INDEX_CREATE, Projection};
use serde_json::json;

use super::peer::{ACME, BOLT, Caller, Peer, session_end, session_start, text_of, turn};
use crate::base::{Canary, foreign_canaries};
use crate::cloud::CloudSettings;

fn own_canaries(caller: Caller) -> [Canary; 2] {
    [Canary::of_caller(caller.project, caller.user), Canary::of_project(caller.project)]
}

#[tokio::test]
async fn without_a_token_everything_comes() {
    let settings = CloudSettings { facts_per_caller: 5, org_chunks: 3, ..CloudSettings::default() };
    let projection = Peer::with(settings).boot(ACME, None).await;
    assert!(projection.snapshot);
    assert_eq!((projection.permanent.len(), projection.org.len()), (5, 3));
    assert_eq!((projection.permanent_manifest_version, projection.org_manifest_version), (1, 1));
    assert_eq!(projection.profile.map(|profile| profile.version), Some(1));
    assert!(!projection.sync_token.is_empty());
}

#[tokio::test]
async fn every_fact_carries_its_callers_canary_and_every_chunk_its_projects() {
    let peer = Peer::new();
    for caller in [ACME, BOLT, Caller { user: "user_2", ..ACME }] {
        let projection = peer.boot(caller, None).await;
        let [callers, projects] = own_canaries(caller);
        assert!(projection.permanent.iter().all(|fact| fact.text.contains(callers.as_str())));
        assert!(projection.profile.as_ref().is_some_and(|profile| profile.summary.contains(callers.as_str())));
        assert!(projection.org.iter().all(|chunk| chunk.text.contains(projects.as_str())));
        assert!(foreign_canaries(&text_of(&projection), &[callers, projects]).is_empty());
    }
}

#[tokio::test]
async fn another_callers_memory_would_be_found_out() {
    let projection = Peer::new().boot(BOLT, None).await;
    assert!(!foreign_canaries(&text_of(&projection), &own_canaries(ACME)).is_empty());
}

#[tokio::test]
async fn with_a_token_nothing_comes_where_nothing_changed() {
    let peer = Peer::new();
    peer.deliver(ACME, json!([turn("e1", "s1", "t1", "Blue boots."), session_end("e2", "s1", "completed")])).await;
    let faq = json!({"name": "faq", "documents": [{"text": "One."}]});
    peer.voice_post(ACME, INDEX_CREATE, faq).await.expect(StatusCode::OK);
    let first = peer.boot(ACME, None).await;
    let second = peer.boot(ACME, Some(&first.sync_token)).await;
    assert!(!second.snapshot);
    assert_eq!((second.profile, second.permanent, second.org), (None, vec![], vec![]));
    assert_eq!(second.sync_token, first.sync_token);
}

#[tokio::test]
async fn a_delta_carries_what_an_ended_session_taught() {
    let peer = Peer::new();
    let first = peer.boot(ACME, None).await;
    let user = json!({"id": ACME.user, "name": "Ada"});
    peer.deliver(ACME, json!([session_start("e1", "s1", &user), turn("e2", "s1", "t1", "Blue boots, please.")])).await;
    let during = peer.boot(ACME, Some(&first.sync_token)).await;
    assert_eq!(during.permanent, vec![], "a session that has not ended taught something");
    assert!(during.profile.is_some_and(|profile| profile.version == 2 && profile.summary.contains("Ada")));

    peer.deliver(ACME, json!([session_end("e3", "s1", "completed")])).await;
    let after = peer.boot(ACME, Some(&during.sync_token)).await;
    assert!(!after.snapshot && after.profile.is_none());
    assert_eq!(after.permanent.len(), 1);
    assert!(after.permanent[0].text.contains("Blue boots"), "{:?}", after.permanent);
    assert!(after.permanent_manifest_version > first.permanent_manifest_version);
}

#[tokio::test]
async fn a_snapshot_is_the_first_snapshot_and_its_deltas() {
    let peer = Peer::new();
    let first = peer.boot(ACME, None).await;
    peer.deliver(ACME, json!([turn("e1", "s1", "t1", "Blue boots."), session_end("e2", "s1", "completed")])).await;
    let delta = peer.boot(ACME, Some(&first.sync_token)).await;
    let snapshot = peer.boot(ACME, None).await;
    assert_eq!([first.permanent, delta.permanent].concat(), snapshot.permanent);
    assert_eq!(delta.sync_token, snapshot.sync_token);
}

#[tokio::test]
async fn what_one_caller_says_stays_with_that_caller() {
    let peer = Peer::new();
    peer.deliver(ACME, json!([turn("e1", "s1", "t1", "Blue boots."), session_end("e2", "s1", "completed")])).await;
    for other in [BOLT, Caller { user: "user_2", ..ACME }] {
        assert!(!text_of(&peer.boot(other, None).await).contains("Blue boots"));
    }
}

#[tokio::test]
async fn a_foreign_or_broken_token_gets_a_snapshot() {
    let peer = Peer::new();
    let other_life = Peer::new().boot(ACME, None).await.sync_token;
    let other_user = peer.boot(Caller { user: "user_2", ..ACME }, None).await.sync_token;
    let other_project = peer.boot(BOLT, None).await.sync_token;
    for token in [other_life.as_str(), &other_user, &other_project, "garbage", ""] {
        assert!(peer.boot(ACME, Some(token)).await.snapshot, "{token:?} was honoured");
    }
}

#[tokio::test]
async fn an_index_shows_up_in_deltas_and_one_that_shrank_forces_a_snapshot() {
    let peer = Peer::new();
    let before = peer.boot(ACME, None).await;
    let two = json!({"name": "faq", "documents": [{"id": "d1", "text": "One."}, {"id": "d2", "text": "Two."}]});
    peer.voice_post(ACME, INDEX_CREATE, two).await.expect(StatusCode::OK);
    let grown = peer.boot(ACME, Some(&before.sync_token)).await;
    assert!(!grown.snapshot);
    assert_eq!(grown.org.iter().map(|chunk| chunk.doc_id.as_str()).collect::<Vec<_>>(), ["d1", "d2"]);

    let one = json!({"name": "faq", "documents": [{"id": "d1", "text": "Only one."}]});
    peer.voice_post(ACME, INDEX_CREATE, one).await.expect(StatusCode::OK);
    let shrunk = peer.boot(ACME, Some(&grown.sync_token)).await;
    assert!(shrunk.snapshot);
    assert_eq!(shrunk.org.len(), before.org.len() + 1);
    assert!(!peer.boot(ACME, Some(&shrunk.sync_token)).await.snapshot);
    assert_eq!(peer.boot(BOLT, None).await.org_manifest_version, 1, "another project's knowledge changed");
}

#[tokio::test]
async fn org_only_gets_the_organisations_knowledge_and_nobodys_memory() {
    let peer = Peer::new();
    for body in [json!({"userId": ACME.user, "mode": "org_only"}), json!({"userId": "__org__"})] {
        let caller = Caller { user: if body["mode"].is_null() { "__org__" } else { ACME.user }, ..ACME };
        let projection: Projection = peer.voice_post(caller, BOOTSTRAP, body).await.expect(StatusCode::OK).parsed();
        assert!(projection.snapshot && !projection.org.is_empty());
        assert_eq!((projection.profile, projection.permanent), (None, vec![]));
    }
}

#[tokio::test]
async fn a_blank_user_and_an_unknown_mode_are_refused_by_name() {
    let peer = Peer::new();
    for (body, field) in [(json!({}), "userId"), (json!({"userId": ACME.user, "mode": "half"}), "mode")] {
        let said = peer.voice_post(ACME, BOOTSTRAP, body).await.refused(StatusCode::BAD_REQUEST, "cloud.bad_request");
        assert!(said.contains(field), "{said}");
    }
}
