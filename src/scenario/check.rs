//! What a scenario amounts to before anybody plays it: facts, which `report` turns into words.

use super::{Lease, Scenario};
use crate::base::Span;
use crate::workload::{Arrivals, Offered, TenantTraffic};

/// What a scenario means.
#[derive(Clone, Debug, PartialEq)]
pub struct Meaning {
    /// Each tenant, in the order of the file.
    pub tenants: Vec<TenantMeaning>,
    /// The longest the run can take: window and grace.
    pub lasts_at_most: Span,
    /// Runtimes that may exist on the fullest host: workers there times the cap.
    pub runtimes_per_host: u64,
    /// Ports that the workers of a host share.
    pub ports: u64,
    /// Memory of so many runtimes in bytes; 0 where the scenario gives none.
    pub memory_per_host: u64,
    /// What the reader should know before believing the result.
    pub warnings: Vec<Warning>,
}

/// What a tenant means.
#[derive(Clone, Debug, PartialEq)]
pub struct TenantMeaning {
    /// Its name.
    pub name: String,
    /// What its callers ask for.
    pub offered: Offered,
    /// Runtimes of all its workers together.
    pub slots: u64,
    /// How long a lease is held.
    pub lease: Lease,
}

/// Something that will shape the result.
#[derive(Clone, Debug, PartialEq)]
pub enum Warning {
    /// More callers on the line than slots, each asking turn by turn: a boot on nearly every turn.
    Thrash {
        /// Whose.
        tenant: String,
        /// At the peak, on average.
        on_line: f64,
        /// Runtimes its pools may hold.
        slots: u64,
    },
    /// Slots held call by call will be refused to many.
    Refusals {
        /// Whose.
        tenant: String,
        /// At the peak, on average, if nobody were refused.
        on_line: f64,
        /// Runtimes its pools may hold.
        slots: u64,
        /// Share of calls refused.
        share: f64,
    },
    /// The workers of a host could hold more runtimes than it has ports.
    Ports {
        /// Runtimes.
        runtimes: u64,
        /// Ports.
        ports: u64,
    },
    /// Turns at memoryless distances meet a kinder pool than people's turns do.
    MemorylessGaps {
        /// Whose.
        tenant: String,
        /// Coefficient of variation of the gap.
        cv: f64,
    },
    /// Calls outlast the grace period and are hung up.
    Cut {
        /// Whose.
        tenant: String,
        /// How long they last on average.
        hold: Span,
        /// How long they may.
        grace: Span,
    },
    /// Fewer calls than anything can be read from.
    FewCalls {
        /// Whose.
        tenant: String,
        /// Expected in the whole window.
        calls: f64,
    },
}

/// What `scenario` means.
pub fn check(scenario: &Scenario) -> Meaning {
    let tenants: Vec<TenantMeaning> = (0..scenario.tenants.len()).map(|index| tenant(scenario, index)).collect();
    let workers: u64 = scenario.traffic.tenants.iter().map(|tenant| u64::from(tenant.workers)).sum();
    let runtimes_per_host = workers.div_ceil(u64::from(scenario.hosts)) * u64::from(scenario.pool.max_concurrent_users);
    let ports = scenario.pool.runtime_port_range.len() as u64;
    let too_few_ports = (runtimes_per_host > ports).then_some(Warning::Ports { runtimes: runtimes_per_host, ports });
    let of_tenants = tenants.iter().zip(&scenario.traffic.tenants).flat_map(|(meaning, traffic)| {
        [demand(meaning, traffic), memoryless(traffic), cut(meaning, scenario.grace), few(meaning)]
    });
    Meaning {
        lasts_at_most: scenario.duration + scenario.grace,
        runtimes_per_host,
        ports,
        memory_per_host: runtimes_per_host.saturating_mul(scenario.runtime.behaviour.ballast_bytes),
        warnings: of_tenants.chain([too_few_ports]).flatten().collect(),
        tenants,
    }
}

fn tenant(scenario: &Scenario, index: usize) -> TenantMeaning {
    let (tenant, traffic) = (&scenario.tenants[index], &scenario.traffic.tenants[index]);
    TenantMeaning {
        name: tenant.name.clone(),
        offered: traffic.offered(scenario.duration, scenario.grace),
        slots: u64::from(traffic.workers) * u64::from(scenario.pool.max_concurrent_users),
        lease: tenant.lease,
    }
}

/// More callers than slots, in whichever way that will show.
fn demand(meaning: &TenantMeaning, traffic: &TenantTraffic) -> Option<Warning> {
    let (tenant, slots, on_line) = (meaning.name.clone(), meaning.slots, meaning.offered.peak_on_line);
    if meaning.lease == Lease::Turn {
        return (on_line > slots as f64).then_some(Warning::Thrash { tenant, on_line, slots });
    }
    let share = match traffic.arrivals {
        Arrivals::Closed { callers, .. } if u64::from(callers) <= slots => 0.0,
        _ => erlang_b(on_line, slots),
    };
    (share > 0.01).then_some(Warning::Refusals { tenant, on_line, slots, share })
}

fn memoryless(traffic: &TenantTraffic) -> Option<Warning> {
    let cv = traffic.turn_gap.cv();
    (cv >= 1.0).then(|| Warning::MemorylessGaps { tenant: traffic.name.clone(), cv })
}

fn cut(meaning: &TenantMeaning, grace: Span) -> Option<Warning> {
    let hold = Span::from_secs_f64(meaning.offered.hold_s);
    (hold > grace).then(|| Warning::Cut { tenant: meaning.name.clone(), hold, grace })
}

fn few(meaning: &TenantMeaning) -> Option<Warning> {
    let calls = meaning.offered.calls;
    (calls < 5.0).then(|| Warning::FewCalls { tenant: meaning.name.clone(), calls })
}

/// Share of calls that find `slots` all taken when `erlangs` are offered at random: Erlang's loss formula by its
/// recurrence, 1/B(n) = 1 + n/a · 1/B(n−1), which stays in range (A. K. Erlang, 1917).
fn erlang_b(erlangs: f64, slots: u64) -> f64 {
    let inverse = (1..=slots).fold(1.0, |inverse: f64, n| 1.0 + n as f64 / erlangs * inverse);
    1.0 / inverse
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn erlang_b_agrees_with_the_tables() {
        for (erlangs, slots, want) in [(1.0, 2, 0.2), (2.0, 3, 4.0 / 19.0), (16.0, 20, 0.064_410_925)] {
            assert!((erlang_b(erlangs, slots) - want).abs() < 1e-8, "B({erlangs}, {slots})");
        }
        assert!(erlang_b(0.0, 20) < 1e-12, "nobody is refused where nobody calls");
    }
}
