//! Calls to the cloud.
//!
//! hyper-util's client rather than a full-blown one: it never reads a proxy from the environment (the cloud stands on
//! loopback), needs no TLS, and a few kilobytes count where hundreds of runtimes live side by side. It is built at the
//! first call and keeps one connection alive.

use std::sync::OnceLock;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use hyper::{Request, Response, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::configuration::{Cloud, Configuration};
use crate::wire::ErrorBody;
use crate::wire::cloud::{AGENT_HEADER, PROJECT_HEADER, USER_HEADER, id_to_header};

/// The cloud, as one runtime may call it.
#[derive(Debug)]
pub(crate) struct CloudClient {
    base: String,
    headers: HeaderMap,
    http: OnceLock<Client<HttpConnector, Full<Bytes>>>,
}

/// A call that did not succeed.
#[derive(Debug, Error)]
pub(crate) enum CloudError {
    /// No answer, or not in time.
    #[error("the cloud at {base} does not answer: {problem}")]
    Unreachable { base: String, problem: String },
    /// An answer that says no.
    #[error("the cloud at {base} answered {status}: {message}")]
    Refused { base: String, status: StatusCode, message: String },
    /// An answer that makes no sense.
    #[error("the cloud at {base} answered something else than this protocol: {problem}")]
    Garbled { base: String, problem: String },
}

impl CloudError {
    /// Whether asking again with the same words is pointless.
    pub(crate) fn is_final(&self) -> bool {
        let passing = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS];
        matches!(self, Self::Refused { status, .. } if status.is_client_error() && !passing.contains(status))
    }
}

impl CloudClient {
    /// A client that identifies itself as the runtime of `configuration`; nothing happens before the first call.
    pub(crate) fn new(cloud: &Cloud, configuration: &Configuration) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, cloud.bearer.clone());
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(
            USER_AGENT,
            HeaderValue::from_static(concat!("busyhour-voice-runtime/", env!("CARGO_PKG_VERSION"))),
        );
        let identities = [
            (PROJECT_HEADER, &configuration.project),
            (AGENT_HEADER, &configuration.agent),
            (USER_HEADER, &configuration.user),
        ];
        for (name, id) in identities.into_iter().filter(|(_, id)| !id.is_empty()) {
            let name = HeaderName::from_bytes(name.as_bytes()).expect("the wire's header names are valid");
            headers.insert(name, HeaderValue::from_str(&id_to_header(id)).expect("the header form of an id is ASCII"));
        }
        Self { base: cloud.base.clone(), headers, http: OnceLock::new() }
    }

    /// Posts `body` to `path` and reads the answer, both JSON, within `patience`.
    pub(crate) async fn post<A: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
        patience: Duration,
    ) -> Result<A, CloudError> {
        let exchange = self.exchange(self.request(path, body)?);
        let timeout = tokio::time::timeout(patience, exchange).await;
        let (status, body) = timeout.unwrap_or_else(|_| Err(self.unreachable(format!("no answer in {patience:?}"))))?;
        if !status.is_success() {
            return Err(CloudError::Refused { base: self.base.clone(), status, message: refusal(&body) });
        }
        serde_json::from_slice(&body).map_err(|error| self.garbled(error.to_string()))
    }

    fn request(&self, path: &str, body: &impl Serialize) -> Result<Request<Full<Bytes>>, CloudError> {
        let json = serde_json::to_vec(body).expect("the wire's types are JSON");
        let request = Request::post(format!("{}{path}", self.base)).body(Full::from(json));
        let mut request = request.map_err(|error| self.unreachable(error.to_string()))?;
        *request.headers_mut() = self.headers.clone();
        Ok(request)
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<(StatusCode, Bytes), CloudError> {
        let answer = self.http.get_or_init(http).request(request).await;
        let answer: Response<_> = answer.map_err(|error| self.unreachable(with_cause(&error)))?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), LONGEST_ANSWER).collect().await;
        Ok((status, body.map_err(|error| self.garbled(error.to_string()))?.to_bytes()))
    }

    fn unreachable(&self, problem: String) -> CloudError {
        CloudError::Unreachable { base: self.base.clone(), problem }
    }

    fn garbled(&self, problem: String) -> CloudError {
        CloudError::Garbled { base: self.base.clone(), problem }
    }
}

fn http() -> Client<HttpConnector, Full<Bytes>> {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    Client::builder(TokioExecutor::new())
        .pool_max_idle_per_host(1)
        .pool_idle_timeout(Duration::from_secs(30))
        .pool_timer(TokioTimer::new())
        .build(connector)
}

/// The innermost cause says what happened; the outer ones only where.
fn with_cause(error: &dyn std::error::Error) -> String {
    std::iter::successors(Some(error), |error| error.source()).last().map_or_else(String::new, ToString::to_string)
}

/// What a refusal says, whatever its shape.
fn refusal(body: &[u8]) -> String {
    match serde_json::from_slice::<ErrorBody>(body) {
        Ok(envelope) => format!("{} ({})", envelope.error.code, envelope.error.message),
        Err(_) => String::from_utf8_lossy(body).chars().take(200).collect(),
    }
}

/// Bytes: a projection is some kilobytes.
const LONGEST_ANSWER: usize = 64 << 20;
