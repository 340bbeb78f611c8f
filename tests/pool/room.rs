//! How a boot of the reference finds a slot and a port.
//!
//! Whoever is let in is sure to start when the drains under way have ended: then there are at least as many free slots,
//! and free ports, as boots that wait. Where one boot more would not fit, somebody has to go.

use busyhour::base::{DrainReason, Time};

use crate::mistake::Mistake;
use crate::reference::{Phase, Reference, Runtime};
use crate::words::{Answer, Order, Refusal};

impl Reference {
    /// An acquire for a key that has no runtime, or only one on its way out.
    pub(crate) fn admit(&mut self, now: Time, key: u32) -> Answer {
        let parked = self.in_phase(Phase::Draining).iter().any(|runtime| self.runtimes[*runtime].key == key);
        let phase = if parked { Phase::Parked } else { Phase::Queued };
        let runtime = self.runtimes.len();
        let since = Time::ZERO;
        self.runtimes.push(Runtime { key, phase, port: None, since, entered: 0, acquired: 0, forsaken: 0 });
        if self.short_of_ports() {
            self.try_strangers_again(now);
        }
        if let Err(refusal) = self.make_room() {
            self.forget(runtime);
            return Answer::Refused(refusal);
        }
        if !parked {
            self.queue.push(runtime);
        }
        let waiter = self.wait(runtime, true);
        self.start_queued(now);
        Answer::Waiting(waiter)
    }

    /// After room was lost or won: those who can start do, the newest who never will are refused.
    pub(crate) fn settle(&mut self, now: Time) {
        while let Err(refusal) = self.make_room() {
            let newest = *self.queue.last().expect("who waits beyond the room is queued");
            self.refuse(newest, refusal);
            self.forget(newest);
        }
        self.start_queued(now);
    }

    /// A boot that lost its port is next again, if anybody waits for it.
    pub(crate) fn requeue(&mut self, runtime: usize) {
        if self.waiters_of(runtime).is_empty() {
            return self.forget(runtime);
        }
        self.runtimes[runtime].phase = Phase::Queued;
        let place = if self.mistake == Some(Mistake::LostPortLosesItsTurn) { self.queue.len() } else { 0 };
        self.queue.insert(place, runtime);
    }

    /// A boot without slot and port is not wanted any more.
    pub(crate) fn forget(&mut self, runtime: usize) {
        self.queue.retain(|queued| *queued != runtime);
        self.runtimes[runtime].phase = Phase::Gone;
    }

    /// Drains what nobody uses until everyone who waits will fit.
    fn make_room(&mut self) -> Result<(), Refusal> {
        while self.short_of_slots() || self.short_of_ports() {
            let victim = self.victim().ok_or_else(|| self.shortage())?;
            self.drain(victim, DrainReason::Lru);
        }
        Ok(())
    }

    fn victim(&self) -> Option<usize> {
        let (mut idle, forsaken) = (self.idle(), self.forsaken());
        if self.mistake == Some(Mistake::RecencyByAcquire) {
            idle.sort_by_key(|runtime| self.runtimes[*runtime].acquired);
        }
        if self.mistake == Some(Mistake::ForsakenBootsLast) {
            return idle.into_iter().chain(forsaken).next();
        }
        forsaken.into_iter().chain(idle).next()
    }

    fn start_queued(&mut self, now: Time) {
        while !self.queue.is_empty() && self.slots_taken() < self.settings.max_concurrent_users {
            let Some(port) = self.next_port() else { return };
            let runtime = self.queue.remove(0);
            self.start(now, runtime, port);
        }
    }

    fn start(&mut self, now: Time, runtime: usize, port: u16) {
        self.free_ports.retain(|free| *free != port);
        if !self.started.contains(&runtime) {
            self.started.push(runtime);
        }
        let entered = self.event();
        let entry = &mut self.runtimes[runtime];
        (entry.phase, entry.port, entry.since, entry.entered) = (Phase::Booting, Some(port), now, entered);
        let key = entry.key;
        self.order(Order::Spawn { runtime: self.number(runtime), key, port });
    }

    fn next_port(&self) -> Option<u16> {
        match self.mistake {
            Some(Mistake::LowestPort) => self.free_ports.iter().min().copied(),
            _ => self.free_ports.first().copied(),
        }
    }

    fn slots_taken(&self) -> u32 {
        let levels = self.levels();
        match self.mistake {
            Some(Mistake::CapWithoutDraining) => levels.live() - levels.draining,
            _ => levels.live(),
        }
    }

    /// Whether more wait than slots will be free.
    fn short_of_slots(&self) -> bool {
        let levels = self.levels();
        levels.waiting + levels.booting + levels.idle + levels.busy > self.settings.max_concurrent_users
    }

    /// Whether more wait than ports will be free.
    fn short_of_ports(&self) -> bool {
        let levels = self.levels();
        levels.waiting as usize > self.free_ports.len() + levels.draining as usize
    }

    fn try_strangers_again(&mut self, now: Time) {
        if self.mistake == Some(Mistake::StrangersStay) {
            return;
        }
        let (due, later): (Vec<_>, Vec<_>) =
            self.strangers.iter().partition(|(seen, _)| *seen + self.settings.port_recheck <= now);
        self.free_ports.extend(due.into_iter().map(|(_, port)| port));
        self.strangers = later;
    }

    fn shortage(&self) -> Refusal {
        if self.short_of_slots() {
            return Refusal::Exhausted { capacity: self.settings.max_concurrent_users };
        }
        Refusal::PortExhausted {
            first: *self.settings.runtime_port_range.start(),
            last: *self.settings.runtime_port_range.end(),
            ours: self.levels().live(),
            strangers: u32::try_from(self.strangers.len()).expect("few ports"),
        }
    }
}
