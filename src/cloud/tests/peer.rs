//! The other end of the line: a cloud with two customers, and calls to it.

use axum::http::StatusCode;
use mock_runtime::wire::cloud::{
    AGENT_HEADER, BOOTSTRAP, EVENTS, PROJECT_HEADER, Projection, USER_HEADER, id_to_header,
};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use crate::cloud::{CloudSettings, MockCloud};

pub(super) const ACME: Caller = Caller { project: "proj_acme", agent: "agent_acme", user: "user_1" };
pub(super) const BOLT: Caller = Caller { project: "proj_bolt", agent: "agent_bolt", user: "user_1" };

/// A cloud and a client of it.
pub(super) struct Peer {
    pub(super) cloud: MockCloud,
    pub(super) http: Client,
}

/// Who calls.
#[derive(Clone, Copy)]
pub(super) struct Caller {
    pub(super) project: &'static str,
    pub(super) agent: &'static str,
    pub(super) user: &'static str,
}

/// Status and body of an answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Value,
}

impl Peer {
    /// A cloud with the projects of [`ACME`] and [`BOLT`].
    pub(super) fn new() -> Self {
        Self::with(CloudSettings::default())
    }

    pub(super) fn with(settings: CloudSettings) -> Self {
        let cloud = MockCloud::start(settings).unwrap();
        cloud.add_project(ACME.project, "Acme", &[ACME.agent]);
        cloud.add_project(BOLT.project, "Bolt", &[BOLT.agent]);
        Self { cloud, http: Client::builder().no_proxy().build().unwrap() }
    }

    /// A call with the account key and nothing else.
    pub(super) fn call(&self, method: Method, path: &str) -> RequestBuilder {
        let key = CloudSettings::default().account_key;
        self.http.request(method, format!("{}{path}", self.cloud.base_url())).bearer_auth(key)
    }

    pub(super) async fn post(&self, path: &str, body: Value) -> Answer {
        Answer::of(self.call(Method::POST, path).json(&body)).await
    }

    /// A voice call with every identity header.
    pub(super) fn voice(&self, caller: Caller, method: Method, path: &str) -> RequestBuilder {
        self.call(method, path)
            .header(PROJECT_HEADER, caller.project)
            .header(AGENT_HEADER, caller.agent)
            .header(USER_HEADER, id_to_header(caller.user).as_ref())
    }

    pub(super) async fn voice_post(&self, caller: Caller, path: &str, body: Value) -> Answer {
        Answer::of(self.voice(caller, Method::POST, path).json(&body)).await
    }

    /// A bootstrap that must go well.
    pub(super) async fn boot(&self, caller: Caller, token: Option<&str>) -> Projection {
        let body = json!({"userId": caller.user, "syncToken": token});
        self.voice_post(caller, BOOTSTRAP, body).await.expect(StatusCode::OK).parsed()
    }

    /// Events that must be taken: how many were new, and how many known.
    pub(super) async fn deliver(&self, caller: Caller, events: Value) -> (u64, u64) {
        let body = json!({"userId": caller.user, "events": events});
        let answer = self.voice_post(caller, EVENTS, body).await.expect(StatusCode::OK);
        (answer.body["accepted"].as_u64().unwrap(), answer.body["duplicates"].as_u64().unwrap())
    }
}

impl Answer {
    pub(super) async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let status = response.status();
        Self { status, body: response.json().await.unwrap() }
    }

    #[track_caller]
    pub(super) fn expect(self, status: StatusCode) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    /// A refusal in the envelope; gives back its message and details as one text.
    #[track_caller]
    pub(super) fn refused(self, status: StatusCode, code: &str) -> String {
        let answer = self.expect(status);
        assert_eq!(answer.body["error"]["code"], code, "{}", answer.body);
        assert!(answer.body["error"]["details"].is_object(), "{}", answer.body);
        format!("{} {}", answer.body["error"]["message"], answer.body["error"]["details"])
    }

    #[track_caller]
    pub(super) fn parsed<T: serde::de::DeserializeOwned>(self) -> T {
        serde_json::from_value(self.body).unwrap()
    }
}

/// Everything a projection says, in one text.
pub(super) fn text_of(projection: &Projection) -> String {
    serde_json::to_string(projection).unwrap()
}

/// A saved turn.
pub(super) fn turn(event: &str, session: &str, turn: &str, said: &str) -> Value {
    let body = json!({"sessionId": session, "turnId": turn, "userText": said, "assistantText": "I see."});
    json!({"eventId": event, "kind": "turn", "sessionId": session, "body": body})
}

/// A session's start, as the official clients describe the caller.
pub(super) fn session_start(event: &str, session: &str, user: &Value) -> Value {
    json!({"eventId": event, "kind": "session_start", "sessionId": session, "body": {"metadata": {"user": user}}})
}

/// A session's end.
pub(super) fn session_end(event: &str, session: &str, reason: &str) -> Value {
    json!({"eventId": event, "kind": "session_end", "sessionId": session, "body": {"reason": reason}})
}
