//! The virtual-time engine: the same scenario, the same calls and the same pool code as the live one, without waiting.
//!
//! [`play`] drives the pure pool core and the mock runtime's pure conduct with an event queue. What happens is a
//! function of (scenario, seed, version): time is integer nanoseconds, events are ordered by (time, class, sequence)
//! where endings come before timers and timers before beginnings, every draw comes from a named stream, and nothing
//! reads a clock, the environment or the order of a hash table. Equal inputs give byte-equal summaries.
//!
//! The pool's rules are not written here a second time, and the laws are checked beside the pool after every event, by
//! books of this room's own ([`laws`](self)): a broken law is in the summary and ends the simulation.
//!
//! Tenants who never meet are played apart, on as many threads as there are; that changes no figure ([`parts`](self)).
//!
//! A turn costs some three thousand instructions, none of which stands out. Four rules keep it so. What is
//! written field by field must not be copied as a whole soon after, nor be read by a load wider than its store, because such
//! a load waits until the fields have left the processor's store buffer: events and levels travel as words, entries are made
//! where they are to stand, and the pool's orders are read where they lie. What concerns one worker is handed that worker: the
//! engine finds it once a step, and whatever else a step needs is in the [`World`](self) that all share. What is rare (a broken
//! law, a fault, official rules) stands in functions of its own that are never inlined, so that the rest fits the instruction
//! cache. And what every step would ask for in vain in nearly every play (who listens, a door, cores) is left out of a copy of
//! the engine that is compiled for those plays. `cargo bench --bench sim` tells.
//!
//! What virtual time leaves out: what HTTP and the kernel cost. A search takes what the scenario's law says, and longer
//! only where a scenario says how many cores a host has and how much of the work is computing.

mod aborting;
mod beside;
mod by_design;
mod call;
mod changes;
mod computing;
mod conclusion;
mod crowd;
mod desk;
mod door;
mod engine;
mod explain;
mod faults;
mod fingerprint;
mod host;
mod journal;
mod laws;
mod leases;
mod lives;
mod memory;
mod official;
mod parts;
mod patience;
mod play;
mod ports;
mod processors;
mod queue;
mod replicate;
mod reports;
mod retrace;
mod scribe;
mod turns;
mod waits;
mod world;

pub use explain::Explainer;
pub use fingerprint::Fingerprint;
pub use journal::{Both, Entry, Fact, Journal};
pub use memory::{Memory, MemoryPart, MemoryShare};
pub use play::{play, play_with};
pub use replicate::replicate;
pub use retrace::{Story, retrace};
pub use scribe::Scribe;

#[cfg(test)]
mod tests;
