//! What a runtime tells the harness about its own life.
//!
//! A runtime that finds [`WITNESS`](crate::wire::environment::WITNESS) in its environment connects to that Unix
//! socket before anything else and writes one [`Record`] a line, as JSON. The laws are judged by these lines and not
//! by what a client claims. The connection itself is the last fact: the kernel closes it when the process is gone,
//! however it went, so the reader learns of a SIGKILL too.

mod emitter;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use emitter::Witness;

use crate::wire::loopback::BootKind;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// 0, 1, 2 …: a gap means that a line was lost.
    pub sequence: u64,
    /// Reading of the machine's monotonic clock (Linux: `CLOCK_MONOTONIC`), in nanoseconds.
    pub at_ns: u64,
    /// What happened.
    #[serde(flatten)]
    pub fact: Fact,
}

/// What happened to a runtime.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// The process runs. Always the first record.
    Started {
        /// Process id.
        pid: u32,
        /// Project it is pinned to.
        project: String,
        /// Caller it is pinned to.
        user: String,
        /// Agent it was started for.
        agent: String,
        /// Port it was told to listen on.
        port: u16,
    },
    /// It serves.
    Ready {
        /// What the disk decided.
        boot: BootKind,
        /// Since [`Fact::Started`].
        took_ns: u64,
        /// Events found in the outbox, left by a former life.
        redelivering: u64,
    },
    /// The boot failed; the process will exit.
    BootFailed {
        /// Why, in words.
        reason: String,
    },
    /// `session/start` was served.
    SessionStarted {
        /// Session id.
        session: String,
        /// User id the request named.
        user: String,
    },
    /// `session/end` was served.
    SessionEnded {
        /// Session id.
        session: String,
        /// Reason the request named.
        reason: String,
    },
    /// A search or a save arrived.
    Requested {
        /// Which.
        what: RequestKind,
        /// Session id the request carried.
        session: String,
        /// Whether this process had started that session.
        known: bool,
    },
    /// A request of any kind is over. Told only where
    /// [`TESTIMONY`](crate::wire::environment::TESTIMONY) asks for it, after everything that the request brought about.
    Answered {
        /// `GET` or `POST`.
        method: String,
        /// Path and query.
        path: String,
        /// By their names in lowercase; a name that came twice has its last value.
        headers: BTreeMap<String, String>,
        /// What was sent: JSON, text where it is none, null where it is nothing or too long to be read.
        body: Value,
        /// Of the answer; absent where whoever asked did not wait for it.
        status: Option<u16>,
    },
    /// A search, a save or a session's start is about to be answered.
    Served {
        /// Which.
        what: RequestKind,
        /// Session id the request carried.
        session: String,
    },
    /// `session/end` arrived for a session this process has not open.
    StrayEnd {
        /// Session id the request carried.
        session: String,
    },
    /// A save is durable in the outbox and about to be acknowledged.
    Saved {
        /// Turn id the request carried or the runtime chose.
        turn: String,
        /// Id under which the cloud will know it.
        event: String,
    },
    /// A request was refused because it was meant for someone else.
    IdentityRefused {
        /// Project and user the request named.
        named: String,
    },
    /// `sync/flush` arrived.
    Draining,
    /// `sync/flush` was served.
    Drained {
        /// Events the cloud took.
        flushed: u64,
        /// Events left in the outbox.
        remaining: u64,
    },
    /// SIGTERM arrived.
    Terminating,
    /// The process is about to exit on its own.
    Exited {
        /// Why, in words.
        reason: String,
    },
}

/// The reason of [`Fact::Exited`] where the process that started the runtime is gone.
pub const PARENT_GONE: &str = "parent gone";
/// The reason of [`Fact::Exited`] where nobody listens at the socket any more.
pub const HARNESS_GONE: &str = "harness gone";

/// The requests worth a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestKind {
    /// `search_memory`.
    Search,
    /// `turn/after`.
    Save,
    /// `session/start`, which has a [fact](Fact::SessionStarted) of its own for its arrival.
    SessionStart,
}
