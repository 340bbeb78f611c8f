//! The figures of a part of the run.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Figures;

/// The figures of a part of the run: what rang, was due, asked for or begun within it. Saves that were delivered, lost or
/// duplicated, leaks, broken laws and memory are known of the whole run only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PhaseFigures {
    /// Its beginning, in seconds after the run's.
    pub from_s: f64,
    /// Its end, in seconds after the run's beginning.
    pub until_s: f64,
    /// Seconds of it that were played.
    pub measured_s: f64,
    /// All tenants together.
    #[serde(flatten)]
    pub total: Figures,
    /// Each tenant by its name.
    pub tenants: BTreeMap<String, Figures>,
}
