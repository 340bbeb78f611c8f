//! What was seen, in a form in which two plays can be compared: what differs between any two plays is left out (times), or
//! named by the order in which it appears (ids, ports).

use std::collections::{BTreeMap, HashMap};

use busyhour::mock::{Call, Event, Place};
use mock_runtime::wire::cloud::{EVENTS, INDEX_CREATE, INDEX_LIST};
use mock_runtime::wire::loopback::HEALTH;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::script::Script;
use crate::stage::Seen;

/// One thing that was seen, by what it is: a step's name, `runtime 1 of ann`, `cloud`, `left`.
pub(crate) type Observations = BTreeMap<String, Value>;

/// Everything that was seen of a list of steps.
pub(crate) fn observations(script: &Script, seen: &Seen) -> Observations {
    let mut names = Names { first_port: seen.first_port, ids: HashMap::new() };
    let mut observed = Observations::new();
    for (step, outcome) in script.steps.iter().zip(&seen.outcomes) {
        observed.insert(step.name.clone(), names.plain(outcome));
    }
    for (life, requests) in lives(&seen.events) {
        observed.insert(life, names.plain(&requests));
    }
    observed.insert("cloud".to_owned(), names.plain(&cloud(&seen.events)));
    observed.insert("saves".to_owned(), saves(&seen.events));
    observed.insert("left".to_owned(), json!(seen.left));
    observed
}

/// How often each turn reached the cloud, by caller and words.
pub(crate) fn saves(events: &[Event]) -> Value {
    let mut turns: BTreeMap<String, u64> = BTreeMap::new();
    for (call, event) in
        events.iter().filter_map(call_to(EVENTS)).flat_map(|call| delivered(call).map(move |e| (call, e)))
    {
        if event["kind"] == "turn" && call.status == Some(200) {
            let words = format!("{}: {}", call.caller.as_deref().unwrap_or("?"), event["body"]["userText"]);
            *turns.entry(words).or_default() += 1;
        }
    }
    json!(turns)
}

/// The life of each runtime, by its caller and how many there were before it: how it booted, and what it was asked.
/// Health is left out: how often it is asked is a matter of time.
fn lives(events: &[Event]) -> Vec<(String, Value)> {
    let mut lives: Vec<(String, Value)> = Vec::new();
    let (mut on_port, mut of_caller) = (HashMap::new(), HashMap::<&str, usize>::new());
    for event in events {
        match event {
            Event::Started { port, caller, .. } => {
                let number = of_caller.entry(caller).or_default();
                *number += 1;
                on_port.insert(*port, lives.len());
                lives.push((format!("runtime {number} of {caller}"), json!({ "boot": null, "requests": [] })));
            }
            Event::Ready { port, boot, .. } => lives[on_port[port]].1["boot"] = json!(boot),
            Event::Called(call) if call.path != HEALTH => {
                let Place::Runtime(port) = call.place else { continue };
                let request = json!({ "path": call.path, "body": call.body, "status": call.status });
                lives[on_port[&port]].1["requests"].as_array_mut().expect("a list was put there").push(request);
            }
            Event::Called(_) | Event::Gone { .. } => {}
        }
    }
    for (_, life) in &mut lives {
        // When a runtime notices that nobody waits any more is a matter of time.
        let requests = life["requests"].as_array_mut().expect("a list was put there");
        requests.sort_by_key(|request| request["status"].is_null());
    }
    lives
}

/// Calls a client makes to the cloud by itself, with their identity headers.
fn cloud(events: &[Event]) -> Value {
    let own = events.iter().filter_map(call_to(INDEX_CREATE)).chain(events.iter().filter_map(call_to(INDEX_LIST)));
    let told = own.map(|call| {
        let header = |name: &str| call.headers.get(name);
        json!({
            "path": call.path, "status": call.status, "project": header("x-project-id"), "agent": header("x-agent-id"),
            "user": header("x-user-id"), "metadata": call.body.get("metadata"),
        })
    });
    told.collect()
}

fn call_to(path: &'static str) -> impl Fn(&Event) -> Option<&Call> {
    move |event| match event {
        Event::Called(call) if call.path == path => Some(call),
        _ => None,
    }
}

fn delivered(call: &Call) -> impl Iterator<Item = &Value> {
    call.body["events"].as_array().into_iter().flatten()
}

/// Names for what is another in each play.
struct Names {
    first_port: u16,
    ids: HashMap<String, usize>,
}

impl Names {
    fn plain(&mut self, value: &Value) -> Value {
        match value {
            Value::Array(items) => items.iter().map(|item| self.plain(item)).collect(),
            Value::Object(fields) => fields.iter().filter_map(|(name, value)| self.field(name, value)).collect(),
            Value::String(text) => self.text(text).into(),
            Value::Number(number) => self.port(number.as_u64()).map_or_else(|| value.clone(), Value::from),
            Value::Null | Value::Bool(_) => value.clone(),
        }
    }

    fn field(&mut self, name: &str, value: &Value) -> Option<(String, Value)> {
        if matches!(name, "totalMs" | "profileMs" | "workingMs" | "permanentMs" | "orgMs") {
            return None;
        }
        let port = self.port(name.parse().ok());
        Some((port.unwrap_or_else(|| name.to_owned()), self.plain(value)))
    }

    fn text(&mut self, text: &str) -> String {
        if Uuid::parse_str(text).is_ok() {
            let next = self.ids.len() + 1;
            return format!("id {}", self.ids.entry(text.to_owned()).or_insert(next));
        }
        match text.rsplit_once(':').and_then(|(host, port)| Some((host, self.port(port.parse().ok())?))) {
            Some((host, port)) => format!("{host}:{port}"),
            None => text.to_owned(),
        }
    }

    /// A port by its distance from the first.
    fn port(&self, number: Option<u64>) -> Option<String> {
        let distance = number?.checked_sub(self.first_port.into())?;
        (distance < 100).then(|| format!("port {distance}"))
    }
}

/// Whether what is wanted is in a value, among other things.
pub(crate) fn holds(value: &Value, wanted: &Value) -> bool {
    match (value, wanted) {
        (Value::Object(value), Value::Object(wanted)) => holds_all(value, wanted),
        (Value::Array(value), Value::Array(wanted)) => {
            value.len() == wanted.len() && value.iter().zip(wanted).all(|(value, wanted)| holds(value, wanted))
        }
        (Value::String(value), Value::String(wanted)) => match wanted.strip_prefix('~') {
            Some(part) => value.contains(part),
            None => value == wanted,
        },
        (value, wanted) => value == wanted,
    }
}

fn holds_all(value: &Map<String, Value>, wanted: &Map<String, Value>) -> bool {
    wanted.iter().all(|(name, wanted)| value.get(name).is_some_and(|value| holds(value, wanted)))
}
