//! Laws 5 and 8 in virtual time: every acquire has ended in time, and nothing is left at the end.

use super::desk::{Desk, Phase};
use super::queue::CallId;
use crate::base::{Span, Time};
use crate::pool::Key;

impl Desk {
    /// A call's wait for a lease is over, in whatever way.
    #[inline]
    pub(super) fn judge_wait(&mut self, now: Time, call: CallId) {
        let call = self.call(call);
        let (waited, key) = (now.since(call.asked), call.key);
        if waited > self.books.patience.limit() {
            self.judge_long_wait(now, key, waited);
        }
    }

    #[cold]
    #[inline(never)]
    fn judge_long_wait(&mut self, now: Time, key: Key, waited: Span) {
        // Drains that go on count, too; they are looked at only in doubt.
        for (_, runtime) in self.runtimes.iter() {
            if let Phase::Draining { began, .. } = runtime.phase {
                self.books.patience.drain_took(now.since(began));
            }
        }
        self.books.waited(now, key, waited);
    }

    /// Everything that could happen has: nobody waits, and no runtime is left.
    pub(super) fn judge_end(&mut self, now: Time) {
        let left = self.runtimes.iter().next().map(|(id, runtime)| (id, runtime.record.key()));
        self.books.ends(now, self.waiting.len(), left);
    }
}
