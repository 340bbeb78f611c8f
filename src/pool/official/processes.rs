//! What becomes of the processes of an official pool, as it is told, or is not; and its close.

use super::machine::OfficialPool;
use super::rule::Rule;
use super::runtime::{Next, Phase};
use crate::base::{DrainReason, Time};
use crate::pool::error::PoolError;
use crate::pool::runtime::RuntimeId;

impl OfficialPool {
    /// A drain ended: the process is gone. So are those that were thrown away, and those nobody would have ended.
    pub fn drained(&mut self, now: Time, runtime: RuntimeId) {
        let Some((place, Phase::Leaving(next))) = self.phase(runtime) else { return self.exited(now, runtime) };
        self.levels.draining -= 1;
        self.bury(place);
        match next {
            Next::Acquire(by) => self.resume(now, by),
            Next::Reaper => self.reap_next(now),
            Next::Closer => self.close_next(),
            Next::Nobody => {}
        }
        self.go_on(now);
    }

    /// A process ended by itself. Nobody looks; a boot will be found to have failed when its time is over.
    /// A runtime that is being drained ends by [`OfficialPool::drained`], not by this.
    pub fn exited(&mut self, now: Time, runtime: RuntimeId) {
        let Some((place, phase)) = self.phase(runtime) else { return };
        let entry = &mut self.runtimes[place];
        if !entry.alive || matches!(phase, Phase::Leaving(_)) {
            return;
        }
        entry.alive = false;
        let notices = !self.rules.has(Rule::DeathsGoUnnoticed);
        let level = match phase {
            Phase::Booting { .. } | Phase::Booted { .. } => &mut self.levels.booting,
            Phase::Served if entry.leases == 0 => &mut self.levels.idle,
            Phase::Served => &mut self.levels.busy,
            Phase::Doomed | Phase::Leaving(_) | Phase::Lost => &mut self.levels.draining,
        };
        *level -= 1;
        match phase {
            Phase::Booting { by, poll } => {
                if let Some(poll) = poll {
                    self.polls.remove(&(poll.at, poll.number));
                    self.runtimes[place].phase = Phase::Booting { by, poll: None };
                }
                if notices {
                    self.boot_fails(place, PoolError::StartFailed { runtime });
                }
            }
            Phase::Served if notices => {
                self.leave_service(place);
                self.served.remove(&mut self.links, place);
                self.bury(place);
            }
            // Its port stays lost.
            Phase::Lost => self.forget(place),
            Phase::Booted { .. } | Phase::Served | Phase::Doomed | Phase::Leaving(_) => {}
        }
        self.go_on(now);
    }

    /// Time has passed: boots are seen to be over or fail, and the reaper makes its round.
    pub fn tick(&mut self, now: Time) {
        while let Some(due) = self.next_wake().filter(|due| *due <= now) {
            let poll = self.polls.first_key_value().filter(|((at, _), _)| *at == due).map(|(_, place)| *place);
            let late = |place: &_| self.runtimes[*place].since + self.settings.boot_timeout == due;
            if let Some(boot) = self.booting.first().filter(late) {
                let runtime = self.runtimes.id(boot);
                self.boot_fails(boot, PoolError::StartTimedOut { runtime });
                self.go_on(now);
            } else if let Some(place) = poll {
                self.polled(now, place);
            } else {
                self.reap(now);
            }
        }
    }

    /// No more acquires. Runtimes that serve are drained in turn, those with a lease too; who is booting one finds out
    /// when it is ready. The pool is closed when [`Levels::live`](crate::pool::Levels::live) is 0, unless runtimes were
    /// lost.
    pub fn close(&mut self) {
        if std::mem::replace(&mut self.closing, true) {
            return;
        }
        self.dismiss_reaper();
        let all: Vec<_> = self.served.iter(&self.links).collect();
        for place in all {
            self.leave_service(place);
            self.served.remove(&mut self.links, place);
            self.closer.push_back(place);
        }
        if self.rules.has(Rule::ClosesOneAfterAnother) {
            return self.close_next();
        }
        while let Some(place) = self.closer.pop_front() {
            self.drain(place, DrainReason::Close, Next::Nobody);
        }
    }

    fn close_next(&mut self) {
        while let Some(place) = self.closer.pop_front() {
            if self.drain(place, DrainReason::Close, Next::Closer) {
                return;
            }
        }
    }
}
