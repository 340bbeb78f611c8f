//! Runtimes in virtual time: the pool's decisions carried out.

use mock_runtime::behaviour::{BootOutcome, Work};

use super::call::{Errand, Step};
use super::computing::Leaving;
use super::desk::{Phase, Runtime};
use super::engine::Simulation;
use super::journal::Fact;
use super::queue::{CallId, Class, DeskId, Due};
use crate::base::{BootKind, DrainReason, Span, Time};
use crate::measure::Event;
use crate::pool::{Decision, Key, RuntimeId, WaiterId};

impl Simulation<'_> {
    /// Carries out what the pool has decided; mostly that is nothing.
    #[inline]
    pub(super) fn carry_out(&mut self, desk: DeskId) {
        while let Some(decision) = self.desk(desk).pool.next_decision() {
            self.carry_out_one(desk, decision);
        }
    }

    fn carry_out_one(&mut self, desk: DeskId, decision: Decision) {
        match decision {
            Decision::Spawn { runtime, key, port } => self.spawn(desk, runtime, key, port),
            Decision::Drain { runtime, reason } => self.drain(desk, runtime, reason),
            Decision::Grant { waiter, lease, runtime, admission } => {
                let (call, errand, key, number) = self.waited(desk, waiter);
                self.tell(desk, Fact::Granted { number, key, runtime, admission });
                self.granted(call, errand, admission, (lease, runtime));
            }
            Decision::Refuse { waiter, error } => {
                let (call, errand, key, number) = self.waited(desk, waiter);
                self.tell(desk, Fact::Denied { number, key, error });
                self.refused(call, errand, error);
            }
        }
    }

    /// Who waited, by the call's number too, and for what: the wait is over.
    fn waited(&mut self, desk: DeskId, waiter: WaiterId) -> (CallId, Errand, Key, u64) {
        let id = self.desk(desk).waiting.remove(waiter).expect("each waiter is answered once");
        self.judge_wait(desk, id);
        let call = self.call(id);
        let Step::Lease(errand) = call.step else { unreachable!("it waits for a lease") };
        (id, errand, call.key, call.call.number)
    }

    fn spawn(&mut self, id: DeskId, runtime: RuntimeId, key: Key, port: u16) {
        let now = self.now;
        let (host, tenant) = (self.desk(id).host, self.desk(id).tenant);
        self.tell(id, Fact::Spawned { runtime, key, port });
        self.books[id.0 as usize].given(now, runtime, key, port);
        if !self.hosts[host].take(port) {
            self.books[id.0 as usize].port_lost(runtime, port);
            self.tell(id, Fact::PortTaken { runtime });
            self.desk(id).pool.port_taken(now, runtime);
            return;
        }
        self.books[id.0 as usize].spawned(now, runtime, key);
        let conduct = &self.tenants[tenant.index()].conduct;
        let desk = &mut self.desks[id.0 as usize];
        desk.spawned = true;
        let life = desk.next_life(conduct, key);
        let kind = if desk.keys.state(key).on_disk { BootKind::Warm } else { BootKind::Cold };
        let outcome = conduct.boot(&life, kind, now.ns());
        let (phase, session, frozen_until) = (Phase::Booting, None, Time::ZERO);
        desk.runtimes.insert(runtime, Runtime { key, port, spawned: now, kind, life, phase, session, frozen_until });
        if self.computes_boot(kind, outcome, id, runtime) {
            return;
        }
        let (ends, ready) = match outcome {
            BootOutcome::Ready { after_ns } => match self.projection_arrives(id, kind) {
                Some(arrives) => (arrives.max(now + Span::from_ns(after_ns)), true),
                None => return,
            },
            BootOutcome::Exit { after_ns } => (now + Span::from_ns(after_ns), false),
            // The pool's timeout ends it.
            BootOutcome::Hang => return,
        };
        let due = if ready { Due::Ready { desk: id, runtime } } else { Due::BootFails { desk: id, runtime } };
        self.queue.push(ends, Class::Beginning, due);
    }

    /// When the cloud's answer to a bootstrap is there; `None` where nobody will wait for it so long. A warm boot goes
    /// on with what it has after a second.
    pub(super) fn projection_arrives(&mut self, id: DeskId, kind: BootKind) -> Option<Time> {
        let now = self.now;
        let asked = now.max(self.cloud.down_until);
        let arrives = asked + self.cloud_latency(id);
        match kind {
            BootKind::Warm => Some(arrives.min(now + WARM_PATIENCE)),
            BootKind::Cold => Some(arrives).filter(|arrives| arrives.since(now) < self.scenario.pool.boot_timeout),
        }
    }

    pub(super) fn boot_ends(&mut self, id: DeskId, runtime: RuntimeId, ready: bool) {
        let now = self.now;
        let Some(entry) = self.desk(id).runtimes.get_mut(runtime) else { return };
        if entry.phase != Phase::Booting {
            return;
        }
        if !ready {
            return self.ends_by_itself(id, runtime);
        }
        entry.phase = Phase::Ready;
        let Runtime { key, spawned: began, kind, .. } = *entry;
        let tenant = self.desk(id).tenant;
        self.desk(id).keys.state(key).on_disk = true;
        self.books[id.0 as usize].ready(now, runtime);
        self.note(&Event::Booted { tenant, began, kind, took: now.since(began) });
        self.tell(id, Fact::Started { runtime, kind });
        self.desk(id).pool.started(now, runtime, kind);
        self.carry_out(id);
    }

    /// Says goodbye to a runtime, or kills it where it is broken.
    fn drain(&mut self, id: DeskId, runtime: RuntimeId, reason: DrainReason) {
        let now = self.now;
        self.tell(id, Fact::Draining { runtime, reason });
        self.books[id.0 as usize].drained(now, runtime, reason);
        let was_ready = self.desk(id).runtimes[runtime].phase == Phase::Ready;
        let leaving = match reason {
            DrainReason::Crash => Leaving::default(),
            _ if was_ready => self.farewell(id, runtime),
            _ => Leaving { terminate: self.work(id, runtime, Work::Terminate), ..Leaving::default() },
        };
        self.desk(id).runtimes[runtime].phase = Phase::Draining { began: now, reason };
        self.stop_computing(id, runtime);
        self.leave(id, runtime, leaving);
    }

    /// The session's end goes to the cloud, the outbox is flushed, the process ends. A cloud that is down is waited
    /// for as long as a runtime waits for it.
    fn farewell(&mut self, id: DeskId, runtime: RuntimeId) -> Leaving {
        let now = self.now;
        let Runtime { session, frozen_until, .. } = self.desk(id).runtimes[runtime];
        let stalled = frozen_until.since(now);
        let delivery = match session {
            None => Span::ZERO,
            Some(_) => now.max(self.cloud.down_until).since(now) + self.cloud_latency(id),
        };
        let delivery = if delivery > END_PATIENCE { delivery.min(END_PATIENCE + FLUSH_DEADLINE) } else { delivery };
        Leaving {
            pause: stalled + delivery,
            flush: self.work(id, runtime, Work::Flush),
            terminate: self.work(id, runtime, Work::Terminate),
        }
    }

    pub(super) fn drain_ends(&mut self, id: DeskId, runtime: RuntimeId) {
        let now = self.now;
        let (tenant, phase) = (self.desk(id).tenant, self.desk(id).runtimes[runtime].phase);
        let Phase::Draining { began, reason } = phase else { unreachable!("only a drain that began can end") };
        self.books[id.0 as usize].patience.drain_took(now.since(began));
        if reason != DrainReason::Crash {
            self.note(&Event::Drained { tenant, began, reason, took: now.since(began) });
        }
        let key = self.bury(id, runtime);
        self.tell(id, Fact::Drained { runtime });
        self.desk(id).pool.drained(now, runtime);
        self.carry_out(id);
        self.desk(id).tidy(key);
    }

    /// A process ends without having been told to.
    pub(super) fn ends_by_itself(&mut self, id: DeskId, runtime: RuntimeId) {
        let now = self.now;
        let key = self.bury(id, runtime);
        self.tell(id, Fact::Exited { runtime });
        self.desk(id).pool.exited(now, runtime);
        self.carry_out(id);
        self.desk(id).tidy(key);
    }

    /// The process is gone: its port is anybody's.
    fn bury(&mut self, id: DeskId, runtime: RuntimeId) -> Key {
        let host = self.desk(id).host;
        let gone = self.desk(id).runtimes.remove(runtime).expect("a process is buried once");
        self.stop_computing(id, runtime);
        self.hosts[host].give_back(gone.port);
        self.books[id.0 as usize].gone(runtime, gone.port);
        gone.key
    }

    fn work(&mut self, id: DeskId, runtime: RuntimeId, work: Work) -> Span {
        let (now, tenant) = (self.now, self.desk(id).tenant);
        let life = &mut self.desks[id.0 as usize].runtimes[runtime].life;
        Span::from_ns(self.tenants[tenant.index()].conduct.takes(life, work, now.ns()))
    }

    fn cloud_latency(&mut self, id: DeskId) -> Span {
        let tenant = self.desk(id).tenant;
        let drawn = Span::from_ns(self.scenario.cloud.latency.draw(&mut self.tenants[tenant.index()].cloud_latencies));
        drawn + self.cloud.slow.extra(self.now)
    }

    /// Hangs up every call and closes every pool.
    pub(super) fn hang_up(&mut self) {
        let on_line: Vec<CallId> =
            (0..).map(CallId).zip(&self.calls).filter(|(_, call)| call.is_some()).map(|(id, _)| id).collect();
        for id in on_line {
            self.cut(id);
        }
        for desk in (0..self.desks.len()).map(|desk| DeskId(u32::try_from(desk).expect("there are few workers"))) {
            self.tell(desk, Fact::Closed);
            self.desk(desk).pool.close_now();
            self.carry_out(desk);
        }
        self.report_all();
    }

    fn cut(&mut self, id: CallId) {
        let now = self.now;
        let call = self.call(id);
        let (tenant, rang, desk, key) = (call.call.tenant, call.call.rings_at, call.desk, call.key);
        let number = call.call.number;
        self.note(&Event::CallCut { tenant, rang });
        let waiter = self.desk(desk).waiting.iter().find(|(_, call)| **call == id).map(|(waiter, _)| waiter);
        if let Some(waiter) = waiter {
            self.judge_wait(desk, id);
            self.desk(desk).waiting.remove(waiter);
            self.tell(desk, Fact::Cancelled { number, key });
            self.desk(desk).pool.cancelled(now, waiter);
            self.carry_out(desk);
        }
        self.end_call(id);
    }
}

/// How long a runtime tries to deliver a session's end, and then its outbox; how long a warm boot waits for news.
const END_PATIENCE: Span = Span::from_secs(3);
const FLUSH_DEADLINE: Span = Span::from_secs(5);
const WARM_PATIENCE: Span = Span::from_secs(1);
