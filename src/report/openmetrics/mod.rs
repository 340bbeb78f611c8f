//! Figures as `OpenMetrics` text: of a run that is over, and of one that goes on.
//!
//! Counts and levels are of tenants, so that a sum over them is the whole; latencies are of all together, and of a
//! finished run also those that a tenant's callers feel. Times are seconds, shares parts of 1.

mod counts;
mod exposition;
mod finished;
mod live;

pub use finished::openmetrics;
pub use live::live_openmetrics;

/// How a scraper knows what it gets.
pub const OPENMETRICS_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
