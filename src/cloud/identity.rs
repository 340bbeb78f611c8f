//! Who is calling: the account key and the identity headers.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use mock_runtime::wire::cloud::{AGENT_HEADER, PROJECT_HEADER, USER_HEADER};
use percent_encoding::percent_decode;

use super::refusal::Refusal;
use super::site::Site;

/// Refuses a call that does not carry the account key.
pub(super) fn demand_key(headers: &HeaderMap, account_key: &str) -> Result<(), Refusal> {
    let value = headers.get(header::AUTHORIZATION).ok_or_else(Refusal::bad_key)?.as_bytes();
    let (scheme, key) = value.split_at_checked(SCHEME.len()).ok_or_else(Refusal::bad_key)?;
    let fits = scheme.eq_ignore_ascii_case(SCHEME) && key.trim_ascii() == account_key.as_bytes();
    if fits { Ok(()) } else { Err(Refusal::bad_key()) }
}

/// The identity of a voice call. Holding one proves that the account has the project, and the project the agent.
#[derive(Debug)]
pub(super) struct Identity {
    project: String,
    user: Option<Vec<u8>>,
}

impl Identity {
    /// The project the call is about. Everything served must be its own.
    pub(super) fn project(&self) -> &str {
        &self.project
    }

    /// Refuses a call whose header does not name the caller its body is about.
    pub(super) fn demand_user(&self, user: &str) -> Result<(), Refusal> {
        let header = self.user.as_deref().ok_or_else(|| Refusal::missing_header(USER_HEADER))?;
        let names_user = header == user.as_bytes() || percent_decode(header).eq(user.bytes());
        if names_user { Ok(()) } else { Err(Refusal::forbidden(ANOTHER_USER)) }
    }
}

impl FromRequestParts<Arc<Site>> for Identity {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Refusal> {
        let project = demand_text(&parts.headers, PROJECT_HEADER)?;
        let agent = demand_text(&parts.headers, AGENT_HEADER)?;
        if !site.registry.lock().has_agent(&project, &agent) {
            return Err(Refusal::forbidden(FOREIGN));
        }
        Ok(Self { project, user: filled(&parts.headers, USER_HEADER).map(<[u8]>::to_vec) })
    }
}

/// The header as text; bytes that are no text cannot name anything of ours, and come out as something foreign.
fn demand_text(headers: &HeaderMap, name: &'static str) -> Result<String, Refusal> {
    let value = filled(headers, name).ok_or_else(|| Refusal::missing_header(name))?;
    Ok(String::from_utf8_lossy(value).into_owned())
}

fn filled<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h [u8]> {
    headers.get(name).map(|value| value.as_bytes().trim_ascii()).filter(|value| !value.is_empty())
}

const SCHEME: &[u8] = b"Bearer ";
const FOREIGN: &str = "no such project, or no such agent in it: use the ids the partner API gave this account";
const ANOTHER_USER: &str = "X-User-Id and the body's userId differ: name the same caller in both";
