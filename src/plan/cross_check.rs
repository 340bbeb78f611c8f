//! What theory says of the same traffic, on the back of an envelope.

use schemars::JsonSchema;
use serde::Serialize;

use crate::scenario::{Lease, Scenario};
use crate::workload::{Arrivals, erlang_b};

/// What theory says of one tenant at a cap.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct CrossCheck {
    /// Whose.
    pub tenant: String,
    /// Callers on the line when most are, on average, at one worker: calls times how long they last. Of call records, in their
    /// busiest hour.
    pub erlangs_per_worker: f64,
    /// Whether its calls are those of records: the same ones in every play, so that plays say nothing of how days differ.
    pub recorded: bool,
    /// Erlang B at the cap: the share of calls that find every slot taken. Where leases are held for a turn only, the
    /// share of turns in which more callers are on the line than there are slots is at least of that order.
    pub erlang_b: f64,
    /// Whether that is the question: slots are held call by call, and calls come by themselves.
    pub applies: bool,
    /// Turns of a call, on average.
    pub turns_per_call: f64,
    /// The coefficient of variation of the gap between turns, where it is so large that the pool looks better than it is.
    pub memoryless_gap_cv: Option<f64>,
}

impl CrossCheck {
    /// Of every tenant, at the scenario's cap. Poisson calls, spread evenly over the workers, with distinct callers; boots
    /// lengthen no call.
    pub fn of(scenario: &Scenario) -> Vec<Self> {
        let tenants = scenario.tenants.iter().zip(&scenario.traffic.tenants);
        let of_tenant = tenants.map(|(tenant, traffic)| {
            let on_line = traffic.busiest_erlangs(scenario.duration, scenario.grace);
            let erlangs_per_worker = on_line / f64::from(traffic.workers);
            let cv = traffic.turn_gap.cv();
            Self {
                tenant: tenant.name.clone(),
                erlangs_per_worker,
                recorded: traffic.arrivals.trace().is_some(),
                erlang_b: erlang_b(erlangs_per_worker, scenario.pool.max_concurrent_users.into()),
                turns_per_call: traffic.offered(scenario.duration, scenario.grace).turns_per_call,
                applies: tenant.lease == Lease::Call && !matches!(traffic.arrivals, Arrivals::Closed { .. }),
                memoryless_gap_cv: (tenant.lease == Lease::Turn && cv >= 1.0).then_some(cv),
            }
        });
        of_tenant.collect()
    }
}
