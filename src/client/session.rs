//! A caller's runtime, kept for as long as this is held.

use std::sync::Arc;
use std::time::Duration;

use mock_runtime::wire::loopback::Memory;
use parking_lot::Mutex;

use super::error::VoiceError;
use super::lease::Lease;
use super::search::{Recalled, SaveOptions, SaveReceipt, SearchOptions};
use super::user::User;
use super::voice_client::{Hold, VoiceClient, forgive};
use crate::base::Admission;

/// From [`VoiceClient::session`]. Dropping it gives the runtime back to the pool; the wire session lives on with the
/// runtime's process.
#[derive(Debug)]
pub struct VoiceSession {
    client: VoiceClient,
    user: Option<User>,
    lease: Mutex<Arc<Lease>>,
    admission: (Admission, Duration),
}

impl VoiceSession {
    pub(super) fn new(client: VoiceClient, user: Option<User>, lease: Lease, admission: (Admission, Duration)) -> Self {
        Self { client, user, lease: Mutex::new(Arc::new(lease)), admission }
    }

    /// What opening it meant, and how long it took.
    pub fn admission(&self) -> (Admission, Duration) {
        self.admission
    }

    /// As [`VoiceClient::search_memory`].
    pub async fn search_memory(&self, query: &str, options: &SearchOptions) -> Result<Memory, VoiceError> {
        self.recall(query, options).await.outcome
    }

    /// As [`VoiceClient::recall`]; an admission is reported only where the runtime had died and was replaced.
    pub async fn recall(&self, query: &str, options: &SearchOptions) -> Recalled {
        self.client.recall_with(Hold::Kept(&self.lease), query, self.user.as_ref(), options).await
    }

    /// As [`VoiceClient::save_response`].
    pub async fn save_response(
        &self,
        user_text: &str,
        assistant_text: &str,
        options: &SaveOptions,
    ) -> Result<Option<String>, VoiceError> {
        forgive(self.save(user_text, assistant_text, options).await.outcome)
    }

    /// As [`VoiceClient::save`].
    pub async fn save(&self, user_text: &str, assistant_text: &str, options: &SaveOptions) -> SaveReceipt {
        let texts = (user_text, assistant_text);
        self.client.save_with(Hold::Kept(&self.lease), texts, self.user.as_ref(), options).await
    }
}
