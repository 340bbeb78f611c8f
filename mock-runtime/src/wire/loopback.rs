//! The HTTP API a runtime serves on loopback: six endpoints, JSON both ways.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// `GET`, no body, answers [`Health`].
pub const HEALTH: &str = "/v1/runtime/health";
/// `POST` [`SessionStart`], answers [`SessionStarted`].
pub const SESSION_START: &str = "/v1/runtime/session/start";
/// `POST` [`SearchMemory`], answers [`Memory`].
pub const SEARCH_MEMORY: &str = "/v1/runtime/search_memory";
/// `POST` [`TurnAfter`], answers [`TurnSaved`].
pub const TURN_AFTER: &str = "/v1/runtime/turn/after";
/// `POST` [`SessionEnd`], answers [`SessionEnded`].
pub const SESSION_END: &str = "/v1/runtime/session/end";
/// `POST` [`SyncFlush`], answers [`SyncFlushed`].
pub const SYNC_FLUSH: &str = "/v1/runtime/sync/flush";

/// Who a runtime is. Sources differ in how they spell the two counters, so both spellings are written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Health {
    /// `ok` once the runtime serves.
    pub status: String,
    /// Version of the runtime.
    pub version: String,
    /// Project id.
    pub workspace_id: String,
    /// End-user id.
    pub user_id: String,
    /// Sessions started and not ended.
    pub active_sessions: u64,
    /// Milliseconds since the process started.
    pub uptime_ms: u64,
    /// [`Self::active_sessions`], as the public documentation spells it.
    #[serde(rename = "active_sessions")]
    pub active_sessions_snake: u64,
    /// [`Self::uptime_ms`], as the public documentation spells it.
    #[serde(rename = "uptime_ms")]
    pub uptime_ms_snake: u64,
    /// Ours, absent from other runtimes: whether the boot found the caller's projection on this host's disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub boot: Option<BootKind>,
}

/// How a runtime came up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BootKind {
    /// The caller's projection was on disk; only what changed since was asked for.
    Warm,
    /// The whole projection came from the cloud.
    Cold,
}

/// Opens a session. Required fields are `Option` so that the server can name the one that is missing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SessionStart {
    /// Chosen by the client, a UUID by custom.
    pub session_id: Option<String>,
    /// Project id.
    pub workspace_id: Option<String>,
    /// End-user id.
    pub user_id: Option<String>,
    /// Embedding options; the official client sends `{"variant": "default"}`.
    pub satham: Map<String, Value>,
    /// `{}` or `{"user": {id, name?, metadata?}}`.
    pub metadata: Map<String, Value>,
    /// `org_only`, or absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
}

/// The answer to [`SessionStart`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SessionStarted {
    /// As asked for.
    pub session_id: String,
    /// State of the local projection.
    pub bootstrap: Bootstrapped,
    /// Where the session writes.
    pub paths: SessionPaths,
}

/// State of a runtime's local projection.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Bootstrapped {
    /// Version of the caller's profile.
    pub profile_version: u64,
    /// Version of the caller's permanent memory.
    pub permanent_manifest_version: u64,
    /// Version of the organisation's knowledge.
    pub org_manifest_version: u64,
    /// The next bootstrap asks for what changed since this token.
    pub sync_token: String,
    /// Limits on what a search returns.
    pub budgets: Budgets,
}

/// Limits on what a search returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Budgets {
    /// Characters of the whole context text.
    pub context_char_cap: usize,
    /// Characters of one lane's section.
    pub per_lane_char_cap: usize,
    /// Results of the permanent lane unless the search says otherwise.
    pub top_k_permanent: usize,
    /// Results of the org lane unless the search says otherwise.
    pub top_k_org: usize,
    /// Results of the working lane unless the search says otherwise.
    pub top_k_working: usize,
}

impl Default for Budgets {
    /// The documented limits.
    fn default() -> Self {
        Self { context_char_cap: 8000, per_lane_char_cap: 2400, top_k_permanent: 6, top_k_org: 4, top_k_working: 4 }
    }
}

/// Where a session writes, as paths on the runtime's host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SessionPaths {
    /// The session's turns, one JSON object a line.
    pub session_jsonl: String,
    /// The session's working brief.
    pub working_brief: String,
}

/// Asks the caller's memory.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SearchMemory {
    /// A session this process started.
    pub session_id: Option<String>,
    /// What to look for, in plain words.
    pub query: Option<String>,
    /// Why; `answer_current_user` unless the client says otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intent: Option<String>,
    /// Whether to list sources.
    pub include_sources: bool,
    /// Lanes to search; all of them when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lanes: Option<Vec<String>>,
    /// Results per lane.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_k: Option<BTreeMap<String, u64>>,
    /// Documented, unused by the official client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn_id: Option<String>,
}

/// The answer to [`SearchMemory`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Memory {
    /// What to put before the model: sections headed `## profile`, `## working`, `## permanent`, `## org`.
    pub context_text: String,
    /// Who the caller is.
    pub profile: Option<Profile>,
    /// Turns of this caller that the cloud has not consolidated yet.
    pub working: Vec<Value>,
    /// Facts about this caller.
    pub permanent: Vec<PermanentHit>,
    /// Chunks of the organisation's documents.
    pub org: Vec<OrgHit>,
    /// Which memory each part of the context came from.
    pub sources: Vec<Source>,
    /// Where the time went.
    pub trace: Trace,
}

/// Who the caller is, in a sentence or two.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// Grows with every change.
    pub version: u64,
    /// Plain text.
    pub summary: String,
}

/// A fact about the caller.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PermanentHit {
    /// Id of the memory.
    pub memory_id: String,
    /// The term that matched.
    pub match_key: String,
    /// The fact.
    pub text: String,
    /// Higher is better.
    pub score: f64,
}

/// A chunk of an indexed document.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OrgHit {
    /// Id of the document.
    pub doc_id: String,
    /// Id of the chunk.
    pub chunk_id: String,
    /// The chunk.
    pub text: String,
    /// Higher is better.
    pub score: f64,
}

/// Where a part of the context came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Source {
    /// `profile`, `working`, `permanent` or `org`.
    pub lane: String,
    /// Id within the lane.
    pub memory_id: String,
}

/// Where a search spent its time, in milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Trace {
    /// Profile lane.
    pub profile_ms: f64,
    /// Working lane.
    pub working_ms: f64,
    /// Permanent lane.
    pub permanent_ms: f64,
    /// Org lane.
    pub org_ms: f64,
    /// All of it.
    pub total_ms: f64,
    /// The lanes that were searched.
    pub lanes_used: Vec<String>,
    /// Kept for the official client's sake.
    pub working_mv2_used: bool,
    /// True where a lane could not be searched and was left out.
    pub degraded: bool,
}

/// Saves a turn.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TurnAfter {
    /// A session this process started.
    pub session_id: Option<String>,
    /// Chosen by the client; the same turn sent twice is one turn.
    pub turn_id: Option<String>,
    /// What the caller said.
    pub user_text: String,
    /// What the agent answered.
    pub assistant_text: String,
    /// Tools the agent used.
    pub tool_calls: Vec<Value>,
    /// Anything else, an object.
    pub metadata: Map<String, Value>,
}

/// The answer to [`TurnAfter`]: the turn is on disk and will reach the cloud.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TurnSaved {
    /// `ok`.
    pub status: String,
    /// Id of the outbox event.
    pub local_event_id: Option<String>,
}

/// Closes a session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SessionEnd {
    /// A session this process started.
    pub session_id: Option<String>,
    /// Why: `completed`, `context_manager_exit`, `client_aclose`, `evicted_by_pool` or the caller's own word.
    pub reason: Option<String>,
}

/// The answer to [`SessionEnd`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SessionEnded {
    /// `ok`.
    pub status: String,
    /// Outbox events the cloud has not taken yet.
    pub pending_outbox: u64,
    /// Outbox events the cloud took during this call.
    pub sync_pushed: u64,
}

/// Pushes the outbox to the cloud now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SyncFlush {
    /// How long the runtime may try.
    pub deadline_ms: Option<u64>,
}

/// The answer to [`SyncFlush`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SyncFlushed {
    /// Events the cloud took.
    pub flushed: u64,
    /// Events still in the outbox.
    pub remaining: u64,
}
