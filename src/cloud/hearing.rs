//! Telling somebody of every call, as it happens.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use serde_json::Value;

use super::payload::LIMIT;

/// One call, as the cloud saw and answered it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloudCall {
    /// `GET`, `POST` …
    pub method: String,
    /// Path and query.
    pub path: String,
    /// By their names in lowercase; a name that came twice has its last value.
    pub headers: BTreeMap<String, String>,
    /// What was sent: JSON, text where it is none, null where it is nothing or too long to be read.
    pub body: Value,
    /// Status of the answer.
    pub status: u16,
}

/// Who is told.
#[derive(Clone)]
pub(super) struct Ear(Arc<dyn Fn(CloudCall) + Send + Sync>);

impl Ear {
    pub(super) fn new(ear: impl Fn(CloudCall) + Send + Sync + 'static) -> Self {
        Self(Arc::new(ear))
    }
}

impl fmt::Debug for Ear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ear")
    }
}

/// A call that is not answered yet; nothing where nobody listens.
pub(super) struct Heard(Option<(Ear, CloudCall)>);

impl Heard {
    /// Looks at a request, and gives it back unharmed.
    pub(super) async fn of(request: Request, ear: Option<&Ear>) -> (Request, Self) {
        let Some(ear) = ear.cloned() else { return (request, Self(None)) };
        let (head, body) = request.into_parts();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let headers = head.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes())));
        let path = head.uri.path_and_query().map_or_else(|| head.uri.to_string(), ToString::to_string);
        let (method, headers) = (head.method.to_string(), headers.collect());
        let (body, said) = read(body).await;
        let call = CloudCall { method, path, headers, body: said, status: 0 };
        (Request::from_parts(head, body), Self(Some((ear, call))))
    }

    /// Tells of it.
    pub(super) fn answered(self, response: &Response) {
        if let Some((ear, call)) = self.0 {
            ear.0(CloudCall { status: response.status().as_u16(), ..call });
        }
    }
}

/// The body, to be read again, and what it says. One that announces itself as too long is left to be refused.
async fn read(body: Body) -> (Body, Value) {
    if body.size_hint().upper().is_none_or(|bytes| bytes > LIMIT as u64) {
        return (body, Value::Null);
    }
    let bytes = to_bytes(body, LIMIT).await.unwrap_or_default();
    let said = match serde_json::from_slice(&bytes) {
        Ok(value) => value,
        Err(_) if bytes.is_empty() => Value::Null,
        Err(_) => String::from_utf8_lossy(&bytes).into(),
    };
    (Body::from(bytes), said)
}
