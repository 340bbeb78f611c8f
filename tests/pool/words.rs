//! What goes into a pool and comes out of it, with small numbers for identities: the first runtime that is started is 0,
//! the first acquire that waits is waiter 0, the first lease is lease 0.

use busyhour::base::{Admission, BootKind, DrainReason, Time};
use busyhour::pool::Levels;

/// One input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    Acquire { key: u32 },
    Cancel { waiter: usize },
    Release { lease: usize },
    Started { runtime: usize, kind: BootKind },
    StartFailed { runtime: usize },
    PortTaken { runtime: usize },
    Failed { runtime: usize },
    Exited { runtime: usize },
    Drained { runtime: usize },
    Tick,
    Close,
    CloseNow,
}

/// What an input returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Granted {
        lease: usize,
        runtime: usize,
    },
    Waiting(usize),
    Refused(Refusal),
    /// Whether there was a waiter to cancel.
    Cancelled(bool),
    /// The input returns nothing.
    Taken,
}

/// An order to the shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Spawn { runtime: usize, key: u32, port: u16 },
    Grant { waiter: usize, lease: usize, runtime: usize, admission: Admission },
    Refuse { waiter: usize, refusal: Refusal },
    Drain { runtime: usize, reason: DrainReason },
}

/// Why an acquire got no lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Exhausted { capacity: u32 },
    PortExhausted { first: u16, last: u16, ours: u32, strangers: u32 },
    Closed,
    StartFailed { runtime: usize },
    StartTimedOut { runtime: usize },
}

/// Who holds a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    Runtime(usize),
    Stranger(Time),
}

/// All that can be seen of a pool from outside.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct View {
    pub(crate) levels: Levels,
    pub(crate) next_wake: Option<Time>,
    pub(crate) ports: Vec<(u16, Holder)>,
    /// By key: whether the pool holds anything for it.
    pub(crate) known: Vec<bool>,
    /// By runtime: whether it serves.
    pub(crate) serving: Vec<bool>,
}
