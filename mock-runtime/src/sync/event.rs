//! What happened, in the cloud's words.

use serde::Serialize;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use crate::wire::cloud::CloudEvent;
use crate::wire::loopback::{SessionStart, TurnAfter};

/// Makes the events of one (project, caller).
#[derive(Clone, Debug)]
pub(crate) struct EventSource {
    project: String,
    user: String,
}

impl EventSource {
    /// For the caller a runtime is pinned to.
    pub(crate) fn new(project: &str, user: &str) -> Self {
        Self { project: project.to_owned(), user: user.to_owned() }
    }

    /// A session began. `user` stands at the top of the body, complete with its id.
    pub(crate) fn session_start(&self, session: &str, request: &SessionStart) -> CloudEvent {
        let mut body = object(request);
        let mut user = match request.metadata.get("user") {
            Some(Value::Object(user)) => user.clone(),
            _ => Map::new(),
        };
        user.insert("id".to_owned(), json!(self.user));
        body.insert("user".to_owned(), Value::Object(user));
        event(fresh_id(), "session_start", session, body)
    }

    /// A turn was saved. The id is a function of caller, session and turn: whoever saves it again, in whichever life,
    /// names the same event.
    pub(crate) fn turn(&self, session: &str, turn: &str, request: &TurnAfter) -> CloudEvent {
        let mut body = object(request);
        body.insert("turnId".to_owned(), json!(turn));
        event(self.turn_id(session, turn), "turn", session, body)
    }

    /// A session ended.
    pub(crate) fn session_end(&self, session: &str, reason: &str) -> CloudEvent {
        let body = Map::from_iter([("reason".to_owned(), json!(reason)), ("userId".to_owned(), json!(self.user))]);
        event(fresh_id(), "session_end", session, body)
    }

    fn turn_id(&self, session: &str, turn: &str) -> String {
        let mut hash = Sha256::new();
        for part in [&self.project, &self.user, session, turn] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        let digest = hash.finalize();
        let head = std::array::from_fn(|place| digest[place]);
        Builder::from_custom_bytes(head).into_uuid().to_string()
    }
}

fn event(event_id: String, kind: &str, session: &str, body: Map<String, Value>) -> CloudEvent {
    CloudEvent { event_id, kind: kind.to_owned(), session_id: session.to_owned(), body }
}

fn fresh_id() -> String {
    Uuid::new_v4().to_string()
}

fn object(request: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(request) {
        Ok(Value::Object(object)) => object,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_start_carries_the_caller_with_name_and_metadata() {
        let metadata = json!({"user": {"id": "u", "name": "Ann", "metadata": {"tier": "gold"}}});
        let Value::Object(metadata) = metadata else { panic!("an object") };
        let request = SessionStart { metadata, ..SessionStart::default() };
        let event = EventSource::new("p", "u").session_start("s", &request);
        assert_eq!(event.body["user"], json!({"id": "u", "name": "Ann", "metadata": {"tier": "gold"}}));
        let plain = EventSource::new("p", "u").session_start("s", &SessionStart::default());
        assert_eq!(plain.body["user"], json!({"id": "u"}));
        assert_ne!(event.event_id, plain.event_id);
    }

    #[test]
    fn the_same_turn_is_the_same_event_and_no_other_is() {
        let id = |project, user, session, turn| {
            EventSource::new(project, user).turn(session, turn, &TurnAfter::default()).event_id
        };
        assert_eq!(id("p", "u", "s", "t"), id("p", "u", "s", "t"));
        for other in [id("q", "u", "s", "t"), id("p", "v", "s", "t"), id("p", "u", "st", ""), id("p", "u", "s", "x")] {
            assert_ne!(id("p", "u", "s", "t"), other);
        }
    }
}
