//! What a scenario amounts to before anybody plays it: facts, which `report` turns into words.

use serde::Serialize;

use super::{Computing, Lease, Scenario};
use crate::base::{Distribution, Span, Time};
use crate::workload::{Arrivals, Offered, TenantTraffic, erlang_b};

/// What a scenario means. Times are in seconds, memory in bytes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Meaning {
    /// Its name.
    pub name: String,
    /// The question it asks.
    pub about: String,
    /// Seed of every draw.
    pub seed: u64,
    /// Calls ring for so long.
    pub duration_s: f64,
    /// Of it, what is not counted.
    pub warm_up_s: f64,
    /// The longest the run can take: window and grace.
    pub lasts_at_most_s: f64,
    /// Each tenant, in the order of the file.
    pub tenants: Vec<TenantMeaning>,
    /// Runtimes, and so ports, that the fullest host may need: workers there times the cap. By official rules, runtimes
    /// that boot or end come on top.
    pub ports_needed: u64,
    /// First and last port of a host.
    pub ports: (u16, u16),
    /// Of them, how many are handed out: by official rules, the last is not.
    pub ports_used: u64,
    /// Whether pools follow the rules of an official client.
    pub official: bool,
    /// Memory of as many runtimes as there are ports needed; 0 where the scenario gives none.
    pub memory_bytes: u64,
    /// What the reader should know before believing the result.
    pub warnings: Vec<Warning>,
}

/// What a tenant means.
#[derive(Clone, Debug, PartialEq, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
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
        needed: u64,
        /// Ports.
        ports: u64,
    },
    /// The same by official rules, where runtimes that boot or end come on top, and none is evicted for its port.
    OfficialPorts {
        /// Runtimes that serve.
        serving: u64,
        /// Ports that are handed out.
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
        /// How long they last on average, in seconds.
        hold_s: f64,
        /// How long they may, in seconds.
        grace_s: f64,
    },
    /// Fewer calls than anything can be read from.
    FewCalls {
        /// Whose.
        tenant: String,
        /// Expected in the whole window.
        calls: f64,
    },
    /// The window plays some of the call records only.
    PartOfTrace {
        /// Whose.
        tenant: String,
        /// Calls that are answered in the window.
        played: usize,
        /// Calls in the records, from the start of the run on.
        calls: usize,
        /// When the last of them is answered, in seconds from the start of the run.
        last_s: f64,
    },
    /// Cores are counted, and nothing computes on them.
    IdleCores {
        /// Of a host.
        cores: u16,
    },
    /// Work computes, and nobody counts the cores.
    UncountedCores,
    /// Searches and saves alone need more processors than a host has.
    Overload {
        /// At the peak, on the average host.
        needed: f64,
        /// Of a host.
        cores: u16,
    },
}

/// What `scenario` means.
pub fn check(scenario: &Scenario) -> Meaning {
    let tenants: Vec<TenantMeaning> = (0..scenario.tenants.len()).map(|index| tenant(scenario, index)).collect();
    let ports_needed = ports_needed(scenario);
    Meaning {
        name: scenario.name.clone(),
        about: scenario.about.clone(),
        seed: scenario.seed,
        duration_s: scenario.duration.secs_f64(),
        warm_up_s: scenario.warm_up.secs_f64(),
        lasts_at_most_s: (scenario.duration + scenario.grace).secs_f64(),
        ports_needed,
        ports: scenario.pool.runtime_port_range.clone().into_inner(),
        ports_used: scenario.ports_of_a_host(),
        official: scenario.follows_official_rules(),
        memory_bytes: ports_needed.saturating_mul(scenario.runtime.behaviour.ballast_bytes),
        warnings: warnings(scenario, &tenants, ports_needed),
        tenants,
    }
}

/// Runtimes that may exist on the fullest host.
fn ports_needed(scenario: &Scenario) -> u64 {
    let workers: u64 = scenario.traffic.tenants.iter().map(|tenant| u64::from(tenant.workers)).sum();
    workers.div_ceil(u64::from(scenario.hosts)) * u64::from(scenario.pool.max_concurrent_users)
}

fn warnings(scenario: &Scenario, tenants: &[TenantMeaning], needed: u64) -> Vec<Warning> {
    let grace_s = scenario.grace.secs_f64();
    let of_tenants = tenants.iter().zip(&scenario.traffic.tenants).flat_map(|(meaning, traffic)| {
        [
            demand(meaning, traffic),
            memoryless(traffic),
            cut(meaning, grace_s),
            few(meaning),
            part_of_trace(traffic, scenario.duration),
        ]
    });
    let of_hosts = [ports(scenario, needed), processors(scenario, tenants)];
    of_tenants.chain(of_hosts).flatten().collect()
}

/// Fewer ports than runtimes. By official rules a newcomer's boot takes a port although his victim still has one, so that
/// there have to be some to spare.
fn ports(scenario: &Scenario, needed: u64) -> Option<Warning> {
    let ports = scenario.ports_of_a_host();
    if scenario.follows_official_rules() {
        return (needed >= ports).then_some(Warning::OfficialPorts { serving: needed, ports });
    }
    (needed > ports).then_some(Warning::Ports { needed, ports })
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

fn cut(meaning: &TenantMeaning, grace_s: f64) -> Option<Warning> {
    let hold_s = meaning.offered.hold_s;
    (hold_s > grace_s).then(|| Warning::Cut { tenant: meaning.name.clone(), hold_s, grace_s })
}

fn few(meaning: &TenantMeaning) -> Option<Warning> {
    let calls = meaning.offered.calls;
    (calls < 5.0).then(|| Warning::FewCalls { tenant: meaning.name.clone(), calls })
}

fn part_of_trace(traffic: &TenantTraffic, window: Span) -> Option<Warning> {
    let Arrivals::Trace(trace) = &traffic.arrivals else { return None };
    let calls = trace.calls();
    let played = calls.partition_point(|call| call.answered_at < Time::ZERO + window);
    let last = calls.last().filter(|_| played < calls.len())?;
    let last_s = last.answered_at.secs_f64();
    Some(Warning::PartOfTrace { tenant: traffic.name.clone(), played, calls: calls.len(), last_s })
}

/// Cores and computing that do not go together.
fn processors(scenario: &Scenario, tenants: &[TenantMeaning]) -> Option<Warning> {
    let (behaviour, computing) = (&scenario.runtime.behaviour, scenario.runtime.computing);
    let computes = computing != Computing::default();
    let Some(cores) = scenario.cores else { return computes.then_some(Warning::UncountedCores) };
    if !computes {
        return Some(Warning::IdleCores { cores });
    }
    let seconds = |cpu: Span, law: &Distribution| cpu.secs_f64().min(law.mean_ns() / 1e9);
    let of_a_turn = seconds(computing.search, &behaviour.search) + seconds(computing.save, &behaviour.save);
    let turns_per_s: f64 = tenants.iter().map(|tenant| tenant.offered.peak_turns_per_s).sum();
    let needed = turns_per_s * of_a_turn / f64::from(scenario.hosts);
    (needed > f64::from(cores)).then_some(Warning::Overload { needed, cores })
}
