//! Request bodies.

use axum::body::{Bytes, HttpBody};
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::de::DeserializeOwned;

use super::refusal::Refusal;

/// A JSON body. Unlike axum's own extractor it asks for no content type, as `curl -d` sends a wrong one, and its
/// refusals name the field that is wrong.
#[derive(Debug)]
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        // What announces itself as too long is refused before it is sent; axum watches over the rest.
        if request.body().size_hint().lower() > LONGEST_BODY as u64 {
            return Err(Refusal::TooLarge { limit: LONGEST_BODY });
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            match rejection.into_response().status() {
                StatusCode::PAYLOAD_TOO_LARGE => Refusal::TooLarge { limit: LONGEST_BODY },
                _ => bad(".", "the body broke off: send it whole"),
            }
        })?;
        parse(&bytes).map(Self)
    }
}

/// The value of a field that must be there.
pub(super) fn required<'v>(field: &str, value: Option<&'v String>) -> Result<&'v str, Refusal> {
    value.map(String::as_str).filter(|value| !value.is_empty()).ok_or_else(|| Refusal::missing(field))
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    // A list would be read as an object's fields in the order they are declared in.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err(bad(".", "the body is no JSON object: send one"));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json)
        .map_err(|error| bad(&error.path().to_string(), &error.inner().to_string()))?;
    json.end().map_err(|error| bad(".", &error.to_string()))?;
    Ok(value)
}

/// A dot is the body as a whole.
fn bad(field: &str, problem: &str) -> Refusal {
    Refusal::BadRequest { field: field.to_owned(), problem: problem.to_owned() }
}

/// In bytes; a turn is a few kilobytes.
pub(super) const LONGEST_BODY: usize = 4 << 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::loopback::SearchMemory;

    fn refusal(json: &str) -> String {
        parse::<SearchMemory>(json.as_bytes()).expect_err(json).to_string()
    }

    #[test]
    fn a_refusal_names_the_field() {
        assert!(refusal("{\"query\":1}").starts_with("`query`"));
        assert!(refusal("{\"topK\":{\"org\":\"four\"}}").starts_with("`topK.org`"));
        assert!(refusal("nonsense").starts_with("`.`"));
        assert!(refusal("").starts_with("`.`"));
        assert!(refusal("{} {}").starts_with("`.`"));
        assert!(refusal("[\"s1\", \"boots\"]").starts_with("`.`"));
    }

    #[test]
    fn unknown_fields_are_passed_over() {
        assert!(parse::<SearchMemory>(b"{\"later\":true}").is_ok());
    }

    #[test]
    fn an_empty_string_counts_as_missing() {
        assert_eq!(required("query", Some(&"boots".to_owned())).expect("there"), "boots");
        assert!(required("query", Some(&String::new())).is_err());
        assert!(required("query", None).is_err());
    }
}
