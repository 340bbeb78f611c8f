//! From events to figures: histograms, counters, levels, the summary, and thresholds on it.
//!
//! Both engines speak [`Event`]s to a [`Recorder`]; a figure has one definition, whoever measured it. The recorder
//! never reads a clock, never waits, and needs no more memory for a day than for a minute. A percentile is given only
//! where enough samples stand behind it, failures count at their true cost, and a [`Threshold`] that could not be
//! evaluated does not hold.

pub mod chronicle;
mod closing;
mod code;
mod comparison;
mod conduct;
mod distrust;
mod driver_lag;
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
mod live;
pub mod log;
mod misdeed;
mod paired;
mod phase;
mod recorder;
mod replications;
mod samples;
mod series;
mod so_far;
mod summary;
mod tally;
mod threshold;
mod verdict;

pub use code::ErrorCode;
pub use comparison::{
    Allowance, AllowanceError, Amount, Comparison, ComparisonError, Difference, Judgement, Method, Side,
};
pub use conduct::{Deed, ObservedConduct};
pub use driver_lag::DriverLag;
pub use ending::{Breach, Ending, ProfileEnding, TenantEnding};
pub use event::{Event, Level, Recall, Save, Turnover};
pub use family::Family;
pub use fidelity::{Both, Compared, Fidelity, Race, Tolerance, ToleranceError};
pub use histograms::Histograms;
pub use law::Law;
pub use live::{Live, LiveLatency, LiveTenant};
pub use misdeed::{AccusedRuntime, Finding, Misdeed, Wrong};
pub use paired::{
    BrokenLaw, CONFIDENCE, Floor, LeftOut, Paired, PairedFigure, Pairs, Question, Scale, Subject, SubjectError,
};
pub use phase::Phase;
pub use recorder::{Recorder, RecorderSettings};
#[cfg(test)]
use replications::replications_of;
pub use replications::{Collector, Estimate, Held, Replications, SeedViolation, student};
pub use summary::{
    Aborted, Admissions, Budget, ClientUnderTest, Counts, Drains, Figures, Gauge, Gauges, Harness, Host, Latency,
    LawByDesign, Mode, Peak, PhaseFigures, ProfileFigures, RssPeak, Saves, ScenarioIdentity, Shortage, Shortages,
    Summary, Tool, Violation, Window,
};
pub use threshold::{Dimension, Judged, Standing, Threshold, ThresholdError, dimension_of, metric_names};
pub use verdict::{Verdict, exit_code};

#[cfg(test)]
mod tests;
