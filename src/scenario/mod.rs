//! A file to a checked, complete, immutable scenario.
//!
//! [`Scenario::load`] is the way in: *what was typed* becomes *what it means* in one step, or a [`ScenarioError`] that
//! shows each problem where it stands and says what to write instead. [`check`] says what a scenario amounts to before
//! anybody plays it, and [`schema`] describes the file for editors. Nothing here starts, plays or prints anything.

mod check;
mod computing;
mod driver;
mod load;
mod model;
mod playing;
mod problem;
mod races;
mod resolve;
mod rewritten;
mod schema;
mod syntax;
#[cfg(test)]
mod tests;
mod typed;
mod unmeasured;
mod unplayable;
mod varied;

pub use check::{Meaning, TenantMeaning, Warning, check};
pub use computing::Computing;
pub use driver::{ClientModel, Driver};
pub use model::{CloudModel, Fault, FaultKind, Lease, Program, Refusal, RuntimeModel, Scenario, Tenant};
pub use problem::{Problem, ScenarioError, WrongText};
pub use resolve::histogram::samples_by_tag;
pub use rewritten::{Calibration, LawSource};
pub use schema::schema;
pub use syntax::explained;
pub use varied::Change;

pub use crate::pool::{Eviction, Newcomers, Prewarm, Profile};
