//! What happens, a line each.

use std::fmt::Write;

use jiff::Zoned;
use serde_json::Value;

use crate::mock::{Call, Event, Place};

/// Puts events into words.
pub(super) struct Log {
    /// The only key that may be shown: another may be a real one.
    account_key: String,
}

impl Log {
    pub(super) fn new(account_key: &str) -> Self {
        Self { account_key: account_key.to_owned() }
    }

    /// The event, and the time of day.
    pub(super) fn line(&self, event: &Event) -> String {
        format!("{} {}", Zoned::now().strftime("%H:%M:%S%.3f"), self.words(event))
    }

    fn words(&self, event: &Event) -> String {
        match event {
            Event::Called(call) => self.called(call),
            Event::Started { port, pid, project, caller } => {
                format!("runtime {port}  started for {} of {}, process {pid}", plain(caller), plain(project))
            }
            Event::Ready { port, boot, took_ms, .. } => {
                let boot = format!("{boot:?}").to_lowercase();
                format!("runtime {port}  ready after {took_ms:.0} ms ({boot} boot)")
            }
            Event::Gone { port, caller, reason, .. } => {
                let reason = reason.as_deref().unwrap_or("killed");
                format!("runtime {port}  gone, was {}'s: {}", plain(caller), plain(reason))
            }
        }
    }

    fn called(&self, call: &Call) -> String {
        let place = match call.place {
            Place::Cloud => "cloud       ".to_owned(),
            Place::Runtime(port) => format!("runtime {port}"),
        };
        let status = call.status.map_or_else(|| "given up".to_owned(), |status| status.to_string());
        let mut line = format!("{place}  {} {} {status}", plain(&call.method), plain(&call.path));
        match call.place {
            Place::Cloud => self.add_headers(&mut line, call),
            Place::Runtime(_) => add_owner(&mut line, call),
        }
        if let Some(gist) = gist(&call.body) {
            write!(line, "  {gist}").expect("writing to a string cannot fail");
        }
        line
    }

    /// The identity headers of a call to the cloud, as they came.
    fn add_headers(&self, line: &mut String, call: &Call) {
        for name in ["X-Project-Id", "X-Agent-Id", "X-User-Id", "Authorization"] {
            let Some(value) = call.headers.get(&name.to_lowercase()) else { continue };
            let shown = if name == "Authorization" { self.masked(value) } else { plain(value) };
            write!(line, "  {name}: {shown}").expect("writing to a string cannot fail");
        }
    }

    fn masked(&self, authorization: &str) -> String {
        let known = authorization.strip_prefix("Bearer ").is_some_and(|key| key == self.account_key);
        if known { plain(authorization) } else { "another key than the mock's (not shown)".to_owned() }
    }
}

/// Requests to a runtime carry no identity: it has one.
fn add_owner(line: &mut String, call: &Call) {
    let id = |id: &Option<String>| id.as_deref().map_or_else(|| "?".to_owned(), plain);
    write!(line, "  {} of {}, {}", id(&call.caller), id(&call.project), id(&call.agent))
        .expect("writing to a string cannot fail");
}

/// What a request is about, in a few words.
fn gist(body: &Value) -> Option<String> {
    if let Some(events) = body.get("events").and_then(Value::as_array) {
        let kinds: Vec<&str> = events.iter().filter_map(|event| event.get("kind")?.as_str()).collect();
        return Some(plain(&kinds.join(", ")));
    }
    let fields = ["query", "userText", "reason", "name", "sessionId"];
    let text = fields.iter().find_map(|field| body.get(*field)?.as_str())?;
    let short: String = text.chars().take(MOST_CHARS).collect();
    let more = if short.len() < text.len() { "…" } else { "" };
    Some(format!("\"{}{more}\"", plain(&short)))
}

/// Without anything that would move the cursor or end the line.
fn plain(text: &str) -> String {
    text.chars()
        .flat_map(|letter| if letter.is_control() { letter.escape_default().collect() } else { vec![letter] })
        .collect()
}

/// Of what was said.
const MOST_CHARS: usize = 60;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    fn call(key: &str) -> Call {
        let headers = [("x-project-id", "p"), ("x-user-id", "a\nb"), ("authorization", key)];
        Call {
            place: Place::Cloud,
            method: "POST".to_owned(),
            path: "/v1/voice-sdk/events".to_owned(),
            project: Some("p".to_owned()),
            agent: None,
            caller: Some("a\nb".to_owned()),
            headers: BTreeMap::from(headers.map(|(name, value)| (name.to_owned(), value.to_owned()))),
            body: json!({ "events": [{ "kind": "turn" }, { "kind": "session_end" }] }),
            status: Some(200),
        }
    }

    #[test]
    fn a_call_is_one_line_with_its_identity() {
        let words = Log::new("k").words(&Event::Called(call("Bearer k")));
        assert_eq!(
            words,
            "cloud         POST /v1/voice-sdk/events 200  X-Project-Id: p  X-User-Id: a\\nb  Authorization: Bearer k  \
             turn, session_end"
        );
    }

    #[test]
    fn a_key_that_is_not_the_mocks_is_not_shown() {
        let words = Log::new("k").words(&Event::Called(call("Bearer memoair_pk_real")));
        assert!(words.contains("another key") && !words.contains("real"), "{words}");
    }
}
