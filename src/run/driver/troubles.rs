//! What went wrong with drivers: the first of it ends the run.

use parking_lot::Mutex;
use tokio::sync::watch;

/// What went wrong with drivers; shared by all of a run.
#[derive(Debug)]
pub(crate) struct Troubles {
    first: Mutex<Option<Trouble>>,
    happened: watch::Sender<bool>,
}

/// What a driver did, and what it said last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trouble {
    /// In words, with what to do.
    pub(crate) what: String,
    /// The last lines of its standard error, the oldest first.
    pub(crate) last_words: Vec<String>,
}

impl Default for Troubles {
    fn default() -> Self {
        Self { first: Mutex::default(), happened: watch::Sender::new(false) }
    }
}

impl Troubles {
    /// Keeps the first: what follows is its consequence.
    pub(super) fn tell(&self, trouble: Trouble) {
        self.first.lock().get_or_insert(trouble);
        self.happened.send_replace(true);
    }

    /// The first, if there was any.
    pub(crate) fn first(&self) -> Option<Trouble> {
        self.first.lock().clone()
    }

    /// Returns when there is trouble.
    pub(crate) async fn happened(&self) {
        let mut happened = self.happened.subscribe();
        // The sender is ours.
        let _ = happened.wait_for(|happened| *happened).await;
    }
}
