//! What breaks in virtual time. Slow runtimes and failing boots are not here: the conduct knows those.

use super::call::Step;
use super::desk::{Desk, Phase};
use super::engine::Simulation;
use super::queue::{CallId, Class, DeskId, Due};
use super::world::World;
use crate::base::{DrainReason, Span, TenantIndex, Time};
use crate::measure::Event;
use crate::pool::RuntimeId;
use crate::scenario::FaultKind;

/// A stretch of time in which the cloud answers later.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Slowness {
    until: Time,
    by: Span,
}

impl Slowness {
    pub(super) fn extra(&self, now: Time) -> Span {
        if now < self.until { self.by } else { Span::ZERO }
    }
}

/// A tenant's project id in virtual time, where nobody hands out ids.
pub(super) fn project(tenant: usize) -> String {
    format!("proj_{tenant}")
}

impl<const EVERYDAY: bool> Simulation<'_, EVERYDAY> {
    pub(super) fn fault(&mut self, number: u32, begins: bool) {
        let world = &mut self.world;
        let now = world.now;
        let fault = world.scenario.faults[number as usize].clone();
        match fault.kind {
            FaultKind::RuntimeCrash { share } => {
                for (desk, runtime) in self.victims(number, fault.tenant, share) {
                    self.world.crash(&mut self.desks[desk.0 as usize], runtime);
                }
            }
            FaultKind::RuntimeHang { share, lasting } => {
                for (desk, runtime) in self.victims(number, fault.tenant, share) {
                    self.world.freeze(&mut self.desks[desk.0 as usize], runtime, now + lasting);
                }
            }
            FaultKind::CloudDown { lasting } => world.cloud.down_until = now + lasting,
            FaultKind::CloudSlow { by, lasting } => world.cloud.slow = Slowness { until: now + lasting, by },
            FaultKind::PortsSquat { count, .. } if begins => {
                let hosts = world.hosts.iter_mut().enumerate();
                let taken =
                    hosts.flat_map(|(host, ports)| ports.squat(count).into_iter().map(move |port| (host, port)));
                world.squatted[number as usize] = taken.collect();
            }
            FaultKind::PortsSquat { .. } => {
                for (host, port) in std::mem::take(&mut world.squatted[number as usize]) {
                    world.hosts[host].give_back(port);
                }
            }
            FaultKind::RuntimeSlow { .. } | FaultKind::RuntimeBootFail { .. } => {}
        }
    }

    /// Whom a fault hits.
    fn victims(&self, number: u32, tenant: Option<TenantIndex>, share: f64) -> Vec<(DeskId, RuntimeId)> {
        let desks = (0..).map(DeskId).zip(&self.desks);
        let desks = desks.filter(|(_, desk)| tenant.is_none_or(|tenant| desk.tenant == tenant));
        let living = desks.flat_map(|(id, desk)| desk.runtimes.iter().map(move |(runtime, _)| (id, runtime)));
        self.world.scenario.victims(number as usize, living.collect(), share)
    }
}

impl<const EVERYDAY: bool> World<'_, EVERYDAY> {
    pub(super) fn schedule_faults(&mut self) {
        for (number, fault) in (0..).zip(&self.scenario.faults) {
            self.queue.push(Time::ZERO + fault.at, Class::Timer, Due::Fault { number, begins: true });
            if let FaultKind::PortsSquat { lasting, .. } = fault.kind {
                self.queue.push(Time::ZERO + fault.at + lasting, Class::Timer, Due::Fault { number, begins: false });
            }
        }
    }

    fn crash(&mut self, desk: &mut Desk, runtime: RuntimeId) {
        let (now, tenant) = (self.now, desk.tenant);
        match desk.runtimes[runtime].phase {
            Phase::Draining { .. } => return,
            Phase::Booting | Phase::Lost => {}
            Phase::Ready => {
                let reason = DrainReason::Crash;
                self.note(|| Event::Drained { tenant, began: now, reason, took: Span::ZERO });
            }
        }
        let orphans = desk.calls_on(runtime);
        self.ends_by_itself(desk, runtime);
        for call in orphans {
            self.runtime_died(desk, call);
        }
    }

    /// The runtime stands still until then; whoever waits for an answer waits longer, or gives up.
    fn freeze(&mut self, desk: &mut Desk, runtime: RuntimeId, until: Time) {
        let now = self.now;
        let stalled = until.since(now);
        let entry = &mut desk.runtimes[runtime];
        entry.frozen_until = until;
        entry.session = entry.session.map(|ready| if ready > now { ready + stalled } else { ready });
        let session = entry.session;
        self.pause_computing(desk, runtime, until);
        for id in desk.calls_on(runtime) {
            let call = desk.call(id);
            match call.step {
                // What is still being computed will be late by itself.
                Step::Session if session == Some(Time::NEVER) => {}
                Step::Answer if call.answer_at == Time::NEVER => {}
                Step::Session => {
                    let ready = session.unwrap_or(until);
                    call.draft.session_start = call.draft.session_start.map(|waited| waited + stalled);
                    self.schedule(desk, id, ready, Class::Ending, Step::Session);
                }
                Step::Answer => {
                    let (answer_at, deadline) = (call.answer_at + stalled, call.deadline);
                    self.expect_answer(desk, id, answer_at, deadline);
                }
                _ => {}
            }
        }
    }
}

impl Desk {
    /// Calls with a lease on the runtime.
    fn calls_on(&self, runtime: RuntimeId) -> Vec<CallId> {
        let calls = (0..).map(CallId).zip(&self.calls);
        // Who has gone has given his lease back.
        let on_it = calls.filter(|(_, call)| call.lease.is_some_and(|(_, leased)| leased == runtime));
        on_it.map(|(id, _)| id).collect()
    }
}
