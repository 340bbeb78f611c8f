//! Telling the witness of every request, where it wants to hear of them.

use std::collections::BTreeMap;
use std::mem;
use std::sync::Arc;

use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use serde_json::Value;

use super::app::App;
use super::body::LONGEST_BODY;
use crate::witness::Fact;

/// Passes a request on and tells of it when it is over.
pub(super) async fn tell(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let headers = head
        .headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    let path = head.uri.path_and_query().map_or_else(|| head.uri.to_string(), ToString::to_string);
    let (method, headers) = (head.method.to_string(), headers.collect());
    let (body, sent) = read(body).await;
    let mut telling = Telling { app, method, path, headers, body: sent, status: None };
    let response = next.run(Request::from_parts(head, body)).await;
    telling.status = Some(response.status().as_u16());
    response
}

/// One request. Tells when it is dropped, which is when the answer is ready or nobody wants it any more.
struct Telling {
    app: Arc<App>,
    method: String,
    path: String,
    headers: BTreeMap<String, String>,
    body: Value,
    status: Option<u16>,
}

impl Drop for Telling {
    fn drop(&mut self) {
        self.app.witness.tell(Fact::Answered {
            method: mem::take(&mut self.method),
            path: mem::take(&mut self.path),
            headers: mem::take(&mut self.headers),
            body: self.body.take(),
            status: self.status,
        });
    }
}

/// The body, to be read again, and what it says. One that announces itself as too long is left to be refused.
async fn read(body: Body) -> (Body, Value) {
    if body.size_hint().upper().is_none_or(|bytes| bytes > LONGEST_BODY as u64) {
        return (body, Value::Null);
    }
    let bytes = to_bytes(body, LONGEST_BODY).await.unwrap_or_default();
    let said = said(&bytes);
    (Body::from(bytes), said)
}

fn said(bytes: &Bytes) -> Value {
    if bytes.is_empty() {
        return Value::Null;
    }
    serde_json::from_slice(bytes).unwrap_or_else(|_| String::from_utf8_lossy(bytes).into())
}
