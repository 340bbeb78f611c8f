//! One variable after the other: what it means, what it falls back to, what is wrong with it.

use std::env::VarError;
use std::net::SocketAddr;
use std::path::PathBuf;

use hyper::http::HeaderValue;
use hyper::http::uri::{Scheme, Uri};

use super::{Cloud, ConfigurationError, Lifeline};
use crate::behaviour::Behaviour;
use crate::wire::environment as names;

/// The environment, asked politely. A variable that is set to nothing counts as absent.
pub(super) struct Variables<L> {
    pub(super) lookup: L,
}

impl<L: Lookup> Variables<L> {
    pub(super) fn optional(&self, name: &'static str) -> Result<Option<String>, ConfigurationError> {
        match (self.lookup)(name) {
            Ok(value) => Ok(Some(value).filter(|value| !value.trim().is_empty())),
            Err(VarError::NotPresent) => Ok(None),
            Err(VarError::NotUnicode(_)) => Err(invalid(name, "is not UTF-8: set it to plain text")),
        }
    }

    pub(super) fn required(&self, name: &'static str) -> Result<String, ConfigurationError> {
        self.optional(name)?.ok_or(ConfigurationError::Missing(name))
    }

    /// The project has two names; clients set both, to the same value.
    pub(super) fn project(&self) -> Answer<String> {
        match (self.optional(names::PROJECT_ID)?, self.optional(names::WORKSPACE_ID)?) {
            (Some(project), Some(workspace)) if project != workspace => {
                let problem =
                    format!("names `{workspace}`, but {} names `{project}`: set one, or both alike", names::PROJECT_ID);
                Err(invalid(names::WORKSPACE_ID, problem))
            }
            (Some(project), _) | (None, Some(project)) => Ok(project),
            (None, None) => Err(ConfigurationError::Missing(names::PROJECT_ID)),
        }
    }

    pub(super) fn bind(&self) -> Answer<SocketAddr> {
        let Some(given) = self.optional(names::BIND_ADDR)? else {
            return Ok(SocketAddr::from(([127, 0, 0, 1], DEFAULT_PORT)));
        };
        let numeric =
            given.strip_prefix("localhost:").map_or_else(|| given.clone(), |port| format!("127.0.0.1:{port}"));
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
    pub(super) fn storage_root(&self) -> Answer<PathBuf> {
        if let Some(root) = self.optional(names::STORAGE_ROOT)? {
            return Ok(PathBuf::from(root));
        }
        if let Some(cache) = self.optional("XDG_CACHE_HOME")? {
            return Ok(PathBuf::from(cache).join("busyhour/voice"));
        }
        if let Some(home) = self.optional("HOME")? {
            return Ok(PathBuf::from(home).join(".cache/busyhour/voice"));
        }
        let user = rustix::process::getuid().as_raw();
        Ok(std::env::temp_dir().join(format!("busyhour-voice-{user}")))
    }

    pub(super) fn cloud(&self) -> Answer<Option<Cloud>> {
        let Some(base) = self.optional(names::CLOUD_BASE_URL)? else {
            return Ok(None);
        };
        let base = base.trim_end_matches('/').to_owned();
        check_base(&base)?;
        let (name, key) = match self.optional(names::API_KEY)? {
            Some(key) => (names::API_KEY, key),
            None => match self.optional(names::INTERNAL_TOKEN)? {
                Some(token) => (names::INTERNAL_TOKEN, token),
                None => return Err(invalid(names::API_KEY, "is not set, but the cloud wants a key: set it")),
            },
        };
        let mut bearer = HeaderValue::from_str(&format!("Bearer {key}"))
            .map_err(|_| invalid(name, "holds characters that cannot travel in a header: copy the key again"))?;
        bearer.set_sensitive(true);
        Ok(Some(Cloud { base, bearer }))
    }

    pub(super) fn behaviour(&self) -> Answer<Behaviour> {
        let Some(json) = self.optional(names::BEHAVIOUR)? else {
            return Ok(Behaviour::default());
        };
        let behaviour: Behaviour = serde_json::from_str(&json)
            .map_err(|error| invalid(names::BEHAVIOUR, format!("is no behaviour: {error}")))?;
        behaviour.check().map_err(|error| invalid(names::BEHAVIOUR, error.to_string()))?;
        Ok(behaviour)
    }

    pub(super) fn tells_requests(&self) -> Answer<bool> {
        match self.optional(names::TESTIMONY)?.as_deref() {
            None => Ok(false),
            Some("requests") => Ok(true),
            Some(other) => {
                Err(invalid(names::TESTIMONY, format!("`{other}` is unknown: set it to `requests`, or not at all")))
            }
        }
    }

    pub(super) fn lifeline(&self) -> Answer<Lifeline> {
        match self.optional(names::LIFELINE)?.as_deref() {
            None => Ok(Lifeline::ParentId),
            Some("stdin") => Ok(Lifeline::Stdin),
            Some(other) => {
                Err(invalid(names::LIFELINE, format!("`{other}` is unknown: set it to `stdin`, or not at all")))
            }
        }
    }
}

/// Where variables come from: the process's environment, or a test's list.
pub(super) trait Lookup: Fn(&str) -> Result<String, VarError> {}

impl<L: Fn(&str) -> Result<String, VarError>> Lookup for L {}

type Answer<T> = Result<T, ConfigurationError>;

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

fn invalid(name: &'static str, problem: impl Into<String>) -> ConfigurationError {
    ConfigurationError::Invalid { name, problem: problem.into() }
}

/// The first port of the official clients' range, and the one they default to for a runtime they did not start.
const DEFAULT_PORT: u16 = 7878;
