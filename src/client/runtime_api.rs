//! The six calls a client makes to one runtime.

use std::net::SocketAddrV4;
use std::ops::Deref;
use std::time::Duration;

use mock_runtime::wire::loopback::{
    self, Health, Memory, SearchMemory, SessionEnd, SessionStart, SyncFlush, TurnAfter, TurnSaved,
};
use reqwest::{Client, Method, RequestBuilder, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::error::{Peer, VoiceError};
use super::http::{decode, exchange, exchange_bytes};

/// One runtime's endpoints. Timeouts are the official SDK's, as totals instead of per phase.
#[derive(Debug)]
pub(super) struct RuntimeApi {
    client: Client,
    base: Url,
    /// Of the two calls of every turn: putting a URL together costs as much as copying ten.
    search: Url,
    save: Url,
    token: Option<String>,
}

impl RuntimeApi {
    pub(super) fn new(client: Client, address: SocketAddrV4, token: Option<String>) -> Self {
        let base = Url::parse(&format!("http://{address}")).expect("an address makes a URL");
        let under = |path: &str| base.join(path).expect("the protocol's paths are paths");
        let (search, save) = (under(loopback::SEARCH_MEMORY), under(loopback::TURN_AFTER));
        Self { client, base, search, save, token }
    }

    /// `http://HOST:PORT`.
    pub(super) fn url(&self) -> String {
        self.base.as_str().trim_end_matches('/').to_owned()
    }

    pub(super) async fn health(&self, within: Duration) -> Result<Health, VoiceError> {
        exchange(Peer::Runtime, self.request(Method::GET, self.under(loopback::HEALTH)), within).await
    }

    pub(super) async fn start_session(&self, session: &SessionStart) -> Result<(), VoiceError> {
        self.post(self.under(loopback::SESSION_START), session, SESSION_TIMEOUT).await.map(drop)
    }

    /// `within` covers the whole exchange, from the request's first byte to the answer's last.
    pub(super) async fn search(&self, search: &SearchMemory, within: Duration) -> Result<Memory, VoiceError> {
        decode_leniently(&self.post(self.search.clone(), search, within).await?)
    }

    pub(super) async fn save(&self, turn: &TurnAfter) -> Result<TurnSaved, VoiceError> {
        decode(Peer::Runtime, &self.post(self.save.clone(), turn, SAVE_TIMEOUT).await?)
    }

    pub(super) async fn end_session(&self, session: &str, reason: &str) -> Result<(), VoiceError> {
        let end = SessionEnd { session_id: Some(session.to_owned()), reason: Some(reason.to_owned()) };
        self.post(self.under(loopback::SESSION_END), &end, SESSION_TIMEOUT).await.map(drop)
    }

    pub(super) async fn flush(&self, deadline: Duration) -> Result<(), VoiceError> {
        let deadline_ms = u64::try_from(deadline.as_millis()).unwrap_or(u64::MAX);
        let flush = SyncFlush { deadline_ms: Some(deadline_ms) };
        self.post(self.under(loopback::SYNC_FLUSH), &flush, deadline + FLUSH_GRACE).await.map(drop)
    }

    async fn post<T: Serialize>(
        &self,
        url: Url,
        body: &T,
        within: Duration,
    ) -> Result<impl Deref<Target = [u8]>, VoiceError> {
        exchange_bytes(Peer::Runtime, self.request(Method::POST, url).json(body), within).await
    }

    fn under(&self, path: &str) -> Url {
        self.base.join(path).expect("the protocol's paths are paths")
    }

    fn request(&self, method: Method, url: Url) -> RequestBuilder {
        let request = self.client.request(method, url);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }
}

/// Decodes an answer as the official SDK does: a field of the wrong type counts as absent instead of spoiling the rest.
fn decode_leniently(body: &[u8]) -> Result<Memory, VoiceError> {
    if let Ok(memory) = decode(Peer::Runtime, body) {
        return Ok(memory);
    }
    let mut fields: Map<String, Value> = decode(Peer::Runtime, body)?;
    Ok(Memory {
        context_text: salvage(&mut fields, "contextText"),
        profile: salvage(&mut fields, "profile"),
        working: salvage(&mut fields, "working"),
        permanent: salvage(&mut fields, "permanent"),
        org: salvage(&mut fields, "org"),
        sources: salvage(&mut fields, "sources"),
        trace: salvage(&mut fields, "trace"),
    })
}

fn salvage<T: DeserializeOwned + Default>(fields: &mut Map<String, Value>, name: &str) -> T {
    fields.remove(name).and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default()
}

const SESSION_TIMEOUT: Duration = Duration::from_secs(5);
const SAVE_TIMEOUT: Duration = Duration::from_secs(1);
/// What a flush gets on top of its own deadline.
const FLUSH_GRACE: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_of_the_wrong_type_spoils_no_other() {
        let body = br#"{"contextText": "hello", "profile": 7, "permanent": "no", "trace": {"totalMs": 3}}"#;
        let memory = decode_leniently(body).expect("an object is an answer");
        assert_eq!((memory.context_text.as_str(), memory.profile, memory.trace.total_ms), ("hello", None, 3.0));
        assert!(decode_leniently(b"<html>").is_err());
        assert!(decode_leniently(b"[]").is_err());
    }
}
