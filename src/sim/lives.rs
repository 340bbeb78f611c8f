//! Runtimes in virtual time: the pool's decisions carried out.

use mock_runtime::behaviour::{BootOutcome, Work};

use super::call::Step;
use super::computing::Leaving;
use super::desk::{Desk, Phase, Runtime};
use super::journal::Fact;
use super::queue::{CallId, Class, Due};
use super::world::World;
use crate::base::{BootKind, DrainReason, Span, Time};
use crate::measure::Event;
use crate::pool::{Decision, Key, PoolError, RuntimeId, WaiterId};

impl<const EVERYDAY: bool> World<'_, EVERYDAY> {
    /// Carries out what the pool has decided; mostly that is nothing.
    #[inline]
    pub(super) fn carry_out(&mut self, desk: &mut Desk) {
        while desk.pool.has_orders() {
            self.carry_out_next(desk);
        }
    }

    /// Copies of what is read here would cost more than what is done with it: each order is looked at where it stands.
    #[inline(never)]
    fn carry_out_next(&mut self, desk: &mut Desk) {
        let Some(order) = desk.pool.next_order() else { return };
        match *order {
            Decision::Spawn { runtime, key, port } => self.spawn(desk, runtime, key, port),
            Decision::Drain { runtime, reason } => self.drain(desk, runtime, reason),
            Decision::Grant { waiter, lease, runtime, admission } => {
                if self.has_door() && self.was_nobodys(desk, waiter, Some((lease, runtime))) {
                    return;
                }
                let (call, key, number) = self.waited(desk, waiter);
                self.tell(desk, Fact::Granted { number, key, runtime, admission });
                self.granted(desk, call, admission, lease, runtime);
            }
            Decision::Refuse { waiter, error } => self.denied(desk, waiter, error),
            Decision::Discard { runtime } => self.discard(desk, runtime),
            Decision::Lose { runtime } => self.lose(desk, runtime),
        }
    }

    #[cold]
    #[inline(never)]
    fn denied(&mut self, desk: &mut Desk, waiter: WaiterId, error: PoolError) {
        if self.has_door() && self.was_nobodys(desk, waiter, None) {
            return;
        }
        let (call, key, number) = self.waited(desk, waiter);
        self.tell(desk, Fact::Denied { number, key, error });
        self.refused(desk, call, error);
    }

    /// Who waited, by the call's number too: the wait is over.
    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    fn waited(&mut self, desk: &mut Desk, waiter: WaiterId) -> (CallId, Key, u64) {
        let id = *desk.waiting.remove(waiter).expect("each waiter is answered once");
        desk.judge_wait(self.now, id);
        let call = desk.call(id);
        assert!(call.step == Step::Lease, "it waits for a lease");
        (id, call.key, call.call.number)
    }

    #[inline]
    fn spawn(&mut self, desk: &mut Desk, runtime: RuntimeId, key: Key, port: u16) {
        let now = self.now;
        self.tell(desk, Fact::Spawned { runtime, key, port });
        desk.books.given(now, runtime, key, port);
        if !self.hosts[desk.host].take(port) {
            return self.port_is_taken(desk, runtime, port);
        }
        let record = desk.books.spawned(now, runtime, key, &mut desk.keys.state(key).current);
        desk.awaits_boot(now);
        let (seed, kind) = desk.next_life(key);
        let conduct = &desk.conduct;
        // Made where it stands: to copy it from where it was made would have to wait.
        let entry =
            desk.runtimes.insert(runtime, || Runtime::new(key, port, now, (conduct.life_from(seed), kind), record));
        let outcome = conduct.boot(&entry.life, kind, now.ns());
        if self.computes() && self.computes_boot(desk, kind, outcome, runtime) {
            return;
        }
        let (ends, ready) = match outcome {
            BootOutcome::Ready { after_ns } => match self.projection_arrives(desk, kind) {
                Some(arrives) => (arrives.max(now + Span::from_ns(after_ns)), true),
                None => return,
            },
            BootOutcome::Exit { after_ns } => (now + Span::from_ns(after_ns), false),
            // The pool's timeout ends it.
            BootOutcome::Hang => return,
        };
        let id = desk.id;
        let due = if ready { Due::Ready { desk: id, runtime } } else { Due::BootFails { desk: id, runtime } };
        self.queue.push(ends, Class::Beginning, due);
    }

    /// The port of an ordered boot is a stranger's.
    #[cold]
    #[inline(never)]
    fn port_is_taken(&mut self, desk: &mut Desk, runtime: RuntimeId, port: u16) {
        desk.books.port_lost(runtime, port);
        desk.pool.port_taken(self.now, runtime);
        self.tell(desk, Fact::PortTaken { runtime });
    }

    /// When the cloud's answer to a bootstrap is there; `None` where nobody will wait for it so long. A warm boot goes
    /// on with what it has after a second.
    pub(super) fn projection_arrives(&mut self, desk: &Desk, kind: BootKind) -> Option<Time> {
        let now = self.now;
        let asked = now.max(self.cloud.down_until);
        let arrives = asked + self.cloud_latency(desk);
        match kind {
            BootKind::Warm => Some(arrives.min(now + WARM_PATIENCE)),
            BootKind::Cold => Some(arrives).filter(|arrives| arrives.since(now) < self.scenario.pool.boot_timeout),
        }
    }

    #[inline]
    pub(super) fn boot_ends(&mut self, desk: &mut Desk, runtime: RuntimeId) {
        let now = self.now;
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
        desk.awaits_poll(now);
        let took = now.since(began);
        self.note(|| Event::Booted { tenant, began, kind, took });
        self.tell(desk, Fact::Started { runtime, kind });
        self.carry_out(desk);
    }

    /// The process exits instead, unless it was told to end before.
    pub(super) fn boot_fails(&mut self, desk: &mut Desk, runtime: RuntimeId) {
        let boots = desk.runtimes.get(runtime).is_some_and(|entry| entry.phase == Phase::Booting);
        if boots {
            self.ends_by_itself(desk, runtime);
        }
    }

    /// Says goodbye to a runtime, or kills it where it is broken.
    fn drain(&mut self, desk: &mut Desk, runtime: RuntimeId, reason: DrainReason) {
        let now = self.now;
        self.tell(desk, Fact::Draining { runtime, reason });
        let entry = &mut desk.runtimes[runtime];
        desk.books.drained(now, runtime, &entry.record, reason);
        let before = std::mem::replace(&mut entry.phase, Phase::Draining { began: now, reason });
        let mut work = |work| Span::from_ns(desk.conduct.takes(&mut entry.life, work, now.ns()));
        let leaving = match (reason, before) {
            (DrainReason::Crash, _) => Leaving::default(),
            (_, Phase::Ready) => {
                let (flush, terminate) = (work(Work::Flush), work(Work::Terminate));
                let (session, frozen_until) = (entry.session, entry.frozen_until);
                Leaving { pause: frozen_until.since(now) + self.last_words(desk, session), flush, terminate }
            }
            _ => Leaving { terminate: work(Work::Terminate), ..Leaving::default() },
        };
        self.stop_computing(desk, runtime);
        self.leave(desk, runtime, leaving);
    }

    /// How long the session's end takes to the cloud before the outbox is flushed. A cloud that is down is waited for as
    /// long as a runtime waits for it.
    #[inline]
    fn last_words(&mut self, desk: &Desk, session: Option<Time>) -> Span {
        if session.is_none() {
            return Span::ZERO;
        }
        let now = self.now;
        let delivery = now.max(self.cloud.down_until).since(now) + self.cloud_latency(desk);
        if delivery > END_PATIENCE { delivery.min(END_PATIENCE + FLUSH_DEADLINE) } else { delivery }
    }

    #[inline]
    pub(super) fn drain_ends(&mut self, desk: &mut Desk, runtime: RuntimeId) {
        let now = self.now;
        let tenant = desk.tenant;
        let Phase::Draining { began, reason } = desk.runtimes[runtime].phase else { return };
        let took = now.since(began);
        desk.books.patience.drain_took(took);
        if reason != DrainReason::Crash {
            self.note(|| Event::Drained { tenant, began, reason, took });
        }
        let key = self.bury(desk, runtime);
        self.tell(desk, Fact::Drained { runtime });
        desk.pool.drained(now, runtime);
        self.carry_out(desk);
        desk.tidy(key);
    }

    /// A process ends without having been told to.
    pub(super) fn ends_by_itself(&mut self, desk: &mut Desk, runtime: RuntimeId) {
        let key = self.bury(desk, runtime);
        self.tell(desk, Fact::Exited { runtime });
        desk.pool.exited(self.now, runtime);
        self.carry_out(desk);
        desk.tidy(key);
    }

    /// The process is gone: its port is anybody's.
    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    fn bury(&mut self, desk: &mut Desk, runtime: RuntimeId) -> Key {
        self.stop_computing(desk, runtime);
        let gone = desk.runtimes.remove(runtime).expect("a process is buried once");
        let (key, port) = (gone.key, gone.port);
        self.hosts[desk.host].give_back(port);
        desk.books.gone(runtime, port, &mut desk.keys.state(key).current);
        key
    }

    fn cloud_latency(&mut self, desk: &Desk) -> Span {
        let stream = &mut self.tenants[desk.tenant.index()].cloud_latencies;
        let drawn = Span::from_ns(self.scenario.cloud.latency.draw(stream));
        drawn + self.cloud.slow.extra(self.now)
    }

    /// The worker closes its pool.
    pub(super) fn close(&mut self, desk: &mut Desk) {
        self.tell(desk, Fact::Closed);
        desk.pool.close_now();
        self.carry_out(desk);
    }
}

/// How long a runtime tries to deliver a session's end, and then its outbox; how long a warm boot waits for news.
const END_PATIENCE: Span = Span::from_secs(3);
const FLUSH_DEADLINE: Span = Span::from_secs(5);
const WARM_PATIENCE: Span = Span::from_secs(1);
