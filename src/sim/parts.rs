//! Who has to do with whom: a scenario falls into parts that know nothing of each other.
//!
//! Tenants meet in the ports and cores of a host, and in faults, which choose among all runtimes. Where a host has ports
//! enough for every runtime its workers may have, each worker gets a stretch of the range to itself, and then nobody
//! there waits for anybody. Ports apart, which part a tenant is played in changes nothing for it.

use std::ops::RangeInclusive;
use std::sync::Arc;

use super::computing;
use crate::pool::{Profile, Settings};
use crate::scenario::{FaultKind, Scenario};
use crate::workload::Popularities;

/// Tenants that have to do with each other.
#[derive(Debug)]
pub(super) struct Part {
    /// The scenario as though there were nobody else.
    pub(super) scenario: Arc<Scenario>,
    /// Where its tenants stand in the whole scenario.
    pub(super) tenants: Vec<usize>,
    /// Where its workers are, in the order of its tenants.
    pub(super) places: Vec<Place>,
    /// From which all parts draw who calls.
    pub(super) popularities: Arc<Popularities>,
}

/// Where a worker is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Its host.
    pub(super) host: usize,
    /// What its pool may hand out there.
    pub(super) ports: RangeInclusive<u16>,
}

impl Place {
    /// The settings of its pool.
    pub(super) fn settings(&self, scenario: &Scenario) -> Settings {
        Settings { runtime_port_range: self.ports.clone(), ..scenario.pool.clone() }
    }
}

/// All tenants in one part.
pub(super) fn whole(scenario: &Arc<Scenario>) -> Part {
    let tenants = (0..scenario.tenants.len()).collect();
    let popularities = Arc::new(Popularities::of(&scenario.traffic));
    Part { scenario: Arc::clone(scenario), tenants, places: Hosts::of(scenario).places, popularities }
}

/// As many parts as there are, in the order of their first tenants.
pub(super) fn split(scenario: &Arc<Scenario>) -> Vec<Part> {
    if scenario.tenants.len() < 2 || !scenario.faults.is_empty() {
        return vec![whole(scenario)];
    }
    let hosts = Hosts::of(scenario);
    let groups = groups(scenario, &hosts);
    if groups.len() == 1 {
        return vec![whole(scenario)];
    }
    let places: Vec<(Vec<Place>, usize)> = groups.iter().map(|tenants| hosts.of_group(tenants)).collect();
    let known = groups.iter().zip(&places).map(|(tenants, (_, hosts))| (tenants.as_slice(), *hosts));
    let scenarios = scenario.of_groups(known);
    let popularities = Arc::new(Popularities::of(&scenario.traffic));
    let part = |((tenants, (places, _)), scenario)| {
        let popularities = Arc::clone(&popularities);
        Part { scenario: Arc::new(scenario), tenants, places, popularities }
    };
    groups.into_iter().zip(places).zip(scenarios).map(part).collect()
}

/// The hosts and who is there.
struct Hosts {
    /// By worker.
    places: Vec<Place>,
    /// By host: those there have to do with each other.
    shared: Vec<bool>,
    /// By tenant: its workers' numbers.
    workers: Vec<RangeInclusive<usize>>,
}

impl Hosts {
    fn of(scenario: &Scenario) -> Self {
        let mut first = 0;
        let workers = scenario.traffic.tenants.iter().map(|traffic| {
            let last = first + usize::from(traffic.workers) - 1;
            let numbers = first..=last;
            first = last + 1;
            numbers
        });
        let workers: Vec<_> = workers.collect();
        let range = &scenario.pool.runtime_port_range;
        let cap = scenario.pool.max_concurrent_users as usize;
        let mut there = vec![0_usize; usize::from(scenario.hosts.max(1))];
        let hosts: Vec<usize> = (0..first).map(|worker| usize::from(scenario.host_of(worker))).collect();
        for host in &hosts {
            there[*host] += 1;
        }
        let squats = scenario.faults.iter().any(|fault| matches!(fault.kind, FaultKind::PortsSquat { .. }));
        // Official pools reach beyond their caps, and each takes the lowest port that is free.
        let apart = !squats && scenario.profile == Profile::Builtin;
        let enough: Vec<bool> =
            there.iter().map(|workers| apart && workers.saturating_mul(cap) <= range.len()).collect();
        let mut given = vec![0_usize; there.len()];
        let place = |host: usize| {
            let ports = if enough[host] { stretch(range, given[host], cap) } else { range.clone() };
            given[host] += 1;
            Place { host, ports }
        };
        let places = hosts.into_iter().map(place).collect();
        let computes = computing::competes(scenario);
        Self { places, shared: enough.into_iter().map(|enough| computes || !enough).collect(), workers }
    }
}

impl Hosts {
    /// Where a group's workers are, its hosts numbered anew, and how many those are.
    fn of_group(&self, tenants: &[usize]) -> (Vec<Place>, usize) {
        let mut known: Vec<usize> = Vec::new();
        let workers = tenants.iter().flat_map(|tenant| &self.places[self.workers[*tenant].clone()]);
        let places = workers.map(|place| {
            let host = known.iter().position(|host| *host == place.host).unwrap_or_else(|| {
                known.push(place.host);
                known.len() - 1
            });
            Place { host, ports: place.ports.clone() }
        });
        (places.collect(), known.len())
    }
}

/// The ports of the worker who is there as number `place`.
fn stretch(range: &RangeInclusive<u16>, place: usize, cap: usize) -> RangeInclusive<u16> {
    let port = |offset: usize| {
        range.start() + u16::try_from(offset).expect("there are ports enough on the host, fewer than 65,536")
    };
    port(place * cap)..=port((place + 1) * cap - 1)
}

/// Tenants who meet on a host, and those who meet those.
fn groups(scenario: &Scenario, hosts: &Hosts) -> Vec<Vec<usize>> {
    let tenants = scenario.tenants.len();
    // By tenant: one it belongs together with, or itself; followed to the end, the first of the group.
    let mut first_of: Vec<usize> = (0..tenants).collect();
    let mut met: Vec<Option<usize>> = vec![None; hosts.shared.len()];
    for tenant in 0..tenants {
        for place in &hosts.places[hosts.workers[tenant].clone()] {
            if hosts.shared[place.host] {
                let other = *met[place.host].get_or_insert(tenant);
                let (one, other) = (root(&first_of, tenant), root(&first_of, other));
                first_of[one.max(other)] = one.min(other);
            }
        }
    }
    let mut groups: Vec<Vec<usize>> = vec![Vec::new(); tenants];
    (0..tenants).for_each(|tenant| groups[root(&first_of, tenant)].push(tenant));
    groups.retain(|group| !group.is_empty());
    groups
}

fn root(first_of: &[usize], mut tenant: usize) -> usize {
    while first_of[tenant] != tenant {
        tenant = first_of[tenant];
    }
    tenant
}
