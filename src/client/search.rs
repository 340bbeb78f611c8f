//! What to ask a memory, and what a recall brings back.

use std::collections::BTreeMap;
use std::time::Duration;

use mock_runtime::wire::loopback::Memory;
use serde_json::{Map, Value};

use super::error::VoiceError;
use crate::base::Admission;

/// One of the four parts of a caller's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// Who the caller is.
    Profile,
    /// Recent turns.
    Working,
    /// Facts about the caller.
    Permanent,
    /// The organisation's documents.
    Org,
}

/// Why a memory is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Intent {
    /// To answer what the caller just said.
    #[default]
    AnswerCurrentUser,
    /// To find something said earlier in the call.
    EarlierInCall,
    /// Nothing better was found.
    Fallback,
}

/// How to search. The default asks all lanes within 250 ms.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchOptions {
    /// For the whole HTTP exchange; admission and session start come before it.
    pub timeout: Duration,
    /// Why.
    pub intent: Intent,
    /// Which lanes; all of them where absent (in org-only mode: org).
    pub lanes: Option<Vec<Lane>>,
    /// Results per lane; the runtime's budgets where absent.
    pub top_k: BTreeMap<Lane, u64>,
}

impl Default for SearchOptions {
    fn default() -> Self {
        Self { timeout: Duration::from_millis(250), intent: Intent::default(), lanes: None, top_k: BTreeMap::new() }
    }
}

/// How to save. The default lets the client choose the turn's id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SaveOptions {
    /// Id of the turn; saving the same one twice keeps it once.
    pub turn_id: Option<String>,
    /// Tools the agent used.
    pub tool_calls: Vec<Value>,
    /// Anything else.
    pub metadata: Map<String, Value>,
}

/// A recall with its inner life, whether it went well or not.
#[derive(Debug)]
pub struct Recalled {
    /// What it brought.
    pub outcome: Result<Memory, VoiceError>,
    /// Where its time went.
    pub timing: Timing,
}

/// A save with its inner life.
#[derive(Debug)]
pub struct SaveReceipt {
    /// The outbox event's id where the save was acknowledged. Best effort turns some errors into `None`; here is the
    /// error itself.
    pub outcome: Result<Option<String>, VoiceError>,
    /// Where its time went; `search` is the exchange of the save.
    pub timing: Timing,
}

/// Where the time of a recall or a save went. What it did not come to is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timing {
    /// What the admission meant, and how long it took.
    pub admission: Option<(Admission, Duration)>,
    /// The session start this call made or waited for.
    pub session_start: Option<Duration>,
    /// The HTTP exchange itself.
    pub search: Option<Duration>,
}

impl Lane {
    /// Its name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Working => "working",
            Self::Permanent => "permanent",
            Self::Org => "org",
        }
    }
}

impl Intent {
    /// Its name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AnswerCurrentUser => "answer_current_user",
            Self::EarlierInCall => "earlier_in_call",
            Self::Fallback => "fallback",
        }
    }
}
