//! How the mock cloud says no.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use mock_runtime::wire::ErrorBody;
use mock_runtime::wire::cloud::BatchTooLarge;
use serde_json::{Value, json};

/// A refused call: status, code and body.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    code: &'static str,
    body: Value,
}

/// Rides on a refused call's response, so that the tally need not parse bodies.
#[derive(Clone, Copy, Debug)]
pub(super) struct RefusalCode(pub(super) &'static str);

impl Refusal {
    /// The bearer is missing or wrong.
    pub(super) fn bad_key() -> Self {
        let message = "the account key is missing or wrong: send Authorization: Bearer <account key>";
        Self::enveloped(StatusCode::UNAUTHORIZED, "cloud.unauthorized", message, json!({"header": "Authorization"}))
    }

    /// An identity header is missing, blank or unreadable.
    pub(super) fn missing_header(header: &str) -> Self {
        let message = format!("the header {header} is missing, blank or unreadable: send it on every such call");
        Self::enveloped(StatusCode::UNAUTHORIZED, "cloud.unauthorized", message, json!({ "header": header }))
    }

    /// The identity named is not the account's, or not the one the call is about.
    pub(super) fn forbidden(message: &str) -> Self {
        Self::enveloped(StatusCode::FORBIDDEN, "cloud.forbidden", message, json!({}))
    }

    /// The body is not what the call expects; the message says where.
    pub(super) fn bad_body(message: String) -> Self {
        Self::enveloped(StatusCode::BAD_REQUEST, "cloud.bad_request", message, json!({}))
    }

    /// One field of the body will not do.
    pub(super) fn bad_field(field: &str, remedy: &str) -> Self {
        let message = format!("{field} {remedy}");
        Self::enveloped(StatusCode::BAD_REQUEST, "cloud.bad_request", message, json!({ "field": field }))
    }

    /// Another project has that slug.
    pub(super) fn slug_taken(slug: &str) -> Self {
        let message = "a project with this slug exists: choose another slug";
        Self::enveloped(StatusCode::CONFLICT, "cloud.conflict", message, json!({"field": "slug", "slug": slug}))
    }

    /// The partner API was asked about a project the account does not have.
    pub(super) fn unknown_project(id: &str) -> Self {
        let message = "the account has no such project: create it first";
        Self::enveloped(StatusCode::NOT_FOUND, "cloud.unknown_project", message, json!({ "project": id }))
    }

    /// No such call.
    pub(super) fn not_found(method: &str, path: &str) -> Self {
        let details = json!({"method": method, "path": path});
        Self::enveloped(StatusCode::NOT_FOUND, "not_found", "there is no such call", details)
    }

    /// The cloud is down.
    pub(super) fn unavailable() -> Self {
        let message = "the cloud is down: try again later";
        Self::enveloped(StatusCode::SERVICE_UNAVAILABLE, "cloud.unavailable", message, json!({}))
    }

    /// The body is larger than any call needs.
    pub(super) fn body_too_large(limit: usize) -> Self {
        let message = format!("the body broke off or is larger than {limit} bytes: send less at once");
        let details = json!({ "limit": limit });
        Self::enveloped(StatusCode::PAYLOAD_TOO_LARGE, "cloud.body_too_large", message, details)
    }

    /// An index batch passes a limit. The one refusal outside the envelope.
    pub(super) fn batch_too_large(message: String) -> Self {
        let body = json!(BatchTooLarge { error: BATCH_TOO_LARGE.to_owned(), message });
        Self { status: StatusCode::PAYLOAD_TOO_LARGE, code: BATCH_TOO_LARGE, body }
    }

    /// Whether the body was too large to be read.
    pub(super) fn is_body_too_large(&self) -> bool {
        self.status == StatusCode::PAYLOAD_TOO_LARGE
    }

    /// Its sentence.
    pub(super) fn message(&self) -> String {
        let message = self.body.pointer("/error/message").or_else(|| self.body.get("message"));
        message.and_then(Value::as_str).unwrap_or(self.code).to_owned()
    }

    fn enveloped(status: StatusCode, code: &'static str, message: impl Into<String>, details: Value) -> Self {
        Self { status, code, body: json!(ErrorBody::with_details(code, message, details)) }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        response.extensions_mut().insert(RefusalCode(self.code));
        response
    }
}

const BATCH_TOO_LARGE: &str = "batch_too_large";
