//! How a client is put together.

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use mock_runtime::wire::cloud::{AGENT_HEADER, PROJECT_HEADER, USER_HEADER};

use super::boot::LaunchPlan;
use super::cloud_api::CloudApi;
use super::error::VoiceError;
use super::http::loopback_client;
use super::launch::Executable;
use super::observer::{Observer, Unobserved};
use super::shell::PoolShell;
use super::user::User;
use super::voice_client::VoiceClient;
use crate::base::Span;
use crate::pool::Settings;

/// The MemoAir cloud.
pub const DEFAULT_BASE_URL: &str = "https://backend.memoair.space";

/// Collects a client's settings. `api_key`, `project_id` and `agent_id` are required; the rest has the SDK's defaults.
#[must_use]
pub struct VoiceClientBuilder {
    api_key: String,
    project_id: String,
    agent_id: String,
    user_id: Option<String>,
    base_url: String,
    storage_root: Option<PathBuf>,
    runtime_token: Option<String>,
    runtime_log: Option<PathBuf>,
    executable: Option<Executable>,
    host: Ipv4Addr,
    org_only: bool,
    settings: Settings,
    observer: Arc<dyn Observer>,
}

impl VoiceClientBuilder {
    pub(super) fn new() -> Self {
        Self {
            api_key: String::new(),
            project_id: String::new(),
            agent_id: String::new(),
            user_id: None,
            base_url: DEFAULT_BASE_URL.to_owned(),
            storage_root: None,
            runtime_token: None,
            runtime_log: None,
            executable: None,
            host: Ipv4Addr::LOCALHOST,
            org_only: false,
            settings: Settings::default(),
            observer: Arc::new(Unobserved),
        }
    }

    /// Settings from `MEMOAIR_API_KEY`, `_PROJECT_ID`, `_AGENT_ID` (required, blank counts as missing), `_USER_ID`,
    /// `_BASE_URL` and `_ORG_ONLY` (1, true, yes, on).
    pub fn from_env() -> Result<Self, VoiceError> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    /// [`VoiceClientBuilder::from_env`] with another place to look the variables up.
    pub fn from_variables(look_up: impl Fn(&str) -> Option<String>) -> Result<Self, VoiceError> {
        let variable =
            |name: &str| look_up(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let required = ["MEMOAIR_API_KEY", "MEMOAIR_PROJECT_ID", "MEMOAIR_AGENT_ID"];
        let missing: Vec<&str> = required.into_iter().filter(|name| variable(name).is_none()).collect();
        if !missing.is_empty() {
            return Err(VoiceError::BadRequest(format!("missing environment variables: {}", missing.join(", "))));
        }
        let [api_key, project_id, agent_id] = required.map(|name| variable(name).unwrap_or_default());
        let builder = Self { api_key, project_id, agent_id, user_id: variable("MEMOAIR_USER_ID"), ..Self::new() };
        let on = |value: String| ["1", "true", "yes", "on"].contains(&value.to_lowercase().as_str());
        Ok(builder
            .base_url(variable("MEMOAIR_BASE_URL").unwrap_or_else(|| DEFAULT_BASE_URL.to_owned()))
            .org_only(variable("MEMOAIR_ORG_ONLY").is_some_and(on)))
    }

    /// The account key, `memoair_pk_…`.
    pub fn api_key(self, api_key: impl Into<String>) -> Self {
        Self { api_key: api_key.into(), ..self }
    }

    /// The customer's project.
    pub fn project_id(self, project_id: impl Into<String>) -> Self {
        Self { project_id: project_id.into(), ..self }
    }

    /// The voice agent this process is.
    pub fn agent_id(self, agent_id: impl Into<String>) -> Self {
        Self { agent_id: agent_id.into(), ..self }
    }

    /// Pins the client to one user: calls need not name one.
    pub fn user_id(self, user_id: impl Into<String>) -> Self {
        Self { user_id: Some(user_id.into()), ..self }
    }

    /// The cloud, [`DEFAULT_BASE_URL`] unless said otherwise.
    pub fn base_url(self, base_url: impl Into<String>) -> Self {
        Self { base_url: base_url.into().trim_end_matches('/').to_owned(), ..self }
    }

    /// Where runtimes keep callers' projections; the runtime's own default unless said otherwise.
    pub fn storage_root(self, root: impl Into<PathBuf>) -> Self {
        Self { storage_root: Some(root.into()), ..self }
    }

    /// A bearer the runtimes shall demand on loopback.
    pub fn runtime_token(self, token: impl Into<String>) -> Self {
        Self { runtime_token: Some(token.into()), ..self }
    }

    /// A file the runtimes' standard error is appended to; it goes nowhere unless said otherwise.
    pub fn runtime_log(self, file: impl Into<PathBuf>) -> Self {
        Self { runtime_log: Some(file.into()), ..self }
    }

    /// What to start for a caller; [`Executable::find`] unless said otherwise.
    pub fn executable(self, executable: Executable) -> Self {
        Self { executable: Some(executable), ..self }
    }

    /// Serves organisation knowledge only: one runtime for everybody, and nothing is saved.
    pub fn org_only(self, org_only: bool) -> Self {
        Self { org_only, ..self }
    }

    /// Runtimes that may exist at one instant; 20 unless said otherwise.
    pub fn max_concurrent_users(self, runtimes: u32) -> Self {
        Self { settings: Settings { max_concurrent_users: runtimes, ..self.settings }, ..self }
    }

    /// How long a runtime may stay idle; 300 s unless said otherwise.
    pub fn runtime_idle_ttl(self, ttl: Duration) -> Self {
        Self { settings: Settings { runtime_idle_ttl: Span::from(ttl), ..self.settings }, ..self }
    }

    /// Loopback ports, both ends included; 7878 to 7977 unless said otherwise.
    pub fn runtime_port_range(self, first: u16, last: u16) -> Self {
        Self { settings: Settings { runtime_port_range: first..=last, ..self.settings }, ..self }
    }

    /// The loopback address runtimes listen on; 127.0.0.1 unless said otherwise. Another one has ports of its own, as
    /// another host would.
    pub fn runtime_host(self, host: Ipv4Addr) -> Self {
        Self { host, ..self }
    }

    /// All settings of the pool at once.
    pub fn pool(self, settings: Settings) -> Self {
        Self { settings, ..self }
    }

    /// Somebody to tell what happens in the pool.
    pub fn observer(self, observer: Arc<dyn Observer>) -> Self {
        Self { observer, ..self }
    }

    /// The client. Must be called within a tokio runtime, which then carries its work.
    pub fn build(self) -> Result<VoiceClient, VoiceError> {
        self.check()?;
        let pinned = self.user_id.as_deref().map(User::new).transpose()?;
        let executable = self.executable.map_or_else(Executable::find, Executable::checked)?;
        let mut identity = vec![(PROJECT_HEADER, self.project_id.as_str()), (AGENT_HEADER, &self.agent_id)];
        identity.extend(pinned.as_ref().map(|user| (USER_HEADER, user.id())));
        let cloud = CloudApi::new(&self.base_url, &self.api_key, &identity)?;
        let plan = LaunchPlan {
            executable,
            host: self.host,
            api_key: self.api_key,
            project_id: self.project_id,
            agent_id: self.agent_id,
            base_url: self.base_url,
            storage_root: self.storage_root,
            runtime_token: self.runtime_token,
            runtime_log: self.runtime_log,
            org_only: self.org_only,
            http: loopback_client(),
        };
        Ok(VoiceClient::new(PoolShell::start(self.settings, plan, self.observer), cloud, pinned))
    }

    fn check(&self) -> Result<(), VoiceError> {
        for (name, value) in
            [("api_key", &self.api_key), ("project_id", &self.project_id), ("agent_id", &self.agent_id)]
        {
            if value.trim().is_empty() || value.contains('\0') {
                return Err(VoiceError::BadRequest(format!("{name} is required and must not contain NUL")));
            }
        }
        if self.runtime_token.as_deref().is_some_and(|token| !token.bytes().all(|byte| byte.is_ascii_graphic())) {
            return Err(VoiceError::bad_request("runtime_token must be printable ASCII without blanks"));
        }
        if !self.host.is_loopback() {
            return Err(VoiceError::bad_request("runtime_host must be a loopback address, such as 127.0.0.1"));
        }
        let range = &self.settings.runtime_port_range;
        if range.is_empty() || *range.start() == 0 {
            return Err(VoiceError::bad_request("runtime_port_range must run upwards from a port above 0"));
        }
        if self.settings.max_concurrent_users == 0 {
            return Err(VoiceError::bad_request("max_concurrent_users must be at least 1"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUIRED: [(&str, &str); 3] =
        [("MEMOAIR_API_KEY", " key\n"), ("MEMOAIR_PROJECT_ID", "proj"), ("MEMOAIR_AGENT_ID", "agent")];

    fn with(more: &[(&str, &str)]) -> Result<VoiceClientBuilder, VoiceError> {
        let variables: Vec<_> = REQUIRED.iter().chain(more).copied().collect();
        let look_up = |name: &str| variables.iter().rev().find(|(known, _)| *known == name).map(|(_, value)| *value);
        VoiceClientBuilder::from_variables(|name| look_up(name).map(str::to_owned))
    }

    #[test]
    fn three_variables_make_a_client_of_the_real_cloud() {
        let built = with(&[]).expect("nothing is missing");
        assert_eq!([&built.api_key, &built.project_id, &built.agent_id], ["key", "proj", "agent"]);
        assert_eq!(
            (built.base_url.as_str(), built.user_id.as_deref(), built.org_only),
            (DEFAULT_BASE_URL, None, false)
        );
    }

    #[test]
    fn every_missing_or_blank_variable_is_named() {
        let error = with(&[("MEMOAIR_API_KEY", "  "), ("MEMOAIR_AGENT_ID", "")]).err().expect("two are blank");
        assert_eq!(error.code(), "runtime.bad_request");
        assert_eq!(error.to_string(), "missing environment variables: MEMOAIR_API_KEY, MEMOAIR_AGENT_ID");
    }

    #[test]
    fn the_optional_variables_count_unless_they_are_blank() {
        let more = [("MEMOAIR_USER_ID", "ann"), ("MEMOAIR_BASE_URL", "http://127.0.0.1:9/")];
        let built = with(&more).expect("nothing is missing");
        assert_eq!((built.user_id.as_deref(), built.base_url.as_str()), (Some("ann"), "http://127.0.0.1:9"));
        let blank = with(&[("MEMOAIR_USER_ID", " "), ("MEMOAIR_BASE_URL", "")]).expect("nothing is missing");
        assert_eq!((blank.user_id.as_deref(), blank.base_url.as_str()), (None, DEFAULT_BASE_URL));
    }

    #[test]
    fn org_only_has_four_ways_to_say_yes() {
        for (value, on) in [("1", true), ("TRUE", true), (" yes ", true), ("On", true), ("0", false), ("y", false)] {
            assert_eq!(with(&[("MEMOAIR_ORG_ONLY", value)]).expect("nothing is missing").org_only, on, "{value}");
        }
    }

    #[tokio::test]
    async fn settings_that_cannot_work_are_refused() {
        let good = || with(&[]).expect("nothing is missing").executable(Executable::file("/bin/sh"));
        good().build().expect("these can");
        let bad: [fn(VoiceClientBuilder) -> VoiceClientBuilder; 9] = [
            |b| b.api_key("  "),
            |b| b.api_key("a\nb"),
            |b| b.project_id("a\0b"),
            |b| b.agent_id(""),
            |b| b.user_id(" "),
            |b| b.runtime_token("two words"),
            |b| b.runtime_host(Ipv4Addr::UNSPECIFIED),
            |b| b.runtime_port_range(9000, 8999),
            |b| b.max_concurrent_users(0),
        ];
        for (index, spoil) in bad.into_iter().enumerate() {
            let error = spoil(good()).build().expect_err("it cannot work");
            assert_eq!(error.code(), "runtime.bad_request", "{index}: {error}");
        }
    }
}
