//! How small a change is none.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Scale;
use crate::measure::Tolerance;

/// How far a figure may become worse before that is a regression.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Floor {
    /// Of latencies and `boots_per_turn`: a part of what it was.
    pub relative: f64,
    /// Of latencies, on top of that.
    pub absolute_ms: f64,
    /// Of shares and rates: so much in points, as a part of 1.
    pub points: f64,
}

impl Default for Floor {
    /// 5 %, and one point.
    fn default() -> Self {
        Self { relative: 0.05, absolute_ms: 0.0, points: 0.01 }
    }
}

impl Floor {
    /// With these two for its parts.
    pub fn new(times: Tolerance, points: f64) -> Self {
        Self { relative: times.relative, absolute_ms: times.absolute_ms, points }
    }

    /// The largest change for the worse that is none, in the scale's coordinate, of a figure that was `base`.
    pub(super) fn of(self, scale: Scale, base: f64, is_time: bool) -> f64 {
        match scale {
            Scale::Points => self.points,
            Scale::Ratio if is_time && base > 0.0 => libm::log1p(self.relative + self.absolute_ms / base),
            Scale::Ratio => libm::log1p(self.relative),
        }
    }
}
