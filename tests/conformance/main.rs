//! The official Python SDK against our mocks, and our client beside it.

mod double;
mod installing;
#[path = "../python/mod.rs"]
mod python;
mod rig;
