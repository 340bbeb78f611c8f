//! Leases in virtual time: asked for, granted, refused, given back.

use super::call::{Errand, Step};
use super::desk::Desk;
use super::journal::Fact;
use super::queue::{CallId, Class, Due};
use super::world::World;
use crate::base::{Admission, Span};
use crate::measure::ErrorCode;
use crate::pool::{Admitted, LeaseId, PoolError, RuntimeId};
use crate::scenario::Refusal;

impl<const EVERYDAY: bool> World<'_, EVERYDAY> {
    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    pub(super) fn acquire(&mut self, desk: &mut Desk, id: CallId) {
        if self.has_door()
            && let Some(error) = self.turned_away(desk, id)
        {
            return self.refused(desk, id, error);
        }
        let call = &mut desk.calls[id.0 as usize];
        call.asked = self.now;
        let (key, number) = (call.key, call.call.number);
        match desk.pool.acquire(self.now, key) {
            Admitted::Granted { lease, runtime } => {
                self.tell(desk, Fact::Reused { number, key, runtime });
                self.granted(desk, id, Admission::Reuse, lease, runtime);
            }
            Admitted::Waiting(waiter) => {
                call.step = Step::Lease;
                desk.waiting.insert(waiter, || id);
                self.tell(desk, Fact::Waits { number, key });
                self.carry_out(desk);
            }
            Admitted::Refused(error) => self.refused_at_once(desk, id, error),
        }
    }

    /// [`World::acquire`] where it is no everyday matter.
    #[cold]
    #[inline(never)]
    pub(super) fn acquire_anew(&mut self, desk: &mut Desk, id: CallId) {
        self.acquire(desk, id);
    }

    #[cold]
    #[inline(never)]
    fn refused_at_once(&mut self, desk: &mut Desk, id: CallId, error: PoolError) {
        let call = desk.call(id);
        let (key, number) = (call.key, call.call.number);
        self.tell(desk, Fact::Refused { number, key, error });
        self.carry_out(desk);
        self.refused(desk, id, error);
    }

    /// The pool has a lease for the call.
    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    pub(super) fn granted(
        &mut self,
        desk: &mut Desk,
        id: CallId,
        admission: Admission,
        lease: LeaseId,
        runtime: RuntimeId,
    ) {
        let now = self.now;
        let call = &mut desk.calls[id.0 as usize];
        let before = call.draft.admission.map_or(Span::ZERO, |(_, took)| took);
        call.draft.admission = Some((admission, before + now.since(call.asked)));
        call.lease = Some((lease, runtime));
        let Some(entry) = desk.runtimes.get_mut(runtime) else {
            desk.books.leased_nothing();
            return self.finds_nobody(desk, id);
        };
        desk.books.leased(now, runtime, &mut entry.record, call.key);
        if self.computes() {
            return self.enter_session(desk, id);
        }
        let (at, stamp) = call.enter(entry, &desk.conduct, now, self.budget);
        self.queue.push(at, Class::Ending, Due::Call { desk: desk.id, call: id, stamp });
    }

    /// The pool's answer is no.
    #[inline(never)]
    pub(super) fn refused(&mut self, desk: &mut Desk, id: CallId, error: PoolError) {
        let code = ErrorCode::named(error.code());
        let is_refusal = matches!(error, PoolError::Exhausted { .. } | PoolError::PortExhausted { .. });
        if desk.call(id).errand == Errand::Save {
            self.note_save(desk.tenant, desk.call(id), Err(code));
            return self.next_turn(desk, id);
        }
        let refusal = self.scenario.on_refusal;
        let call = desk.call(id);
        call.attempts -= 1;
        if is_refusal
            && call.attempts > 0
            && let Refusal::Retry { after, .. } = refusal
        {
            return self.schedule(desk, id, self.now + after, Class::Timer, Step::Retry);
        }
        self.note_recall(desk.tenant, desk.call(id), Err(code));
        if is_refusal && refusal == Refusal::Shed { self.shed(desk, id) } else { self.reply(desk, id) }
    }

    #[inline(never)]
    pub(super) fn give_lease_back(&mut self, desk: &mut Desk, id: CallId) {
        self.give_back(desk, id);
    }

    #[expect(clippy::inline_always, reason = "it is the greater part of what an answer costs")]
    #[inline(always)]
    pub(super) fn give_back(&mut self, desk: &mut Desk, id: CallId) {
        let call = desk.call(id);
        let Some((lease, runtime)) = call.lease.take() else { return };
        let (number, key) = (call.call.number, call.key);
        if let Some(entry) = desk.runtimes.get_mut(runtime) {
            entry.record.released(self.now);
        }
        desk.pool.released(self.now, lease);
        self.tell(desk, Fact::Released { number, key, runtime });
        self.carry_out(desk);
    }
}
