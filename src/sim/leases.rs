//! Leases in virtual time: asked for, granted, refused, given back.

use super::call::{Errand, Step};
use super::desk::Desk;
use super::engine::Simulation;
use super::journal::Fact;
use super::queue::{CallId, Class, Due};
use crate::base::{Admission, Span};
use crate::measure::ErrorCode;
use crate::pool::{Admitted, LeaseId, PoolError, RuntimeId};
use crate::scenario::Refusal;

impl Simulation<'_> {
    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    pub(super) fn acquire(&mut self, id: CallId, errand: Errand) {
        let now = self.now;
        if self.door.is_some()
            && let Some(error) = self.turned_away(id)
        {
            return self.refused(id, errand, error);
        }
        let call = &mut self.calls[id.0 as usize];
        call.asked = now;
        let (whose, key, number) = (call.desk, call.key, call.call.number);
        let desk = &mut self.desks[whose.0 as usize];
        match desk.pool.acquire(now, key) {
            Admitted::Granted { lease, runtime } => {
                self.listener.tell(now, (desk.tenant, whose), Fact::Reused { number, key, runtime });
                self.granted(id, errand, Admission::Reuse, lease, runtime);
            }
            Admitted::Waiting(waiter) => {
                call.step = Step::Lease(errand);
                self.listener.tell(now, (desk.tenant, whose), Fact::Waits { number, key });
                desk.waiting.insert(waiter, || id);
                self.carry_out(whose);
            }
            Admitted::Refused(error) => self.refused_at_once(id, errand, error),
        }
    }

    /// [`Simulation::acquire`] where it is no everyday matter.
    #[cold]
    #[inline(never)]
    pub(super) fn acquire_anew(&mut self, id: CallId, errand: Errand) {
        self.acquire(id, errand);
    }

    #[cold]
    #[inline(never)]
    fn refused_at_once(&mut self, id: CallId, errand: Errand, error: PoolError) {
        let call = self.call(id);
        let (desk, key, number) = (call.desk, call.key, call.call.number);
        self.tell(desk, Fact::Refused { number, key, error });
        self.carry_out(desk);
        self.refused(id, errand, error);
    }

    /// The pool has a lease for the call.
    #[inline(never)]
    pub(super) fn granted(
        &mut self,
        id: CallId,
        errand: Errand,
        admission: Admission,
        lease: LeaseId,
        runtime: RuntimeId,
    ) {
        let now = self.now;
        let call = &mut self.calls[id.0 as usize];
        let before = call.draft.admission.map_or(Span::ZERO, |(_, took)| took);
        call.draft.admission = Some((admission, before + now.since(call.asked)));
        call.lease = Some((lease, runtime));
        let Desk { books, runtimes, tenant, .. } = &mut self.desks[call.desk.0 as usize];
        let Some(entry) = runtimes.get_mut(runtime) else {
            books.leased_nothing();
            return self.finds_nobody(id, errand);
        };
        books.leased(now, runtime, &mut entry.record, call.key);
        if self.computes {
            return self.enter_session(id, errand);
        }
        let conduct = &self.tenants[tenant.index()].conduct;
        let (at, stamp) = call.enter(errand, entry, conduct, now, self.budget);
        self.queue.push(at, Class::Ending, Due::Call { call: id, stamp });
    }

    /// The pool's answer is no.
    #[inline(never)]
    pub(super) fn refused(&mut self, id: CallId, errand: Errand, error: PoolError) {
        let code = ErrorCode::named(error.code());
        let is_refusal = matches!(error, PoolError::Exhausted { .. } | PoolError::PortExhausted { .. });
        if errand == Errand::Save {
            self.note_save(id, Err(code));
            return self.next_turn(id);
        }
        let now = self.now;
        let refusal = self.scenario.on_refusal;
        let call = self.call(id);
        call.attempts -= 1;
        if is_refusal
            && call.attempts > 0
            && let Refusal::Retry { after, .. } = refusal
        {
            return self.schedule(id, now + after, Class::Timer, Step::Retry);
        }
        self.note_recall(id, Err(code));
        if is_refusal && refusal == Refusal::Shed { self.shed(id) } else { self.reply(id) }
    }

    #[inline(never)]
    pub(super) fn give_lease_back(&mut self, id: CallId) {
        self.give_back(id);
    }

    #[expect(clippy::inline_always, reason = "it is the greater part of what an answer costs")]
    #[inline(always)]
    pub(super) fn give_back(&mut self, id: CallId) {
        let now = self.now;
        let call = &mut self.calls[id.0 as usize];
        let Some((lease, runtime)) = call.lease.take() else { return };
        let whose = call.desk;
        let desk = &mut self.desks[whose.0 as usize];
        if let Some(entry) = desk.runtimes.get_mut(runtime) {
            entry.record.released(now);
        }
        desk.pool.released(now, lease);
        let (number, key) = (call.call.number, call.key);
        self.listener.tell(now, (desk.tenant, whose), Fact::Released { number, key, runtime });
        if desk.pool.first_decision().is_some() {
            self.carry_out(whose);
        }
    }
}
