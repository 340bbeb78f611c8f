//! How much more traffic a cap would carry.

use schemars::JsonSchema;
use serde::Serialize;

use super::judge::Judge;
use crate::scenario::{Change, Scenario};

/// How much more traffic a cap would carry, by the means of a few plays each.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Margin {
    /// So many times the calls, from so many times the callers, still keep every threshold.
    pub growth: f64,
    /// Nothing broke: that was as far as was looked.
    pub at_least: bool,
    /// What breaks first beyond that, as written.
    pub breaks_first: Vec<String>,
}

impl Margin {
    /// Of the scenario with its cap chosen.
    pub(super) fn of(scenario: &Scenario, judge: &mut Judge<'_>) -> Self {
        let mut broken = |hundredths: u64| -> Vec<String> {
            let growth = [Change::Growth(hundredths as f64 / 100.0)];
            judge.look_twice(&scenario.changed(&growth))
        };
        let (mut keeps, mut found) = (100, None);
        for step in STEPS {
            let failed = broken(step);
            if !failed.is_empty() {
                found = Some((step, failed));
                break;
            }
            keeps = step;
        }
        let Some((mut breaks, mut first)) = found else {
            return Self { growth: keeps as f64 / 100.0, at_least: true, breaks_first: Vec::new() };
        };
        while breaks - keeps > 1 {
            let middle = u64::midpoint(keeps, breaks);
            let failed = broken(middle);
            if failed.is_empty() {
                keeps = middle;
            } else {
                (breaks, first) = (middle, failed);
            }
        }
        Self { growth: keeps as f64 / 100.0, at_least: false, breaks_first: first }
    }
}

/// Growing steps, in hundredths of the traffic, up to three times as much: who grows more plans anew.
const STEPS: [u64; 6] = [105, 110, 120, 140, 190, 300];
