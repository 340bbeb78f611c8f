//! How late drivers begin.

use super::Latency;
use super::series::Series;
use crate::base::Span;

/// How late drivers begin what they were handed.
#[derive(Clone, Debug, Default)]
pub struct DriverLag(Series<u64>);

impl DriverLag {
    /// One operation.
    pub fn record(&mut self, lag: Span) {
        self.0.record_all([(lag, 1)], NO_BUDGET);
    }

    /// All of them.
    pub fn latency(&self) -> Latency {
        self.0.latency(NO_BUDGET)
    }
}

/// There is none for it.
const NO_BUDGET: Span = Span::from_ns(u64::MAX);
