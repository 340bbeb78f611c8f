//! What the pool answers and orders.

use super::error::PoolError;
use super::runtime::{Key, LeaseId, RuntimeId, WaiterId};
use crate::base::{Admission, DrainReason};

/// The immediate answer to an acquire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admitted {
    /// The runtime was live: here is the lease.
    Granted {
        /// To be given back by [`Pool::released`](super::Pool::released).
        lease: LeaseId,
        /// The runtime it is a lease on.
        runtime: RuntimeId,
    },
    /// A boot has to end first. A [`Decision::Grant`] or [`Decision::Refuse`] for this waiter will follow.
    Waiting(WaiterId),
    /// No.
    Refused(PoolError),
}

/// An order to the shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Start the runtime for `key` on `port`. Answer with exactly one of started, start failed, port taken or exited.
    Spawn {
        /// The new runtime.
        runtime: RuntimeId,
        /// Whose it is.
        key: Key,
        /// Where it listens.
        port: u16,
    },
    /// The waiter has its lease.
    Grant {
        /// From [`Admitted::Waiting`].
        waiter: WaiterId,
        /// To be given back by [`Pool::released`](super::Pool::released).
        lease: LeaseId,
        /// The runtime it is a lease on.
        runtime: RuntimeId,
        /// Warm or cold for the acquire that caused the boot, [`Admission::Join`] for the others.
        admission: Admission,
    },
    /// The waiter's acquire ended with an error.
    Refuse {
        /// From [`Admitted::Waiting`].
        waiter: WaiterId,
        /// Why.
        error: PoolError,
    },
    /// Flush the runtime, end its process, then answer drained. Also sent for a runtime that is still booting.
    Drain {
        /// Which.
        runtime: RuntimeId,
        /// Why.
        reason: DrainReason,
    },
    /// End the process without a flush, then answer drained: it was booted and there is no room for it. By the
    /// [official](super::OfficialPool) rules only.
    Discard {
        /// Which.
        runtime: RuntimeId,
    },
    /// Nobody will end this runtime: where it is being drained, that is broken off. By the
    /// [official](super::OfficialPool) rules only.
    Lose {
        /// Which.
        runtime: RuntimeId,
    },
}
