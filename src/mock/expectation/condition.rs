//! One thing that must be so of a call.

use std::fmt;

use serde_json::Value;
use wildmatch::WildMatch;

use crate::mock::call::Call;

/// One thing that must be so of a call.
#[derive(Clone, Debug)]
pub(super) enum Condition {
    Method(String),
    Path(Pattern),
    Project(Pattern),
    Agent(Pattern),
    Caller(Pattern),
    /// By its name in lowercase.
    Header(String, Pattern),
    /// What must be in the body, among other things.
    Body(Value),
    Status(u16),
}

/// A text in which `*` stands for any characters and `?` for one.
#[derive(Clone, Debug)]
pub(super) struct Pattern(WildMatch);

impl Pattern {
    pub(super) fn new(text: &str) -> Self {
        Self(WildMatch::new(text))
    }

    fn fits(&self, text: &str) -> bool {
        self.0.matches(text)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.0)
    }
}

impl Condition {
    /// What is wrong with the call, if anything is.
    pub(super) fn miss(&self, call: &Call) -> Option<String> {
        match self {
            Self::Method(wanted) => differs("method", &call.method, wanted.eq_ignore_ascii_case(&call.method), wanted),
            Self::Path(wanted) => differs("path", &call.path, fits_path(wanted, &call.path), wanted),
            Self::Project(wanted) => wanted_of("project", call.project.as_deref(), wanted),
            Self::Agent(wanted) => wanted_of("agent", call.agent.as_deref(), wanted),
            Self::Caller(wanted) => wanted_of("caller", call.caller.as_deref(), wanted),
            Self::Header(name, wanted) => wanted_of(name, call.headers.get(name).map(String::as_str), wanted),
            Self::Body(wanted) => missing_in(&call.body, wanted, "body"),
            Self::Status(wanted) => {
                let status = call.status.map_or_else(|| "none".to_owned(), |status| status.to_string());
                differs("status", &status, call.status == Some(*wanted), wanted)
            }
        }
    }

    /// A call to another path is further off than any call to this one.
    pub(super) fn weight(&self) -> u64 {
        match self {
            Self::Path(_) => 1000,
            Self::Method(_) => 100,
            Self::Project(_) | Self::Agent(_) | Self::Caller(_) => 10,
            Self::Header(..) | Self::Body(_) | Self::Status(_) => 1,
        }
    }
}

/// A pattern without a query fits any.
fn fits_path(wanted: &Pattern, path: &str) -> bool {
    wanted.fits(path) || path.split_once('?').is_some_and(|(path, _)| wanted.fits(path))
}

fn differs(what: &str, is: &str, fits: bool, wanted: &impl fmt::Display) -> Option<String> {
    (!fits).then(|| format!("{what} is {is}, not {wanted}"))
}

fn wanted_of(what: &str, is: Option<&str>, wanted: &Pattern) -> Option<String> {
    match is {
        Some(is) if wanted.fits(is) => None,
        Some(is) => Some(format!("{what} is `{is}`, not {wanted}")),
        None => Some(format!("{what} is missing, not {wanted}")),
    }
}

/// Objects may hold more than is wanted, and lists other things beside; texts are patterns.
fn missing_in(is: &Value, wanted: &Value, place: &str) -> Option<String> {
    match (is, wanted) {
        (Value::Object(is), Value::Object(wanted)) => wanted.iter().find_map(|(name, wanted)| {
            let place = format!("{place}.{name}");
            match is.get(name) {
                Some(is) => missing_in(is, wanted, &place),
                None => Some(format!("{place} is missing")),
            }
        }),
        (Value::Array(is), Value::Array(wanted)) => wanted.iter().find_map(|wanted| {
            let found = is.iter().any(|is| missing_in(is, wanted, place).is_none());
            // Where there is but one to compare with, what is wrong with that one says more.
            match is.as_slice() {
                [only] => missing_in(only, wanted, &format!("{place}[0]")),
                _ => (!found).then(|| format!("{place} holds no {wanted}")),
            }
        }),
        (Value::String(is), Value::String(wanted)) if Pattern::new(wanted).fits(is) => None,
        (Value::Number(is), Value::Number(wanted)) if is.as_f64() == wanted.as_f64() => None,
        (is, wanted) if is == wanted => None,
        (is, wanted) => Some(format!("{place} is {}, not {wanted}", shortened(is))),
    }
}

fn shortened(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(MOST_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Of a value that is quoted.
const MOST_CHARS: usize = 120;
