//! What runtimes deliver: events, checked before anything is taken.

use std::sync::Arc;

use mock_runtime::wire::cloud::{CloudEvent, EventReceipt};
use mock_runtime::wire::loopback::TurnAfter;
use serde_json::{Map, Value};

use super::fingerprint::Fingerprint;
use super::projects::Project;
use super::refusal::Refusal;

/// An event that passed every check.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) id: Fingerprint,
    pub(super) session: String,
    pub(super) fact: EventFact,
}

/// What an event says.
#[derive(Debug)]
pub(super) enum EventFact {
    /// A session started; what it told about the caller.
    SessionStarted { name: Option<String>, metadata: Option<Map<String, Value>> },
    /// A turn was saved.
    Turn { id: Fingerprint, text: String },
    /// A session ended.
    SessionEnded { reason: Option<String> },
}

/// Checks every event of a batch, so that a batch is taken whole or not at all.
pub(super) fn check(events: Vec<CloudEvent>) -> Result<Vec<Checked>, Refusal> {
    events.into_iter().enumerate().map(|(position, event)| check_event(position, event)).collect()
}

/// Takes a checked batch about `user` in.
pub(super) fn take(project: &mut Project, user: &str, batch: Vec<Checked>) -> EventReceipt {
    let mut receipt = EventReceipt::default();
    let user = project.callers.get_key_value(user).map_or_else(|| Arc::from(user), |(known, _)| Arc::clone(known));
    let learned = project.callers.entry(Arc::clone(&user)).or_default();
    for event in batch {
        if !project.arrivals.note(&user, &event) {
            receipt.duplicates += 1;
            continue;
        }
        receipt.accepted += 1;
        match event.fact {
            EventFact::SessionStarted { name, .. } => name.iter().for_each(|name| learned.introduce(name)),
            EventFact::Turn { text, .. } => learned.hear(text),
            EventFact::SessionEnded { .. } => learned.consolidate(),
        }
    }
    receipt
}

fn check_event(position: usize, event: CloudEvent) -> Result<Checked, Refusal> {
    let refuse = |field: &str, remedy: &str| Refusal::bad_field(&format!("events[{position}].{field}"), remedy);
    if event.event_id.is_empty() {
        return Err(refuse("eventId", "is blank: give each event an id of its own"));
    }
    if event.session_id.is_empty() {
        return Err(refuse("sessionId", "is blank: name the session"));
    }
    let fact = match event.kind.as_str() {
        "session_start" => session_started(&event.body),
        "turn" => turn(event.body).map_err(|(field, remedy)| refuse(field, remedy))?,
        "session_end" => EventFact::SessionEnded { reason: text_of(&event.body, "reason") },
        _ => return Err(refuse("kind", "is unknown: use session_start, turn or session_end")),
    };
    Ok(Checked { id: Fingerprint::of(&[event.event_id.as_bytes()]), session: event.session_id, fact })
}

/// Lenient as the runtime is: a caller without a name, or no caller at all, is no error.
fn session_started(body: &Map<String, Value>) -> EventFact {
    let user = body.get("user").or_else(|| body.get("metadata")?.get("user")).and_then(Value::as_object);
    let name = user.and_then(|user| text_of(user, "name"));
    let metadata = user.and_then(|user| user.get("metadata")?.as_object().cloned());
    EventFact::SessionStarted { name, metadata }
}

fn turn(body: Map<String, Value>) -> Result<EventFact, (&'static str, &'static str)> {
    let turn: TurnAfter = serde_json::from_value(Value::Object(body))
        .map_err(|_| ("body", "is no saved turn: send the turn as the runtime got it"))?;
    let id = turn.turn_id.filter(|id| !id.is_empty()).ok_or(("body.turnId", "is blank: name the turn"))?;
    let text = format!("Said: {} Was told: {}", shortened(&turn.user_text), shortened(&turn.assistant_text));
    Ok(EventFact::Turn { id: Fingerprint::of(&[id.as_bytes()]), text })
}

fn text_of(object: &Map<String, Value>, field: &str) -> Option<String> {
    object.get(field)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// The first [`REMEMBERED_CHARS`] of what was said.
fn shortened(text: &str) -> &str {
    text.char_indices().nth(REMEMBERED_CHARS).map_or(text, |(end, _)| &text[..end])
}

/// Characters of an utterance that a fact keeps, so that a caller's memory is bounded.
const REMEMBERED_CHARS: usize = 300;
