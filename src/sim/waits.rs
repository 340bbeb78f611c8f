//! Laws 5 and 8 in virtual time: every acquire has ended in time, and nothing is left at the end.

use super::desk::Phase;
use super::engine::Simulation;
use super::queue::{CallId, DeskId};
use crate::base::Span;
use crate::pool::Key;

impl Simulation<'_> {
    /// A call's wait for a lease is over, in whatever way.
    #[inline]
    pub(super) fn judge_wait(&mut self, id: DeskId, call: CallId) {
        let now = self.now;
        let (waited, key) = (now.since(self.call(call).asked), self.call(call).key);
        if waited > self.desk(id).books.patience.limit() {
            self.judge_long_wait(id, key, waited);
        }
    }

    #[cold]
    #[inline(never)]
    fn judge_long_wait(&mut self, id: DeskId, key: Key, waited: Span) {
        let now = self.now;
        let desk = self.desk(id);
        let books = &mut desk.books;
        // Drains that go on count, too; they are looked at only in doubt.
        for (_, runtime) in desk.runtimes.iter() {
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
            let left = desk.runtimes.iter().next().map(|(id, runtime)| (id, runtime.record.key()));
            desk.books.ends(now, desk.waiting.len(), left);
        }
    }
}
