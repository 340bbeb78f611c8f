//! What every request passes first.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::Response;

use super::app::App;
use super::refusal::Refusal;
use crate::behaviour::BeforeReady;

/// The bearer, where one is demanded.
pub(super) async fn bearer(State(app): State<Arc<App>>, request: Request, next: Next) -> Result<Response, Refusal> {
    let presented = request.headers().get(AUTHORIZATION);
    match &app.configuration.bearer {
        Some(demanded) if presented.is_none_or(|presented| presented != demanded.as_str()) => {
            Err(Refusal::Unauthorized)
        }
        _ => Ok(next.run(request).await),
    }
}

/// The boot.
pub(super) async fn boot(State(app): State<Arc<App>>, request: Request, next: Next) -> Result<Response, Refusal> {
    let mut ready = app.ready.subscribe();
    if app.configuration.behaviour.before_ready == BeforeReady::Unready && !*ready.borrow() {
        return Err(Refusal::NotReady);
    }
    ready.wait_for(|ready| *ready).await.map_err(|_| Refusal::NotReady)?;
    Ok(next.run(request).await)
}
