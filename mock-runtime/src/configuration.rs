//! Who this runtime is and how it behaves, read from the environment once, complete and checked.
//!
//! Without a cloud base URL the runtime works from its disk alone: there is no default cloud, because a stand-in must
//! never talk to a real one. For the same reason `https` is refused.

use std::env::VarError;
use std::net::SocketAddr;
use std::path::PathBuf;

use hyper::http::HeaderValue;
use hyper::http::uri::{Scheme, Uri};
use thiserror::Error;

use crate::behaviour::Behaviour;
use crate::wire::environment as names;

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
    /// How the death of the parent shows.
    pub(crate) lifeline: Lifeline,
}

/// The cloud, and what identifies this runtime there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cloud {
    /// Base URL without a trailing slash.
    pub(crate) base: String,
    /// `Bearer …`.
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
            project: project(&variables)?,
            org_only: mode.as_deref() == Some(names::ORG_ONLY) || user == names::ORG_USER,
            user,
            agent: variables.optional(names::AGENT_ID)?.unwrap_or_default(),
            bind: bind(&variables)?,
            storage_root: storage_root(&variables)?,
            cloud: cloud(&variables)?,
            bearer: variables.optional(names::TOKEN)?.map(|token| format!("Bearer {token}")),
            behaviour: behaviour(&variables)?,
            witness: variables.optional(names::WITNESS)?.map(PathBuf::from),
            lifeline: lifeline(&variables)?,
        })
    }
}

/// The environment, asked politely. A variable that is set to nothing counts as absent.
struct Variables<L> {
    lookup: L,
}

impl<L: Lookup> Variables<L> {
    fn optional(&self, name: &'static str) -> Result<Option<String>, ConfigurationError> {
        match (self.lookup)(name) {
            Ok(value) => Ok(Some(value).filter(|value| !value.trim().is_empty())),
            Err(VarError::NotPresent) => Ok(None),
            Err(VarError::NotUnicode(_)) => Err(invalid(name, "is not UTF-8: set it to plain text")),
        }
    }

    fn required(&self, name: &'static str) -> Result<String, ConfigurationError> {
        self.optional(name)?.ok_or(ConfigurationError::Missing(name))
    }
}

/// Where variables come from: the process's environment, or a test's list.
trait Lookup: Fn(&str) -> Result<String, VarError> {}

impl<L: Fn(&str) -> Result<String, VarError>> Lookup for L {}

type Answer<T> = Result<T, ConfigurationError>;

fn invalid(name: &'static str, problem: impl Into<String>) -> ConfigurationError {
    ConfigurationError::Invalid { name, problem: problem.into() }
}

/// The project has two names; clients set both, to the same value.
fn project(variables: &Variables<impl Lookup>) -> Answer<String> {
    match (variables.optional(names::PROJECT_ID)?, variables.optional(names::WORKSPACE_ID)?) {
        (Some(project), Some(workspace)) if project != workspace => {
            let problem =
                format!("names `{workspace}`, but {} names `{project}`: set one, or both alike", names::PROJECT_ID);
            Err(invalid(names::WORKSPACE_ID, problem))
        }
        (Some(project), _) | (None, Some(project)) => Ok(project),
        (None, None) => Err(ConfigurationError::Missing(names::PROJECT_ID)),
    }
}

fn bind(variables: &Variables<impl Lookup>) -> Answer<SocketAddr> {
    let Some(given) = variables.optional(names::BIND_ADDR)? else {
        return Ok(SocketAddr::from(([127, 0, 0, 1], DEFAULT_PORT)));
    };
    let numeric = given.strip_prefix("localhost:").map_or_else(|| given.clone(), |port| format!("127.0.0.1:{port}"));
    let address: SocketAddr = numeric
        .parse()
        .map_err(|_| invalid(names::BIND_ADDR, format!("`{given}` is no address: write 127.0.0.1:PORT")))?;
    if address.ip().is_loopback() {
        return Ok(address);
    }
    let problem =
        format!("`{given}` would open a caller's memory to the network: bind a loopback address, 127.0.0.1:PORT");
    Err(invalid(names::BIND_ADDR, problem))
}

/// A folder of this user's own: the cache if there is a home, else one under the system's temporary folder.
fn storage_root(variables: &Variables<impl Lookup>) -> Answer<PathBuf> {
    if let Some(root) = variables.optional(names::STORAGE_ROOT)? {
        return Ok(PathBuf::from(root));
    }
    if let Some(cache) = variables.optional("XDG_CACHE_HOME")? {
        return Ok(PathBuf::from(cache).join("busyhour/voice"));
    }
    if let Some(home) = variables.optional("HOME")? {
        return Ok(PathBuf::from(home).join(".cache/busyhour/voice"));
    }
    let user = rustix::process::getuid().as_raw();
    Ok(std::env::temp_dir().join(format!("busyhour-voice-{user}")))
}

fn cloud(variables: &Variables<impl Lookup>) -> Answer<Option<Cloud>> {
    let Some(base) = variables.optional(names::CLOUD_BASE_URL)? else {
        return Ok(None);
    };
    let base = base.trim_end_matches('/').to_owned();
    check_base(&base)?;
    let (name, key) = match variables.optional(names::API_KEY)? {
        Some(key) => (names::API_KEY, key),
        None => match variables.optional(names::INTERNAL_TOKEN)? {
            Some(token) => (names::INTERNAL_TOKEN, token),
            None => return Err(invalid(names::API_KEY, "is not set, but the cloud wants a key: set it")),
        },
    };
    let bearer = HeaderValue::from_str(&format!("Bearer {key}"))
        .map_err(|_| invalid(name, "holds characters that cannot travel in a header: copy the key again"))?;
    Ok(Some(Cloud { base, bearer }))
}

fn check_base(base: &str) -> Answer<()> {
    let uri: Uri = base
        .parse()
        .map_err(|_| invalid(names::CLOUD_BASE_URL, format!("`{base}` is no URL: write http://127.0.0.1:PORT")))?;
    if uri.scheme() == Some(&Scheme::HTTP) && uri.host().is_some_and(|host| !host.is_empty()) {
        return Ok(());
    }
    let problem =
        format!("`{base}` is not plain http: this stand-in speaks to a mock cloud only, http://127.0.0.1:PORT");
    Err(invalid(names::CLOUD_BASE_URL, problem))
}

fn behaviour(variables: &Variables<impl Lookup>) -> Answer<Behaviour> {
    let Some(json) = variables.optional(names::BEHAVIOUR)? else {
        return Ok(Behaviour::default());
    };
    let behaviour: Behaviour =
        serde_json::from_str(&json).map_err(|error| invalid(names::BEHAVIOUR, format!("is no behaviour: {error}")))?;
    behaviour.check().map_err(|error| invalid(names::BEHAVIOUR, error.to_string()))?;
    Ok(behaviour)
}

fn lifeline(variables: &Variables<impl Lookup>) -> Answer<Lifeline> {
    match variables.optional(names::LIFELINE)?.as_deref() {
        None => Ok(Lifeline::ParentId),
        Some("stdin") => Ok(Lifeline::Stdin),
        Some(other) => Err(invalid(names::LIFELINE, format!("`{other}` is unknown: set it to `stdin`, or not at all"))),
    }
}

/// The first port of the official clients' range, and the one they default to for a runtime they did not start.
const DEFAULT_PORT: u16 = 7878;

#[cfg(test)]
mod tests {
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
