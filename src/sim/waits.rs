//! Laws 5 and 8 in virtual time: every acquire has ended in time, and nothing is left at the end.

use super::desk::Phase;
use super::engine::Simulation;
use super::queue::{CallId, DeskId};

impl Simulation<'_> {
    /// A call's wait for a lease is over, in whatever way.
    pub(super) fn judge_wait(&mut self, id: DeskId, call: CallId) {
        let now = self.now;
        let (asked, key) = (self.call(call).asked, self.call(call).key);
        let (waited, place) = (now.since(asked), id.0 as usize);
        let desk = &mut self.desks[place];
        let books = &mut desk.books;
        if waited <= books.patience.limit() {
            return;
        }
        // Drains that go on count, too; they are looked at only in doubt.
        for runtime in desk.runtimes.values() {
            if let Phase::Draining { began, .. } = runtime.phase {
                books.patience.drain_took(now.since(began));
            }
        }
        books.waited(now, key, waited);
    }

    /// Everything that could happen has: nobody waits, and no runtime is left.
    pub(super) fn judge_end(&mut self) {
        let now = self.now;
        for desk in &mut self.desks {
            desk.books.ends(now, desk.waiting.len());
        }
    }
}
