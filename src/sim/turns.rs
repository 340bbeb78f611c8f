//! Calls in virtual time: ring, recall, reply, save, hang up. The live engine's conversation, step by step.

use super::call::{Draft, Errand, OnLine, Step};
use super::engine::Simulation;
use super::journal::Fact;
use super::queue::{CallId, Class, DeskId, Due};
use crate::base::{Span, Time};
use crate::measure::{ErrorCode, Event, Recall, Save};
use crate::pool::Key;
use crate::scenario::{Lease, Refusal};
use crate::workload::{Call, Next, Turn};

impl Simulation<'_> {
    /// The workload's next call rings, now.
    #[inline]
    pub(super) fn ring(&mut self) {
        if self.door.is_some() {
            self.knock();
            return self.look_for_the_next_ring();
        }
        let Some(call) = self.workload.next() else { return };
        self.look_for_the_next_ring();
        self.take_call(call, None);
    }

    /// The call's first turn is due, under a key that it has had since the phone rang, where that rang before.
    #[inline(never)]
    pub(super) fn begin_call(&mut self, call: Call, key: Option<Key>) {
        self.take_call(call, key);
    }

    #[expect(clippy::inline_always, reason = "a call is copied where it is not made where it is taken")]
    #[inline(always)]
    fn take_call(&mut self, mut call: Call, key: Option<Key>) {
        let (tenant, desk) = (call.tenant, self.desk_of(&call));
        let pinned = self.tenants[tenant.index()].lease == Lease::Call;
        let turn = call.first_turn();
        self.note(&Event::Rang { tenant, intended: call.rings_at, lag: Span::ZERO });
        let key = key.unwrap_or_else(|| self.desk(desk).keys.open(call.caller));
        self.tell(desk, Fact::Rang { number: call.number, caller: call.caller, key });
        self.line(1);
        let id = self.pick_up(call, (desk, key), turn, pinned);
        self.begin_turn(id);
        self.touch(desk);
    }

    /// Whose the call is.
    #[inline]
    pub(super) fn desk_of(&self, call: &Call) -> DeskId {
        DeskId(self.tenants[call.tenant.index()].first_desk + u32::from(call.worker.0))
    }

    /// A step that was due, unless it was overtaken.
    #[inline]
    pub(super) fn call_step(&mut self, id: CallId, stamp: u32) {
        let call = &self.calls[id.0 as usize];
        if call.stamp != stamp {
            return;
        }
        let (desk, step) = (call.desk, call.step);
        match step {
            Step::Turn => self.begin_turn(id),
            Step::Retry => self.attempt(id, Errand::Recall),
            Step::Session(errand) => self.ask(id, errand),
            Step::Answer { errand, timed_out } => self.answered(id, errand, timed_out),
            Step::Reply => self.attempt(id, Errand::Save),
            Step::HangUp => self.end_call(id),
            Step::Lease(_) | Step::Gone => unreachable!("who waits for a lease, or is gone, has no step in the queue"),
        }
        self.touch(desk);
    }

    /// Gives the call a place. One that was left keeps its stamp, so that no step of who was there before is taken for
    /// one of who is there now.
    #[expect(clippy::inline_always, reason = "see `Simulation::take_call`")]
    #[inline(always)]
    fn pick_up(&mut self, call: Call, whose: (DeskId, Key), turn: Turn, pinned: bool) -> CallId {
        let Some(id) = self.free_calls.pop() else {
            self.calls.push(OnLine::new(call, whose, turn, pinned));
            return CallId(u32::try_from(self.calls.len() - 1).expect("fewer than 2³² calls are on the line at once"));
        };
        self.calls[id.0 as usize].become_next(call, whose, turn, pinned);
        id
    }

    #[inline]
    fn begin_turn(&mut self, id: CallId) {
        let attempts = match self.scenario.on_refusal {
            Refusal::Retry { attempts, .. } => attempts,
            Refusal::Shed | Refusal::Degrade => 1,
        };
        self.call(id).attempts = attempts;
        self.attempt(id, Errand::Recall);
    }

    /// Gets a lease, or goes on with the one that is held.
    #[inline(never)]
    fn attempt(&mut self, id: CallId, errand: Errand) {
        let call = &mut self.calls[id.0 as usize];
        call.draft = Draft::default();
        call.repeated = false;
        call.wanted = self.now;
        if call.lease.is_some() {
            return self.enter_session(id, errand);
        }
        if errand == Errand::Save && call.pinned {
            // Nothing is saved where the call never got a runtime.
            return self.next_turn(id);
        }
        self.acquire(id, errand);
    }

    /// Starts the runtime's session, waits for whoever is starting it, or goes on.
    #[inline(never)]
    pub(super) fn enter_session(&mut self, id: CallId, errand: Errand) {
        let now = self.now;
        if self.computes && self.computing.session_start > Span::ZERO && self.computes_session(id, errand) {
            return;
        }
        let call = &mut self.calls[id.0 as usize];
        let (_, runtime) = call.lease.expect("it was just taken");
        let conduct = &self.tenants[call.call.tenant.index()].conduct;
        // A dead runtime under a lease held for the call: another is got in its place.
        let Some(entry) = self.desks[call.desk.0 as usize].runtimes.get_mut(runtime) else {
            return self.finds_nobody(id, errand);
        };
        if !self.computes {
            let due = call.enter(errand, entry, conduct, now, self.budget);
            return self.push_answer(id, due);
        }
        if let Some(ready) = entry.session_starts(conduct, now) {
            call.draft.session_start = Some(ready.since(now));
            self.schedule(id, ready, Class::Ending, Step::Session(errand));
        } else {
            self.ask(id, errand);
        }
    }

    /// Searches or saves.
    fn ask(&mut self, id: CallId, errand: Errand) {
        let call = &mut self.calls[id.0 as usize];
        let (_, runtime) = call.lease.expect("it was taken before");
        let conduct = &self.tenants[call.call.tenant.index()].conduct;
        let entry = &mut self.desks[call.desk.0 as usize].runtimes[runtime];
        let exchange = call.ask(errand, entry, conduct, self.now, self.budget);
        if !self.computes_answer(id, errand, exchange) {
            self.expect_answer(id, errand, exchange.answer_at(), exchange.deadline);
        }
    }

    /// The answer, or the timeout, whichever comes first.
    pub(super) fn expect_answer(&mut self, id: CallId, errand: Errand, answer_at: Time, deadline: Time) {
        let due = self.call(id).expect_answer(errand, answer_at, deadline);
        self.push_answer(id, due);
    }

    #[inline]
    pub(super) fn answered(&mut self, id: CallId, errand: Errand, timed_out: bool) {
        let now = self.now;
        let call = &mut self.calls[id.0 as usize];
        call.draft.exchange = Some(now.since(call.began));
        if !call.pinned {
            self.give_back(id);
        }
        let outcome = if timed_out { Err(ErrorCode::TIMEOUT) } else { Ok(()) };
        match errand {
            Errand::Recall => {
                self.note_recall(id, outcome);
                self.reply(id);
            }
            Errand::Save => {
                self.note_save(id, outcome);
                self.next_turn(id);
            }
        }
    }

    /// The runtime died under the call's session start, search or save: its successor is asked, once.
    pub(super) fn runtime_died(&mut self, id: CallId) {
        let call = self.call(id);
        // Between errands nobody notices; the next one gets another runtime.
        let (Step::Session(errand) | Step::Answer { errand, .. }) = call.step else { return };
        let repeated = std::mem::replace(&mut call.repeated, true);
        call.stamp = call.stamp.wrapping_add(1);
        if !repeated {
            return self.finds_nobody(id, errand);
        }
        self.give_lease_back(id);
        self.unreachable(id, errand);
    }

    #[inline]
    pub(super) fn reply(&mut self, id: CallId) {
        let spoken = self.now + self.call(id).turn.reply;
        if spoken > self.now {
            self.schedule(id, spoken, Class::Timer, Step::Reply);
        } else {
            self.attempt(id, Errand::Save);
        }
    }

    #[inline]
    pub(super) fn next_turn(&mut self, id: CallId) {
        let now = self.now;
        let call = self.call(id);
        match call.call.after(call.turn.starts_at, now) {
            Next::Turn(turn) => {
                call.turn = turn;
                self.schedule(id, turn.starts_at, Class::Beginning, Step::Turn);
            }
            Next::HangUp(end) if end > now => self.schedule(id, end, Class::Ending, Step::HangUp),
            Next::HangUp(_) => self.end_call(id),
        }
    }

    pub(super) fn shed(&mut self, id: CallId) {
        let call = self.call(id);
        let (tenant, rang) = (call.call.tenant, call.call.rings_at);
        self.note(&Event::CallShed { tenant, rang });
        self.end_call(id);
    }

    /// The caller is gone, by whatever way.
    #[inline(never)]
    pub(super) fn end_call(&mut self, id: CallId) {
        if self.calls[id.0 as usize].lease.is_some() {
            self.give_lease_back(id);
        }
        let call = &mut self.calls[id.0 as usize];
        call.step = Step::Gone;
        call.stamp = call.stamp.wrapping_add(1);
        let (desk, key, number) = (call.desk, call.key, call.call.number);
        if self.workload.ended(&call.call, self.now) || self.door.is_some() {
            self.look_for_the_next_ring();
        }
        self.free_calls.push(id);
        self.line(-1);
        self.tell(desk, Fact::HungUp { number, key });
        if self.door.is_some() {
            self.goes_out(id);
        }
        let desk = self.desk(desk);
        desk.keys.close(key);
        desk.tidy(key);
    }

    #[inline]
    pub(super) fn note_recall(&mut self, id: CallId, outcome: Result<(), ErrorCode>) {
        let now = self.now;
        let call = &self.calls[id.0 as usize];
        let recall = Recall {
            tenant: call.call.tenant,
            intended: call.turn.starts_at,
            lag: Span::ZERO,
            took: now.since(call.turn.starts_at),
            outcome,
            admission: call.draft.admission,
            session_start: call.draft.session_start,
            search: call.draft.exchange,
        };
        self.note(&Event::Recalled(recall));
    }

    #[inline]
    pub(super) fn note_save(&mut self, id: CallId, outcome: Result<(), ErrorCode>) {
        let now = self.now;
        let call = &self.calls[id.0 as usize];
        let (tenant, turn_intended, asked) = (call.call.tenant, call.turn.starts_at, call.wanted);
        if let Some((admission, took)) = call.draft.admission {
            self.note(&Event::Admitted { tenant, asked, admission, took });
        }
        self.tenants[tenant.index()].acknowledged += u64::from(outcome.is_ok());
        self.note(&Event::Saved(Save { tenant, turn_intended, took: now.since(asked), outcome }));
    }

    pub(super) fn schedule(&mut self, id: CallId, at: Time, class: Class, step: Step) {
        let (at, stamp) = self.call(id).next(at, step);
        self.queue.push(at, class, Due::Call { call: id, stamp });
    }

    fn push_answer(&mut self, call: CallId, (at, stamp): (Time, u32)) {
        self.queue.push(at, Class::Ending, Due::Call { call, stamp });
    }

    pub(super) fn call(&mut self, id: CallId) -> &mut OnLine {
        &mut self.calls[id.0 as usize]
    }
}
