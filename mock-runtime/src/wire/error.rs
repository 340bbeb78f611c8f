//! The error envelope `{"error": {"code", "message", "details"}}` that runtime and cloud share.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The whole body of a refused request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// What went wrong.
    pub error: ErrorDetail,
}

/// The inside of the envelope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ErrorDetail {
    /// A dotted code a program can match on, for example `runtime.bad_request`.
    pub code: String,
    /// A sentence for a person.
    #[serde(default)]
    pub message: String,
    /// Facts that belong to the code; an object, empty where there are none.
    #[serde(default = "empty_object")]
    pub details: Value,
}

impl ErrorBody {
    /// An envelope without details.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self::with_details(code, message, empty_object())
    }

    /// An envelope whose `details` is the given object.
    pub fn with_details(code: &str, message: impl Into<String>, details: Value) -> Self {
        Self { error: ErrorDetail { code: code.to_owned(), message: message.into(), details } }
    }
}

fn empty_object() -> Value {
    Value::Object(serde_json::Map::new())
}
