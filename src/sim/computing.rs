//! Work that computes: what waits for a host's cores, and what happens when it has had them.
//!
//! A piece of work computes first and then waits for the rest of its time. It begins no sooner than its runtime is free
//! to work, stands still while its runtime is stopped, and leaves with its process, or when that is told to end. A
//! search that its caller has given up goes on: the runtime does not know.
//!
//! Only what has a `cpu`, on hosts with counted cores, comes here. All else takes the time of its law.

use mock_runtime::behaviour::{BootOutcome, Work};

use super::call::{Errand, Exchange, Step};
use super::desk::Desk;
use super::engine::Simulation;
use super::host::Host;
use super::parts::Part;
use super::processors::{Processors, WorkId};
use super::queue::{CallId, Class, DeskId, Due};
use super::world::World;
use crate::base::{BootKind, Span, Time};
use crate::pool::RuntimeId;
use crate::scenario::{Computing, Scenario};

/// A piece of work on a host's cores.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) desk: DeskId,
    pub(super) runtime: RuntimeId,
    /// What it waits for when it has computed.
    rest: Span,
    then: Then,
}

/// What comes of it.
#[derive(Debug)]
enum Then {
    /// The call's search or save is answered.
    Answer { call: CallId, deadline: Time },
    /// The session is started; who wants it, and since when.
    Session { wanted_by: Vec<(CallId, Time)> },
    /// The boot ends, but not before that.
    Boot { not_before: Time, ready: bool },
    /// The process is gone.
    Drain,
    /// Nobody waits for it any more.
    Nothing,
}

/// What a process does to end.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Leaving {
    /// It waits for its host or for the cloud first.
    pub(super) pause: Span,
    pub(super) flush: Span,
    pub(super) terminate: Span,
}

/// The hosts, with cores where anything competes for them.
pub(super) fn hosts(part: &Part) -> Vec<Host> {
    let scenario = &part.scenario;
    let cores = scenario.cores.filter(|_| competes(scenario));
    (0..scenario.hosts.max(1)).map(|_| Host::new(&scenario.pool.runtime_port_range, cores)).collect()
}

/// Whether runtimes compete for the cores of their hosts.
pub(super) fn competes(scenario: &Scenario) -> bool {
    counted(scenario) != Computing::default()
}

/// What of the scenario's work competes for cores: none where nobody counts them.
pub(super) fn counted(scenario: &Scenario) -> Computing {
    if scenario.cores.is_some() { scenario.runtime.computing } else { Computing::default() }
}

impl<const EVERYDAY: bool> World<'_, EVERYDAY> {
    /// A search or save that takes so long on a free core begins then. False where it computes nothing.
    #[inline]
    pub(super) fn computes_answer(&mut self, desk: &mut Desk, id: CallId, exchange: Exchange) -> bool {
        let cpu = match desk.call(id).errand {
            Errand::Recall => self.computing.search,
            Errand::Save => self.computing.save,
        };
        let needs = cpu.min(exchange.takes);
        if needs > Span::ZERO {
            self.compute_answer(desk, id, needs, exchange);
        }
        needs > Span::ZERO
    }

    fn compute_answer(&mut self, desk: &mut Desk, id: CallId, needs: Span, exchange: Exchange) {
        let Exchange { begins, takes, deadline } = exchange;
        let call = desk.call(id);
        call.step = Step::Answer;
        (call.answer_at, call.deadline) = (Time::NEVER, deadline);
        let (_, runtime) = call.lease.expect("it was taken before");
        let then = Then::Answer { call: id, deadline };
        let task = Task { desk: desk.id, runtime, rest: takes - needs, then };
        let work = self.compute(desk, begins, needs, task);
        self.queue.push(deadline, Class::Timer, Due::GivesUp { desk: desk.id, work });
    }

    /// The session that the call needs is being computed, or is now. False where it is not.
    pub(super) fn computes_session(&mut self, desk: &mut Desk, id: CallId) -> bool {
        let now = self.now;
        let (_, runtime) = desk.call(id).lease.expect("it was just taken");
        let Some(entry) = desk.runtimes.get_mut(runtime) else { return false };
        match entry.session {
            Some(Time::NEVER) => self.await_session(desk, runtime, (id, now)),
            Some(_) => return false,
            None => {
                let takes = Span::from_ns(desk.conduct.takes(&mut entry.life, Work::SessionStart, now.ns()));
                let (begins, needs) = (now.max(entry.frozen_until), self.computing.session_start.min(takes));
                if needs == Span::ZERO {
                    entry.session = Some(begins + takes);
                    return false;
                }
                entry.session = Some(Time::NEVER);
                let then = Then::Session { wanted_by: vec![(id, now)] };
                let task = Task { desk: desk.id, runtime, rest: takes - needs, then };
                self.compute(desk, begins, needs, task);
            }
        }
        desk.call(id).step = Step::Session;
        true
    }

    /// Somebody else wants the session that is being computed.
    fn await_session(&mut self, desk: &Desk, runtime: RuntimeId, who: (CallId, Time)) {
        let id = desk.id;
        let mut tasks = self.processors(desk).iter_mut().map(|(_, task)| task);
        let wanted_by = tasks.find_map(|task| match &mut task.then {
            Then::Session { wanted_by } if (task.desk, task.runtime) == (id, runtime) => Some(wanted_by),
            _ => None,
        });
        wanted_by.expect("a session that is being computed has its task").push(who);
    }

    /// A boot begins. False where it computes nothing.
    pub(super) fn computes_boot(
        &mut self,
        desk: &Desk,
        kind: BootKind,
        outcome: BootOutcome,
        runtime: RuntimeId,
    ) -> bool {
        let cpu = match kind {
            BootKind::Cold => self.computing.boot_cold,
            BootKind::Warm => self.computing.boot_warm,
        };
        let (after, ready) = match outcome {
            BootOutcome::Ready { after_ns } => (Span::from_ns(after_ns), true),
            BootOutcome::Exit { after_ns } => (Span::from_ns(after_ns), false),
            BootOutcome::Hang => return false,
        };
        let needs = cpu.min(after);
        if needs == Span::ZERO {
            return false;
        }
        let not_before = if ready { self.projection_arrives(desk, kind).unwrap_or(Time::NEVER) } else { Time::ZERO };
        let then = Then::Boot { not_before, ready };
        let task = Task { desk: desk.id, runtime, rest: after - needs, then };
        self.compute(desk, self.now, needs, task);
        true
    }

    /// A process does what it does to end: after the pause it computes for both, then it waits for both.
    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    pub(super) fn leave(&mut self, desk: &Desk, runtime: RuntimeId, leaving: Leaving) {
        let Leaving { pause, flush, terminate } = leaving;
        let (begins, takes) = (self.now + pause, flush + terminate);
        let needs = self.computing.flush.min(flush) + self.computing.terminate.min(terminate);
        if needs == Span::ZERO {
            return self.queue.push(begins + takes, Class::Ending, Due::DrainEnds { desk: desk.id, runtime });
        }
        let task = Task { desk: desk.id, runtime, rest: takes - needs, then: Then::Drain };
        self.compute(desk, begins, needs, task);
    }

    /// A runtime is told to end, or is gone: whatever it computed is not computed any more.
    #[inline]
    pub(super) fn stop_computing(&mut self, desk: &Desk, runtime: RuntimeId) {
        if self.computes() {
            self.take_off_the_cores(desk, runtime);
        }
    }

    fn take_off_the_cores(&mut self, desk: &Desk, runtime: RuntimeId) {
        let now = self.now;
        for work in self.works_of(desk, runtime) {
            self.processors(desk).leave(now, work);
        }
        self.look_for_the_next_end(desk);
    }

    /// A runtime stands still until then.
    pub(super) fn pause_computing(&mut self, desk: &Desk, runtime: RuntimeId, until: Time) {
        let now = self.now;
        for work in self.works_of(desk, runtime) {
            self.processors(desk).pause(now, work, until);
            self.queue.push(until, Class::Beginning, Due::GoesOn { desk: desk.id, work });
        }
        self.look_for_the_next_end(desk);
    }

    /// A piece of work begins, or goes on after a pause.
    pub(super) fn goes_on(&mut self, desk: &Desk, work: WorkId) {
        let now = self.now;
        self.processors(desk).go_on(now, work);
        self.look_for_the_next_end(desk);
    }

    /// Who waits for the answer has waited long enough, unless it has come.
    pub(super) fn gives_up(&mut self, desk: &mut Desk, work: WorkId) {
        let Some(task) = self.processors(desk).get_mut(work) else { return };
        if let Then::Answer { call, .. } = std::mem::replace(&mut task.then, Then::Nothing)
            && desk.waits_for_a_core(call)
        {
            self.answered(desk, call);
        }
    }

    fn compute(&mut self, desk: &Desk, begins: Time, needs: Span, task: Task) -> WorkId {
        let now = self.now;
        let work = self.processors(desk).add(now, begins, needs, task);
        if begins > now {
            self.queue.push(begins, Class::Beginning, Due::GoesOn { desk: desk.id, work });
        } else {
            self.look_for_the_next_end(desk);
        }
        work
    }

    /// Keeps one event in the queue for each host: the next end of a computation there.
    fn look_for_the_next_end(&mut self, desk: &Desk) {
        let host = &mut self.hosts[desk.host];
        let Some(processors) = &mut host.processors else { return };
        let next_end = processors.next_end().unwrap_or(Time::NEVER);
        if std::mem::replace(&mut host.next_end, next_end) != next_end && next_end != Time::NEVER {
            self.queue.push(next_end, Class::Ending, Due::Computed { desk: desk.id });
        }
    }

    /// What the runtime computes, or will.
    fn works_of(&mut self, desk: &Desk, runtime: RuntimeId) -> Vec<WorkId> {
        let tasks = self.hosts[desk.host].processors.iter_mut().flat_map(Processors::iter_mut);
        tasks.filter(|(_, task)| (task.desk, task.runtime) == (desk.id, runtime)).map(|(work, _)| work).collect()
    }

    fn processors(&mut self, desk: &Desk) -> &mut Processors<Task> {
        self.hosts[desk.host].processors.as_mut().expect("only a host whose cores are counted has anything computed")
    }
}

impl<const EVERYDAY: bool> Simulation<'_, EVERYDAY> {
    /// Something is done on the cores of the desk's host, unless somebody came in between. Whose it is will be seen.
    pub(super) fn computed(&mut self, desk: DeskId) {
        let (now, host) = (self.world.now, self.desks[desk.0 as usize].host);
        if self.world.hosts[host].next_end != now {
            return;
        }
        while let Some(task) = self.world.processors(&self.desks[desk.0 as usize]).next_done(now) {
            self.world.rests(&mut self.desks[task.desk.0 as usize], task);
        }
        self.world.look_for_the_next_end(&self.desks[desk.0 as usize]);
    }
}

impl<const EVERYDAY: bool> World<'_, EVERYDAY> {
    /// The computing part of a piece of work is over.
    fn rests(&mut self, desk: &mut Desk, Task { runtime, rest, then, .. }: Task) {
        let (over, id) = (self.now + rest, desk.id);
        match then {
            Then::Answer { call, deadline } => {
                if desk.waits_for_a_core(call) {
                    self.expect_answer(desk, call, over, deadline);
                }
            }
            Then::Session { wanted_by } => {
                desk.runtimes[runtime].session = Some(over);
                for (call, since) in wanted_by {
                    if desk.waits_for_a_core(call) {
                        desk.call(call).draft.session_start = Some(over.since(since));
                        self.schedule(desk, call, over, Class::Ending, Step::Session);
                    }
                }
            }
            Then::Boot { not_before: Time::NEVER, .. } | Then::Nothing => {}
            Then::Boot { not_before, ready } => {
                let due = if ready { Due::Ready { desk: id, runtime } } else { Due::BootFails { desk: id, runtime } };
                self.queue.push(over.max(not_before), Class::Beginning, due);
            }
            Then::Drain => self.queue.push(over, Class::Ending, Due::DrainEnds { desk: id, runtime }),
        }
    }
}

impl Desk {
    /// The call was not cut while it waited.
    fn waits_for_a_core(&self, id: CallId) -> bool {
        matches!(self.calls[id.0 as usize].step, Step::Answer | Step::Session)
    }
}
