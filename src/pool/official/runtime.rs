//! What the official pool knows of one runtime, one acquire under way, and one lock.

use slotmap::new_key_type;

use super::ports::FreePort;
use crate::base::{BootKind, Time};
use crate::pool::error::PoolError;
use crate::pool::list::List;
use crate::pool::runtime::{Key, RuntimeId, WaiterId};
use crate::pool::slab::Place;

new_key_type! {
    /// One lock for booting runtimes of one key.
    pub(super) struct LockId;
}

/// One life of a runtime, from before its process until nothing of it is left, not even in the pool's memory.
#[derive(Debug)]
pub(super) struct Runtime {
    pub(super) key: Key,
    pub(super) phase: Phase,
    pub(super) port: FreePort,
    /// Since when it boots.
    pub(super) since: Time,
    /// When it was last acquired or given back.
    pub(super) last_used: Time,
    pub(super) leases: u32,
    /// Its process exists. The pool does not act on that where deaths go unnoticed.
    pub(super) alive: bool,
}

/// Where a runtime stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Its process starts; it is ready when somebody looks at the poll's time.
    Booting { by: Place<WaiterId>, poll: Option<Poll> },
    /// Is ready, and whoever booted it looks for room.
    Booted { kind: BootKind },
    /// Serves.
    Served,
    /// Its turn to be drained will come.
    Doomed,
    /// Is being drained.
    Leaving(Next),
    /// Nobody will ever end it.
    Lost,
}

/// When a boot will be seen to be over, and the how manieth of all it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Poll {
    pub(super) at: Time,
    pub(super) number: u64,
    pub(super) kind: BootKind,
}

/// Who goes on when a runtime is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    Acquire(Place<WaiterId>),
    Reaper,
    Closer,
    Nobody,
}

/// An acquire that did not find a runtime.
#[derive(Debug)]
pub(super) struct Acquire {
    pub(super) key: Key,
    pub(super) lock: Place<LockId>,
    pub(super) stage: Stage,
    /// Has hung up where that changes nothing any more.
    pub(super) hung_up: bool,
}

/// What an acquire waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// The lock.
    Queued,
    /// The end of its victim, before its own boot or after it.
    Evicting { victim: Place<RuntimeId>, booted: Option<Place<RuntimeId>> },
    /// Its boot.
    Booting(Place<RuntimeId>),
    /// The end of what it has booted in vain.
    Ending { booted: Place<RuntimeId>, error: PoolError, flushed: bool },
}

/// Somebody may boot a runtime, and those come after him.
#[derive(Debug, Default)]
pub(super) struct Lock {
    pub(super) queue: List<WaiterId>,
}

/// What there is of a key.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct KeyState {
    /// The runtime that serves.
    pub(super) served: Option<Place<RuntimeId>>,
    pub(super) lock: Option<Place<LockId>>,
    /// Entries, and acquires under way.
    pub(super) mentions: u32,
}
