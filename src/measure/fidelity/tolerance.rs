//! How far latencies may be apart.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::Serialize;
use thiserror::Error;

use crate::base::Span;

/// How far a simulated percentile may be from where the run's may lie: so many milliseconds, and a part of the run's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Tolerance {
    /// Milliseconds, whatever the percentile.
    pub absolute_ms: f64,
    /// A part of the percentile, on top.
    pub relative: f64,
}

/// A text that is no tolerance.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is no tolerance; write a duration, a share or both, such as 5ms+15%")]
pub struct ToleranceError(String);

impl Tolerance {
    /// For a simulation by the scenario's own laws: HTTP, the kernel and a start of a process cost what no law says.
    pub const AS_WRITTEN: Self = Self { absolute_ms: 3.0, relative: 0.15 };
    /// For one by the run's own measurements, which have all that in them.
    pub const CALIBRATED: Self = Self { absolute_ms: 2.0, relative: 0.05 };

    /// For a percentile of so many milliseconds.
    pub fn of_ms(self, ms: f64) -> f64 {
        self.absolute_ms + self.relative * ms
    }
}

impl FromStr for Tolerance {
    type Err = ToleranceError;

    fn from_str(text: &str) -> Result<Self, ToleranceError> {
        let wrong = || ToleranceError(text.to_owned());
        let (absolute, relative) = match text.split_once('+') {
            Some((absolute, relative)) => (absolute, relative),
            None if text.trim_end().ends_with('%') => ("0ms", text),
            None => (text, "0%"),
        };
        let duration = humantime::parse_duration(absolute.trim()).map_err(|_| wrong())?;
        let percent = relative.trim().strip_suffix('%').ok_or_else(wrong)?;
        let percent: f64 = percent.trim_end().parse().map_err(|_| wrong())?;
        if !(0.0..=MOST_PERCENT).contains(&percent) {
            return Err(wrong());
        }
        Ok(Self { absolute_ms: Span::from(duration).ms_f64(), relative: percent / 100.0 })
    }
}

impl fmt::Display for Tolerance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms + {} %", self.absolute_ms, (self.relative * 1e6).round() / 1e4)
    }
}

/// Ten times off: beyond, nothing is compared any more.
const MOST_PERCENT: f64 = 1000.0;
