//! The end of a simulation: what it comes to.

use super::engine::Simulation;
use crate::measure::{Ending, Harness, Host, Mode, Summary, TenantEnding, Tool};

/// The summary. In virtual time every acknowledged save arrives, and nothing is left behind.
pub(super) fn sum_up(simulation: Simulation<'_>) -> Summary {
    let Simulation { scenario, recorder, tenants, books, ended, now, on_line_peak, .. } = simulation;
    let tenants = tenants.iter().map(|tenant| TenantEnding { delivered: tenant.acknowledged, ..Default::default() });
    recorder.finish(Ending {
        ended: ended.unwrap_or(now),
        start: None,
        tool: Tool::this(),
        scenario: scenario.identity(Mode::Sim),
        host: Host {
            os: std::env::consts::OS.to_owned(),
            arch: std::env::consts::ARCH.to_owned(),
            cores: std::thread::available_parallelism()
                .map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(u32::MAX)),
            memory_mb: None,
        },
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
