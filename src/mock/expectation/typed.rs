//! What can be typed. Everything that can be wrong is found while the file is read, so that it is known where it stands.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::Deserializer;
use serde_json::{Map, Value};

use super::condition::{Condition, Pattern};
use super::{Expectation, Expectations};
use crate::mock::document::wrong;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Typed {
    #[serde(deserialize_with = "at_least_one")]
    calls: Vec<TypedCall>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    about: Option<String>,
    method: Option<Method>,
    path: Option<TypedPath>,
    project: Option<String>,
    agent: Option<String>,
    caller: Option<String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: Option<Map<String, Value>>,
    status: Option<u16>,
    count: Option<u64>,
    at_least: Option<u64>,
    at_most: Option<u64>,
}

/// Fields that go together.
#[derive(Debug)]
struct TypedCall(Fields);

/// One of those the mocks answer.
#[derive(Clone, Copy, Debug, Deserialize)]
enum Method {
    #[serde(rename = "GET")]
    Get,
    #[serde(rename = "POST")]
    Post,
}

/// A pattern of a path.
#[derive(Clone, Debug)]
struct TypedPath(String);

impl<'de> Deserialize<'de> for TypedPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let path = String::deserialize(deserializer)?;
        if path.starts_with(['/', '*']) {
            return Ok(Self(path));
        }
        let remedy = "begin it with `/`, or with `*`, which stands for any characters";
        Err(wrong(format!("no call has the path `{path}`"), remedy))
    }
}

fn at_least_one<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<TypedCall>, D::Error> {
    let calls = Vec::deserialize(deserializer)?;
    if calls.is_empty() { Err(wrong("nothing is expected", "name at least one call")) } else { Ok(calls) }
}

impl<'de> Deserialize<'de> for TypedCall {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let typed = Self(Fields::deserialize(deserializer)?);
        if typed.conditions().is_empty() {
            let remedy = "say method, path, project, agent, caller, headers, body or status";
            return Err(wrong("any call would do", remedy));
        }
        let Fields { count, at_least, at_most, .. } = &typed.0;
        if count.is_some() && (at_least.is_some() || at_most.is_some()) {
            let remedy = "leave it out, or `at_least` and `at_most`";
            return Err(wrong("`count` says already how many", remedy));
        }
        if at_least.zip(*at_most).is_some_and(|(least, most)| least > most) {
            return Err(wrong("`at_least` is above `at_most`", "exchange them, or leave one out"));
        }
        Ok(typed)
    }
}

impl TypedCall {
    fn conditions(&self) -> Vec<Condition> {
        let fields = &self.0;
        let pattern = |text: &String| Pattern::new(text);
        let mut conditions = Vec::new();
        conditions.extend(fields.method.map(|method| Condition::Method(method.as_str().to_owned())));
        conditions.extend(fields.path.as_ref().map(|path| Condition::Path(Pattern::new(&path.0))));
        conditions.extend(fields.project.as_ref().map(pattern).map(Condition::Project));
        conditions.extend(fields.agent.as_ref().map(pattern).map(Condition::Agent));
        conditions.extend(fields.caller.as_ref().map(pattern).map(Condition::Caller));
        let headers = fields.headers.iter();
        conditions.extend(headers.map(|(name, value)| Condition::Header(name.to_lowercase(), Pattern::new(value))));
        conditions.extend(fields.body.clone().map(|body| Condition::Body(body.into())));
        conditions.extend(fields.status.map(Condition::Status));
        conditions
    }

    /// What was typed, in a line, unless it was given a name.
    fn about(&self) -> String {
        let fields = &self.0;
        let mut words: Vec<String> = Vec::new();
        words.push(fields.method.map_or("any call", Method::as_str).to_owned());
        words.extend(fields.path.as_ref().map(|path| path.0.clone()));
        words.extend(fields.caller.as_ref().map(|caller| format!("of {caller}")));
        words.extend(fields.project.as_ref().map(|project| format!("for {project}")));
        words.extend(fields.agent.as_ref().map(|agent| format!("by {agent}")));
        words.extend(fields.headers.iter().map(|(name, value)| format!("with {name}: {value}")));
        words.extend(fields.body.as_ref().map(|body| format!("with {}", Value::from(body.clone()))));
        words.extend(fields.status.map(|status| format!("answered {status}")));
        fields.about.clone().unwrap_or_else(|| words.join(" "))
    }
}

impl Method {
    fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

impl From<Typed> for Expectations {
    fn from(typed: Typed) -> Self {
        Self(typed.calls.iter().map(Expectation::from).collect())
    }
}

impl From<&TypedCall> for Expectation {
    fn from(typed: &TypedCall) -> Self {
        let Fields { count, at_least, at_most, .. } = typed.0;
        // "At most three" is no demand for one.
        let usual = u64::from(at_most.is_none());
        Self {
            about: typed.about(),
            conditions: typed.conditions(),
            at_least: count.or(at_least).unwrap_or(usual),
            at_most: count.or(at_most),
            came: 0,
            nearest: None,
        }
    }
}
