//! From events to figures: histograms, counters, levels, the summary, and thresholds on it.
//!
//! Both engines speak [`Event`]s to a [`Recorder`]; a figure has one definition, whoever measured it. The recorder
//! never reads a clock, never waits, and needs no more memory for a day than for a minute. A percentile is given only
//! where enough samples stand behind it, failures count at their true cost, and a [`Threshold`] that could not be
//! evaluated does not hold.

pub mod chronicle;
mod closing;
mod code;
mod conduct;
mod ending;
mod event;
mod family;
mod fidelity;
#[cfg(test)]
pub(crate) mod fixture;
mod histograms;
mod latencies;
mod law;
mod levels;
pub mod log;
mod recorder;
mod replications;
mod samples;
mod series;
mod summary;
mod tally;
mod threshold;
mod verdict;

pub use code::ErrorCode;
pub use conduct::{Deed, ObservedConduct};
pub use ending::{Breach, Ending, TenantEnding};
pub use event::{Event, Level, Recall, Save, Turnover};
pub use family::Family;
pub use fidelity::{Both, Compared, Fidelity, Race, Tolerance, ToleranceError};
pub use histograms::Histograms;
pub use law::Law;
pub use recorder::{Recorder, RecorderSettings};
pub use replications::{Collector, Estimate, Held, Replications, SeedViolation};
pub use summary::{
    Admissions, Budget, Counts, Drains, Figures, Gauge, Gauges, Harness, Host, Latency, Mode, Peak, RssPeak, Saves,
    ScenarioIdentity, Summary, Tool, Violation, Window,
};
pub use threshold::{Dimension, Judged, Threshold, ThresholdError, dimension_of, metric_names};
pub use verdict::{Verdict, exit_code};

#[cfg(test)]
mod tests;
