//! What the pool knows of one runtime, one waiting acquire and one lease.

use std::fmt;

use slotmap::{Key as _, new_key_type};

use super::list::List;
use super::slab::Place;
use crate::base::{DrainReason, Time};

/// A caller, as a small integer the shell hands out. The pool keeps an array as long as the largest one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub u32);

impl Key {
    #[inline]
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

new_key_type! {
    /// One life of a runtime. Never used again for another.
    pub struct RuntimeId;
    /// One acquire that waits. Never used again for another.
    pub struct WaiterId;
    /// One lease. Never used again for another, so giving it back twice is harmless.
    pub struct LeaseId;
}

impl fmt::Display for RuntimeId {
    /// `runtime 3v1`: its place, and the how manieth to stand there.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "runtime {:?}", self.data())
    }
}

/// One life of a runtime.
#[derive(Debug)]
pub(super) struct Runtime {
    pub(super) key: Key,
    pub(super) phase: Phase,
    /// Since when it is booting or idle.
    pub(super) since: Time,
    pub(super) leases: u32,
    pub(super) port: Option<u16>,
    /// Acquires that wait for the boot, in the order they came.
    pub(super) waiters: List<WaiterId>,
}

/// Where a runtime stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Waits for the drain of its predecessor, a runtime of the same key. Holds a claim, but no slot and no port.
    Parked,
    /// Waits for a slot and a port. Holds a claim to the next ones.
    Queued,
    /// The process is starting. Holds slot and port from here on.
    Booting,
    /// Serves; idle without a lease, busy with one.
    Ready,
    /// Is being flushed and ended.
    Draining(DrainReason),
}

impl Runtime {
    pub(super) fn new(key: Key, phase: Phase) -> Self {
        Self { key, phase, since: Time::ZERO, leases: 0, port: None, waiters: List::default() }
    }

    /// Serves, and without a lease.
    #[inline]
    pub(super) fn is_idle(&self) -> bool {
        self.phase == Phase::Ready && self.leases == 0
    }
}

/// An acquire that waits for a boot.
#[derive(Debug)]
pub(super) struct Waiter {
    /// Not gone: who waits for a boot that fails is told before it is forgotten.
    pub(super) runtime: Place<RuntimeId>,
    /// The first to want the runtime; the others join.
    pub(super) caused_the_boot: bool,
}
