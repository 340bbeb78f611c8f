//! What happens in virtual time only where pools follow an official SDK's rules.

use mock_runtime::behaviour::Work;

use super::call::Errand;
use super::computing::Leaving;
use super::desk::Phase;
use super::engine::Simulation;
use super::journal::Fact;
use super::queue::{CallId, DeskId};
use crate::base::{DrainReason, Span};
use crate::measure::ErrorCode;
use crate::pool::RuntimeId;

impl Simulation<'_> {
    /// A runtime that has just booted is ended without a flush: there is no room for it. It never served, so it is no
    /// drain that anybody counts.
    pub(super) fn discard(&mut self, id: DeskId, runtime: RuntimeId) {
        let (now, reason) = (self.now, DrainReason::Crash);
        self.tell(id, Fact::Draining { runtime, reason });
        let desk = &mut self.desks[id.0 as usize];
        desk.books.discarded();
        let entry = &mut desk.runtimes[runtime];
        entry.phase = Phase::Draining { began: now, reason };
        let conduct = &self.tenants[desk.tenant.index()].conduct;
        let terminate = Span::from_ns(conduct.takes(&mut entry.life, Work::Terminate, now.ns()));
        let leaving = Leaving { terminate, ..Leaving::default() };
        self.stop_computing(id, runtime);
        self.leave(id, runtime, leaving);
    }

    /// Nobody will end this runtime, not even if that was begun.
    pub(super) fn lose(&mut self, id: DeskId, runtime: RuntimeId) {
        let entry = &mut self.desk(id).runtimes[runtime];
        let was_leaving = matches!(entry.phase, Phase::Draining { .. });
        entry.phase = Phase::Lost;
        if was_leaving {
            self.stop_computing(id, runtime);
        }
    }

    /// The call's lease is on a runtime that is no more. Our client gets another in its place; the official pool does
    /// not notice, and would hand out the same again.
    pub(super) fn finds_nobody(&mut self, id: CallId, errand: Errand) {
        self.give_lease_back(id);
        let desk = self.call(id).desk;
        if self.desk(desk).pool.is_official() { self.unreachable(id, errand) } else { self.acquire_anew(id, errand) }
    }

    /// The exchange failed, for good.
    pub(super) fn unreachable(&mut self, id: CallId, errand: Errand) {
        let unreachable = Err(ErrorCode::named("runtime.unreachable"));
        match errand {
            Errand::Recall => {
                self.note_recall(id, unreachable);
                self.reply(id);
            }
            Errand::Save => {
                self.note_save(id, unreachable);
                self.next_turn(id);
            }
        }
    }
}
