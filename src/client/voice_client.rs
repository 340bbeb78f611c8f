//! What a voice agent holds.

use std::sync::Arc;
use std::time::{Duration, Instant};

use mock_runtime::wire::cloud::{IndexCreate, IndexInfo};
use mock_runtime::wire::environment::ORG_USER;
use mock_runtime::wire::loopback::{Memory, SearchMemory, TurnAfter};
use parking_lot::Mutex;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::builder::VoiceClientBuilder;
use super::cloud_api::CloudApi;
use super::error::VoiceError;
use super::lease::Lease;
use super::search::{Lane, Recalled, SaveOptions, SaveReceipt, SearchOptions, Timing};
use super::session::VoiceSession;
use super::shell::PoolShell;
use super::user::User;
use crate::pool::Levels;

/// One agent process' client: one project, one agent, many users. Cheap to clone; all clones share one pool.
///
/// [`VoiceClient::close`] it before the tokio runtime ends. When the last clone is dropped without that, its runtimes
/// are drained in the background; when the tokio runtime ends first, they are killed.
#[derive(Clone, Debug)]
pub struct VoiceClient(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    shell: Arc<PoolShell>,
    cloud: CloudApi,
    pinned: Option<User>,
}

/// Where a call gets its lease from.
#[derive(Clone, Copy)]
pub(super) enum Hold<'h> {
    /// Taken for the call and given back after it.
    Briefly,
    /// Kept by a session; replaced there when its runtime has died.
    Kept(&'h Mutex<Arc<Lease>>),
}

impl VoiceClient {
    /// Collects settings for a client.
    pub fn builder() -> VoiceClientBuilder {
        VoiceClientBuilder::new()
    }

    pub(super) fn new(shell: Arc<PoolShell>, cloud: CloudApi, pinned: Option<User>) -> Self {
        Self(Arc::new(Inner { shell, cloud, pinned }))
    }

    /// Asks the user's memory. `options.timeout` (250 ms) covers the search alone; where the user's runtime has to be
    /// booted first, that comes on top. The user may be left out on a pinned client.
    pub async fn search_memory<'u>(
        &self,
        query: &str,
        user: impl Into<Option<&'u User>>,
        options: &SearchOptions,
    ) -> Result<Memory, VoiceError> {
        self.recall(query, user, options).await.outcome
    }

    /// [`VoiceClient::search_memory`], with the time each part of it took.
    pub async fn recall<'u>(
        &self,
        query: &str,
        user: impl Into<Option<&'u User>>,
        options: &SearchOptions,
    ) -> Recalled {
        self.recall_with(Hold::Briefly, query, user.into(), options).await
    }

    /// Saves a turn, best effort: a runtime that is broken or slow costs the turn's memory, not the call. `None` where
    /// that happened, and always in org-only mode. Refusals by the pool and answers that blame the request (4xx) are
    /// errors.
    pub async fn save_response<'u>(
        &self,
        user_text: &str,
        assistant_text: &str,
        user: impl Into<Option<&'u User>>,
        options: &SaveOptions,
    ) -> Result<Option<String>, VoiceError> {
        forgive(self.save(user_text, assistant_text, user, options).await.outcome)
    }

    /// [`VoiceClient::save_response`], with the time each part of it took and without forgiving anything.
    pub async fn save<'u>(
        &self,
        user_text: &str,
        assistant_text: &str,
        user: impl Into<Option<&'u User>>,
        options: &SaveOptions,
    ) -> SaveReceipt {
        self.save_with(Hold::Briefly, (user_text, assistant_text), user.into(), options).await
    }

    /// Keeps the user's runtime for as long as the session is held, a whole call for example: it is never evicted in
    /// between, and its searches and saves need no admission.
    pub async fn session<'u>(&self, user: impl Into<Option<&'u User>>) -> Result<VoiceSession, VoiceError> {
        let user = self.whose(user.into())?.cloned();
        let began = Instant::now();
        let lease = self.0.shell.acquire(pool_user(user.as_ref())).await?;
        let admission = (lease.admission, began.elapsed());
        Ok(VoiceSession::new(self.clone(), user, lease, admission))
    }

    /// Creates or replaces an index of the project's documents: at most 100 documents and 1 MB a call.
    pub async fn create_index(
        &self,
        name: &str,
        documents: Vec<Map<String, Value>>,
        metadata: Option<Map<String, Value>>,
    ) -> Result<IndexInfo, VoiceError> {
        self.0.cloud.create_index(&IndexCreate { name: name.to_owned(), documents, metadata }).await
    }

    /// The project's indexes.
    pub async fn list_indexes(&self) -> Result<Vec<IndexInfo>, VoiceError> {
        self.0.cloud.list_indexes().await
    }

    /// How many runtimes stand where.
    pub fn levels(&self) -> Levels {
        self.0.shell.levels()
    }

    /// Process ids of the runtimes that serve.
    pub fn runtime_pids(&self) -> Vec<u32> {
        self.0.shell.pids()
    }

    /// Ends every runtime and returns when the last one is gone. Calls under way get five seconds to end; new ones are
    /// refused with `pool.closed`. Safe to call again.
    pub async fn close(&self) {
        self.0.shell.close(CLOSING_PATIENCE).await;
    }

    pub(super) async fn recall_with(
        &self,
        hold: Hold<'_>,
        query: &str,
        user: Option<&User>,
        options: &SearchOptions,
    ) -> Recalled {
        let mut timing = Timing::default();
        let outcome = self.search_once_or_twice(hold, query, user, options, &mut timing).await;
        Recalled { outcome, timing }
    }

    pub(super) async fn save_with(
        &self,
        hold: Hold<'_>,
        texts: (&str, &str),
        user: Option<&User>,
        options: &SaveOptions,
    ) -> SaveReceipt {
        let mut timing = Timing::default();
        if self.org_only() {
            return SaveReceipt { outcome: Ok(None), timing };
        }
        let outcome = self.save_once_or_twice(hold, texts, user, options, &mut timing).await;
        SaveReceipt { outcome, timing }
    }

    /// A runtime that dies under a search is replaced, and the search repeated there: it changes nothing to ask twice.
    async fn search_once_or_twice(
        &self,
        hold: Hold<'_>,
        query: &str,
        user: Option<&User>,
        options: &SearchOptions,
        timing: &mut Timing,
    ) -> Result<Memory, VoiceError> {
        let user = self.whose(user)?;
        let org = self.org_only().then(|| vec![Lane::Org]);
        let lanes = options.lanes.clone().or(org);
        let mut search = SearchMemory {
            query: Some(query.to_owned()),
            intent: Some(options.intent.as_str().to_owned()),
            include_sources: true,
            lanes: lanes.map(|lanes| lanes.into_iter().map(|lane| lane.as_str().to_owned()).collect()),
            top_k: Some(&options.top_k)
                .filter(|top_k| !top_k.is_empty())
                .map(|top_k| top_k.iter().map(|(lane, k)| (lane.as_str().to_owned(), *k)).collect()),
            ..SearchMemory::default()
        };
        let mut attempts = Attempts::default();
        loop {
            let lease = self.lease(hold, user, timing).await?;
            let found = async {
                self.enter_session(&lease, user, timing).await?;
                search.session_id = Some(lease.runtime.session_id().to_owned());
                let began = Instant::now();
                let found = lease.runtime.api.search(&search, options.timeout).await;
                timing.search = Some(began.elapsed());
                found
            }
            .await;
            if !attempts.may_repeat(&lease, found.as_ref().err()).await {
                return found;
            }
        }
    }

    /// A runtime that dies under a save is replaced, and the save repeated there: the turn's id makes it one turn.
    async fn save_once_or_twice(
        &self,
        hold: Hold<'_>,
        (user_text, assistant_text): (&str, &str),
        user: Option<&User>,
        options: &SaveOptions,
        timing: &mut Timing,
    ) -> Result<Option<String>, VoiceError> {
        let user = self.whose(user)?;
        let mut turn = TurnAfter {
            session_id: None,
            turn_id: Some(options.turn_id.clone().unwrap_or_else(|| Uuid::new_v4().to_string())),
            user_text: user_text.to_owned(),
            assistant_text: assistant_text.to_owned(),
            tool_calls: options.tool_calls.clone(),
            metadata: options.metadata.clone(),
        };
        let mut attempts = Attempts::default();
        loop {
            let lease = self.lease(hold, user, timing).await?;
            let saved = async {
                self.enter_session(&lease, user, timing).await?;
                turn.session_id = Some(lease.runtime.session_id().to_owned());
                let began = Instant::now();
                let saved = lease.runtime.api.save(&turn).await;
                timing.search = Some(began.elapsed());
                saved
            }
            .await;
            if !attempts.may_repeat(&lease, saved.as_ref().err()).await {
                return saved.map(|saved| saved.local_event_id);
            }
        }
    }

    /// A lease from where the call gets it. Admissions add up where a dead runtime had to be replaced.
    async fn lease(&self, hold: Hold<'_>, user: Option<&User>, timing: &mut Timing) -> Result<Arc<Lease>, VoiceError> {
        if let Hold::Kept(kept) = hold {
            let lease = Arc::clone(&kept.lock());
            if !lease.runtime.process.is_gone() {
                return Ok(lease);
            }
        }
        let began = Instant::now();
        let lease = Arc::new(self.0.shell.acquire(pool_user(user)).await?);
        let before = timing.admission.map_or(Duration::ZERO, |(_, took)| took);
        timing.admission = Some((lease.admission, before + began.elapsed()));
        if let Hold::Kept(kept) = hold {
            let dead = std::mem::replace(&mut *kept.lock(), Arc::clone(&lease));
            drop(dead);
        }
        Ok(lease)
    }

    async fn enter_session(&self, lease: &Lease, user: Option<&User>, timing: &mut Timing) -> Result<(), VoiceError> {
        let waited = lease.runtime.session(user).await?;
        timing.session_start = waited.or(timing.session_start);
        Ok(())
    }

    /// Whose memory a call is about; `None` in org-only mode, where it is nobody's.
    fn whose<'u>(&'u self, user: Option<&'u User>) -> Result<Option<&'u User>, VoiceError> {
        if self.org_only() {
            return Ok(None);
        }
        let user = user.or(self.0.pinned.as_ref());
        user.map(Some).ok_or_else(|| VoiceError::bad_request("user is required: name one, or pin the client to one"))
    }

    fn org_only(&self) -> bool {
        self.0.shell.plan.org_only
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.shell.close_now();
    }
}

/// Whose runtime the pool is asked for: in org-only mode everybody shares one.
fn pool_user(user: Option<&User>) -> &str {
    user.map_or(ORG_USER, User::id)
}

/// What best effort makes of a save's outcome.
pub(super) fn forgive(outcome: Result<Option<String>, VoiceError>) -> Result<Option<String>, VoiceError> {
    match outcome {
        Err(
            VoiceError::Timeout { .. }
            | VoiceError::Unreachable { .. }
            | VoiceError::Unreadable { .. }
            | VoiceError::Refused { status: 500.., .. },
        ) => Ok(None),
        other => other,
    }
}

/// One more try on the successor of a runtime that died under a call.
#[derive(Default)]
struct Attempts {
    repeated: bool,
}

impl Attempts {
    async fn may_repeat(&mut self, lease: &Lease, error: Option<&VoiceError>) -> bool {
        let broken = matches!(error, Some(VoiceError::Unreachable { .. }));
        if self.repeated || !broken || !lease.runtime.has_died().await {
            return false;
        }
        self.repeated = true;
        true
    }
}

const CLOSING_PATIENCE: Duration = Duration::from_secs(5);
