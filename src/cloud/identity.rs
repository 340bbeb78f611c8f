//! Who is calling: the account key and the identity headers.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use mock_runtime::wire::cloud::{AGENT_HEADER, PROJECT_HEADER, USER_HEADER, id_from_header};

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
    user: Option<String>,
}

impl Identity {
    /// The project the call is about. Everything served must be its own.
    pub(super) fn project(&self) -> &str {
        &self.project
    }

    /// Refuses a call whose header does not name the caller its body is about.
    pub(super) fn demand_user(&self, user: &str) -> Result<(), Refusal> {
        let named = self.user.as_deref().ok_or_else(|| Refusal::missing_header(USER_HEADER))?;
        if named == user { Ok(()) } else { Err(Refusal::forbidden(ANOTHER_USER)) }
    }
}

impl FromRequestParts<Arc<Site>> for Identity {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Refusal> {
        let demand = |header| id_in(&parts.headers, header).ok_or_else(|| Refusal::missing_header(header));
        let (project, agent) = (demand(PROJECT_HEADER)?, demand(AGENT_HEADER)?);
        if !site.registry.lock().has_agent(&project, &agent) {
            return Err(Refusal::forbidden(FOREIGN));
        }
        Ok(Self { project, user: id_in(&parts.headers, USER_HEADER) })
    }
}

/// The id a header names; nothing where it is absent, blank or unreadable.
fn id_in(headers: &HeaderMap, header: &str) -> Option<String> {
    let text = str::from_utf8(headers.get(header)?.as_bytes()).ok()?;
    let id = id_from_header(text).filter(|id| !id.trim().is_empty())?;
    Some(id.into_owned())
}

const SCHEME: &[u8] = b"Bearer ";
const FOREIGN: &str = "no such project, or no such agent in it: use the ids the partner API gave this account";
const ANOTHER_USER: &str = "X-User-Id and the body's userId differ: name the same caller in both";
