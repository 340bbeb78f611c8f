//! A cloud that remembers what it was asked and told.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use mock_runtime::wire::cloud::{
    BOOTSTRAP, BootstrapRequest, CloudEvent, EVENTS, EventBatch, EventReceipt, Projection,
};
use mock_runtime::wire::{ErrorBody, cloud};
use tokio::sync::watch;

use super::soon;

/// A cloud on loopback, gone with this value.
pub(crate) struct Cloud {
    pub(crate) url: String,
    memory: Arc<Memory>,
    server: tokio::task::JoinHandle<()>,
}

/// How it answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mood {
    /// As it should.
    #[default]
    Well,
    /// 503.
    Down,
    /// 401.
    Refusing,
    /// It does what it is asked, but 503 is the answer.
    Forgetful,
    /// 200, and a web page.
    Babbling,
}

struct Memory {
    state: Mutex<Known>,
    changes: watch::Sender<u64>,
}

/// What it knows.
#[derive(Default)]
pub(crate) struct Known {
    pub(crate) mood: Mood,
    /// The answer to every bootstrap.
    pub(crate) projection: Projection,
    pub(crate) bootstraps: Vec<BootstrapRequest>,
    /// Headers of every call, in order.
    pub(crate) headers: Vec<HeaderMap>,
    /// Accepted events, each once, in order.
    pub(crate) events: Vec<CloudEvent>,
    ids: HashSet<String>,
    pub(crate) duplicates: u64,
}

impl Cloud {
    /// One that knows `projection`.
    pub(crate) async fn with(projection: Projection) -> Self {
        let state = Mutex::new(Known { projection, ..Known::default() });
        let memory = Arc::new(Memory { state, changes: watch::Sender::new(0) });
        let router = Router::new().route(BOOTSTRAP, post(bootstrap)).route(EVENTS, post(events));
        let router = router.with_state(memory.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let server = tokio::spawn(async move { axum::serve(listener, router).await.expect("served") });
        Self { url, memory, server }
    }

    /// What it knows, to look at and to change.
    pub(crate) fn known(&self) -> MutexGuard<'_, Known> {
        self.memory.state.lock().expect("no test panics while holding it")
    }

    pub(crate) fn set(&self, mood: Mood) {
        self.known().mood = mood;
    }

    /// Waits until what it knows fulfils `condition`.
    pub(crate) async fn until(&self, what: &str, mut condition: impl FnMut(&Known) -> bool) {
        let mut changes = self.memory.changes.subscribe();
        let wait = async {
            while !condition(&self.known()) {
                changes.changed().await.expect("the cloud is there");
            }
        };
        soon(what, wait).await;
    }

    /// Calls so far.
    pub(crate) fn calls(&self) -> usize {
        self.known().headers.len()
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Memory {
    fn hear(&self, headers: HeaderMap, act: impl FnOnce(&mut Known) -> Response) -> Response {
        let mut known = self.state.lock().expect("no test panics while holding it");
        known.headers.push(headers);
        let mood = known.mood;
        let refusal =
            |status: StatusCode, code| (status, Json(ErrorBody::new(code, "as the test wants it"))).into_response();
        let answer = match mood {
            Mood::Well => act(&mut known),
            Mood::Down => refusal(StatusCode::SERVICE_UNAVAILABLE, "cloud.internal"),
            Mood::Refusing => refusal(StatusCode::UNAUTHORIZED, "cloud.unauthorized"),
            Mood::Forgetful => {
                act(&mut known);
                refusal(StatusCode::SERVICE_UNAVAILABLE, "cloud.internal")
            }
            Mood::Babbling => "<html>hello</html>".into_response(),
        };
        self.changes.send_modify(|changes| *changes += 1);
        answer
    }
}

async fn bootstrap(State(memory): State<Arc<Memory>>, headers: HeaderMap, body: Bytes) -> Response {
    let request: BootstrapRequest = serde_json::from_slice(&body).expect("a bootstrap");
    memory.hear(headers, |known| {
        known.bootstraps.push(request);
        Json(known.projection.clone()).into_response()
    })
}

async fn events(State(memory): State<Arc<Memory>>, headers: HeaderMap, body: Bytes) -> Response {
    let batch: EventBatch = serde_json::from_slice(&body).expect("a batch");
    let user = headers[cloud::USER_HEADER].to_str().ok().and_then(cloud::id_from_header);
    assert_eq!(user.as_deref(), Some(batch.user_id.as_str()), "header and body name the same caller");
    memory.hear(headers, |known| {
        let offered = batch.events.len() as u64;
        let fresh: Vec<_> = batch.events.into_iter().filter(|event| known.ids.insert(event.event_id.clone())).collect();
        let accepted = fresh.len() as u64;
        known.events.extend(fresh);
        known.duplicates += offered - accepted;
        Json(EventReceipt { accepted, duplicates: offered - accepted }).into_response()
    })
}
