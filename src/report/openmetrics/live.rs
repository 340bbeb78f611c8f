//! A run that goes on.

use std::fmt;

use super::counts;
use super::exposition::{Exposed, Exposition, label, text};
use crate::measure::{Level, Live};

/// What was counted so far. Before the first call can ring there are no tenants yet.
pub fn live_openmetrics(live: Live) -> String {
    text(live)
}

impl Exposed for Live {
    fn expose(&self, to: &mut Exposition<'_>) -> fmt::Result {
        let tenants: Vec<_> =
            self.tenants.iter().map(|tenant| (tenant.name.as_str(), &tenant.counts, tenant.budget_met)).collect();
        counts::expose(&tenants, to)?;
        let mut level = |name: &str, help: &str, of: fn(Level) -> u32| {
            let row =
                |tenant: &crate::measure::LiveTenant| (vec![label("tenant", &tenant.name)], of(tenant.level).into());
            to.gauges(name, help, self.tenants.iter().map(row))
        };
        level("busyhour_runtimes", "Runtimes that exist, booting and draining ones included", |level| level.runtimes)?;
        level("busyhour_runtimes_busy", "Runtimes with a lease", |level| level.busy)?;
        level("busyhour_ports", "Ports that runtimes hold", |level| level.ports)?;
        if self.latencies.is_empty() {
            return Ok(());
        }
        let rows = self.latencies.iter().map(|latency| {
            let buckets = (latency.sum_s, latency.count, latency.at_most.clone());
            (vec![label("stage", latency.family.name())], buckets)
        });
        to.histograms("busyhour_latency_seconds", "How long it took, by stage, failures included", rows)
    }
}
