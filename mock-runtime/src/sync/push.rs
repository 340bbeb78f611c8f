//! The outbox on its way to the cloud.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout_at};

use super::client::{CloudClient, CloudError};
use crate::memory::{LogError, Outbox};
use crate::wire::cloud::{CloudEvent, EVENTS, EventBatch, EventReceipt};

/// The outbox and the cloud it empties into.
#[derive(Debug)]
pub(crate) struct Outgoing {
    outbox: Mutex<Outbox>,
    user: String,
    /// One batch is under way at a time: two would deliver the same events twice.
    turnstile: tokio::sync::Mutex<()>,
    added: Notify,
    /// Events the cloud took in this life.
    taken: AtomicU64,
}

impl Outgoing {
    /// Takes over a caller's outbox.
    pub(crate) fn new(outbox: Outbox, user: &str) -> Self {
        Self {
            outbox: Mutex::new(outbox),
            user: user.to_owned(),
            turnstile: tokio::sync::Mutex::default(),
            added: Notify::new(),
            taken: AtomicU64::new(0),
        }
    }

    /// Makes an event durable; it will reach the cloud sooner or later.
    pub(crate) fn add(&self, event: CloudEvent) -> Result<(), LogError> {
        self.outbox().add(event)?;
        self.added.notify_one();
        Ok(())
    }

    /// Events the cloud does not have yet.
    pub(crate) fn waiting(&self) -> u64 {
        self.outbox().waiting() as u64
    }

    /// Delivers in the background for ever: a little after an event was added, so that its neighbours travel with it,
    /// and again and again, at growing intervals, while the cloud does not take it.
    pub(crate) async fn deliver(&self, cloud: &CloudClient) {
        loop {
            if self.waiting() == 0 {
                self.added.notified().await;
                sleep(LINGER).await;
            }
            self.deliver_until_empty(cloud, LONGEST_PAUSE).await;
        }
    }

    /// Delivers everything now, for as long as `patience`, trying again while the cloud does not take it. Returns how
    /// many events the cloud took.
    pub(crate) async fn flush(&self, cloud: Option<&CloudClient>, patience: Duration) -> u64 {
        let Some(cloud) = cloud else { return 0 };
        let before = self.taken.load(Relaxed);
        // What an interrupted batch delivered is delivered again later; the cloud knows it by its ids.
        drop(timeout_at(Instant::now() + patience, self.deliver_until_empty(cloud, FLUSH_PAUSE)).await);
        self.taken.load(Relaxed) - before
    }

    async fn deliver_until_empty(&self, cloud: &CloudClient, longest_pause: Duration) {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.deliver_batch(cloud).await {
                Ok(0) => return,
                Ok(_) => pause = FIRST_PAUSE,
                Err(_) => {
                    sleep(pause).await;
                    pause = (pause * 2).min(longest_pause);
                }
            }
        }
    }

    /// Delivers the oldest events and returns their number.
    async fn deliver_batch(&self, cloud: &CloudClient) -> Result<usize, CloudError> {
        let _alone = self.turnstile.lock().await;
        let events = self.outbox().oldest(BATCH);
        let count = events.len();
        if count > 0 {
            let batch = EventBatch { user_id: self.user.clone(), events };
            let _receipt: EventReceipt = cloud.post(EVENTS, &batch, PATIENCE).await?;
            self.taken.fetch_add(count as u64, Relaxed);
            // A file that cannot be shortened means that the events are delivered again in the next life.
            drop(self.outbox().delivered(count));
        }
        Ok(count)
    }

    fn outbox(&self) -> MutexGuard<'_, Outbox> {
        self.outbox.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Events in one request.
const BATCH: usize = 100;
/// From the first event to its delivery.
const LINGER: Duration = Duration::from_millis(250);
/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(10);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A drain waits for its flush, so it tries more often.
const FLUSH_PAUSE: Duration = Duration::from_millis(400);
