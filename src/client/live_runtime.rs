//! A runtime that serves: its process, its endpoints, its one session.

use std::sync::Arc;
use std::time::{Duration, Instant};

use mock_runtime::wire::environment::ORG_ONLY;
use mock_runtime::wire::loopback::SessionStart;
use parking_lot::Mutex;
use serde_json::{Map, Value, json};
use tokio::sync::OnceCell;
use tokio::time::timeout;
use uuid::Uuid;

use super::error::VoiceError;
use super::launch::{PortClaim, Process};
use super::runtime_api::RuntimeApi;
use super::user::User;
use crate::base::DrainReason;

/// One life of a runtime. Leases share it; it may outlive its process by a moment, in the hands of a caller who has not
/// noticed yet.
#[derive(Debug)]
pub(super) struct LiveRuntime {
    pub(super) api: RuntimeApi,
    pub(super) process: Process,
    user_id: Arc<str>,
    project_id: String,
    org_only: bool,
    claim: Mutex<Option<PortClaim>>,
    /// Chosen once per process, so that a session start repeated after a cancelled one is the same session.
    session_id: String,
    session: OnceCell<()>,
}

impl LiveRuntime {
    pub(super) fn new(
        api: RuntimeApi,
        process: Process,
        claim: PortClaim,
        (project_id, user_id): (String, Arc<str>),
        org_only: bool,
    ) -> Self {
        Self {
            api,
            process,
            user_id,
            project_id,
            org_only,
            claim: Mutex::new(Some(claim)),
            session_id: Uuid::new_v4().to_string(),
            session: OnceCell::new(),
        }
    }

    /// Whose it is.
    pub(super) fn user_id(&self) -> &Arc<str> {
        &self.user_id
    }

    /// The session every request of this process carries. Starts it where that was not done yet; `None` where nothing
    /// had to be waited for.
    pub(super) async fn session(&self, user: Option<&User>) -> Result<Option<Duration>, VoiceError> {
        if self.session.initialized() {
            return Ok(None);
        }
        let began = Instant::now();
        self.session.get_or_try_init(|| self.start_session(user)).await?;
        Ok(Some(began.elapsed()))
    }

    pub(super) fn session_id(&self) -> &str {
        &self.session_id
    }

    /// Whether the process has died, given a moment for the news to arrive: a broken connection is seen sooner than
    /// the end of the process that broke it.
    pub(super) async fn has_died(&self) -> bool {
        timeout(NEWS_TRAVELS, self.process.exited()).await.is_ok()
    }

    /// Says goodbye before a drain: the session's end first, so that the cloud consolidates the call, then the outbox.
    /// A runtime that does not answer is not asked again.
    pub(super) async fn say_goodbye(&self, reason: DrainReason) {
        let word = if reason == DrainReason::Close { "client_aclose" } else { "evicted_by_pool" };
        if self.session.initialized()
            && let Err(VoiceError::Timeout { .. } | VoiceError::Unreachable { .. }) =
                self.api.end_session(&self.session_id, word).await
        {
            return;
        }
        // Best effort: what the runtime could not deliver stays in its outbox on disk for its next life.
        let _ = self.api.flush(FLUSH_DEADLINE).await;
    }

    /// The process is gone: its port is anybody's.
    pub(super) fn release_port(&self) {
        self.claim.lock().take();
    }

    async fn start_session(&self, user: Option<&User>) -> Result<(), VoiceError> {
        let metadata = user.filter(|_| !self.org_only).map(|user| ("user".to_owned(), Value::from(user.payload())));
        let start = SessionStart {
            session_id: Some(self.session_id.clone()),
            workspace_id: Some(self.project_id.clone()),
            user_id: Some(self.user_id.to_string()),
            satham: Map::from_iter([("variant".to_owned(), json!("default"))]),
            metadata: metadata.into_iter().collect(),
            mode: self.org_only.then(|| ORG_ONLY.to_owned()),
        };
        self.api.start_session(&start).await
    }
}

const NEWS_TRAVELS: Duration = Duration::from_millis(50);
/// What a runtime gets to empty its outbox; the official SDK's figure.
const FLUSH_DEADLINE: Duration = Duration::from_secs(5);
