//! What breaks, when its time has come. Slow runtimes and failing boots are not here: the mock plays those itself.

use std::net::TcpListener;
use std::sync::Arc;

use rustix::process::{Pid, Signal, kill_process};
use tokio::task::JoinSet;

use super::performance::Performance;
use super::stage::address_of;
use super::weather::Weather;
use super::witness::Register;
use crate::base::{Span, TenantIndex, Time};
use crate::scenario::{Fault, FaultKind};

/// What faults reach for.
#[derive(Clone)]
pub(super) struct Saboteur {
    pub(super) performance: Arc<Performance>,
    pub(super) register: Register,
    pub(super) weather: Weather,
}

impl Saboteur {
    /// Plays every fault at its time. Shutting the set down mends what is still broken.
    pub(super) fn set_to_work(self) -> JoinSet<()> {
        let faults = self.performance.scenario.faults.clone().into_iter().enumerate();
        faults.map(|(number, fault)| self.clone().play(number, fault)).collect()
    }

    async fn play(self, number: usize, fault: Fault) {
        self.performance.alarm.until(Time::ZERO + fault.at).await;
        let over = |lasting: Span| self.performance.alarm.until(Time::ZERO + fault.at + lasting);
        match fault.kind {
            FaultKind::RuntimeCrash { share } => {
                for pid in self.victims(number, fault.tenant, share) {
                    signal(pid, Signal::KILL);
                }
            }
            FaultKind::RuntimeHang { share, lasting } => {
                let _stopped = Stopped::these(self.victims(number, fault.tenant, share));
                over(lasting).await;
            }
            FaultKind::CloudDown { lasting } => {
                let _storm = self.weather.outage();
                over(lasting).await;
            }
            FaultKind::CloudSlow { by, lasting } => {
                let _storm = self.weather.delay(by);
                over(lasting).await;
            }
            FaultKind::PortsSquat { count, lasting } => {
                let _squatters = self.squat(count);
                over(lasting).await;
            }
            FaultKind::RuntimeSlow { .. } | FaultKind::RuntimeBootFail { .. } => {}
        }
    }

    /// A share of the runtimes that live, rounded up, drawn by the scenario's seed.
    fn victims(&self, number: usize, tenant: Option<TenantIndex>, share: f64) -> Vec<u32> {
        self.performance.scenario.victims(number, self.living(tenant), share)
    }

    /// Whoever reports to the witness; runtimes that do not are known to their clients alone.
    fn living(&self, tenant: Option<TenantIndex>) -> Vec<u32> {
        let witnessed = self.register.living(tenant);
        if !witnessed.is_empty() {
            return witnessed;
        }
        let known = self.performance.processes().filter(|(whose, _)| tenant.is_none_or(|tenant| tenant == *whose));
        known.map(|(_, pid)| pid).collect()
    }

    /// Takes free ports of the range from its upper end down, on every host.
    fn squat(&self, count: u16) -> Vec<TcpListener> {
        let scenario = &self.performance.scenario;
        let on_host = |host| {
            let ports = scenario.pool.runtime_port_range.clone().rev();
            let free = ports.filter_map(move |port| TcpListener::bind((address_of(host), port)).ok());
            free.take(usize::from(count))
        };
        (0..scenario.hosts).flat_map(on_host).collect()
    }
}

/// Processes that are stopped until this is dropped. Their connections stay open, as those of a hung process do.
struct Stopped(Vec<u32>);

impl Stopped {
    fn these(pids: Vec<u32>) -> Self {
        for pid in &pids {
            signal(*pid, Signal::STOP);
        }
        Self(pids)
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        for pid in &self.0 {
            signal(*pid, Signal::CONT);
        }
    }
}

/// A process that is gone already needs no signal.
pub(super) fn signal(pid: u32, signal: Signal) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        let _ = kill_process(pid, signal);
    }
}
