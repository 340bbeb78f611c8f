//! The HTTP API of the cloud. Index and partner calls are MemoAir's documented ones; how a runtime bootstraps and
//! delivers events is not documented, so those two calls are this project's own, under the same prefix.

use std::borrow::Cow;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::loopback::Profile;

/// Project a call is about; demanded on every voice call.
pub const PROJECT_HEADER: &str = "X-Project-Id";
/// Agent that makes the call; demanded on every voice call.
pub const AGENT_HEADER: &str = "X-Agent-Id";
/// End-user the call is about; demanded where there is one (bootstrap, events).
pub const USER_HEADER: &str = "X-User-Id";

/// `POST` [`IndexCreate`], answers [`IndexInfo`].
pub const INDEX_CREATE: &str = "/v1/voice-sdk/index/create";
/// `GET`, answers [`IndexList`].
pub const INDEX_LIST: &str = "/v1/voice-sdk/index/list";
/// `POST` [`NewProject`], answers [`Created`]. Agents: `POST {PROJECTS}/{project_id}/agents` [`NewAgent`].
pub const PROJECTS: &str = "/v1/projects";
/// `POST` [`BootstrapRequest`], answers [`Projection`].
pub const BOOTSTRAP: &str = "/v1/voice-sdk/bootstrap";
/// `POST` [`EventBatch`], answers [`EventReceipt`].
pub const EVENTS: &str = "/v1/voice-sdk/events";

/// Creates or replaces an index of the project's documents.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct IndexCreate {
    /// Name of the index.
    pub name: String,
    /// Documents, objects with at least a `text`.
    pub documents: Vec<Map<String, Value>>,
    /// Anything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Map<String, Value>>,
}

/// One index of the project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct IndexInfo {
    /// Name of the index.
    pub index_name: String,
    /// Chunks in it.
    pub chunk_count: u64,
    /// Grows with every change.
    pub version: u64,
}

/// All indexes of the project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct IndexList {
    /// In order of their names.
    pub indexes: Vec<IndexInfo>,
}

/// The one refusal that is not in the error envelope: an index batch over the limits, status 413.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchTooLarge {
    /// `batch_too_large`.
    pub error: String,
    /// The limit that was passed.
    pub message: String,
}

/// Onboards a customer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NewProject {
    /// Shown to people.
    pub name: String,
    /// Unique within the account.
    pub slug: String,
    /// Shown to people.
    pub description: String,
}

/// Adds an agent to a project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NewAgent {
    /// Shown to people.
    pub name: String,
    /// `voice`.
    pub agent_type: String,
}

/// The answer to [`NewProject`] and [`NewAgent`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Created {
    /// `proj_…` or `agent_…`.
    pub id: String,
}

/// A runtime asks for its caller's memory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BootstrapRequest {
    /// End-user id.
    pub user_id: String,
    /// `org_only`, or absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// Present on a warm boot: only what changed since is wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sync_token: Option<String>,
}

/// What a runtime keeps on disk: a whole projection, or what changed since a sync token.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Projection {
    /// True: this replaces what is on disk. False: this is added to it, newer entries replacing older ones by id.
    pub snapshot: bool,
    /// To be sent with the next bootstrap.
    pub sync_token: String,
    /// Version of the caller's permanent memory.
    pub permanent_manifest_version: u64,
    /// Version of the organisation's knowledge.
    pub org_manifest_version: u64,
    /// Who the caller is; absent in org-only mode, or unchanged in a delta.
    pub profile: Option<Profile>,
    /// Facts about the caller.
    pub permanent: Vec<Fact>,
    /// Chunks of the organisation's documents.
    pub org: Vec<Chunk>,
}

/// A fact about a caller.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Fact {
    /// Unique within the caller's memory.
    pub memory_id: String,
    /// Plain text.
    pub text: String,
}

/// A chunk of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Chunk {
    /// Document it belongs to.
    pub doc_id: String,
    /// Unique within the project.
    pub chunk_id: String,
    /// Plain text.
    pub text: String,
}

/// What a runtime's outbox delivers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EventBatch {
    /// End-user id.
    pub user_id: String,
    /// In the order they happened.
    pub events: Vec<CloudEvent>,
}

/// One event. Delivering it twice is harmless: the cloud knows it by `event_id`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CloudEvent {
    /// Unique within the project, for ever.
    pub event_id: String,
    /// `session_start`, `turn` or `session_end`.
    pub kind: String,
    /// Session it belongs to.
    pub session_id: String,
    /// The request as the runtime got it; for `session_start` it holds `user` {id, name, metadata}.
    pub body: Map<String, Value>,
}

/// The answer to [`EventBatch`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EventReceipt {
    /// Events that were new.
    pub accepted: u64,
    /// Events the cloud had already.
    pub duplicates: u64,
}

/// How an id travels in a header: as it is where every byte is printable ASCII, else in RFC 8187's notation
/// (`UTF-8''` and percent-encoded bytes), so that spaces, control characters and emoji arrive unharmed.
pub fn id_to_header(id: &str) -> Cow<'_, str> {
    if id.bytes().all(|byte| byte.is_ascii_graphic()) && !id.starts_with(EXTENDED) {
        return Cow::Borrowed(id);
    }
    Cow::Owned(format!("{EXTENDED}{}", utf8_percent_encode(id, NON_ALPHANUMERIC)))
}

/// The id behind a header's text; `None` where it is in the extended notation but not of UTF-8 bytes.
pub fn id_from_header(text: &str) -> Option<Cow<'_, str>> {
    match text.strip_prefix(EXTENDED) {
        None => Some(Cow::Borrowed(text)),
        Some(encoded) => percent_decode_str(encoded).decode_utf8().ok(),
    }
}

const EXTENDED: &str = "UTF-8''";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_survives_the_header() {
        for id in ["caller-17", "a@b.com", " a ", "50%", "J\u{fc}rgen \u{1f4de}", "a\nb", "UTF-8''x", ""] {
            let text = id_to_header(id);
            assert!(text.bytes().all(|byte| byte.is_ascii_graphic()), "{text}");
            assert_eq!(id_from_header(&text).as_deref(), Some(id));
        }
        assert_eq!(id_to_header("caller-17"), "caller-17");
        assert_eq!(id_from_header("UTF-8''%ff"), None);
    }
}
