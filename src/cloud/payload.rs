//! Reading a call's body, with refusals in our own words.

use axum::Json;
use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;

use super::refusal::Refusal;

/// A body read as JSON, whatever its content type says, as lenient servers do.
#[derive(Debug)]
pub(super) struct Payload<T>(pub(super) T);

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for Payload<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Refusal> {
        let bytes = to_bytes(request.into_body(), LIMIT).await.map_err(|_| Refusal::body_too_large(LIMIT))?;
        let Json(value) = Json::from_bytes(&bytes).map_err(|rejection| Refusal::bad_body(rejection.body_text()))?;
        Ok(Self(value))
    }
}

/// Bytes of the largest body that is read: far above an index batch at its limit or a day's outbox.
pub(super) const LIMIT: usize = 16 << 20;
