//! The end of a simulation: what it comes to.

use super::engine::Simulation;
use crate::measure::{Ending, Harness, Mode, Summary, TenantEnding, Tool};

/// The summary, without a host: whoever prints it knows where. In virtual time every acknowledged save arrives.
pub(super) fn sum_up(simulation: Simulation<'_>) -> Summary {
    let Simulation { scenario, recorder, tenants, books, ended, now, on_line_peak, .. } = simulation;
    let tenants = tenants.iter().map(|tenant| TenantEnding { delivered: tenant.acknowledged, ..Default::default() });
    recorder.finish(Ending {
        ended: ended.unwrap_or(now),
        start: None,
        tool: Tool::this(),
        scenario: scenario.identity(Mode::Sim),
        host: None,
        tenants: tenants.collect(),
        stray_leaks: 0,
        rss_peak_bytes: None,
        violations: books.into_iter().filter_map(|books| books.breach).collect(),
        harness: Harness {
            lag_limit_ms: None,
            arrivals_dropped: 0,
            in_flight_peak: on_line_peak.into(),
            cpu_s: None,
            witness_gaps: 0,
            invalid: Vec::new(),
        },
    })
}
