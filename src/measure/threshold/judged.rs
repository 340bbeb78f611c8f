//! What became of a threshold.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::metric::{Observation, Unobserved};
use super::{Dimension, Threshold};

/// What became of a threshold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Judged {
    /// As written.
    pub expression: String,
    /// What was observed: latencies in milliseconds, shares and rates as parts of 1; `null` where nothing was.
    pub observed: Option<f64>,
    /// How far the figure may still go towards the limit, in the same unit; negative by how much it is beyond. `null`
    /// where nothing was observed, and for `==` and `!=`.
    #[serde(default)]
    pub margin: Option<f64>,
    /// What stands behind it: samples of a latency, or what a count or rate is counted among; `null` for levels and
    /// for `calls` and `turns` themselves.
    pub samples: Option<u64>,
    /// Whether it holds.
    pub ok: bool,
    /// Why it could not be evaluated; `null` where it was.
    pub reason: Option<String>,
}

impl Threshold {
    /// Compares what was observed with the limit.
    pub(super) fn judged(&self, observed: Result<Observation, Unobserved>) -> Judged {
        let expression = self.expression.clone();
        match observed {
            Ok(Observation { value, samples }) => Judged {
                expression,
                observed: Some(value),
                margin: self.operator.margin(value, self.limit).map(|margin| self.rounded(margin)),
                samples,
                ok: self.operator.holds(value, self.limit),
                reason: None,
            },
            Err(Unobserved { reason, samples, .. }) => {
                Judged { expression, observed: None, margin: None, samples, ok: false, reason: Some(reason) }
            }
        }
    }

    /// To the nanosecond, or as fine as a summary's other figures, so that a difference shows no noise.
    fn rounded(&self, margin: f64) -> f64 {
        let per_unit = match self.dimension() {
            Dimension::Time | Dimension::Number => 1e6,
            Dimension::Share => 1e9,
        };
        (margin * per_unit).round() / per_unit
    }
}
