//! A file to a checked, complete, immutable scenario.
mod model;
pub use model::{CloudModel, Fault, FaultKind, Lease, Program, Refusal, RuntimeModel, Scenario, Tenant};
