//! `POST /v1/runtime/turn/after`

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use uuid::Uuid;

use super::app::App;
use super::body::{Body, required};
use super::refusal::Refusal;
use crate::behaviour::Work;
use crate::clock;
use crate::memory::SavedTurn;
use crate::wire::loopback::{TurnAfter, TurnSaved};
use crate::witness::{Fact, RequestKind};

/// Saves a turn: on disk before it is acknowledged, in the working lane at once, in the cloud soon. Saving it twice is
/// saving it once.
pub(super) async fn save(
    State(app): State<Arc<App>>,
    Body(request): Body<TurnAfter>,
) -> Result<Json<TurnSaved>, Refusal> {
    let began_ns = clock::now_ns();
    let session = required("sessionId", request.session_id.as_ref())?;
    if app.configuration.org_only {
        let problem = "an org-only runtime has no caller whose turns it could save".to_owned();
        return Err(Refusal::BadRequest { field: ".".to_owned(), problem });
    }
    app.admit(RequestKind::Save, session)?;
    let turn = request.turn_id.clone().filter(|id| !id.is_empty()).unwrap_or_else(|| Uuid::new_v4().to_string());
    let event = keep(&app, session, turn, &request)?;
    app.spend(Work::Save, began_ns).await;
    app.witness.tell(Fact::Served { what: RequestKind::Save, session: session.to_owned() });
    Ok(Json(TurnSaved { status: "ok".to_owned(), local_event_id: Some(event) }))
}

/// Makes the turn durable and returns its event id. The outbox comes first: a death between the two files must not
/// lose the cloud's copy, and the session's log then simply lacks a turn that was never acknowledged.
fn keep(app: &App, session: &str, turn: String, request: &TurnAfter) -> Result<String, Refusal> {
    // Before the session's file grows: the library reads it at its first use.
    let mut library = app.library_with_turns();
    let mut sessions = app.sessions();
    let opened = sessions.opened(app.folder.path(), session)?;
    if let Some(event) = opened.event_of(&turn) {
        return Ok(event.clone());
    }
    let event = app.events.turn(session, &turn, request);
    let event_id = event.event_id.clone();
    app.outgoing.add(event)?;
    let saved = saved_turn(session, turn.clone(), event_id.clone(), request);
    opened.save(&saved)?;
    library.add_turn(saved);
    app.witness.tell(Fact::Saved { turn, event: event_id.clone() });
    Ok(event_id)
}

fn saved_turn(session: &str, turn_id: String, event_id: String, request: &TurnAfter) -> SavedTurn {
    SavedTurn {
        session_id: session.to_owned(),
        turn_id,
        event_id,
        user_text: request.user_text.clone(),
        assistant_text: request.assistant_text.clone(),
        tool_calls: request.tool_calls.clone(),
        metadata: request.metadata.clone(),
    }
}
