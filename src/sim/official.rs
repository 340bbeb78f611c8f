//! What happens in virtual time only where pools follow an official SDK's rules.

use mock_runtime::behaviour::Work;

use super::call::Errand;
use super::computing::Leaving;
use super::desk::{Desk, Phase};
use super::journal::Fact;
use super::queue::CallId;
use super::world::World;
use crate::base::{DrainReason, Span};
use crate::measure::ErrorCode;
use crate::pool::RuntimeId;

impl<const EVERYDAY: bool> World<'_, EVERYDAY> {
    /// A runtime that has just booted is ended without a flush: there is no room for it. It never served, so it is no
    /// drain that anybody counts.
    pub(super) fn discard(&mut self, desk: &mut Desk, runtime: RuntimeId) {
        let (now, reason) = (self.now, DrainReason::Crash);
        self.tell(desk, Fact::Draining { runtime, reason });
        desk.books.discarded();
        let entry = &mut desk.runtimes[runtime];
        entry.phase = Phase::Draining { began: now, reason };
        let terminate = Span::from_ns(desk.conduct.takes(&mut entry.life, Work::Terminate, now.ns()));
        let leaving = Leaving { terminate, ..Leaving::default() };
        self.stop_computing(desk, runtime);
        self.leave(desk, runtime, leaving);
    }

    /// Nobody will end this runtime, not even if that was begun.
    pub(super) fn lose(&mut self, desk: &mut Desk, runtime: RuntimeId) {
        let entry = &mut desk.runtimes[runtime];
        let was_leaving = matches!(entry.phase, Phase::Draining { .. });
        entry.phase = Phase::Lost;
        if was_leaving {
            self.stop_computing(desk, runtime);
        }
    }

    /// The call's lease is on a runtime that is no more. Our client gets another in its place; the official pool does
    /// not notice, and would hand out the same again.
    pub(super) fn finds_nobody(&mut self, desk: &mut Desk, id: CallId) {
        self.give_lease_back(desk, id);
        if desk.pool.is_official() {
            self.unreachable(desk, id);
        } else {
            self.acquire_anew(desk, id);
        }
    }

    /// The exchange failed, for good.
    pub(super) fn unreachable(&mut self, desk: &mut Desk, id: CallId) {
        let unreachable = Err(ErrorCode::named("runtime.unreachable"));
        match desk.call(id).errand {
            Errand::Recall => {
                self.note_recall(desk.tenant, desk.call(id), unreachable);
                self.reply(desk, id);
            }
            Errand::Save => {
                self.note_save(desk.tenant, desk.call(id), unreachable);
                self.next_turn(desk, id);
            }
        }
    }
}
