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
use crate::pool::{Decision, Key, PoolError, RuntimeId, WaiterId};

impl Simulation<'_> {
    /// Carries out what the pool has decided; mostly that is nothing.
    #[inline]
    pub(super) fn carry_out(&mut self, desk: DeskId) {
        if self.desk(desk).pool.first_decision().is_some() {
            self.carry_out_all(desk);
        }
    }

    #[inline(never)]
    fn carry_out_all(&mut self, desk: DeskId) {
        while self.carry_out_first(desk) {}
    }

    /// Copies of what is read here would cost more than what is done with it: each order is looked at where it stands.
    #[expect(clippy::inline_always, reason = "it has one caller")]
    #[inline(always)]
    fn carry_out_first(&mut self, id: DeskId) -> bool {
        let pool = &mut self.desk(id).pool;
        match pool.first_decision() {
            None => return false,
            Some(&Decision::Spawn { runtime, key, port }) => {
                pool.drop_decision();
                self.spawn(id, runtime, key, port);
            }
            Some(&Decision::Drain { runtime, reason }) => {
                pool.drop_decision();
                self.drain(id, runtime, reason);
            }
            Some(&Decision::Grant { waiter, lease, runtime, admission }) => {
                pool.drop_decision();
                if self.door.is_some() && self.was_nobodys(id, waiter, Some((lease, runtime))) {
                    return true;
                }
                let (call, errand, key, number) = self.waited(id, waiter);
                self.tell(id, Fact::Granted { number, key, runtime, admission });
                self.granted(call, errand, admission, lease, runtime);
            }
            Some(&Decision::Refuse { waiter, error }) => {
                pool.drop_decision();
                self.denied(id, waiter, error);
            }
            Some(&Decision::Discard { runtime }) => {
                pool.drop_decision();
                self.discard(id, runtime);
            }
            Some(&Decision::Lose { runtime }) => {
                pool.drop_decision();
                self.lose(id, runtime);
            }
        }
        true
    }

    #[cold]
    #[inline(never)]
    fn denied(&mut self, desk: DeskId, waiter: WaiterId, error: PoolError) {
        if self.door.is_some() && self.was_nobodys(desk, waiter, None) {
            return;
        }
        let (call, errand, key, number) = self.waited(desk, waiter);
        self.tell(desk, Fact::Denied { number, key, error });
        self.refused(call, errand, error);
    }

    /// Who waited, by the call's number too, and for what: the wait is over.
    #[inline]
    fn waited(&mut self, desk: DeskId, waiter: WaiterId) -> (CallId, Errand, Key, u64) {
        let id = *self.desk(desk).waiting.remove(waiter).expect("each waiter is answered once");
        self.judge_wait(desk, id);
        let call = self.call(id);
        let Step::Lease(errand) = call.step else { unreachable!("it waits for a lease") };
        (id, errand, call.key, call.call.number)
    }

    #[inline]
    fn spawn(&mut self, id: DeskId, runtime: RuntimeId, key: Key, port: u16) {
        let now = self.now;
        self.tell(id, Fact::Spawned { runtime, key, port });
        let desk = &mut self.desks[id.0 as usize];
        desk.books.given(now, runtime, key, port);
        if !self.hosts[desk.host].take(port) {
            return self.port_is_taken(id, runtime, port);
        }
        let record = desk.books.spawned(now, runtime, key, &mut desk.keys.state(key).current);
        desk.spawned = true;
        let conduct = &self.tenants[desk.tenant.index()].conduct;
        let (life, kind) = desk.next_life(conduct, key);
        let outcome = conduct.boot(&life, kind, now.ns());
        desk.runtimes.insert(runtime, || Runtime::new(key, port, now, (life, kind), record));
        if self.computes && self.computes_boot(kind, outcome, id, runtime) {
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

    /// The port of an ordered boot is a stranger's.
    #[cold]
    #[inline(never)]
    fn port_is_taken(&mut self, id: DeskId, runtime: RuntimeId, port: u16) {
        let now = self.now;
        let desk = self.desk(id);
        desk.books.port_lost(runtime, port);
        desk.pool.port_taken(now, runtime);
        self.tell(id, Fact::PortTaken { runtime });
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

    #[inline]
    pub(super) fn boot_ends(&mut self, id: DeskId, runtime: RuntimeId) {
        let now = self.now;
        let desk = &mut self.desks[id.0 as usize];
        let Some(entry) = desk.runtimes.get_mut(runtime) else { return };
        if entry.phase != Phase::Booting {
            return;
        }
        entry.phase = Phase::Ready;
        entry.record.ready(now);
        let Runtime { key, spawned: began, kind, .. } = *entry;
        let tenant = desk.tenant;
        desk.keys.state(key).on_disk = true;
        desk.pool.started(now, runtime, kind);
        desk.awaits_poll();
        self.note(&Event::Booted { tenant, began, kind, took: now.since(began) });
        self.tell(id, Fact::Started { runtime, kind });
        self.carry_out(id);
    }

    /// The process exits instead, unless it was told to end before.
    pub(super) fn boot_fails(&mut self, id: DeskId, runtime: RuntimeId) {
        let boots = self.desk(id).runtimes.get(runtime).is_some_and(|entry| entry.phase == Phase::Booting);
        if boots {
            self.ends_by_itself(id, runtime);
        }
    }

    /// Says goodbye to a runtime, or kills it where it is broken.
    fn drain(&mut self, id: DeskId, runtime: RuntimeId, reason: DrainReason) {
        let now = self.now;
        self.tell(id, Fact::Draining { runtime, reason });
        let desk = &mut self.desks[id.0 as usize];
        let entry = &mut desk.runtimes[runtime];
        desk.books.drained(now, runtime, &entry.record, reason);
        let before = std::mem::replace(&mut entry.phase, Phase::Draining { began: now, reason });
        let conduct = &self.tenants[desk.tenant.index()].conduct;
        let mut work = |work| Span::from_ns(conduct.takes(&mut entry.life, work, now.ns()));
        let leaving = match (reason, before) {
            (DrainReason::Crash, _) => Leaving::default(),
            (_, Phase::Ready) => {
                let (flush, terminate) = (work(Work::Flush), work(Work::Terminate));
                let (session, frozen_until) = (entry.session, entry.frozen_until);
                Leaving { pause: frozen_until.since(now) + self.last_words(id, session), flush, terminate }
            }
            _ => Leaving { terminate: work(Work::Terminate), ..Leaving::default() },
        };
        self.stop_computing(id, runtime);
        self.leave(id, runtime, leaving);
    }

    /// How long the session's end takes to the cloud before the outbox is flushed. A cloud that is down is waited for as
    /// long as a runtime waits for it.
    #[inline]
    fn last_words(&mut self, id: DeskId, session: Option<Time>) -> Span {
        if session.is_none() {
            return Span::ZERO;
        }
        let now = self.now;
        let delivery = now.max(self.cloud.down_until).since(now) + self.cloud_latency(id);
        if delivery > END_PATIENCE { delivery.min(END_PATIENCE + FLUSH_DEADLINE) } else { delivery }
    }

    #[inline]
    pub(super) fn drain_ends(&mut self, id: DeskId, runtime: RuntimeId) {
        let now = self.now;
        let desk = &mut self.desks[id.0 as usize];
        let tenant = desk.tenant;
        let Phase::Draining { began, reason } = desk.runtimes[runtime].phase else { return };
        let took = now.since(began);
        desk.books.patience.drain_took(took);
        if reason != DrainReason::Crash {
            self.note(&Event::Drained { tenant, began, reason, took });
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
    #[inline]
    fn bury(&mut self, id: DeskId, runtime: RuntimeId) -> Key {
        self.stop_computing(id, runtime);
        let desk = &mut self.desks[id.0 as usize];
        let gone = desk.runtimes.remove(runtime).expect("a process is buried once");
        let (key, port) = (gone.key, gone.port);
        self.hosts[desk.host].give_back(port);
        desk.books.gone(runtime, port, &mut desk.keys.state(key).current);
        key
    }

    fn cloud_latency(&mut self, id: DeskId) -> Span {
        let tenant = self.desk(id).tenant;
        let drawn = Span::from_ns(self.scenario.cloud.latency.draw(&mut self.tenants[tenant.index()].cloud_latencies));
        drawn + self.cloud.slow.extra(self.now)
    }

    /// Hangs up every call and closes every pool.
    pub(super) fn hang_up(&mut self) {
        let on_line: Vec<CallId> =
            (0..).map(CallId).zip(&self.calls).filter(|(_, call)| call.step != Step::Gone).map(|(id, _)| id).collect();
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
