//! The figures that pairs of live runs are judged by.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::Scale;
use crate::measure::Summary;
use crate::measure::threshold::{Dimension, dimension_of, metric_names, nearest, observed};

/// A figure that pairs of live runs can be judged by: a latency or `boots_per_turn`, compared as a ratio, or
/// `budget.met` or the rate of something unwanted, compared in points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject(String);

/// A name that is no such figure.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{name}` cannot be judged between live runs; {remedy}")]
pub struct SubjectError {
    name: String,
    remedy: String,
}

/// What is judged unless something else is asked for: what callers feel, and what it rests on.
pub(in crate::measure) const PRIMARY: [&str; 6] =
    ["recall.p50", "recall.p95", "recall.p99", "search.p95", BUDGET, BOOTS_PER_TURN];

impl Subject {
    /// What is judged unless something else is asked for.
    pub fn primary() -> Vec<Self> {
        PRIMARY.iter().map(|name| Self((*name).to_owned())).collect()
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.0
    }

    /// How two of its values are compared.
    pub(super) fn scale(&self) -> Scale {
        match dimension_of(&self.0) {
            Some(Dimension::Share) => Scale::Points,
            _ => Scale::Ratio,
        }
    }

    /// Whether more of it is better.
    pub(super) fn more_is_better(&self) -> bool {
        self.0 == BUDGET
    }

    /// What it came to in a play: milliseconds, a share, or a number.
    pub(super) fn of(&self, summary: &Summary) -> Option<f64> {
        if self.0 == BOOTS_PER_TURN {
            let counts = &summary.total.counts;
            let boots = counts.admissions.warm + counts.admissions.cold;
            return (counts.turns > 0).then(|| boots as f64 / counts.turns as f64);
        }
        observed(&self.0, &summary.total, summary.window.measured_s)
    }

    /// What is compared, so that new − base is the change: the logarithm where ratios are.
    pub(super) fn coordinate(&self, summary: &Summary) -> Option<f64> {
        let value = self.of(summary)?;
        Some(match self.scale() {
            Scale::Points => value,
            // Half a boot more in one turn more: no boot at all must have a logarithm, too.
            Scale::Ratio if self.0 == BOOTS_PER_TURN => {
                let turns = summary.total.counts.turns as f64;
                libm::log((value * turns + 0.5) / (turns + 1.0))
            }
            Scale::Ratio => libm::log(value.max(A_NANOSECOND)),
        })
    }
}

impl FromStr for Subject {
    type Err = SubjectError;

    fn from_str(name: &str) -> Result<Self, SubjectError> {
        let name = name.trim();
        if known().any(|known| known == name) {
            return Ok(Self(name.to_owned()));
        }
        let remedy = match nearest(name, known()) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => format!("name latencies, {BUDGET}, {BOOTS_PER_TURN}, or the rate of something unwanted"),
        };
        Err(SubjectError { name: name.to_owned(), remedy })
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn known() -> impl Iterator<Item = &'static str> {
    let judged = |name: &&str| match dimension_of(name) {
        Some(Dimension::Time) => true,
        Some(Dimension::Share) => !NEITHER_GOOD_NOR_BAD.iter().any(|family| name.starts_with(family)),
        _ => false,
    };
    metric_names().filter(judged).chain([BOOTS_PER_TURN])
}

const BUDGET: &str = "budget.met";
const BOOTS_PER_TURN: &str = "boots_per_turn";
const NEITHER_GOOD_NOR_BAD: [&str; 5] = ["admissions.", "drains.", "recalls_ok", "saves.acked", "saves.delivered"];
/// In milliseconds: what a latency of nothing is taken for.
const A_NANOSECOND: f64 = 1e-6;
