//! What a client tells whoever wants to watch it.

use std::time::{Duration, Instant};

use super::error::VoiceError;
use crate::base::{BootKind, DrainReason};
use crate::pool::Levels;

/// Watches a client's pool. All methods are called under the pool's lock or close to it: they must be quick and must not
/// call the client.
pub trait Observer: Send + Sync {
    /// The pool changed.
    fn levels(&self, _now: Instant, _levels: Levels) {}
    /// A runtime became ready.
    fn booted(&self, _kind: BootKind, _began: Instant, _took: Duration) {}
    /// A runtime did not become ready.
    fn boot_failed(&self, _error: &VoiceError) {}
    /// A runtime will be drained because another user's boot needs its room.
    fn evicted(&self, _now: Instant, _victim: &str, _by: &str) {}
    /// A runtime's drain ended: its process is gone. A crash is a drain that took no time.
    fn drained(&self, _reason: DrainReason, _began: Instant, _took: Duration) {}
}

/// Watches nothing.
#[derive(Debug)]
pub(super) struct Unobserved;

impl Observer for Unobserved {}
