//! What the endpoints share.
//!
//! The process has one thread, so the locks are never contended; they are never held across an `await`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::refusal::Refusal;
use super::sessions::Sessions;
use crate::behaviour::{Conduct, Life, UnknownSession, Work};
use crate::clock;
use crate::configuration::Configuration;
use crate::memory::{Folder, latest_turns};
use crate::search::Library;
use crate::sync::{CloudClient, EventSource, Outgoing};
use crate::wire::loopback::BootKind;
use crate::witness::{Fact, RequestKind, Witness};

/// One runtime, as its endpoints see it.
#[derive(Debug)]
pub(crate) struct App {
    /// What it was told.
    pub(crate) configuration: Configuration,
    /// When the process started, on the monotonic clock.
    pub(crate) started_ns: u64,
    /// Whom it tells its life.
    pub(crate) witness: Arc<Witness>,
    /// The caller's folder, owned until the process ends.
    pub(crate) folder: Folder,
    /// What the folder held at the start.
    pub(crate) kind: BootKind,
    /// How it behaves.
    pub(crate) conduct: Conduct,
    /// Its place in the random streams.
    pub(crate) life: Mutex<Life>,
    /// The caller's memory.
    pub(crate) library: Mutex<Library>,
    /// Sessions started and not ended.
    pub(crate) sessions: Mutex<Sessions>,
    /// Words for what happens.
    pub(crate) events: EventSource,
    /// The outbox.
    pub(crate) outgoing: Outgoing,
    /// Where memory comes from and events go; absent: nowhere.
    pub(crate) cloud: Option<CloudClient>,
    /// Whether the boot is over.
    pub(crate) ready: watch::Sender<bool>,
}

impl App {
    /// Tells a person at a terminal what is going on; a harness knows.
    pub(crate) fn remark(&self, text: &str) {
        if !self.witness.listens() {
            crate::process::complain(text);
        }
    }

    /// Ends a piece of work that began at `began_ns` when its drawn time is over.
    pub(super) async fn spend(&self, work: Work, began_ns: u64) {
        let took_ns = self.draw(work, began_ns);
        clock::sleep_until_ns(began_ns.saturating_add(took_ns)).await;
    }

    /// How long the next `work` takes if it begins at `at_ns`, in nanoseconds.
    pub(crate) fn draw(&self, work: Work, at_ns: u64) -> u64 {
        self.conduct.takes(&mut locked(&self.life), work, at_ns)
    }

    pub(super) fn sessions(&self) -> MutexGuard<'_, Sessions> {
        locked(&self.sessions)
    }

    /// Its place in the random streams, as it is now.
    pub(crate) fn life(&self) -> Life {
        *locked(&self.life)
    }

    /// The caller's memory, perhaps without the turns of former lives.
    pub(crate) fn library(&self) -> MutexGuard<'_, Library> {
        locked(&self.library)
    }

    /// The caller's memory with the turns of former lives, which are read from disk at the first use.
    pub(super) fn library_with_turns(&self) -> MutexGuard<'_, Library> {
        let mut library = self.library();
        library.recall_turns(|| latest_turns(self.folder.path(), TURNS_RECALLED));
        library
    }

    /// Refuses a session this process never started, unless it is told to be lenient, and tells the witness of the
    /// request either way.
    pub(super) fn admit(&self, what: RequestKind, session: &str) -> Result<(), Refusal> {
        let known = self.sessions().is_open(session);
        self.witness.tell(Fact::Requested { what, session: session.to_owned(), known });
        self.expect_session(session, known)
    }

    pub(super) fn expect_session(&self, session: &str, known: bool) -> Result<(), Refusal> {
        if known || self.configuration.behaviour.unknown_session == UnknownSession::Lenient {
            return Ok(());
        }
        Err(Refusal::UnknownSession { session: session.to_owned() })
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Turns of former sessions that a new life remembers, about two long calls.
const TURNS_RECALLED: usize = 100;
