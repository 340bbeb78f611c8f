//! The words that harness and driver exchange: version 1, one JSON object a line. `tests/drivers/README.md` explains
//! them to whoever writes a driver; fields may be added, and are ignored by who does not know them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What both sides say first.
pub(super) const PROTOCOL: &str = "busyhour.driver";
/// The version that is spoken here.
pub(super) const VERSION: u32 = 1;

/// What the harness says.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Order<'a> {
    Hello {
        protocol: &'a str,
        version: u32,
    },
    Ping {
        id: u64,
    },
    Open {
        settings: &'a Settings,
    },
    Recall {
        id: u64,
        /// When it should begin, on the driver's own clock.
        due_ns: i64,
        user: Person<'a>,
        query: &'a str,
        timeout_ms: u64,
        /// The call that holds the runtime; absent where nobody does.
        #[serde(skip_serializing_if = "Option::is_none")]
        call: Option<u64>,
    },
    Save {
        id: u64,
        due_ns: i64,
        user: Person<'a>,
        user_text: &'a str,
        assistant_text: &'a str,
        turn_id: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        call: Option<u64>,
    },
    BeginCall {
        id: u64,
        due_ns: i64,
        user: Person<'a>,
        call: u64,
    },
    EndCall {
        id: u64,
        due_ns: i64,
        call: u64,
    },
    /// Whoever waits for that operation has hung up.
    Cancel {
        id: u64,
    },
    Close,
}

/// Who is on the line.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Person<'a> {
    pub(super) id: &'a str,
    pub(super) name: &'a str,
}

/// What a driver builds its client from.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Settings {
    pub(crate) api_key: String,
    pub(crate) project_id: String,
    pub(crate) agent_id: String,
    pub(crate) base_url: String,
    pub(crate) max_concurrent_users: u32,
    pub(crate) runtime_idle_ttl_ms: u64,
    pub(crate) reap_interval_ms: u64,
    pub(crate) boot_timeout_ms: u64,
    /// First and last, both included.
    pub(crate) runtime_port_range: [u16; 2],
    /// Where runtimes listen.
    pub(crate) runtime_host: String,
    /// Takes no arguments.
    pub(crate) runtime_binary: String,
    pub(crate) storage_root: String,
    /// What runtimes must find in their environment; it is in the driver's own.
    pub(crate) environment: BTreeMap<String, String>,
}

/// What a driver says.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Word {
    Hello(Introduction),
    Opened,
    /// It cannot play these settings.
    Refused {
        message: String,
    },
    Pong {
        id: u64,
        now_ns: i64,
    },
    Done(Done),
    Closed,
}

/// Who it is. Lenient beyond the version: another version's greeting may look different.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Introduction {
    #[serde(default)]
    pub(super) protocol: String,
    pub(super) version: u32,
    /// What it drives.
    #[serde(default)]
    pub(super) name: String,
    /// Of what it drives.
    #[serde(default)]
    pub(super) client_version: Option<String>,
    /// Operations it takes on at once.
    #[serde(default)]
    pub(super) max_in_flight: u32,
}

/// An operation's end.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Done {
    pub(super) id: u64,
    /// When it really began and ended, on the driver's clock.
    pub(super) started_ns: i64,
    pub(super) finished_ns: i64,
    /// Of a recall.
    #[serde(default)]
    pub(super) memory: Option<Value>,
    /// Of a save: whether it was acknowledged.
    #[serde(default)]
    pub(super) saved: Option<bool>,
    #[serde(default)]
    pub(super) error: Option<Complaint>,
}

/// Why an operation failed.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Complaint {
    /// The dotted code the client gave.
    pub(super) code: String,
}
