//! What a run leaves behind.

use crate::measure::chronicle::Chronicle;
use crate::measure::{Histograms, ObservedConduct, Summary};

/// What a run leaves behind.
#[derive(Clone, Debug)]
pub struct Played {
    /// How it went.
    pub summary: Summary,
    /// How it went over time, until its last call ended.
    pub chronicle: Chronicle,
    /// The samples behind the summary's percentiles.
    pub samples: Histograms,
    /// How its runtimes behaved.
    pub conduct: ObservedConduct,
}
