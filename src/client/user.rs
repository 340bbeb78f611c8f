//! Who is on the line, and the rules by which what a caller's code hands over becomes that.

use serde_json::{Map, Value};

use super::error::VoiceError;

/// The end-user on the line.
#[derive(Clone, Debug, PartialEq)]
pub struct User {
    id: String,
    name: Option<String>,
    metadata: Option<Map<String, Value>>,
}

impl User {
    /// A user by id. Blanks around the id are dropped; an id that is nothing but blanks is an error.
    pub fn new(id: impl AsRef<str>) -> Result<Self, VoiceError> {
        let id = id.as_ref().trim();
        if id.is_empty() {
            return Err(VoiceError::bad_request("user.id is required: give the end-user's stable id"));
        }
        // A runtime learns its user from its environment, which can carry neither.
        if id.contains('\0') || id.len() > LONGEST_ID {
            return Err(VoiceError::bad_request("user.id must be at most 65,536 bytes without NUL: hash longer ids"));
        }
        Ok(Self { id: id.to_owned(), name: None, metadata: None })
    }

    /// Adds a display name.
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// Adds anything else worth keeping about this user's session.
    #[must_use]
    pub fn with_metadata(self, metadata: Map<String, Value>) -> Self {
        Self { metadata: Some(metadata), ..self }
    }

    /// The user a loosely typed request means: an object `{id, name?, metadata?}`, or an id, or both where they agree,
    /// or neither where the client is pinned to `pinned`. Numbers become text; keys other than those three are ignored.
    pub fn resolve(user: Option<&Value>, user_id: Option<&Value>, pinned: Option<&str>) -> Result<Self, VoiceError> {
        let given_id = user_id.filter(|id| !id.is_null()).map(plain_text);
        let Some(object) = user.filter(|user| !user.is_null()) else {
            let id = given_id.filter(|id| !id.trim().is_empty()).or_else(|| pinned.map(str::to_owned));
            return Self::new(id.ok_or_else(|| VoiceError::bad_request("user is required: pass user or user_id"))?);
        };
        let object = object.as_object().ok_or_else(|| VoiceError::bad_request("user must be an object with an id"))?;
        let resolved = Self::from_object(object)?;
        match given_id {
            Some(id) if id.trim() != resolved.id => {
                Err(VoiceError::bad_request("user.id and user_id differ: pass one of them"))
            }
            _ => Ok(resolved),
        }
    }

    /// The id, without blanks around it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The object a session start carries, without what was not given.
    pub(super) fn payload(&self) -> Map<String, Value> {
        let mut payload = Map::from_iter([("id".to_owned(), Value::from(self.id.clone()))]);
        payload.extend(self.name.clone().map(|name| ("name".to_owned(), Value::from(name))));
        payload.extend(self.metadata.clone().map(|metadata| ("metadata".to_owned(), Value::from(metadata))));
        payload
    }

    fn from_object(object: &Map<String, Value>) -> Result<Self, VoiceError> {
        let given = |key: &str| object.get(key).filter(|value| !value.is_null());
        let user = Self::new(given("id").map(plain_text).unwrap_or_default())?;
        let metadata = match given("metadata") {
            None => None,
            Some(Value::Object(metadata)) => Some(metadata.clone()),
            Some(_) => return Err(VoiceError::bad_request("user.metadata must be an object")),
        };
        Ok(Self { name: given("name").map(plain_text), metadata, ..user })
    }
}

/// Text as it is, anything else as JSON writes it.
fn plain_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

const LONGEST_ID: usize = 65_536;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn resolve(user: &Value, user_id: &Value, pinned: Option<&str>) -> Result<Value, String> {
        let user = User::resolve(Some(user), Some(user_id), pinned);
        user.map(|user| Value::from(user.payload())).map_err(|error| error.to_string())
    }

    #[test]
    fn every_way_to_name_a_user_is_normalised() {
        let none = Value::Null;
        for (user, user_id, pinned, expected) in [
            (json!(null), json!(" a "), None, json!({"id": "a"})),
            (json!(null), json!(123), None, json!({"id": "123"})),
            (json!(null), json!("  "), Some("pin"), json!({"id": "pin"})),
            (json!({"id": 0}), none.clone(), None, json!({"id": "0"})),
            (json!({"id": "a", "name": null, "metadata": null}), none.clone(), None, json!({"id": "a"})),
            (json!({"id": "a", "name": ""}), none.clone(), None, json!({"id": "a", "name": ""})),
            (json!({"id": "a", "name": 7}), none.clone(), None, json!({"id": "a", "name": "7"})),
            (json!({"id": "a", "metadata": {}}), none.clone(), None, json!({"id": "a", "metadata": {}})),
            (json!({"id": "a", "colour": "red"}), json!(" a"), None, json!({"id": "a"})),
        ] {
            assert_eq!(resolve(&user, &user_id, pinned), Ok(expected), "{user} {user_id}");
        }
    }

    #[test]
    fn what_names_nobody_is_refused() {
        for (user, user_id, pinned) in [
            (json!(null), json!(null), None),
            (json!(null), json!("  "), None),
            (json!({}), json!(null), Some("pin")),
            (json!({"id": "  "}), json!(null), Some("pin")),
            (json!({"id": "a"}), json!("b"), None),
            (json!({"id": "a"}), json!(""), None),
            (json!({"id": "a", "metadata": []}), json!(null), None),
            (json!("a"), json!(null), None),
            (json!({"id": "a\0b"}), json!(null), None),
            (json!({"id": "x".repeat(100_000)}), json!(null), None),
        ] {
            assert!(resolve(&user, &user_id, pinned).is_err(), "{user} {user_id}");
        }
    }
}
