//! What a pool was told and what it decided, fact by fact, for whoever wants to listen.
//!
//! A listener changes nothing: a simulation with one is the simulation without. Nobody listening costs a branch per
//! fact.

use super::queue::DeskId;
use crate::base::{Admission, BootKind, CallerIndex, DrainReason, TenantIndex, Time};
use crate::measure::Event;
use crate::pool::{Key, PoolError, RuntimeId};

/// Listens to a simulation.
pub trait Journal: Send {
    /// One fact, in the order in which they came to be.
    fn note(&mut self, entry: &Entry);

    /// What the recorder is told, in the order in which it is.
    fn hear(&mut self, _event: &Event) {}
}

/// Two who listen.
pub struct Both<'j>(pub &'j mut dyn Journal, pub &'j mut dyn Journal);

impl Journal for Both<'_> {
    fn note(&mut self, entry: &Entry) {
        self.0.note(entry);
        self.1.note(entry);
    }

    fn hear(&mut self, event: &Event) {
        self.0.hear(event);
        self.1.hear(event);
    }
}

/// One fact: when, at whose pool, what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Time,
    /// Whose worker.
    pub tenant: TenantIndex,
    /// The worker's place among those of all tenants, from 0.
    pub worker: u32,
    /// What.
    pub fact: Fact,
}

/// What a pool was told, or what it decided. Runtimes and keys are the pool's own: another pool's may look the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// A call rang; its caller stands under this key until it is over and no runtime of his is left.
    Rang {
        /// The call's number within its tenant.
        number: u64,
        /// Who calls.
        caller: CallerIndex,
        /// Under which key the pool knows him.
        key: Key,
    },
    /// A call is over.
    HungUp {
        /// Its number within its tenant.
        number: u64,
        /// Whose.
        key: Key,
    },
    /// A lease was asked for and granted at once.
    Reused {
        /// For which call, by its number within its tenant.
        number: u64,
        /// By whom.
        key: Key,
        /// On which runtime.
        runtime: RuntimeId,
    },
    /// A lease was asked for, and a boot has to end first.
    Waits {
        /// For which call, by its number within its tenant.
        number: u64,
        /// Who.
        key: Key,
    },
    /// A lease was asked for and refused at once.
    Refused {
        /// For which call, by its number within its tenant.
        number: u64,
        /// To whom.
        key: Key,
        /// Why.
        error: PoolError,
    },
    /// Who waited for a lease has hung up.
    Cancelled {
        /// For which call, by its number within its tenant.
        number: u64,
        /// Who.
        key: Key,
    },
    /// A lease was given back.
    Released {
        /// For which call, by its number within its tenant.
        number: u64,
        /// By whom.
        key: Key,
        /// On which runtime.
        runtime: RuntimeId,
    },
    /// A boot was ordered.
    Spawned {
        /// The new runtime.
        runtime: RuntimeId,
        /// Whose.
        key: Key,
        /// Where it will listen.
        port: u16,
    },
    /// The port of an ordered boot was found to be a stranger's.
    PortTaken {
        /// Whose boot.
        runtime: RuntimeId,
    },
    /// A runtime became ready.
    Started {
        /// Which.
        runtime: RuntimeId,
        /// What the disk decided.
        kind: BootKind,
    },
    /// Who waited got a lease.
    Granted {
        /// For which call, by its number within its tenant.
        number: u64,
        /// Who.
        key: Key,
        /// On which runtime.
        runtime: RuntimeId,
        /// What that meant.
        admission: Admission,
    },
    /// Who waited was refused.
    Denied {
        /// For which call, by its number within its tenant.
        number: u64,
        /// Who.
        key: Key,
        /// Why.
        error: PoolError,
    },
    /// A drain was ordered.
    Draining {
        /// Of which runtime.
        runtime: RuntimeId,
        /// Why.
        reason: DrainReason,
    },
    /// A drain ended: the process is gone.
    Drained {
        /// Which.
        runtime: RuntimeId,
    },
    /// A process ended by itself.
    Exited {
        /// Which.
        runtime: RuntimeId,
    },
    /// The pool was woken.
    Ticked,
    /// The pool was closed.
    Closed,
}

/// Who listens, if anybody does.
#[derive(Default)]
pub(super) struct Listener<'j>(pub(super) Option<&'j mut dyn Journal>);

impl Listener<'_> {
    /// Tells the fact.
    #[expect(clippy::inline_always, reason = "the fact is made only where somebody listens")]
    #[inline(always)]
    pub(super) fn tell(&mut self, at: Time, (tenant, desk): (TenantIndex, DeskId), fact: Fact) {
        if self.0.is_some() {
            self.tell_journal(Entry { at, tenant, worker: desk.0, fact });
        }
    }

    /// Tells what the recorder is told.
    #[expect(clippy::inline_always, reason = "the event is made only where somebody listens")]
    #[inline(always)]
    pub(super) fn hear(&mut self, event: &Event) {
        if self.0.is_some() {
            self.hear_journal(event);
        }
    }

    #[cold]
    #[inline(never)]
    fn tell_journal(&mut self, entry: Entry) {
        if let Some(journal) = &mut self.0 {
            journal.note(&entry);
        }
    }

    #[cold]
    #[inline(never)]
    fn hear_journal(&mut self, event: &Event) {
        if let Some(journal) = &mut self.0 {
            journal.hear(event);
        }
    }
}
