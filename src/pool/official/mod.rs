//! The rules of the official Python SDK's pool (`memoair-voice` 0.3.2) as a pure state machine, for simulations that
//! answer for a shop that runs it.
//!
//! It is driven as [`Pool`](super::Pool) is, and gives the same answers and orders; two more orders are its own, as it
//! throws runtimes away and loses sight of some. Each [`Rule`] by which it differs from ours can be switched off.
//! `tests/pool/sdk` plays random traces to this and to the installed SDK's own pool and compares what they do.
//!
//! By these rules laws of the [room](super) are broken: more processes than the cap, two for one caller, runtimes that
//! are left behind. That is what this is for, so whoever plays it counts them. What keeps is that a port belongs to one
//! runtime, that a runtime with a lease is no victim, and that whoever waits is answered.
//!
//! It plays the pool alone. Left out is what the SDK does around it: the event loop that stands still while a process is
//! waited for, the processor time of its TLS contexts, and sessions that outlive their runtimes.

mod boots;
mod callers;
mod machine;
mod ports;
mod processes;
mod reaper;
mod room;
mod rule;
mod runtime;

pub use machine::OfficialPool;
pub use rule::{Rule, Rules};
