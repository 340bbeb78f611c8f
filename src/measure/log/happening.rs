//! What can happen at a pool, in the words of people: names, numbers of calls and runtimes, ports.

use schemars::JsonSchema;
use serde::Serialize;

use crate::base::{Admission, BootKind, DrainReason};

/// What a pool was told, or what it decided. A `caller` is the end-user id, a `call` is numbered within its tenant
/// from 0, a `runtime` within the whole play from 1.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields are named and explained once, above and in the report's guide")]
pub enum Happening {
    /// A call rang.
    Rang { caller: String, call: u64 },
    /// A call is over.
    HungUp { caller: String, call: u64 },
    /// A lease was asked for and granted at once. In a pool with a cap below `reuse_from_cap` it would have been a
    /// boot.
    Reused { caller: String, call: u64, runtime: u64, reuse_from_cap: Option<u32> },
    /// A lease was asked for, and a boot has to end first: one of its own, or one that is under way (`joins`).
    Waits { caller: String, call: u64, joins: bool },
    /// A lease was asked for and refused at once.
    Refused { caller: String, call: u64, error: &'static str },
    /// Who waited for a lease has hung up.
    Cancelled { caller: String, call: u64 },
    /// A lease was given back.
    Released { caller: String, call: u64, runtime: Option<u64> },
    /// A boot was ordered, because of `cause`. With a cap of `reuse_from_cap` or more, it would have been a reuse;
    /// `null` where no cap would have spared it.
    Spawned { runtime: u64, caller: String, call: u64, port: u16, cause: BootReason, reuse_from_cap: Option<u32> },
    /// The port of an ordered boot was found to be a stranger's: nothing was started, another port is tried.
    PortTaken { runtime: u64, caller: String },
    /// A runtime became ready.
    Started { runtime: u64, caller: String, boot: Boot },
    /// Who waited got a lease.
    Granted { caller: String, call: u64, runtime: u64, admission: Admitted },
    /// Who waited was refused.
    Denied { caller: String, call: u64, error: &'static str },
    /// A drain was ordered. `idle_ms` is how long nobody had used the runtime (`null` where somebody did until now);
    /// `evicted_for` stands where another caller needed the room.
    Draining { runtime: u64, caller: String, reason: Drain, idle_ms: Option<f64>, evicted_for: Option<Applicant> },
    /// A drain ended: the process is gone.
    Drained { runtime: u64, caller: String },
    /// A process ended by itself.
    Exited { runtime: u64, caller: String },
    /// The pool was woken: boots may have timed out, idle runtimes may be due.
    Ticked,
    /// The pool was closed.
    Closed,
}

/// Why a caller had no live runtime.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields are named and explained once, at the variants")]
pub enum BootReason {
    /// This pool never had one for him.
    FirstUse,
    /// The last one was evicted at `at_ms`, for `by`.
    Evicted { at_ms: f64, runtime: u64, by: Applicant },
    /// The last one was reaped at `at_ms`, having been idle for too long.
    Idle { at_ms: f64, runtime: u64 },
    /// The last one crashed at `at_ms`.
    Crashed { at_ms: f64, runtime: u64 },
    /// The last one never became ready; its boot was given up at `at_ms`.
    BootFailed { at_ms: f64, runtime: u64 },
}

/// Who needed room that only an eviction could make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Applicant {
    /// The caller.
    pub caller: String,
    /// His call.
    pub call: u64,
    /// What there was too little of.
    pub want: Shortage,
}

/// What a boot lacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Shortage {
    /// A slot: `max_concurrent_users`.
    Slot,
    /// A port: `runtime_port_range`. A larger cap helps only with more ports.
    Port,
}

/// What the disk decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the summary's words")]
pub enum Boot {
    Warm,
    Cold,
}

/// What getting a lease after waiting meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the summary's words")]
pub enum Admitted {
    Reuse,
    Join,
    Warm,
    Cold,
}

/// Why a runtime was drained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the summary's words")]
pub enum Drain {
    Lru,
    Idle,
    Close,
    Crash,
}

impl From<BootKind> for Boot {
    fn from(kind: BootKind) -> Self {
        match kind {
            BootKind::Warm => Self::Warm,
            BootKind::Cold => Self::Cold,
        }
    }
}

impl From<Admission> for Admitted {
    fn from(admission: Admission) -> Self {
        match admission {
            Admission::Reuse => Self::Reuse,
            Admission::Join => Self::Join,
            Admission::Warm => Self::Warm,
            Admission::Cold => Self::Cold,
        }
    }
}

impl From<DrainReason> for Drain {
    fn from(reason: DrainReason) -> Self {
        match reason {
            DrainReason::Lru => Self::Lru,
            DrainReason::Idle => Self::Idle,
            DrainReason::Close => Self::Close,
            DrainReason::Crash => Self::Crash,
        }
    }
}
