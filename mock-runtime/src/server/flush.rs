//! `POST /v1/runtime/sync/flush`

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;

use super::app::App;
use super::body::Body;
use super::refusal::Refusal;
use crate::behaviour::Work;
use crate::clock;
use crate::wire::loopback::{SyncFlush, SyncFlushed};
use crate::witness::Fact;

/// Empties the outbox into the cloud, trying again until the deadline while the cloud does not take it.
pub(super) async fn flush(
    State(app): State<Arc<App>>,
    Body(request): Body<SyncFlush>,
) -> Result<Json<SyncFlushed>, Refusal> {
    let patience = request.deadline_ms.map_or(DEFAULT_DEADLINE, Duration::from_millis).min(LONGEST_DEADLINE);
    app.witness.tell(Fact::Draining);
    app.sessions().write_briefs();
    let flushed = app.outgoing.flush(app.cloud.as_ref(), patience).await;
    app.spend(Work::Flush, clock::now_ns()).await;
    let remaining = app.outgoing.waiting();
    app.witness.tell(Fact::Drained { flushed, remaining });
    Ok(Json(SyncFlushed { flushed, remaining }))
}

/// What the official client sends.
const DEFAULT_DEADLINE: Duration = Duration::from_secs(5);
/// Nobody waits longer than this.
const LONGEST_DEADLINE: Duration = Duration::from_mins(5);
