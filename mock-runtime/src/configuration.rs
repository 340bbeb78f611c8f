//! Who this runtime is and how it behaves, read from the environment once, complete and checked.
//!
//! Without a cloud base URL the runtime works from its disk alone: there is no default cloud, because a stand-in must
//! never talk to a real one. For the same reason `https` is refused.

mod variables;

use std::net::SocketAddr;
use std::path::PathBuf;

use hyper::http::HeaderValue;
use thiserror::Error;

use crate::behaviour::Behaviour;
use crate::wire::environment as names;
use variables::{Lookup, Variables};

/// Everything the process was told.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Configuration {
    /// Project it is pinned to.
    pub(crate) project: String,
    /// Caller it is pinned to.
    pub(crate) user: String,
    /// Agent it was started for; may be empty.
    pub(crate) agent: String,
    /// Serves organisation knowledge only.
    pub(crate) org_only: bool,
    /// Loopback address to listen on.
    pub(crate) bind: SocketAddr,
    /// Root of all projections on this host.
    pub(crate) storage_root: PathBuf,
    /// Where the caller's memory comes from and saves go; absent: nowhere.
    pub(crate) cloud: Option<Cloud>,
    /// `Bearer …` demanded on every loopback call; absent: none.
    pub(crate) bearer: Option<String>,
    /// How to behave.
    pub(crate) behaviour: Behaviour,
    /// Socket of the harness.
    pub(crate) witness: Option<PathBuf>,
    /// Whether the harness is told of every request.
    pub(crate) tells_requests: bool,
    /// How the death of the parent shows.
    pub(crate) lifeline: Lifeline,
}

/// The cloud, and what identifies this runtime there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cloud {
    /// Base URL without a trailing slash.
    pub(crate) base: String,
    /// `Bearer …`, marked as a secret.
    pub(crate) bearer: HeaderValue,
}

/// How the death of the parent shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lifeline {
    /// Standard input, a pipe, ends.
    Stdin,
    /// The parent's process id changes.
    ParentId,
}

/// An environment that does not say who to be. Every message names the variable.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum ConfigurationError {
    /// Not there, or blank.
    #[error("{0} is not set: a runtime is pinned to one project and one caller; set it")]
    Missing(&'static str),
    /// There, but not to be used.
    #[error("{name}: {problem}")]
    Invalid { name: &'static str, problem: String },
}

impl Configuration {
    /// Reads it from this process's environment.
    pub(crate) fn from_environment() -> Result<Self, ConfigurationError> {
        Self::from_lookup(|name| std::env::var(name))
    }

    fn from_lookup(lookup: impl Lookup) -> Result<Self, ConfigurationError> {
        let variables = Variables { lookup };
        let user = variables.required(names::USER_ID)?;
        let mode = variables.optional(names::MODE)?;
        Ok(Self {
            project: variables.project()?,
            org_only: mode.as_deref() == Some(names::ORG_ONLY) || user == names::ORG_USER,
            user,
            agent: variables.optional(names::AGENT_ID)?.unwrap_or_default(),
            bind: variables.bind()?,
            storage_root: variables.storage_root()?,
            cloud: variables.cloud()?,
            bearer: variables.optional(names::TOKEN)?.map(|token| format!("Bearer {token}")),
            behaviour: variables.behaviour()?,
            witness: variables.optional(names::WITNESS)?.map(PathBuf::from),
            tells_requests: variables.tells_requests()?,
            lifeline: variables.lifeline()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::env::VarError;
    use std::os::unix::ffi::OsStringExt;

    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Configuration, ConfigurationError> {
        Configuration::from_lookup(|name| {
            let value = variables.iter().rev().find(|(key, _)| *key == name);
            value.map(|(_, value)| (*value).to_owned()).ok_or(VarError::NotPresent)
        })
    }

    const LEAST: [(&str, &str); 2] = [(names::PROJECT_ID, "p"), (names::USER_ID, "u")];

    fn with(more: &[(&str, &str)]) -> Result<Configuration, ConfigurationError> {
        read(&[&LEAST, more].concat())
    }

    #[test]
    fn ids_alone_are_enough() {
        let configuration = with(&[("HOME", "/home/me")]).expect("complete");
        assert_eq!(configuration.bind, SocketAddr::from(([127, 0, 0, 1], 7878)));
        assert_eq!(configuration.storage_root, PathBuf::from("/home/me/.cache/busyhour/voice"));
        assert_eq!((configuration.cloud, configuration.lifeline), (None, Lifeline::ParentId));
    }

    #[test]
    fn org_mode_shows_in_the_mode_or_in_the_user_id() {
        assert!(with(&[(names::MODE, "org_only")]).expect("fine").org_only);
        assert!(with(&[(names::USER_ID, "__org__")]).expect("fine").org_only);
        assert!(!with(&[(names::MODE, "hosted")]).expect("fine").org_only);
    }

    #[test]
    fn a_cloud_gets_the_account_key_or_else_the_internal_token() {
        let base = (names::CLOUD_BASE_URL, "http://127.0.0.1:9/");
        let bearer = |more: &[(&str, &str)]| with(&[&[base], more].concat()).expect("fine").cloud.expect("set");
        let key = bearer(&[(names::API_KEY, "k"), (names::INTERNAL_TOKEN, "t")]);
        assert_eq!((key.base.as_str(), key.bearer.as_bytes()), ("http://127.0.0.1:9", &b"Bearer k"[..]));
        assert_eq!(bearer(&[(names::INTERNAL_TOKEN, "t")]).bearer, "Bearer t");
    }

    #[test]
    fn every_refusal_names_its_variable() {
        let refused = [
            (names::USER_ID, ""),
            (names::WORKSPACE_ID, "other"),
            (names::BIND_ADDR, "nonsense"),
            (names::BIND_ADDR, "0.0.0.0:7878"),
            (names::CLOUD_BASE_URL, "https://backend.memoair.space"),
            (names::CLOUD_BASE_URL, "not a url"),
            (names::BEHAVIOUR, "{\"serch\":1}"),
            (names::BEHAVIOUR, "{\"search\":{\"law\":\"uniform\",\"min_ns\":2,\"max_ns\":1}}"),
            (names::LIFELINE, "fd3"),
        ];
        for (name, value) in refused {
            let error = with(&[(name, value)]).expect_err(name).to_string();
            assert!(error.starts_with(name), "{name}={value}: {error}");
        }
        let keyless = with(&[(names::CLOUD_BASE_URL, "http://127.0.0.1:9")]).expect_err("no key").to_string();
        assert!(keyless.starts_with(names::API_KEY), "{keyless}");
        let broken = with(&[(names::CLOUD_BASE_URL, "http://127.0.0.1:9"), (names::API_KEY, "a\nb")]);
        assert!(broken.expect_err("no header").to_string().starts_with(names::API_KEY));
    }

    #[test]
    fn text_that_is_not_unicode_is_refused_by_name() {
        let broken = |_: &str| Err(VarError::NotUnicode(std::ffi::OsString::from_vec(vec![0xff])));
        let error = Configuration::from_lookup(broken).expect_err("not text").to_string();
        assert!(error.starts_with(names::USER_ID), "{error}");
    }

    #[test]
    fn localhost_is_the_loopback_address() {
        let configuration = with(&[(names::BIND_ADDR, "localhost:9000")]).expect("fine");
        assert_eq!(configuration.bind, SocketAddr::from(([127, 0, 0, 1], 9000)));
    }
}
