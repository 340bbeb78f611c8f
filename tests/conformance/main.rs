//! The official Python SDK against our mocks, and our client beside it.

mod comparing;
mod conformity;
mod double;
mod installing;
mod observed;
mod ours;
#[path = "../python/mod.rs"]
mod python;
mod rig;
mod script;
#[path = "../scripts/mod.rs"]
mod scripts;
mod stage;
mod theirs;
