//! What a scenario leaves to milliseconds.

use std::collections::BTreeSet;

use super::Scenario;
use crate::measure::Race;
use crate::workload::{Arrivals, CallLength};

impl Scenario {
    /// Races that may make a live run and a simulation of this scenario differ in what they count.
    pub fn races(&self) -> BTreeSet<Race> {
        let traffic = || self.traffic.tenants.iter();
        let possible = [
            (Race::Redial, traffic().any(|tenant| matches!(tenant.arrivals, Arrivals::Closed { .. }))),
            (Race::Length, traffic().any(|tenant| matches!(tenant.length, CallLength::Lasting(_)))),
            (Race::WarmUp, self.warm_up > crate::base::Span::ZERO),
            (Race::Fault, !self.faults.is_empty()),
        ];
        possible.into_iter().filter(|(_, possible)| *possible).map(|(race, _)| race).collect()
    }
}
