//! The same scenario with one thing changed, for planners who ask what would be.

use std::sync::Arc;

use super::{Lease, Scenario};
use crate::base::{Distribution, Span};
use crate::pool::{Eviction, Newcomers, Prewarm, Profile};
use crate::workload::{Arrivals, Rate, TenantTraffic};

/// One thing to change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    /// `max_concurrent_users` of every pool.
    Cap(u32),
    /// `runtime_idle_ttl` of every pool.
    IdleTtl(Span),
    /// Agent processes of every tenant.
    Workers(u16),
    /// So many for tenants that have more.
    WorkersAtMost(u16),
    /// So many for tenants that have fewer.
    WorkersAtLeast(u16),
    /// How long every tenant's leases are held.
    Lease(Lease),
    /// So many times the calls, from so many times the callers.
    Growth(f64),
    /// Warm and cold boots all take so long.
    Boot(Span),
    /// Warm and cold boots take so many times as long, and compute as many times as much.
    BootTimes(f64),
    /// Whose rules every pool follows.
    Profile(Profile),
    /// Who goes where room is needed. Experimental, as are those that follow.
    Evict(Eviction),
    /// What callers meet where as many as there are slots are on the line.
    Newcomers(Newcomers),
    /// Whether runtimes are booted when the phone rings.
    Prewarm(Prewarm),
}

impl Change {
    /// Whether it asks for a policy that no release of the SDK has.
    pub fn is_experimental(&self) -> bool {
        match self {
            Self::Evict(eviction) => *eviction != Eviction::default(),
            Self::Newcomers(newcomers) => *newcomers != Newcomers::default(),
            Self::Prewarm(prewarm) => *prewarm != Prewarm::default(),
            _ => false,
        }
    }
}

impl Scenario {
    /// The same scenario with these changes, and with so many ports that no pool is short of them: of the range's first port
    /// on, as many as the fullest host needs. Draws stay what they were wherever the change leaves them alone.
    #[must_use]
    pub fn changed(&self, changes: &[Change]) -> Self {
        let mut scenario = self.clone();
        for change in changes {
            match *change {
                Change::Cap(cap) => scenario.pool.max_concurrent_users = cap,
                Change::IdleTtl(ttl) => scenario.pool.runtime_idle_ttl = ttl,
                Change::Workers(workers) => each(&mut scenario, |traffic| traffic.workers = workers),
                Change::WorkersAtMost(most) => {
                    each(&mut scenario, |traffic| traffic.workers = traffic.workers.min(most));
                }
                Change::WorkersAtLeast(least) => {
                    each(&mut scenario, |traffic| traffic.workers = traffic.workers.max(least));
                }
                Change::Lease(lease) => scenario.tenants.iter_mut().for_each(|tenant| tenant.lease = lease),
                Change::Growth(factor) => each(&mut scenario, |traffic| grow(traffic, factor)),
                Change::Boot(takes) => boot(&mut scenario, |_| Distribution::Constant { ns: takes.ns() }),
                Change::BootTimes(factor) => {
                    boot(&mut scenario, |law| law.stretched(factor));
                    let computing = &mut scenario.runtime.computing;
                    for cpu in [&mut computing.boot_cold, &mut computing.boot_warm] {
                        *cpu = Span::from_secs_f64(cpu.secs_f64() * factor);
                    }
                }
                Change::Profile(profile) => scenario.profile = profile,
                Change::Evict(eviction) => scenario.pool.experimental.eviction = eviction,
                Change::Newcomers(newcomers) => scenario.pool.experimental.newcomers = newcomers,
                Change::Prewarm(prewarm) => scenario.pool.experimental.prewarm = prewarm,
            }
        }
        let first = *scenario.pool.runtime_port_range.start();
        let last = u64::from(first) + scenario.ports_on_a_host() - 1;
        scenario.pool.runtime_port_range = first..=u16::try_from(last).unwrap_or(u16::MAX);
        scenario
    }

    /// Workers on the fullest host.
    pub fn workers_on_a_host(&self) -> u64 {
        let workers: u64 = self.traffic.tenants.iter().map(|tenant| u64::from(tenant.workers)).sum();
        workers.div_ceil(u64::from(self.hosts.max(1)))
    }

    /// Ports that the fullest host needs, from the range's first one on. An official pool has boots and drains on top of its
    /// cap, does without the last port, and evicts nobody for a port: it gets twice as many, and no fewer than were typed.
    fn ports_on_a_host(&self) -> u64 {
        match self.profile {
            Profile::Builtin => self.runtimes_on_a_host(),
            Profile::Sdk0_3_2 => (2 * self.runtimes_on_a_host() + 1).max(self.pool.runtime_port_range.len() as u64),
        }
    }

    /// Runtimes that may serve on the fullest host.
    pub fn runtimes_on_a_host(&self) -> u64 {
        self.workers_on_a_host() * u64::from(self.pool.max_concurrent_users)
    }
}

fn each(scenario: &mut Scenario, change: impl FnMut(&mut TenantTraffic)) {
    scenario.traffic.tenants.iter_mut().for_each(change);
}

fn boot(scenario: &mut Scenario, change: impl Fn(&Distribution) -> Distribution) {
    let behaviour = &mut scenario.runtime.behaviour;
    for law in [&mut behaviour.boot_cold, &mut behaviour.boot_warm] {
        *law = change(law);
    }
}

fn grow(traffic: &mut TenantTraffic, factor: f64) {
    let more = |rate: Rate| Rate(rate.0 * factor);
    traffic.callers.size = times(traffic.callers.size, factor);
    traffic.arrivals = match &traffic.arrivals {
        Arrivals::Constant(rate) => Arrivals::Constant(more(*rate)),
        Arrivals::Poisson(rate) => Arrivals::Poisson(more(*rate)),
        Arrivals::Profile(rates) => Arrivals::Profile(rates.map(more)),
        Arrivals::Stages(stages) => {
            let mut stages = stages.clone();
            for stage in &mut stages {
                stage.rate = more(stage.rate);
            }
            Arrivals::Stages(stages)
        }
        Arrivals::Burst { rate, at, calls, over } => {
            Arrivals::Burst { rate: more(*rate), at: *at, calls: times(*calls, factor), over: *over }
        }
        Arrivals::Trace(trace) => Arrivals::Trace(Arc::new(trace.grown(factor))),
        Arrivals::Closed { callers, redial } => {
            Arrivals::Closed { callers: times(*callers, factor), redial: redial.clone() }
        }
    };
}

/// To the nearest whole number, and none only where there was none.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the range first")]
fn times(count: u32, factor: f64) -> u32 {
    let product = (f64::from(count) * factor).round();
    product.clamp(f64::from(count.min(1)), f64::from(u32::MAX)) as u32
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn scenario() -> Scenario {
        let text = r#"
            name = "grown"
            duration = "1h"
            [host]
            count = 2
            [[tenant]]
            name = "a"
            workers = 3
            callers = { population = 10 }
            arrivals = { model = "poisson", rate = "2/s" }
            call = { turns = 1 }
            [[tenant]]
            name = "b"
            arrivals = { model = "closed", callers = 5, redial = "1s" }
            call = { turns = 1 }"#;
        Scenario::from_text(Path::new("grown.toml"), text.to_owned()).unwrap()
    }

    #[test]
    fn growth_is_of_calls_and_callers_alike() {
        let grown = scenario().changed(&[Change::Growth(1.5)]);
        let [a, b] = &grown.traffic.tenants[..] else { panic!("two tenants") };
        assert_eq!((a.callers.size, a.arrivals.clone()), (15, Arrivals::Poisson(Rate(3.0))));
        assert!(matches!(b.arrivals, Arrivals::Closed { callers: 8, .. }));
        let shrunk = scenario().changed(&[Change::Growth(0.01)]);
        assert_eq!(shrunk.traffic.tenants[0].callers.size, 1, "nobody at all would be another question");
    }

    #[test]
    fn workers_are_taken_from_those_who_have_more_and_given_to_those_who_have_fewer() {
        let workers =
            |change| scenario().changed(&[change]).traffic.tenants.iter().map(|t| t.workers).collect::<Vec<_>>();
        assert_eq!(workers(Change::WorkersAtMost(2)), [2, 1]);
        assert_eq!(workers(Change::WorkersAtLeast(2)), [3, 2]);
    }

    #[test]
    fn there_are_ports_for_every_runtime_of_the_fullest_host() {
        let changed = scenario().changed(&[Change::Cap(64), Change::Workers(2)]);
        // Four workers on two hosts.
        assert_eq!(changed.pool.runtime_port_range, 7878..=7878 + 127);
        assert_eq!(scenario().changed(&[Change::Cap(1_000_000)]).pool.runtime_port_range, 7878..=u16::MAX);
    }

    #[test]
    fn boots_take_as_long_as_is_said_or_so_many_times_as_long() {
        let mut scenario = scenario();
        scenario.runtime.computing.boot_cold = Span::from_ms(100);
        let laws = |scenario: &Scenario| {
            let behaviour = &scenario.runtime.behaviour;
            [behaviour.boot_cold.mean_ns(), behaviour.boot_warm.mean_ns()]
        };
        let (before, half) = (laws(&scenario), scenario.changed(&[Change::BootTimes(0.5)]));
        assert!(laws(&half).iter().zip(before).all(|(after, before)| (after / before - 0.5).abs() < 1e-6));
        assert_eq!(half.runtime.computing.boot_cold, Span::from_ms(50));
        let changed = laws(&scenario.changed(&[Change::Boot(Span::from_ms(7))]));
        assert!(changed.iter().all(|mean| (mean - 7e6).abs() < 1e-6), "{changed:?}");
    }

    #[test]
    fn an_official_pool_gets_ports_for_boots_and_drains_beyond_its_cap() {
        let official = |cap| scenario().changed(&[Change::Profile(Profile::Sdk0_3_2), Change::Cap(cap)]);
        // Two workers on the fullest host.
        assert_eq!(official(64).pool.runtime_port_range, 7878..=7878 + 256);
        assert_eq!(official(2).pool.runtime_port_range, 7878..=7977, "no fewer than were typed");
        assert_eq!(official(1_000_000).pool.runtime_port_range, 7878..=u16::MAX);
    }

    #[test]
    fn a_change_leaves_the_rest_alone() {
        let (before, after) = (scenario(), scenario().changed(&[Change::Lease(Lease::Call)]));
        assert!(after.tenants.iter().all(|tenant| tenant.lease == Lease::Call));
        assert_eq!((before.traffic, before.seed), (after.traffic, after.seed));
    }
}
