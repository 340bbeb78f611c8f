//! The client's own calls to the cloud: identity, refusals in every shape, and onboarding.

use busyhour::base::Span;
use busyhour::client::{PartnerClient, VoiceClient, VoiceClientBuilder, VoiceError};
use busyhour::pool::Settings;
use mock_runtime::behaviour::Behaviour;
use mock_runtime::wire::cloud::{INDEX_CREATE, INDEX_LIST, id_from_header};
use serde_json::{Map, Value, json};
use wiremock::matchers::{any, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::rig::*;

#[tokio::test]
async fn every_call_carries_key_project_and_agent_and_a_user_only_where_pinned() {
    let cloud = answering(ResponseTemplate::new(200).set_body_json(json!({ "indexes": [] }))).await;
    for pinned in [None, Some("ann")] {
        let client = client_of(&cloud.uri());
        let client = pinned.into_iter().fold(client, VoiceClientBuilder::user_id).build().expect("fine");
        client.list_indexes().await.expect("listed");
        client.create_index("faq", vec![document("hello")], None).await.expect("created");
        let requests = cloud.received_requests().await.expect("they are recorded");
        for request in &requests[requests.len() - 2..] {
            let header = |name| request.headers.get(name).map(|value| value.to_str().expect("ASCII").to_owned());
            assert_eq!(header("authorization"), Some(format!("Bearer {KEY}")));
            assert_eq!((header("x-project-id"), header("x-agent-id")), (Some(PROJECT.into()), Some(AGENT.into())));
            assert_eq!(header("x-user-id").as_deref(), pinned);
        }
    }
}

#[tokio::test]
async fn ids_that_are_not_ascii_travel_unharmed() {
    let cloud = answering(ResponseTemplate::new(200).set_body_json(json!({ "indexes": [] }))).await;
    let ids = ["proj \u{1f4de}/..", "agent\n\u{fc}", "user \"x\""];
    let client = client_of(&cloud.uri()).project_id(ids[0]).agent_id(ids[1]).user_id(ids[2]).build().expect("fine");
    client.list_indexes().await.expect("listed");
    let requests = cloud.received_requests().await.expect("they are recorded");
    let sent = ["x-project-id", "x-agent-id", "x-user-id"].map(|name| {
        let value = requests[0].headers[name].to_str().expect("printable ASCII").to_owned();
        id_from_header(&value).expect("well written").into_owned()
    });
    assert_eq!(sent, ids);
}

#[tokio::test]
async fn an_index_is_sent_as_it_is_and_its_answer_read() {
    let cloud = MockServer::start().await;
    let created = json!({ "indexName": "faq", "chunkCount": 3, "version": 2 });
    let answer = ResponseTemplate::new(200).set_body_json(&created);
    Mock::given(method("POST")).and(path(INDEX_CREATE)).respond_with(answer).mount(&cloud).await;
    let answer = ResponseTemplate::new(200).set_body_json(json!({ "indexes": [created] }));
    Mock::given(method("GET")).and(path(INDEX_LIST)).respond_with(answer).mount(&cloud).await;
    let client = client_of(&cloud.uri()).build().expect("fine");
    let metadata = Map::from_iter([("lang".to_owned(), json!("de"))]);
    let info = client.create_index("faq", vec![document("hello")], Some(metadata)).await.expect("created");
    assert_eq!((info.index_name.as_str(), info.chunk_count, info.version), ("faq", 3, 2));
    assert_eq!(client.list_indexes().await.expect("listed"), [info]);
    let sent: Value = cloud.received_requests().await.expect("they are recorded")[0].body_json().expect("JSON");
    assert_eq!(sent, json!({ "name": "faq", "documents": [{ "text": "hello" }], "metadata": { "lang": "de" } }));
}

#[tokio::test]
async fn refusals_of_every_shape_become_one_error() {
    let nested = json!({ "error": { "code": "cloud.unauthorized", "message": "who?", "details": { "header": "x" } } });
    let flat = json!({ "error": "batch_too_large", "message": "101 documents" });
    for (status, body, code, message, details) in [
        (401, nested.to_string(), "cloud.unauthorized", "who?", json!({ "header": "x" })),
        (413, flat.to_string(), "batch_too_large", "101 documents", flat.clone()),
        (502, "<html>Bad gateway</html>".to_owned(), "cloud.internal", "<html>Bad gateway</html>", json!({})),
        (500, String::new(), "cloud.internal", "", json!({})),
        (500, r#"{"error": 7}"#.to_owned(), "cloud.internal", r#"{"error": 7}"#, json!({})),
    ] {
        let cloud = answering(ResponseTemplate::new(status).set_body_string(body)).await;
        let client = client_of(&cloud.uri()).build().expect("fine");
        let error = client.create_index("faq", vec![], None).await.expect_err("refused");
        assert_eq!((error.code().as_ref(), error.status()), (code, Some(status)));
        assert_eq!(error.details(), details);
        assert!(matches!(error, VoiceError::Refused { message: said, .. } if said == message), "{status}");
    }
}

#[tokio::test]
async fn a_good_status_with_a_bad_body_is_an_internal_error_of_the_cloud() {
    for body in ["", "garbage", "[]", "{"] {
        let cloud = answering(ResponseTemplate::new(200).set_body_string(body)).await;
        let client = client_of(&cloud.uri()).build().expect("fine");
        for error in [
            client.create_index("faq", vec![], None).await.expect_err("unreadable"),
            client.list_indexes().await.expect_err("unreadable"),
            partner_of(&cloud.uri()).create_project("Acme", "acme", "").await.expect_err("unreadable"),
        ] {
            assert_eq!(error.code(), "cloud.internal", "{body}: {error}");
        }
    }
}

#[tokio::test]
async fn a_list_that_is_none_counts_as_empty_and_a_project_without_an_id_as_none() {
    for body in [json!({}), json!({ "indexes": "none" }), json!({ "indexes": null })] {
        let cloud = answering(ResponseTemplate::new(200).set_body_json(&body)).await;
        assert_eq!(client_of(&cloud.uri()).build().expect("fine").list_indexes().await, Ok(Vec::new()), "{body}");
        let error = partner_of(&cloud.uri()).create_project("Acme", "acme", "").await.expect_err("no id");
        assert_eq!(error.code(), "cloud.internal");
    }
}

#[tokio::test]
async fn a_cloud_that_cannot_be_reached_is_named() {
    let rig = Rig::new();
    for base_url in [format!("http://127.0.0.1:{}", rig.first_port), "not a url".to_owned()] {
        let client = client_of(&base_url).build().expect("its runtimes might still reach it");
        let error = client.list_indexes().await.expect_err("nobody is there");
        assert_eq!(error.code(), "cloud.unreachable", "{error}");
        assert!(error.to_string().starts_with("the cloud cannot be reached: "), "{error}");
    }
}

#[cfg(not(feature = "tls"))]
#[tokio::test]
async fn a_cloud_behind_tls_needs_the_feature_and_the_error_says_so() {
    let client = client_of("https://127.0.0.1:9").build().expect("its runtimes speak TLS of their own");
    let error = client.list_indexes().await.expect_err("no TLS here");
    assert_eq!(error.code(), "cloud.unreachable");
    assert!(error.to_string().contains("cargo feature `tls`"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_onboarded_and_served() {
    let rig = Rig::new();
    let partner = partner_of(&rig.cloud.base_url());
    let project = partner.create_project("Bank \u{1f3e6}", "bank", "A small one").await.expect("created");
    let agent = partner.create_agent(&project, "Front desk").await.expect("created");
    assert!(project.starts_with("proj_") && agent.starts_with("agent_"), "{project} {agent}");
    let client = rig.client(1).project_id(&project).agent_id(&agent).build().expect("fine");
    client.create_index("faq", vec![document("We open at nine")], None).await.expect("created");
    assert_eq!(client.list_indexes().await.expect("listed").len(), 1);
    client.search_memory("when do you open", &user("ann"), &patient()).await.expect("answered");
    client.close().await;
    assert_no_process(&rig);
}

#[tokio::test]
async fn the_partner_api_refuses_in_words() {
    let rig = Rig::new();
    let partner = partner_of(&rig.cloud.base_url());
    partner.create_project("Bank", "bank", "").await.expect("created");
    for (error, code, status) in [
        (partner.create_project("Other", "bank", "").await, "cloud.conflict", 409),
        (partner.create_project("", "blank", "").await, "cloud.bad_request", 400),
        (partner.create_agent("proj_nobody", "x").await, "cloud.unknown_project", 404),
        (partner.create_agent("../../v1/projects?x=#", "x").await, "cloud.unknown_project", 404),
    ] {
        let error = error.expect_err("refused");
        assert_eq!((error.code().as_ref(), error.status()), (code, Some(status)), "{error}");
    }
    let stranger = PartnerClient::new(&rig.cloud.base_url(), "memoair_pk_wrong").expect("a key is a key");
    let error = stranger.create_project("Bank", "bank", "").await.expect_err("the key is wrong");
    assert_eq!((error.code().as_ref(), error.status()), ("cloud.unauthorized", Some(401)));
    let spoilt = PartnerClient::new(&rig.cloud.base_url(), "two\nlines").expect_err("no header can carry it");
    assert_eq!(spoilt.code(), "runtime.bad_request");
}

#[tokio::test]
async fn the_cloud_refuses_too_many_documents_and_foreign_agents() {
    let rig = Rig::new();
    let client = rig.client(1).build().expect("fine");
    let error = client.create_index("faq", vec![document("x"); 101], None).await.expect_err("too many");
    assert_eq!((error.code().as_ref(), error.status()), ("batch_too_large", Some(413)));
    let foreign = rig.client(1).agent_id("agent_of_somebody_else").build().expect("fine");
    let error = foreign.list_indexes().await.expect_err("forbidden");
    assert_eq!((error.code().as_ref(), error.status()), ("cloud.forbidden", Some(403)));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_proper_cloud_a_new_caller_gets_no_runtime_and_the_error_says_why() {
    let unauthorized = json!({ "error": { "code": "cloud.unauthorized", "message": "who?" } });
    for (answer, why) in [
        (Some(ResponseTemplate::new(401).set_body_json(unauthorized)), "exit status: 5"),
        (Some(ResponseTemplate::new(500)), "not ready in time"),
        (Some(ResponseTemplate::new(200).set_body_string("garbage")), "not ready in time"),
        (None, "not ready in time"),
    ] {
        let rig = Rig::new();
        let cloud = answering(answer.clone().unwrap_or_else(|| ResponseTemplate::new(200))).await;
        let nobody = format!("http://127.0.0.1:{}", rig.first_port + 99);
        let base_url = answer.as_ref().map_or(nobody, |_| cloud.uri());
        let settings = Settings {
            runtime_port_range: rig.first_port..=rig.first_port,
            boot_timeout: Span::from_ms(700),
            ..Settings::default()
        };
        let client = rig.client(1).pool(settings).base_url(base_url).build().expect("fine");
        let error = client.search_memory("hello", &user("ann"), &patient()).await.expect_err("no memory, no runtime");
        assert_eq!(error.code(), "runtime.start_failed");
        assert!(error.to_string().contains(why), "{answer:?}: {error}");
        client.close().await;
        assert_no_process(&rig);
    }
}

async fn answering(answer: ResponseTemplate) -> MockServer {
    let cloud = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&cloud).await;
    cloud
}

fn client_of(base_url: &str) -> VoiceClientBuilder {
    let executable = embedded_runtime(&Behaviour::default());
    VoiceClient::builder().api_key(KEY).project_id(PROJECT).agent_id(AGENT).base_url(base_url).executable(executable)
}

fn partner_of(base_url: &str) -> PartnerClient {
    PartnerClient::new(base_url, KEY).expect("the key is fine")
}

fn document(text: &str) -> Map<String, Value> {
    Map::from_iter([("text".to_owned(), json!(text))])
}
