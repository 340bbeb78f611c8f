//! Calls in virtual time: ring, recall, reply, save, hang up. The live engine's conversation, step by step.

use super::call::{Draft, Errand, OnLine, Step};
use super::desk::Desk;
use super::journal::Fact;
use super::queue::{CallId, Class, DeskId, Due};
use super::world::World;
use crate::base::{Span, TenantIndex, Time};
use crate::measure::{ErrorCode, Event, Recall, Save};
use crate::pool::Key;
use crate::workload::{Call, Next, Ring, Workload};

impl<const EVERYDAY: bool> World<'_, EVERYDAY> {
    /// Whose the call is.
    #[inline]
    pub(super) fn desk_of(&self, ring: Ring) -> DeskId {
        DeskId(self.tenants[ring.tenant.index()].first_desk + u32::from(ring.worker.0))
    }

    /// The call's first turn is due, under a key that it has had since the phone rang, where that rang before.
    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    pub(super) fn take_call(&mut self, desk: &mut Desk, ring: Ring, key: Option<Key>) {
        let (tenant, intended) = (desk.tenant, ring.rings_at);
        self.note(|| Event::Rang { tenant, intended, lag: Span::ZERO });
        let key = key.unwrap_or_else(|| desk.keys.open(ring.caller));
        self.tell(desk, Fact::Rang { number: ring.number, caller: ring.caller, key });
        self.line(1);
        let id = desk.pick_up(&self.workload, ring, key, self.attempts);
        self.attempt(desk, id, Errand::Recall);
    }

    /// A step that was due.
    #[expect(clippy::inline_always, reason = "it is the loop's")]
    #[inline(always)]
    pub(super) fn call_step(&mut self, desk: &mut Desk, id: CallId) {
        match desk.call(id).step {
            Step::Answer => self.answered(desk, id),
            Step::Turn => self.begin_turn(desk, id),
            Step::Retry => self.attempt(desk, id, Errand::Recall),
            Step::Session => self.ask(desk, id),
            Step::Reply => self.attempt(desk, id, Errand::Save),
            Step::HangUp => self.end_call(desk, id),
            Step::Lease | Step::Gone => unreachable!("who waits for a lease, or is gone, has no step in the queue"),
        }
    }

    #[inline]
    fn begin_turn(&mut self, desk: &mut Desk, id: CallId) {
        desk.call(id).attempts = self.attempts;
        self.attempt(desk, id, Errand::Recall);
    }

    /// Gets a lease, or goes on with the one that is held.
    #[inline(never)]
    fn attempt(&mut self, desk: &mut Desk, id: CallId, errand: Errand) {
        let call = desk.call(id);
        call.draft = Draft::default();
        call.repeated = false;
        call.wanted = self.now;
        call.errand = errand;
        if call.lease.is_some() {
            return self.enter_session(desk, id);
        }
        if errand == Errand::Save && desk.pinned {
            // Nothing is saved where the call never got a runtime.
            return self.next_turn(desk, id);
        }
        self.acquire(desk, id);
    }

    /// Starts the runtime's session, waits for whoever is starting it, or goes on.
    #[inline(never)]
    pub(super) fn enter_session(&mut self, desk: &mut Desk, id: CallId) {
        if self.computes() && self.computing.session_start > Span::ZERO && self.computes_session(desk, id) {
            return;
        }
        let call = &mut desk.calls[id.0 as usize];
        let (_, runtime) = call.lease.expect("it was just taken");
        // A dead runtime under a lease held for the call: another is got in its place.
        let Some(entry) = desk.runtimes.get_mut(runtime) else {
            return self.finds_nobody(desk, id);
        };
        if !self.computes() {
            let (at, stamp) = call.enter(entry, &desk.conduct, self.now, self.budget);
            return self.queue.push(at, Class::Ending, Due::Call { desk: desk.id, call: id, stamp });
        }
        if let Some(ready) = entry.session_starts(&desk.conduct, self.now) {
            desk.call(id).draft.session_start = Some(ready.since(self.now));
            self.schedule(desk, id, ready, Class::Ending, Step::Session);
        } else {
            self.ask(desk, id);
        }
    }

    /// Searches or saves.
    fn ask(&mut self, desk: &mut Desk, id: CallId) {
        let call = &mut desk.calls[id.0 as usize];
        let (_, runtime) = call.lease.expect("it was taken before");
        let exchange = call.ask(&mut desk.runtimes[runtime], &desk.conduct, self.now, self.budget);
        if !self.computes_answer(desk, id, exchange) {
            self.expect_answer(desk, id, exchange.answer_at(), exchange.deadline);
        }
    }

    /// The answer, or the timeout, whichever comes first.
    pub(super) fn expect_answer(&mut self, desk: &mut Desk, id: CallId, answer_at: Time, deadline: Time) {
        let (at, stamp) = desk.call(id).expect_answer(answer_at, deadline);
        self.queue.push(at, Class::Ending, Due::Call { desk: desk.id, call: id, stamp });
    }

    #[inline]
    pub(super) fn answered(&mut self, desk: &mut Desk, id: CallId) {
        let call = &mut desk.calls[id.0 as usize];
        call.draft.exchange = Some(self.now.since(call.began));
        let outcome = if call.answer_at > call.deadline { Err(ErrorCode::TIMEOUT) } else { Ok(()) };
        let errand = call.errand;
        match errand {
            Errand::Recall => self.note_recall(desk.tenant, call, outcome),
            Errand::Save => {
                desk.acknowledged += u64::from(outcome.is_ok());
                self.note_save(desk.tenant, call, outcome);
            }
        }
        if !desk.pinned {
            self.give_back(desk, id);
        }
        match errand {
            Errand::Recall => self.reply(desk, id),
            Errand::Save => self.next_turn(desk, id),
        }
    }

    /// The runtime died under the call's session start, search or save: its successor is asked, once.
    pub(super) fn runtime_died(&mut self, desk: &mut Desk, id: CallId) {
        let call = desk.call(id);
        // Between errands nobody notices; the next one gets another runtime.
        if !matches!(call.step, Step::Session | Step::Answer) {
            return;
        }
        let repeated = std::mem::replace(&mut call.repeated, true);
        call.stamp = call.stamp.wrapping_add(1);
        if !repeated {
            return self.finds_nobody(desk, id);
        }
        self.give_lease_back(desk, id);
        self.unreachable(desk, id);
    }

    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    pub(super) fn reply(&mut self, desk: &mut Desk, id: CallId) {
        let call = &mut desk.calls[id.0 as usize];
        let spoken = self.now + call.turn.reply;
        if spoken > self.now {
            let stamp = call.next(Step::Reply);
            self.queue.push(spoken, Class::Timer, Due::Call { desk: desk.id, call: id, stamp });
        } else {
            self.attempt(desk, id, Errand::Save);
        }
    }

    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    pub(super) fn next_turn(&mut self, desk: &mut Desk, id: CallId) {
        let call = &mut desk.calls[id.0 as usize];
        match call.call.after(&desk.traffic, call.turn.starts_at, self.now) {
            Next::Turn(turn) => {
                call.turn = turn;
                let stamp = call.next(Step::Turn);
                self.queue.push(turn.starts_at, Class::Beginning, Due::Call { desk: desk.id, call: id, stamp });
            }
            Next::HangUp(end) if end > self.now => self.schedule(desk, id, end, Class::Ending, Step::HangUp),
            Next::HangUp(_) => self.end_call(desk, id),
        }
    }

    pub(super) fn shed(&mut self, desk: &mut Desk, id: CallId) {
        let (tenant, rang) = (desk.tenant, desk.call(id).call.rings_at);
        self.note(|| Event::CallShed { tenant, rang });
        self.end_call(desk, id);
    }

    /// Hangs up every call of the worker's.
    pub(super) fn cut_all(&mut self, desk: &mut Desk) {
        let calls = (0..).map(CallId).zip(&desk.calls).filter(|(_, call)| call.step != Step::Gone);
        let on_line: Vec<CallId> = calls.map(|(id, _)| id).collect();
        for id in on_line {
            self.cut(desk, id);
        }
    }

    fn cut(&mut self, desk: &mut Desk, id: CallId) {
        let call = desk.call(id);
        let (rang, key, number) = (call.call.rings_at, call.key, call.call.number);
        let tenant = desk.tenant;
        self.note(|| Event::CallCut { tenant, rang });
        let waiter = desk.waiting.iter().find(|(_, call)| **call == id).map(|(waiter, _)| waiter);
        if let Some(waiter) = waiter {
            desk.judge_wait(self.now, id);
            desk.waiting.remove(waiter);
            self.tell(desk, Fact::Cancelled { number, key });
            desk.pool.cancelled(self.now, waiter);
            self.carry_out(desk);
        }
        self.end_call(desk, id);
    }

    /// The caller is gone, by whatever way.
    #[inline(never)]
    pub(super) fn end_call(&mut self, desk: &mut Desk, id: CallId) {
        if desk.call(id).lease.is_some() {
            self.give_lease_back(desk, id);
        }
        let call = desk.call(id);
        call.step = Step::Gone;
        call.stamp = call.stamp.wrapping_add(1);
        let (key, number) = (call.key, call.call.number);
        if self.workload.ended(&call.call, self.now) || self.has_door() {
            self.look_for_the_next_ring();
        }
        desk.free_calls.push(id);
        self.line(-1);
        self.tell(desk, Fact::HungUp { number, key });
        if self.has_door() {
            self.goes_out(desk, id);
        }
        desk.keys.close(key);
        desk.tidy(key);
    }

    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    pub(super) fn note_recall(&mut self, tenant: TenantIndex, call: &OnLine, outcome: Result<(), ErrorCode>) {
        let (intended, Draft { admission, session_start, exchange: search }) = (call.turn.starts_at, call.draft);
        let took = self.now.since(intended);
        let recall = || Recall { tenant, intended, lag: Span::ZERO, took, outcome, admission, session_start, search };
        self.note(|| Event::Recalled(recall()));
    }

    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    pub(super) fn note_save(&mut self, tenant: TenantIndex, call: &OnLine, outcome: Result<(), ErrorCode>) {
        let (turn_intended, asked) = (call.turn.starts_at, call.wanted);
        if let Some((admission, took)) = call.draft.admission {
            self.note(|| Event::Admitted { tenant, asked, admission, took });
        }
        let took = self.now.since(asked);
        self.note(|| Event::Saved(Save { tenant, turn_intended, took, outcome }));
    }
}

impl Desk {
    /// Gives the call a place. One that was left keeps its stamp, so that no step of who was there before is taken for
    /// one of who is there now.
    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    fn pick_up(&mut self, workload: &Workload, ring: Ring, key: Key, attempts: u32) -> CallId {
        let Some(id) = self.free_calls.pop() else { return self.pick_up_one_more(workload.call(ring), key, attempts) };
        let on_line = &mut self.calls[id.0 as usize];
        on_line.become_next(workload, ring, key);
        on_line.turn = on_line.call.first_turn(&self.traffic);
        on_line.attempts = attempts;
        id
    }

    #[cold]
    #[inline(never)]
    fn pick_up_one_more(&mut self, mut call: Call, key: Key, attempts: u32) -> CallId {
        let turn = call.first_turn(&self.traffic);
        self.calls.push(OnLine::new(call, key, turn, attempts));
        CallId(u32::try_from(self.calls.len() - 1).expect("fewer than 2³² calls are on the line at once"))
    }
}
