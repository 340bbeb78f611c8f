//! The pool's rules as a pure state machine: no clock, no I/O, no waiting.
//!
//! One input with a time goes into [`Pool`] (acquire, cancelled, released, started, start failed, port taken, failed,
//! exited, drained, tick, close), [`Decision`]s come out of [`Pool::next_decision`], and [`Pool::next_wake`] says when
//! the pool next wants a tick. A shell carries the decisions out: the live client with processes and sockets, a
//! simulator with an event queue. The contract is: give one input, drain the decisions, read the wake-up time.
//!
//! What the pool promises, whatever the order of its inputs:
//!
//! 1. At most `max_concurrent_users` runtimes exist, booting and draining ones included.
//! 2. One runtime per key. A second acquire during a boot joins it; one during a drain waits for its end.
//! 3. A runtime with a lease is never a victim. The victim is the least recently used idle one, where *used* means the
//!    end of a lease as much as its beginning. Boots that nobody waits for any more go first.
//! 4. A port belongs to one runtime from before it is started until after it is gone, and the port handed out is the
//!    one that has been free for longest. A port that turns out to be a stranger's is set aside and tried again later.
//! 5. Every acquire ends with a lease or one [`PoolError`], as soon as the boots and drains it waits for have ended.
//! 6. An idle runtime is drained by the TTL plus one reaper interval.
//!
//! Policies that the official SDK does not have stand apart, in `experimental`: no pool has them unless it is told to.
//!
//! Every input costs constant time, amortised. Keys are small integers that the shell hands out (and may hand out
//! again once [`Pool::knows`] says no), so nothing here hashes a string, and memory is bounded by the largest key in
//! use, the slots, the ports and the acquires under way.

mod audit;
mod callers;
mod decision;
mod error;
mod experimental;
mod list;
mod machine;
mod official;
mod orders;
mod placement;
mod ports;
mod processes;
mod profile;
mod runtime;
mod settings;
mod slab;
#[cfg(test)]
mod tests;
mod transitions;

pub use audit::BrokenLaw;
pub use decision::{Admitted, Decision};
pub use error::PoolError;
pub use experimental::{Eviction, Experimental, Newcomers, Prewarm};
pub use machine::{Levels, Pool};
pub use official::{OfficialPool, Rule, Rules};
pub use ports::PortHolder;
pub use profile::{Profile, ProfiledPool};
pub use runtime::{Key, LeaseId, RuntimeId, WaiterId};
pub use settings::Settings;
