//! What a pool's shell knows of a runtime.

use std::net::SocketAddrV4;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::watch;

use super::live_runtime::LiveRuntime;
use crate::base::DrainReason;

/// What the shell knows of a runtime.
pub(super) enum Entry {
    Booting(Booting),
    Ready(Arc<LiveRuntime>),
}

impl Entry {
    /// Whose it is.
    pub(super) fn user(&self) -> &Arc<str> {
        match self {
            Self::Booting(boot) => &boot.user,
            Self::Ready(runtime) => runtime.user_id(),
        }
    }
}

/// A boot under way, seen from outside.
pub(super) struct Booting {
    pub(super) user: Arc<str>,
    /// Set where the pool wants the boot gone.
    pub(super) unwanted: watch::Sender<Option<DrainReason>>,
    /// What the last probe saw, in words.
    pub(super) seen: Arc<Mutex<String>>,
    pub(super) address: SocketAddrV4,
}
