//! A stand-in for MemoAir's `voice-runtime`: one small process per (project, caller), with real memory lanes.
//!
//! * [`wire`] — what travels between client, runtime and cloud (contract v1).
//! * [`distribution`] — how long things take, as a law and a seed.
//! * [`behaviour`] — everything the mock decides, as pure code: the process plays it in real time, a simulator in
//!   virtual time.
//! * [`witness`] — what a runtime tells the harness about its own life.
//! * [`main_from_environment`] — one whole life of the process: `configuration` says who it is, `process` boots it,
//!   `memory` keeps what it knows on disk, `search` finds it again, `sync` talks to the cloud, `server` to the client.
//!
//! The crate is a leaf: it knows nothing of the harness that starts it.

pub mod behaviour;
pub mod distribution;
pub mod wire;
pub mod witness;

mod clock;
mod configuration;
mod memory;
mod process;
mod search;
mod server;
mod sync;

pub use memory::undelivered;
pub use process::main_from_environment;
