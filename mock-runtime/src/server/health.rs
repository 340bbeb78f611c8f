//! `GET /v1/runtime/health`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::app::App;
use crate::clock;
use crate::wire::loopback::Health;

/// Who this runtime is, with both counters in both spellings.
pub(super) async fn health(State(app): State<Arc<App>>) -> Json<Health> {
    let (sessions, uptime_ms) = (app.sessions().count(), (clock::now_ns() - app.started_ns) / 1_000_000);
    Json(Health {
        status: "ok".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        workspace_id: app.configuration.project.clone(),
        user_id: app.configuration.user.clone(),
        active_sessions: sessions,
        uptime_ms,
        active_sessions_snake: sessions,
        uptime_ms_snake: uptime_ms,
        boot: Some(app.kind),
    })
}
