//! How much memory a simulation will take, before it starts: what each part holds, times how many there will be.
//!
//! Sizes of this room's own entries are asked of the compiler; those of other rooms are stated below. Whatever does not
//! grow beyond a few megabytes is in one constant. The estimate is good to a factor of 1.5, as
//! `tests/command/limits.rs` shows; where pools refuse most of the calls, fewer are on the line than it thinks.

use std::mem::size_of;

use super::call::OnLine;
use super::desk::{CallerState, Runtime};
use crate::base::{Distribution, Span, TenantIndex};
use crate::scenario::{Lease, Refusal, Scenario};
use crate::workload::{Arrivals, Offered, Route, TenantTraffic};

/// What a simulation will hold in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Memory {
    /// Each part once, the largest first.
    pub shares: Vec<MemoryShare>,
}

/// What one part takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryShare {
    /// Which.
    pub part: MemoryPart,
    /// All of it.
    pub bytes: u64,
    /// Whose is most of it.
    pub tenant: TenantIndex,
}

/// A part that can be large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemoryPart {
    /// What each worker knows of each of its tenant's callers.
    Callers,
    /// From which callers are drawn where some call more often than others.
    Popularity,
    /// Calls on the line at the peak.
    Calls,
    /// Runtimes that exist at once.
    Runtimes,
    /// What each worker knows of each port.
    Ports,
    /// Latencies of each tenant.
    Latencies,
    /// Measured values that laws draw from.
    Laws,
}

impl Memory {
    /// What a simulation of `scenario` will take.
    pub fn of(scenario: &Scenario) -> Self {
        let tenants: Vec<Vec<(MemoryPart, u64)>> =
            (0..scenario.tenants.len()).map(|tenant| Needs::of(scenario, tenant).parts()).collect();
        let share = |part: MemoryPart| {
            let of_tenant = |parts: &Vec<(MemoryPart, u64)>| {
                parts.iter().filter(|(found, _)| *found == part).map(|(_, bytes)| bytes).sum::<u64>()
            };
            let bytes: Vec<u64> = tenants.iter().map(of_tenant).collect();
            let most = (0..).map(TenantIndex).zip(&bytes).max_by_key(|(_, bytes)| **bytes);
            let tenant = most.map_or(TenantIndex(0), |(tenant, _)| tenant);
            MemoryShare { part, bytes: bytes.into_iter().sum(), tenant }
        };
        let mut shares: Vec<MemoryShare> = PARTS.into_iter().map(share).collect();
        shares.sort_by_key(|share| std::cmp::Reverse(share.bytes));
        Self { shares }
    }

    /// Everything together, the program itself included.
    pub fn bytes(&self) -> u64 {
        PROGRAM + self.shares.iter().map(|share| share.bytes).sum::<u64>()
    }

    /// The largest part.
    pub fn largest(&self) -> MemoryShare {
        self.shares[0]
    }
}

/// What one tenant needs.
struct Needs<'s> {
    scenario: &'s Scenario,
    traffic: &'s TenantTraffic,
    tenant: usize,
    offered: Offered,
    workers: u64,
    /// Runtimes that its pools may hold.
    slots: u64,
}

impl<'s> Needs<'s> {
    fn of(scenario: &'s Scenario, tenant: usize) -> Self {
        let traffic = &scenario.traffic.tenants[tenant];
        let workers = u64::from(traffic.workers);
        Self {
            scenario,
            traffic,
            tenant,
            offered: traffic.offered(scenario.duration, scenario.grace),
            workers,
            slots: workers * scenario.processes_of_a_pool(),
        }
    }

    fn parts(&self) -> Vec<(MemoryPart, u64)> {
        vec![
            (MemoryPart::Callers, self.callers()),
            (MemoryPart::Popularity, self.popularity()),
            (MemoryPart::Calls, self.calls()),
            (MemoryPart::Runtimes, self.runtimes()),
            (MemoryPart::Ports, self.ports()),
            (MemoryPart::Latencies, self.latencies()),
            (MemoryPart::Laws, self.laws()),
        ]
    }

    /// Callers who may come back.
    fn known(&self) -> u64 {
        match self.traffic.arrivals {
            Arrivals::Closed { callers, .. } => callers.into(),
            _ => self.traffic.callers.size.into(),
        }
    }

    fn callers(&self) -> u64 {
        let lines = if matches!(self.traffic.arrivals, Arrivals::Closed { .. }) { LINE * self.known() } else { 0 };
        self.workers * self.known() * (bytes_of::<CallerState>() + KEY) + lines
    }

    /// Tenants alike share one table: the first of them has it.
    fn popularity(&self) -> u64 {
        let population = &self.traffic.callers;
        let before = &self.scenario.traffic.tenants[..self.tenant];
        let shared = before.iter().any(|tenant| {
            tenant.callers.size == population.size && tenant.callers.zipf.to_bits() == population.zipf.to_bits()
        });
        if shared || population.zipf == 0.0 { 0 } else { POPULARITY * u64::from(population.size) }
    }

    /// The mean at the peak, and four standard deviations of a Poisson number more. Who is shed is not on the line.
    fn on_line(&self) -> u64 {
        let mean = self.offered.peak_on_line;
        let most = whole(mean + 4.0 * libm::sqrt(mean)) + 1;
        let turned_away =
            self.scenario.tenants[self.tenant].lease == Lease::Call && self.scenario.on_refusal == Refusal::Shed;
        if turned_away { most.min(self.slots) } else { most }
    }

    fn calls(&self) -> u64 {
        self.on_line() * (bytes_of::<Option<OnLine>>() + STEP)
    }

    fn runtimes(&self) -> u64 {
        let callers = self.known() + whole(self.offered.calls * self.traffic.callers.new_share) + self.on_line();
        // Calls that take turns among workers have a runtime of the same caller at each of them.
        let at_each = if self.traffic.route == Route::Spread { self.workers } else { 1 };
        self.slots.min(callers.saturating_mul(at_each)) * (bytes_of::<Runtime>() + RUNTIME)
    }

    fn ports(&self) -> u64 {
        let Scenario { pool, hosts, traffic, .. } = self.scenario;
        let (range, cap) = (pool.runtime_port_range.len() as u64, self.scenario.processes_of_a_pool());
        let workers: u64 = traffic.tenants.iter().map(|tenant| u64::from(tenant.workers)).sum();
        let shared = workers.div_ceil(u64::from(*hosts).max(1)).saturating_mul(cap) > range;
        // Where there are enough for all, a worker knows only of its own.
        self.workers * if shared { range } else { cap } * PORT
    }

    fn latencies(&self) -> u64 {
        let Scenario { runtime, pool, budget, .. } = self.scenario;
        let behaviour = &runtime.behaviour;
        let longest_of = |law: &Distribution| Span::from_secs_f64(law.mean_ns() / 1e9 * (1.0 + 6.0 * law.cv()));
        let boot = (longest_of(&behaviour.boot_cold) + longest_of(&self.scenario.cloud.latency)).min(pool.boot_timeout);
        let drain = longest_of(&behaviour.flush) + longest_of(&behaviour.terminate);
        let (turns, calls) = (self.offered.turns, self.offered.calls);
        // Where callers outnumber slots nearly every turn boots; else a call does, at most.
        let boots = if self.offered.peak_on_line > self.slots as f64 { turns } else { calls };
        let longest = |law: &Distribution, limit: Span| longest_of(law).min(limit);
        let families = [
            (turns, boot + *budget),
            (turns, longest(&behaviour.search, *budget)),
            (turns, longest(&behaviour.save, Span::from_secs(1))),
            (turns, Span::ZERO),
            (2.0 * turns, Span::ZERO),
            (boots, longest_of(&behaviour.session_start)),
            (boots, boot),
            (boots, boot),
            (boots, longest(&behaviour.boot_warm, pool.boot_timeout)),
            (boots, longest(&behaviour.boot_warm, pool.boot_timeout)),
            (boots, drain),
        ];
        TENANT + families.into_iter().map(|(samples, longest)| samples_bytes(samples, longest)).sum::<u64>()
    }

    /// Each tenant's conduct has its own copy.
    fn laws(&self) -> u64 {
        let behaviour = &self.scenario.runtime.behaviour;
        let laws = [
            &behaviour.boot_cold,
            &behaviour.boot_warm,
            &behaviour.session_start,
            &behaviour.search,
            &behaviour.save,
            &behaviour.flush,
            &behaviour.terminate,
        ];
        let values = laws.into_iter().map(|law| match law {
            Distribution::Empirical { sorted_ns } => sorted_ns.len() as u64,
            _ => 0,
        });
        values.sum::<u64>() * bytes_of::<u64>()
    }
}

/// So many samples up to `longest`, as the recorder keeps them: as they are while they are few, then a histogram whose
/// buckets reach from 1 ms in octaves of 1,024.
fn samples_bytes(samples: f64, longest: Span) -> u64 {
    let few = whole(samples).min(FEW).next_power_of_two() * bytes_of::<u64>();
    if samples <= FEW as f64 {
        return few;
    }
    let octaves = libm::log2(longest.ms_f64().max(1.0));
    (whole(octaves) + 2) * OCTAVE
}

fn bytes_of<T>() -> u64 {
    size_of::<T>() as u64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float cast saturates, as is right here")]
fn whole(number: f64) -> u64 {
    number.ceil() as u64
}

const PARTS: [MemoryPart; 7] = [
    MemoryPart::Callers,
    MemoryPart::Popularity,
    MemoryPart::Calls,
    MemoryPart::Runtimes,
    MemoryPart::Ports,
    MemoryPart::Latencies,
    MemoryPart::Laws,
];
/// The program, and what a scenario of one quiet tenant takes.
const PROGRAM: u64 = 10_000_000;
/// A caller in a pool, whose array grows by doubling.
const KEY: u64 = 16;
/// A line of a closed tenant, and its place among those who wait.
const LINE: u64 = 56;
/// A caller in a table of popularity.
const POPULARITY: u64 = 12;
/// A step in the queue, and a lease.
const STEP: u64 = 64;
/// A runtime in its pool, and where it waits.
const RUNTIME: u64 = 180;
/// A port in a pool, free and held, and in the books.
const PORT: u64 = 18;
/// A tenant that nobody calls.
const TENANT: u64 = 20_000;
/// Samples beyond these become a histogram.
const FEW: u64 = 2_048;
/// An octave of a histogram.
const OCTAVE: u64 = 4_096;
