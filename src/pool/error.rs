//! Why an acquire got no lease.

use thiserror::Error;

use super::runtime::RuntimeId;

/// Why an acquire got no lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PoolError {
    /// Every slot is taken and no runtime is idle.
    #[error(
        "all {capacity} runtimes are in use: shed the call, raise max_concurrent_users, or hold leases for less time"
    )]
    Exhausted {
        /// `max_concurrent_users`.
        capacity: u32,
    },
    /// Slots there are, but no port, and no idle runtime that could give one back.
    #[error(
        "no free port in {first}-{last} ({ours} held by this pool, {strangers} by others): widen runtime_port_range or \
         stop what holds them"
    )]
    PortExhausted {
        /// Lower end of the range.
        first: u16,
        /// Upper end of the range, included.
        last: u16,
        /// Ports held by this pool's runtimes.
        ours: u32,
        /// Ports found in use by someone else.
        strangers: u32,
    },
    /// The pool is closing or closed.
    #[error("the pool is closed: build a new client to go on")]
    Closed,
    /// The runtime did not start. The shell that reported it knows why.
    #[error("the runtime did not start")]
    StartFailed {
        /// Which.
        runtime: RuntimeId,
    },
    /// The runtime was not ready within the boot timeout.
    #[error("the runtime was not ready in time")]
    StartTimedOut {
        /// Which.
        runtime: RuntimeId,
    },
}

impl PoolError {
    /// The dotted code, as the official SDK names it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Exhausted { .. } => "pool.exhausted",
            Self::PortExhausted { .. } => "pool.port_exhausted",
            Self::Closed => "pool.closed",
            Self::StartFailed { .. } | Self::StartTimedOut { .. } => "runtime.start_failed",
        }
    }
}
