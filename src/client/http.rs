//! How requests go out: one request in, one decoded answer or one typed error out.

use std::net::IpAddr;
use std::ops::Deref;
use std::time::Duration;

use mock_runtime::wire::ErrorBody;
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Url, retry};
use serde::de::DeserializeOwned;
use serde_json::json;
use tokio::time::timeout;

use super::error::{Peer, VoiceError};

/// A client for loopback: connections are kept alive, and no proxy ever sees the request.
pub(super) fn loopback_client() -> Client {
    builder().no_proxy().build().expect("a client without TLS and proxies needs nothing that could be missing")
}

/// A client for the cloud: the proxies the environment names are used, unless the cloud is on this very host.
pub(super) fn cloud_client(base_url: &str) -> Result<Client, VoiceError> {
    let builder = if is_loopback(base_url) { builder().no_proxy() } else { builder() };
    builder.build().map_err(|error| unreachable_because(Peer::Cloud, &error))
}

fn is_loopback(base_url: &str) -> bool {
    let url = Url::parse(base_url).ok();
    let host = url.as_ref().and_then(Url::host_str).map(|host| host.trim_matches(['[', ']']));
    host.is_some_and(|host| host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback()))
}

fn builder() -> reqwest::ClientBuilder {
    let agent = concat!("busyhour/", env!("CARGO_PKG_VERSION"));
    // Nobody sends a caller's memory elsewhere because a peer says so.
    let builder = Client::builder().user_agent(agent).redirect(Policy::none()).retry(retry::never());
    builder.tcp_nodelay(true).http1_only().pool_idle_timeout(None)
}

/// Sends the request and decodes the answer. `within` covers the whole exchange, from the request's first byte to the
/// answer's last.
pub(super) async fn exchange<T: DeserializeOwned>(
    peer: Peer,
    request: RequestBuilder,
    within: Duration,
) -> Result<T, VoiceError> {
    decode(peer, &exchange_bytes(peer, request, within).await?)
}

/// Every answer of the protocol is a JSON object. (An array would do for serde: it would fill a struct in order.)
pub(super) fn decode<T: DeserializeOwned>(peer: Peer, body: &[u8]) -> Result<T, VoiceError> {
    let unreadable = |reason: String| VoiceError::Unreadable { peer, reason };
    if body.trim_ascii_start().first() != Some(&b'{') {
        return Err(unreadable(format!("it is no JSON object: {}", excerpt(body))));
    }
    // Text that is known to be UTF-8 is parsed faster than bytes, whose every string has to be checked.
    let text = str::from_utf8(body).map_err(|error| unreadable(error.to_string()))?;
    serde_json::from_str(text).map_err(|error| unreadable(error.to_string()))
}

/// As [`exchange`], but gives back the body of a good answer as it came.
pub(super) async fn exchange_bytes(
    peer: Peer,
    request: RequestBuilder,
    within: Duration,
) -> Result<impl Deref<Target = [u8]>, VoiceError> {
    let answer = async {
        let response = request.send().await?;
        Ok((response.status(), response.bytes().await?))
    };
    let timeout_ms = || u64::try_from(within.as_millis()).unwrap_or(u64::MAX);
    let answer = timeout(within, answer).await.map_err(|_| VoiceError::Timeout { peer, timeout_ms: timeout_ms() })?;
    let (status, body) = answer.map_err(|error| unreachable_because(peer, &error))?;
    if status.is_success() { Ok(body) } else { Err(refused(peer, status.as_u16(), &body)) }
}

/// The error an answer with a bad status means: the envelope's, the flat form's, or the raw text.
fn refused(peer: Peer, status: u16, body: &[u8]) -> VoiceError {
    if let Ok(ErrorBody { error }) = serde_json::from_slice::<ErrorBody>(body) {
        return VoiceError::Refused { code: error.code, message: error.message, status, details: error.details };
    }
    if let Ok(flat) = serde_json::from_slice::<FlatError>(body) {
        // As in the official SDK: what else it says is found there.
        let details = serde_json::from_slice(body).expect("it was read as an object just now");
        return VoiceError::Refused { code: flat.error, message: flat.message, status, details };
    }
    let code = match peer {
        Peer::Runtime => "runtime.internal",
        Peer::Cloud => "cloud.internal",
    };
    VoiceError::Refused { code: code.to_owned(), message: excerpt(body), status, details: json!({}) }
}

fn excerpt(body: &[u8]) -> String {
    String::from_utf8_lossy(&body[..body.len().min(LONGEST_EXCERPT)]).into_owned()
}

/// `{"error": "code", "message": "…"}`, as the index calls refuse a batch.
#[derive(serde::Deserialize)]
struct FlatError {
    error: String,
    #[serde(default)]
    message: String,
}

/// The innermost reason of a transport error: the outer ones only say that sending failed.
fn unreachable_because(peer: Peer, error: &reqwest::Error) -> VoiceError {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    let os_error = innermost.downcast_ref::<std::io::Error>().and_then(std::io::Error::raw_os_error);
    VoiceError::Unreachable { peer, reason: innermost.to_string(), os_error }
}

/// How long the cloud is waited for; the official SDK's figure.
pub(super) const CLOUD_TIMEOUT: Duration = Duration::from_secs(30);
/// Bytes of an unexpected body that an error message shows.
const LONGEST_EXCERPT: usize = 500;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cloud_on_this_host_needs_no_proxy() {
        for url in ["http://127.0.0.1:80", "http://127.9.9.9", "http://[::1]:80/x", "http://localhost"] {
            assert!(is_loopback(url), "{url}");
        }
        for url in ["https://backend.memoair.space", "http://10.0.0.1", "http://localhost.example", "127.0.0.1"] {
            assert!(!is_loopback(url), "{url}");
        }
    }

    #[test]
    fn only_an_object_is_an_answer() {
        assert!(decode::<FlatError>(Peer::Cloud, br#" {"error": "x"}"#).is_ok());
        for body in ["", "[]", r#"["x", "y"]"#, "null", "<html>", "{", "7"] {
            let outcome = decode::<FlatError>(Peer::Cloud, body.as_bytes());
            assert!(matches!(outcome, Err(VoiceError::Unreadable { .. })), "{body}");
        }
    }
}
