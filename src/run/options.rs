//! What a run can be told beyond its scenario.

use std::path::PathBuf;

use tokio::sync::watch;

/// What a run can be told beyond its scenario.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where projections and logs go; a temporary folder where absent.
    pub work_dir: Option<PathBuf>,
    /// Calls on the line at one instant; those beyond are dropped and make the run invalid.
    pub max_calls: u32,
    /// Lag p99 beyond which the harness was the bottleneck, in milliseconds.
    pub lag_limit_ms: f64,
    /// Share of all processors beyond which the harness was the bottleneck.
    pub cpu_share_limit: f64,
    /// How urgently the run is to stop.
    pub stop: watch::Receiver<Stop>,
}

/// How urgently a run is to stop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stop {
    /// When the scenario says so.
    #[default]
    AtTheEnd,
    /// No more arrivals; who is talking is hung up; drain and report.
    Soon,
    /// Now: kill every runtime and report what there is.
    AtOnce,
}
