//! A stand-in for MemoAir's `voice-runtime`: one small process per (project, caller), with real memory lanes.
//!
//! * [`wire`] — what travels between client, runtime and cloud (contract v1).
//! * [`distribution`] — how long things take, as a law and a seed.
//! * [`behaviour`] — everything the mock decides, as pure code: the process plays it in real time, a simulator in
//!   virtual time.
//! * [`witness`] — what a runtime tells the harness about its own life.
//!
//! The crate is a leaf: it knows nothing of the harness that starts it.

pub mod behaviour;
pub mod distribution;
pub mod wire;
pub mod witness;
