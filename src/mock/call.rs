//! What the double sees.

use std::collections::BTreeMap;

use mock_runtime::wire::cloud::{AGENT_HEADER, PROJECT_HEADER, USER_HEADER, id_from_header};
use mock_runtime::wire::loopback::BootKind;
use serde_json::Value;

use crate::cloud::CloudCall;

/// Something happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A request was answered, or given up by whoever asked.
    Called(Call),
    /// A runtime process started.
    Started {
        /// Its port.
        port: u16,
        /// Its process id.
        pid: u32,
        /// Its project.
        project: String,
        /// Its caller.
        caller: String,
    },
    /// A runtime serves.
    Ready {
        /// Its port.
        port: u16,
        /// Its caller.
        caller: String,
        /// What its disk decided.
        boot: BootKind,
        /// Milliseconds since it started.
        took_ms: f64,
    },
    /// A runtime is gone.
    Gone {
        /// Its port.
        port: u16,
        /// Its caller.
        caller: String,
        /// Its own last words; absent where it was killed.
        reason: Option<String>,
        /// Whether it ended because nobody was left who could tell it to.
        forsaken: bool,
    },
}

/// One request, wherever it went.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Who was asked.
    pub place: Place,
    /// `GET` or `POST`.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// The project: as the headers name it, or the runtime's own.
    pub project: Option<String>,
    /// The agent, likewise.
    pub agent: Option<String>,
    /// The caller, likewise.
    pub caller: Option<String>,
    /// By their names in lowercase.
    pub headers: BTreeMap<String, String>,
    /// JSON, text where it is none, null where there is nothing.
    pub body: Value,
    /// Of the answer; absent where whoever asked did not wait for it.
    pub status: Option<u16>,
}

/// Who was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The mock cloud.
    Cloud,
    /// A runtime, by its port.
    Runtime(u16),
}

impl From<CloudCall> for Call {
    fn from(call: CloudCall) -> Self {
        let CloudCall { method, path, headers, body, status } = call;
        let id = |header: &str| {
            let text = headers.get(&header.to_lowercase())?;
            id_from_header(text).map(std::borrow::Cow::into_owned).or_else(|| Some(text.clone()))
        };
        let (project, agent, caller) = (id(PROJECT_HEADER), id(AGENT_HEADER), id(USER_HEADER));
        Self { place: Place::Cloud, method, path, project, agent, caller, headers, body, status: Some(status) }
    }
}
