//! The JSON Schema of a scenario file, for editors and for people.

use schemars::schema_for;
use serde_json::Value;

use super::typed::Document;

/// The JSON Schema (2020-12) of a scenario file.
pub fn schema() -> Value {
    schema_for!(Document).to_value()
}
