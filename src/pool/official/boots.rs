//! Boots by the official rules: a port, a process, probes, and room for what has booted.

use super::machine::OfficialPool;
use super::rule::Rule;
use super::runtime::{Next, Phase, Poll, Runtime, Stage};
use crate::base::{Admission, BootKind, DrainReason, Span, Time};
use crate::pool::decision::Decision;
use crate::pool::error::PoolError;
use crate::pool::runtime::{RuntimeId, WaiterId};
use crate::pool::slab::Place;

impl OfficialPool {
    /// Starts a process for the acquire, where there is a port.
    pub(super) fn boot(&mut self, now: Time, by: Place<WaiterId>) {
        let Some(port) = self.ports.take(None) else { return self.lacks_port(now, by) };
        let key = self.acquires[by].key;
        let phase = Phase::Booting { by, poll: None };
        let (since, last_used) = (now, now);
        let (place, runtime) =
            self.runtimes.insert(Runtime { key, phase, port, since, last_used, leases: 0, alive: true });
        self.key(key).mentions += 1;
        self.booting.push_back(&mut self.links, place);
        self.levels.booting += 1;
        self.acquires[by].stage = Stage::Booting(place);
        self.decisions.push(Decision::Spawn { runtime, key, port: port.port });
    }

    /// The port a runtime was to be started on is in use by someone else; no process was started. The next one is tried.
    pub fn port_taken(&mut self, now: Time, runtime: RuntimeId) {
        let Some((place, Phase::Booting { by, .. })) = self.phase(runtime) else { return };
        let taken = self.runtimes[place].port;
        let next = self.ports.take(Some(taken));
        self.ports.put_back(taken);
        if let Some(port) = next {
            let entry = &mut self.runtimes[place];
            entry.port = port;
            return self.decisions.push(Decision::Spawn { runtime, key: entry.key, port: port.port });
        }
        self.leave_boot(place);
        self.levels.booting -= 1;
        self.forget(place);
        let strangers = u32::try_from(self.ports.free()).expect("there are fewer than 65,536 ports");
        self.refuse(by, self.ports_exhausted(strangers));
        self.go_on(now);
    }

    /// A runtime is ready; it is believed when it is next asked.
    pub fn started(&mut self, now: Time, runtime: RuntimeId, kind: BootKind) {
        let Some((place, Phase::Booting { by, poll: None })) = self.phase(runtime) else { return };
        self.boots += 1;
        let poll = Poll { at: self.seen_at(self.runtimes[place].since, now), number: self.boots, kind };
        self.runtimes[place].phase = Phase::Booting { by, poll: Some(poll) };
        self.polls.insert((poll.at, poll.number), place);
        if poll.at <= now {
            self.polled(now, place);
        }
    }

    /// The probe's answer is the right one.
    pub(super) fn polled(&mut self, now: Time, place: Place<RuntimeId>) {
        let Phase::Booting { by, poll: Some(poll) } = self.runtimes[place].phase else {
            unreachable!("only what boots is polled")
        };
        self.leave_boot(place);
        self.runtimes[place].phase = Phase::Booted { kind: poll.kind };
        self.find_room(now, by, place);
        self.go_on(now);
    }

    /// A boot has failed, or took too long: what there is of it is ended, and then its acquire.
    pub(super) fn boot_fails(&mut self, place: Place<RuntimeId>, error: PoolError) {
        let Phase::Booting { by, .. } = self.runtimes[place].phase else { unreachable!("only a boot can fail") };
        self.leave_boot(place);
        let runtime = self.runtimes.id(place);
        let order = Decision::Drain { runtime, reason: DrainReason::Crash };
        self.end_in_vain(by, place, error, order);
    }

    /// What was booted looks for room, and goes into service.
    pub(super) fn find_room(&mut self, now: Time, by: Place<WaiterId>, place: Place<RuntimeId>) {
        while !self.closing && self.rules.has(Rule::RoomSoughtAfterBoot) && self.at_cap(1) {
            match self.evict(Next::Acquire(by)) {
                Ok(Some(victim)) => return self.wait_for(by, victim, Some(place)),
                Ok(None) => {}
                Err(error) => {
                    let order = Decision::Discard { runtime: self.runtimes.id(place) };
                    return self.end_in_vain(by, place, error, order);
                }
            }
        }
        if self.closing {
            let runtime = self.runtimes.id(place);
            let order = Decision::Drain { runtime, reason: DrainReason::Close };
            return self.end_in_vain(by, place, PoolError::Closed, order);
        }
        self.serve(now, by, place);
    }

    /// Takes a boot off the lists of boots.
    pub(super) fn leave_boot(&mut self, place: Place<RuntimeId>) {
        self.booting.remove(&mut self.links, place);
        if let Phase::Booting { poll: Some(poll), .. } = self.runtimes[place].phase {
            self.polls.remove(&(poll.at, poll.number));
        }
    }

    /// The acquire has its runtime, which is the last to be evicted now. One that served the same caller is forgotten.
    fn serve(&mut self, now: Time, by: Place<WaiterId>, place: Place<RuntimeId>) {
        let Phase::Booted { kind } = self.runtimes[place].phase else { unreachable!("only what has booted serves") };
        let (key, alive) = (self.runtimes[place].key, self.runtimes[place].alive);
        self.runtimes[place].phase = Phase::Served;
        if let Some(other) = self.key(key).served.replace(place) {
            self.served.replace(&mut self.links, other, place);
            self.leave_service(other);
            self.lose(other);
        } else {
            self.served.push_back(&mut self.links, place);
        }
        self.served_count += 1;
        self.levels.booting -= u32::from(alive);
        self.levels.idle += u32::from(alive);
        self.reaper.wake(now, self.settings.reap_interval);
        self.grant(now, by, place, Admission::from(kind));
        self.unlock(by);
    }

    /// The acquire waits for the end of what it has booted, and is refused then.
    fn end_in_vain(&mut self, by: Place<WaiterId>, place: Place<RuntimeId>, error: PoolError, order: Decision) {
        if !self.runtimes[place].alive {
            self.bury(place);
            return self.refuse(by, error);
        }
        let flushed = error == PoolError::Closed;
        self.levels.booting -= 1;
        self.levels.draining += 1;
        self.runtimes[place].phase = Phase::Leaving(Next::Acquire(by));
        self.acquires[by].stage = Stage::Ending { booted: place, error, flushed };
        self.decisions.push(order);
    }

    fn lacks_port(&mut self, now: Time, by: Place<WaiterId>) {
        let evicted = if self.rules.has(Rule::NoEvictionForPorts) { None } else { self.evict(Next::Acquire(by)).ok() };
        match evicted {
            None => self.refuse(by, self.ports_exhausted(0)),
            Some(Some(victim)) => self.wait_for(by, victim, None),
            Some(None) => self.boot(now, by),
        }
    }

    fn ports_exhausted(&self, strangers: u32) -> PoolError {
        let (first, last) = self.settings.runtime_port_range.clone().into_inner();
        PoolError::PortExhausted { first, last, ours: self.ports.held(), strangers }
    }

    /// When somebody who looks every so often from the start on sees what is there from `now` on.
    fn seen_at(&self, start: Time, now: Time) -> Time {
        if !self.rules.has(Rule::ReadinessIsPolled) {
            return now;
        }
        let polls = now.since(start).ns().div_ceil(PROBE_INTERVAL.ns());
        start + Span::from_ns(polls.saturating_mul(PROBE_INTERVAL.ns()))
    }

    /// Nothing of a runtime is left; its port is seen to.
    pub(super) fn forget(&mut self, place: Place<RuntimeId>) {
        let key = self.runtimes.remove(place).key;
        self.key(key).mentions -= 1;
    }

    /// A runtime is gone: its port is free, and the lock of its key forgotten.
    pub(super) fn bury(&mut self, place: Place<RuntimeId>) {
        let (key, port) = (self.runtimes[place].key, self.runtimes[place].port.port);
        self.ports.give_back(port);
        if self.rules.has(Rule::LockGoesWithItsRuntime) {
            self.key(key).lock = None;
        }
        self.forget(place);
    }
}

/// As `memoair-voice` 0.3.2 sleeps between two probes.
const PROBE_INTERVAL: Span = Span::from_ms(100);
