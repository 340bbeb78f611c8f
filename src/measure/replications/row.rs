//! The figures that replications tell of, of one tenant or of all together.

use std::collections::BTreeMap;

use super::estimate::{Estimate, Observations};
use crate::measure::Figures;
use crate::measure::threshold::observed;

/// Observations of [`FIGURES`], in their order.
#[derive(Clone, Debug)]
pub(super) struct Row([Observations; FIGURES.len()]);

impl Default for Row {
    fn default() -> Self {
        Self([Observations::default(); FIGURES.len()])
    }
}

impl Row {
    /// One more play's figures; one that could not be observed counts in no mean.
    pub(super) fn add(&mut self, figures: &Figures, measured_s: f64) {
        for (name, observations) in FIGURES.iter().zip(&mut self.0) {
            if let Some(value) = observed(name, figures, measured_s) {
                observations.add(value);
            }
        }
    }

    /// What they say, by name.
    pub(super) fn estimates(&self) -> BTreeMap<String, Estimate> {
        FIGURES.iter().zip(&self.0).map(|(name, observations)| ((*name).to_owned(), observations.estimate())).collect()
    }
}

/// What is worth a confidence interval, by the names that thresholds use.
pub(super) const FIGURES: [&str; 42] = [
    "budget.met",
    "recall.mean",
    "recall.p50",
    "recall.p90",
    "recall.p95",
    "recall.p99",
    "recall.p999",
    "recall.max",
    "search.p50",
    "search.p99",
    "calls",
    "calls_shed",
    "calls_shed.rate",
    "calls_cut",
    "turns",
    "recalls_failed",
    "recalls_failed.rate",
    "search_timeouts",
    "admissions.reuse.rate",
    "admissions.join.rate",
    "admissions.warm.rate",
    "admissions.cold.rate",
    "boot.warm.count",
    "boot.cold.count",
    "drains.lru",
    "drains.idle",
    "drains.close",
    "drains.crash",
    "pool.exhausted",
    "pool.exhausted.rate",
    "pool.port_exhausted",
    "pool.port_exhausted.rate",
    "saves.acked",
    "saves.lost",
    "saves.refused",
    "leaks",
    "violations",
    "runtimes.peak",
    "runtimes.mean",
    "busy.peak",
    "busy.mean",
    "ports.peak",
];
