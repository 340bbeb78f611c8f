//! What can be asked of the reference. Every answer comes from a look at everything there ever was.

use busyhour::base::{Span, Time};
use busyhour::pool::Levels;

use crate::mistake::Mistake;
use crate::reference::{Phase, Reference};
use crate::trial::KEYS;
use crate::words::{Holder, Order, View};

/// What anybody may ask, in the numbers used outside.
impl Reference {
    pub(crate) fn view(&self) -> View {
        let alive = |key| self.runtimes.iter().any(|runtime| runtime.key == key && runtime.phase != Phase::Gone);
        let serves = |runtime: &usize| self.runtimes[*runtime].phase == Phase::Ready;
        View {
            levels: self.levels(),
            next_wake: self.next_wake(),
            ports: self.holders(),
            known: (0..KEYS).map(alive).collect(),
            serving: self.started.iter().map(serves).collect(),
        }
    }

    pub(crate) fn next_wake(&self) -> Option<Time> {
        let boots = self.in_phase(Phase::Booting).into_iter().map(|boot| self.times_out_at(boot));
        let idle = self.idle().into_iter().map(|idle| self.reaped_at(idle));
        boots.chain(idle).min()
    }

    /// The waiters that wait.
    pub(crate) fn waiting(&self) -> Vec<usize> {
        places(&self.waiters, |waiter| waiter.waits)
    }

    /// The leases that were not given back.
    pub(crate) fn held(&self) -> Vec<usize> {
        places(&self.leases, |lease| lease.held)
    }

    /// The numbers of the started runtimes in that phase.
    pub(crate) fn started_in(&self, phase: Phase) -> Vec<usize> {
        places(&self.started, |runtime| self.runtimes[*runtime].phase == phase)
    }

    /// Whom an order is for.
    pub(crate) fn key_of(&self, order: &Order) -> u32 {
        let runtime = match *order {
            Order::Spawn { key, .. } => return key,
            Order::Grant { waiter, .. } | Order::Refuse { waiter, .. } => self.waiters[waiter].runtime,
            Order::Drain { runtime, .. } => self.started[runtime],
        };
        self.runtimes[runtime].key
    }

    fn holders(&self) -> Vec<(u16, Holder)> {
        let ours = self.started.iter().enumerate();
        let ours = ours.filter_map(|(number, id)| Some((self.runtimes[*id].port?, Holder::Runtime(number))));
        let strangers = self.strangers.iter().map(|(seen, port)| (*port, Holder::Stranger(*seen)));
        let mut all: Vec<_> = ours.chain(strangers).collect();
        all.sort_by_key(|(port, _)| *port);
        all
    }
}

/// What the rules ask, in places.
impl Reference {
    /// What the runtime is called outside.
    pub(crate) fn number(&self, runtime: usize) -> usize {
        self.started.iter().position(|id| *id == runtime).expect("only a runtime that was started is spoken of")
    }

    pub(crate) fn levels(&self) -> Levels {
        let count = |phase| u32::try_from(self.in_phase(phase).len()).expect("few runtimes");
        let idle = u32::try_from(self.idle().len()).expect("few runtimes");
        Levels {
            waiting: count(Phase::Parked) + count(Phase::Queued),
            booting: count(Phase::Booting),
            idle,
            busy: count(Phase::Ready) - idle,
            draining: count(Phase::Draining),
        }
    }

    /// Those in the phase; where it is a boot or a rest that began, first come first.
    pub(crate) fn in_phase(&self, phase: Phase) -> Vec<usize> {
        let mut all = places(&self.runtimes, |runtime| runtime.phase == phase);
        all.sort_by_key(|runtime| self.runtimes[*runtime].entered);
        all
    }

    /// Ready runtimes without a lease, least recently used first.
    pub(crate) fn idle(&self) -> Vec<usize> {
        let mut idle = self.in_phase(Phase::Ready);
        idle.retain(|runtime| self.leases_of(*runtime).is_empty());
        idle
    }

    /// Boots that nobody waits for, longest forsaken first.
    pub(crate) fn forsaken(&self) -> Vec<usize> {
        let mut forsaken = self.in_phase(Phase::Booting);
        forsaken.retain(|runtime| self.waiters_of(*runtime).is_empty());
        forsaken.sort_by_key(|runtime| self.runtimes[*runtime].forsaken);
        forsaken
    }

    /// The one runtime of the key that is not on its way out.
    pub(crate) fn serving_or_to_serve(&self, key: u32) -> Option<usize> {
        let over = |phase| matches!(phase, Phase::Draining | Phase::Gone);
        self.runtimes.iter().position(|runtime| runtime.key == key && !over(runtime.phase))
    }

    pub(crate) fn waiters_of(&self, runtime: usize) -> Vec<usize> {
        places(&self.waiters, |waiter| waiter.waits && waiter.runtime == runtime)
    }

    pub(crate) fn leases_of(&self, runtime: usize) -> Vec<usize> {
        places(&self.leases, |lease| lease.held && lease.runtime == runtime)
    }

    pub(crate) fn times_out_at(&self, boot: usize) -> Time {
        self.runtimes[boot].since + self.settings.boot_timeout
    }

    /// The reaper's first look at or after the end of the TTL.
    pub(crate) fn reaped_at(&self, idle: usize) -> Time {
        let expires = self.runtimes[idle].since + self.settings.runtime_idle_ttl;
        let interval = self.settings.reap_interval.ns();
        if interval == 0 || self.mistake == Some(Mistake::ReaperAlwaysLooks) {
            return expires;
        }
        match expires.since(self.born).ns() % interval {
            0 => expires,
            after_a_look => expires + Span::from_ns(interval - after_a_look),
        }
    }
}

fn places<T>(all: &[T], wanted: impl Fn(&T) -> bool) -> Vec<usize> {
    (0..all.len()).filter(|place| wanted(&all[*place])).collect()
}
