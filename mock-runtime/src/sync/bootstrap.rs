//! The caller's memory, brought down at boot.

use std::time::Duration;

use super::client::{CloudClient, CloudError};
use crate::wire::cloud::{BOOTSTRAP, BootstrapRequest, Projection};
use crate::wire::environment::ORG_ONLY;

/// Asks one caller's memory of the cloud.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bootstrap<'c> {
    /// The cloud.
    pub(crate) cloud: &'c CloudClient,
    /// Whose memory.
    pub(crate) user: &'c str,
    /// Organisation knowledge only.
    pub(crate) org_only: bool,
}

/// What came of asking.
#[derive(Debug)]
pub(crate) enum News {
    /// This.
    Arrived(Projection),
    /// Nothing; what is on disk has to do for now.
    Late(CloudError),
}

impl Bootstrap<'_> {
    /// Everything. A cloud that is down is asked again, at growing intervals, for as long as the client has patience:
    /// a runtime without memory must not pretend to be ready. Fails only where asking again is pointless.
    pub(crate) async fn cold(&self) -> Result<Projection, CloudError> {
        self.persist(None).await
    }

    /// What changed since `sync_token`, asked once. Fails only where the cloud refuses this runtime as such; a cloud
    /// that is down or slow does not keep a caller from the memory that is on disk.
    pub(crate) async fn warm(&self, sync_token: &str) -> Result<News, CloudError> {
        match self.ask(Some(sync_token), WARM_PATIENCE).await {
            Ok(projection) => Ok(News::Arrived(projection)),
            Err(error) if error.is_final() => Err(error),
            Err(error) => Ok(News::Late(error)),
        }
    }

    /// What changed since `sync_token`, asked until it is known.
    pub(crate) async fn late(&self, sync_token: &str) -> Result<Projection, CloudError> {
        self.persist(Some(sync_token)).await
    }

    async fn persist(&self, sync_token: Option<&str>) -> Result<Projection, CloudError> {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.ask(sync_token, PATIENCE).await {
                Err(error) if !error.is_final() => {}
                done => return done,
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn ask(&self, sync_token: Option<&str>, patience: Duration) -> Result<Projection, CloudError> {
        let org_only = self.org_only.then(|| ORG_ONLY.to_owned());
        let sync_token = sync_token.map(ToOwned::to_owned);
        let request = BootstrapRequest { user_id: self.user.to_owned(), mode: org_only, sync_token };
        self.cloud.post(BOOTSTRAP, &request, patience).await
    }
}

/// How long a warm boot waits for the cloud. Well below the five seconds after which a client gives a boot up.
const WARM_PATIENCE: Duration = Duration::from_secs(1);
/// How long one attempt may take otherwise.
const PATIENCE: Duration = Duration::from_secs(10);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
