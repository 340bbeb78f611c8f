//! Everything that can go wrong for a user of the client, with the official SDK's codes.

use std::borrow::Cow;

use serde_json::{Map, Value, json};
use thiserror::Error;

use crate::pool::{Pool, PoolError, PortHolder};

/// Why a call failed. [`VoiceError::code`] is the dotted code programs match on.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum VoiceError {
    /// The pool has no lease to give: shed the call, or try again later.
    #[error("{error}")]
    Pool {
        /// Which limit was met.
        error: PoolError,
        /// `capacity`, or `range` and `holders`.
        details: Value,
    },
    /// Something about the request is missing or malformed; nothing was sent.
    #[error("{0}")]
    BadRequest(String),
    /// No runtime executable was found.
    #[error("no voice-runtime found: {0}")]
    NotFound(String),
    /// A runtime was started and did not become ready.
    #[error("the runtime at {runtime_url} did not start: {reason}")]
    StartFailed {
        /// Where it should have listened.
        runtime_url: String,
        /// What was seen, in words.
        reason: String,
        /// The operating system's number for it, where it was the system that refused.
        os_error: Option<i32>,
    },
    /// A runtime answered in the name of somebody else.
    #[error("the runtime at {runtime_url} serves {served}, not {wanted}: stop whatever else listens there")]
    IdentityMismatch {
        /// Where it listens.
        runtime_url: String,
        /// Project and user it says it serves.
        served: String,
        /// Project and user it was started for.
        wanted: String,
    },
    /// The request was not answered in time.
    #[error("no answer from {peer} within {timeout_ms} ms")]
    Timeout {
        /// Runtime or cloud.
        peer: Peer,
        /// The timeout that ran out.
        timeout_ms: u64,
    },
    /// The connection could not be made or broke.
    #[error("{peer} cannot be reached: {reason}")]
    Unreachable {
        /// Runtime or cloud.
        peer: Peer,
        /// What was seen, in words.
        reason: String,
        /// The operating system's number for it, where it was the system that refused.
        os_error: Option<i32>,
    },
    /// The peer answered with an error.
    #[error("{message} ({code}, status {status})")]
    Refused {
        /// The dotted code it gave.
        code: String,
        /// Its sentence.
        message: String,
        /// HTTP status.
        status: u16,
        /// Facts that belong to the code.
        details: Value,
    },
    /// The peer answered something that is not the protocol.
    #[error("{peer} answered something unreadable: {reason}")]
    Unreadable {
        /// Runtime or cloud.
        peer: Peer,
        /// What was wrong with it.
        reason: String,
    },
}

/// Whom the client talks to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// The caller's runtime on loopback.
    Runtime,
    /// The MemoAir cloud.
    Cloud,
}

impl std::fmt::Display for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Runtime => "the runtime",
            Self::Cloud => "the cloud",
        })
    }
}

impl VoiceError {
    pub(super) fn bad_request(message: &str) -> Self {
        Self::BadRequest(message.to_owned())
    }

    /// A refusal by the pool, with everything a call router or an operator may want to know.
    pub(super) fn of_pool(error: PoolError, pool: &Pool) -> Self {
        let details = match error {
            PoolError::Exhausted { capacity } => json!({ "capacity": capacity }),
            PoolError::PortExhausted { first, last, .. } => {
                let holders: Map<_, _> = pool.port_holders().iter().map(named_holder).collect();
                json!({ "range": [first, last], "holders": holders })
            }
            _ => json!({}),
        };
        Self::Pool { error, details }
    }

    /// The dotted code.
    pub fn code(&self) -> Cow<'_, str> {
        match self {
            Self::Pool { error, .. } => error.code().into(),
            Self::BadRequest(_) => "runtime.bad_request".into(),
            Self::NotFound(_) => "runtime.not_found".into(),
            Self::StartFailed { .. } => "runtime.start_failed".into(),
            Self::IdentityMismatch { .. } => "runtime.identity_mismatch".into(),
            Self::Timeout { peer: Peer::Runtime, .. } => "runtime.timeout".into(),
            Self::Timeout { peer: Peer::Cloud, .. } => "cloud.timeout".into(),
            Self::Unreachable { peer: Peer::Runtime, .. } => "runtime.unreachable".into(),
            Self::Unreachable { peer: Peer::Cloud, .. } => "cloud.unreachable".into(),
            Self::Refused { code, .. } => code.into(),
            Self::Unreadable { peer: Peer::Runtime, .. } => "runtime.internal".into(),
            Self::Unreadable { peer: Peer::Cloud, .. } => "cloud.internal".into(),
        }
    }

    /// The HTTP status, where the error came with one.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Facts that belong to the code, an object.
    pub fn details(&self) -> Value {
        match self {
            Self::Pool { details, .. } | Self::Refused { details, .. } => details.clone(),
            Self::StartFailed { runtime_url, .. } => json!({ "runtimeUrl": runtime_url }),
            Self::IdentityMismatch { runtime_url, served, wanted } => {
                json!({ "runtimeUrl": runtime_url, "served": served, "wanted": wanted })
            }
            Self::Timeout { timeout_ms, .. } => json!({ "timeoutMs": timeout_ms }),
            _ => json!({}),
        }
    }

    /// The operating system's number for what went wrong, where it was the system that refused.
    pub fn os_error(&self) -> Option<i32> {
        match self {
            Self::StartFailed { os_error, .. } | Self::Unreachable { os_error, .. } => *os_error,
            _ => None,
        }
    }

    /// Whether a call router may shed or retry: the pool was full, the caller did nothing wrong.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Pool { error: PoolError::Exhausted { .. } | PoolError::PortExhausted { .. }, .. })
    }
}

fn named_holder((port, holder): &(u16, PortHolder)) -> (String, Value) {
    let name = match holder {
        PortHolder::Runtime(_) => "this pool",
        PortHolder::Stranger(_) => "someone else",
    };
    (port.to_string(), name.into())
}
