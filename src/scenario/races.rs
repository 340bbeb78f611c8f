//! What a scenario leaves to milliseconds.

use std::collections::BTreeSet;

use super::Scenario;
use crate::measure::Race;
use crate::workload::{Arrivals, CallLength, TenantTraffic};

impl Scenario {
    /// Races that may make a live run and a simulation of this scenario differ in what they count.
    pub fn races(&self) -> BTreeSet<Race> {
        let traffic = || self.traffic.tenants.iter();
        let possible = [
            (Race::Redial, traffic().any(|tenant| matches!(tenant.arrivals, Arrivals::Closed { .. }))),
            (Race::Length, traffic().any(lasts_a_time)),
            (Race::WarmUp, self.warm_up > crate::base::Span::ZERO),
            (Race::Fault, !self.faults.is_empty()),
        ];
        possible.into_iter().filter(|(_, possible)| *possible).map(|(race, _)| race).collect()
    }
}

/// Whether calls end at a time, and not with a turn.
fn lasts_a_time(tenant: &TenantTraffic) -> bool {
    let recorded = |trace: &crate::workload::Trace| trace.calls().iter().any(|call| call.length.is_some());
    matches!(tenant.length, CallLength::Lasting(_))
        || matches!(&tenant.arrivals, Arrivals::Trace(trace) if recorded(trace))
}
