//! What a request that is not served gets.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use thiserror::Error;

use crate::memory::LogError;
use crate::wire::ErrorBody;

/// A request that is not served.
#[derive(Debug, Error)]
pub(crate) enum Refusal {
    /// The body is not what the endpoint takes.
    #[error("`{field}`: {problem}")]
    BadRequest { field: String, problem: String },
    /// The body is longer than any honest one.
    #[error("the body is longer than {limit} bytes: send less")]
    TooLarge { limit: usize },
    /// The bearer is missing or wrong.
    #[error("this runtime wants its bearer token in the Authorization header")]
    Unauthorized,
    /// The boot is not over.
    #[error("this runtime is still booting: ask again")]
    NotReady,
    /// The request is meant for someone else.
    #[error(
        "this runtime belongs to user `{own_user}` of workspace `{own_workspace}`: start one for `{user}` of `{workspace}`"
    )]
    IdentityMismatch { own_workspace: String, own_user: String, workspace: String, user: String },
    /// This process never started that session, or has ended it.
    #[error("this runtime has no session `{session}`: start it first")]
    UnknownSession { session: String },
    /// There is no such endpoint.
    #[error("there is no {path} here: see the six paths under /v1/runtime/")]
    NotFound { path: String },
    /// There is, but it is asked otherwise.
    #[error("{path} does not take {method}: health is a GET, everything else a POST")]
    MethodNotAllowed { path: String, method: String },
    /// The disk failed.
    #[error(transparent)]
    Disk(#[from] LogError),
}

impl Refusal {
    /// A field that must be there and is not.
    pub(super) fn missing(field: &str) -> Self {
        Self::BadRequest { field: field.to_owned(), problem: "is required: send a string that is not empty".to_owned() }
    }

    fn status_and_code(&self) -> (StatusCode, &'static str) {
        match self {
            Self::BadRequest { .. } => (StatusCode::BAD_REQUEST, "runtime.bad_request"),
            Self::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "runtime.bad_request"),
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, "runtime.unauthorized"),
            Self::NotReady => (StatusCode::SERVICE_UNAVAILABLE, "runtime.not_ready"),
            Self::IdentityMismatch { .. } => (StatusCode::FORBIDDEN, "runtime.identity_mismatch"),
            Self::UnknownSession { .. } => (StatusCode::NOT_FOUND, "runtime.unknown_session"),
            Self::NotFound { .. } => (StatusCode::NOT_FOUND, "not_found"),
            Self::MethodNotAllowed { .. } => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
            Self::Disk(_) => (StatusCode::INTERNAL_SERVER_ERROR, "runtime.internal"),
        }
    }

    fn details(&self) -> Value {
        match self {
            Self::BadRequest { field, .. } => json!({ "field": field }),
            Self::TooLarge { limit } => json!({ "limit": limit }),
            Self::IdentityMismatch { own_workspace, own_user, workspace, user } => json!({
                "runtimeWorkspaceId": own_workspace,
                "runtimeUserId": own_user,
                "workspaceId": workspace,
                "userId": user,
            }),
            Self::UnknownSession { session } => json!({ "sessionId": session }),
            Self::NotFound { path } | Self::MethodNotAllowed { path, .. } => json!({ "path": path }),
            Self::Unauthorized | Self::NotReady | Self::Disk(_) => json!({}),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, code) = self.status_and_code();
        (status, Json(ErrorBody::with_details(code, self.to_string(), self.details()))).into_response()
    }
}
