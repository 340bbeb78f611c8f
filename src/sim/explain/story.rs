//! The story of one pool, fact by fact.

use slotmap::SecondaryMap;

use super::person::{Person, Stage, Wanted};
use super::recency::Recency;
use super::{Ledger, ms};
use crate::base::{DrainReason, Time};
use crate::measure::log::{Applicant, BootReason, Happening, Shortage};
use crate::pool::{Key, RuntimeId};
use crate::sim::journal::Fact;
use crate::workload::speech::user_id;

/// What is remembered of one pool.
#[derive(Debug, Default)]
pub(super) struct Story {
    people: Vec<Option<Person>>,
    lives: SecondaryMap<RuntimeId, Life>,
    recency: Recency,
    /// Callers with a lease, or waiting for one: no victims, whatever the cap.
    in_use: u32,
    /// Boots that wait for room.
    claims: u32,
    existing: u32,
    draining: u32,
    /// Whose boot has last asked for room, and for which call.
    applicant: Option<(Key, u64)>,
}

/// A runtime that exists.
#[derive(Clone, Copy, Debug)]
struct Life {
    number: u64,
    key: Key,
    leases: u32,
    ready: bool,
}

impl Story {
    /// Goes on with the fact, and says it in words.
    pub(super) fn tell(&mut self, at: Time, fact: &Fact, ledger: &mut Ledger) -> Happening {
        // Whoever was used so long ago would have been reaped under any cap.
        self.recency.drop_while(|used| ledger.settings.reaped_at(Time::ZERO, used) < at);
        match *fact {
            Fact::Rang { number: call, caller, key } => {
                self.rang(key, Person::new(caller));
                Happening::Rang { caller: self.name(key), call }
            }
            Fact::HungUp { number: call, key } => Happening::HungUp { caller: self.name(key), call },
            Fact::Reused { number: call, key, runtime } => {
                let reuse_from_cap = self.begin_use(key);
                self.lives[runtime].leases += 1;
                Happening::Reused { caller: self.name(key), call, runtime: self.lives[runtime].number, reuse_from_cap }
            }
            Fact::Waits { number: call, key } => {
                let joins = self.waits(at, key, call, ledger);
                Happening::Waits { caller: self.name(key), call, joins }
            }
            Fact::Refused { number: call, key, error } => {
                Happening::Refused { caller: self.name(key), call, error: error.code() }
            }
            Fact::Cancelled { number: call, key } => {
                self.end_use(at, key);
                Happening::Cancelled { caller: self.name(key), call }
            }
            Fact::Denied { number: call, key, error } => {
                self.end_use(at, key);
                Happening::Denied { caller: self.name(key), call, error: error.code() }
            }
            Fact::Granted { number: call, key, runtime, admission } => {
                self.lives[runtime].leases += 1;
                let runtime = self.lives[runtime].number;
                Happening::Granted { caller: self.name(key), call, runtime, admission: admission.into() }
            }
            Fact::Released { number: call, key, runtime } => {
                let runtime = self.released(at, key, runtime);
                Happening::Released { caller: self.name(key), call, runtime }
            }
            Fact::Spawned { runtime, key, port } => self.spawned(runtime, key, port, ledger),
            Fact::PortTaken { runtime } => self.port_taken(runtime),
            Fact::Started { runtime, kind } => {
                let Life { number, key, .. } = self.started(at, runtime, ledger);
                Happening::Started { runtime: number, caller: self.name(key), boot: kind.into() }
            }
            Fact::Draining { runtime, reason } => self.drain_ordered(at, runtime, reason, ledger),
            Fact::Drained { runtime } => {
                self.draining -= 1;
                let Life { number, key, .. } = self.buried(runtime);
                Happening::Drained { runtime: number, caller: self.name(key) }
            }
            Fact::Exited { runtime } => {
                self.lost(at, runtime, ledger);
                let Life { number, key, .. } = self.buried(runtime);
                Happening::Exited { runtime: number, caller: self.name(key) }
            }
            Fact::Ticked => Happening::Ticked,
            Fact::Closed => Happening::Closed,
        }
    }
}

/// Callers.
impl Story {
    /// A key that stands for somebody else from now on forgets whom it stood for; his place stays.
    fn rang(&mut self, key: Key, person: Person) {
        let index = key.0 as usize;
        if index >= self.people.len() {
            self.people.resize_with(index + 1, || None);
        }
        let known = self.people[index].as_ref().is_some_and(|known| known.caller == person.caller);
        if !known {
            self.people[index] = Some(person);
        }
    }

    /// The caller is used. In a pool of which cap, or a larger one, he would have had a runtime all along.
    fn begin_use(&mut self, key: Key) -> Option<u32> {
        let others = self.in_use;
        let person = self.person(key);
        person.uses += 1;
        if person.uses > 1 {
            return Some(1);
        }
        let place = person.place.take();
        self.in_use += 1;
        let since = place.and_then(|place| self.recency.leave(place))?;
        Some(1 + others + since)
    }

    /// One use less. Who has, or is getting, a runtime takes the last place in the order.
    fn end_use(&mut self, at: Time, key: Key) {
        let person = self.person(key);
        person.uses -= 1;
        if person.uses > 0 {
            return;
        }
        let stage = person.stage;
        self.in_use -= 1;
        match stage {
            Stage::Booting | Stage::Ready => {
                let place = self.recency.take(at);
                self.person(key).place = Some(place);
            }
            Stage::Claimed => {
                self.claims -= 1;
                let person = self.person(key);
                (person.stage, person.wanted) = (Stage::Absent, None);
            }
            Stage::Absent => {}
        }
    }

    /// A lease was asked for where no runtime is ready. Whether a boot is under way already.
    fn waits(&mut self, at: Time, key: Key, call: u64, ledger: &Ledger) -> bool {
        let used = self.person(key).place.map(|place| place.at);
        let cap = self.begin_use(key);
        let person = self.person(key);
        if person.is_booting() {
            return true;
        }
        let evicted = matches!(person.past, BootReason::Evicted { .. });
        let lasting = used.is_some_and(|used| ledger.settings.reaped_at(Time::ZERO, used) > at);
        let reuse_from_cap = cap.filter(|_| evicted && lasting);
        person.wanted = Some(Wanted { call, cause: person.past.clone(), reuse_from_cap });
        person.stage = Stage::Claimed;
        self.claims += 1;
        self.applicant = Some((key, call));
        false
    }

    /// The number of the runtime, if it is still there.
    fn released(&mut self, at: Time, key: Key, runtime: RuntimeId) -> Option<u64> {
        let life = self.lives.get_mut(runtime)?;
        let number = life.number;
        // A lease on a runtime that is being drained under it has ended already.
        if life.leases > 0 {
            life.leases -= 1;
            self.end_use(at, key);
        }
        Some(number)
    }

    fn person(&mut self, key: Key) -> &mut Person {
        self.people[key.0 as usize].as_mut().expect("who has a key has rung")
    }

    fn name(&mut self, key: Key) -> String {
        user_id(self.person(key).caller)
    }
}

/// Runtimes.
impl Story {
    fn spawned(&mut self, runtime: RuntimeId, key: Key, port: u16, ledger: &mut Ledger) -> Happening {
        ledger.runtimes += 1;
        let number = ledger.runtimes;
        self.claims -= 1;
        self.existing += 1;
        self.lives.insert(runtime, Life { number, key, leases: 0, ready: false });
        let person = self.person(key);
        person.stage = Stage::Booting;
        let Wanted { call, cause, reuse_from_cap } = person.wanted.clone().expect("no boot that nobody wants");
        Happening::Spawned { runtime: number, caller: self.name(key), call, port, cause, reuse_from_cap }
    }

    /// No process was started: the boot waits for room once more.
    fn port_taken(&mut self, runtime: RuntimeId) -> Happening {
        let Life { number, key, .. } = self.buried(runtime);
        let person = self.person(key);
        person.stage = Stage::Claimed;
        let call = person.wanted.as_ref().map(|wanted| wanted.call);
        self.claims += 1;
        self.applicant = call.map(|call| (key, call));
        Happening::PortTaken { runtime: number, caller: self.name(key) }
    }

    fn started(&mut self, at: Time, runtime: RuntimeId, ledger: &mut Ledger) -> Life {
        let life = &mut self.lives[runtime];
        life.ready = true;
        let life = *life;
        let person = self.person(life.key);
        person.stage = Stage::Ready;
        person.account(ledger);
        // Nobody waited for it any more: it is idle from now on.
        if person.uses == 0 {
            let forsaken = person.place.take();
            forsaken.map(|place| self.recency.leave(place));
            let place = self.recency.take(at);
            self.person(life.key).place = Some(place);
        }
        life
    }

    fn drain_ordered(&mut self, at: Time, runtime: RuntimeId, reason: DrainReason, ledger: &mut Ledger) -> Happening {
        let Life { number, key, .. } = self.lives[runtime];
        let idle_ms = self.person(key).place.map(|place| at.since(place.at).ms_f64());
        let evicted_for = (reason == DrainReason::Lru).then(|| self.applicant(ledger)).flatten();
        match (reason, &evicted_for) {
            (_, Some(by)) => self.evicted(at, runtime, by.clone(), ledger),
            _ => self.lost(at, runtime, ledger),
        }
        let person = self.person(key);
        if reason == DrainReason::Idle {
            person.past = BootReason::Idle { at_ms: ms(at), runtime: number };
        }
        self.draining += 1;
        Happening::Draining { runtime: number, caller: self.name(key), reason: reason.into(), idle_ms, evicted_for }
    }

    /// Who asked for room just now, and what there was too little of.
    fn applicant(&mut self, ledger: &Ledger) -> Option<Applicant> {
        let (key, call) = self.applicant?;
        let slots_short = self.claims + self.existing > ledger.settings.max_concurrent_users + self.draining;
        let want = if slots_short { Shortage::Slot } else { Shortage::Port };
        Some(Applicant { caller: self.name(key), call, want })
    }

    /// Its caller keeps his place: a larger pool would have kept him.
    fn evicted(&mut self, at: Time, runtime: RuntimeId, by: Applicant, ledger: &mut Ledger) {
        let Life { number, key, .. } = self.lives[runtime];
        let person = self.person(key);
        person.stage = Stage::Absent;
        person.account(ledger);
        person.past = BootReason::Evicted { at_ms: ms(at), runtime: number, by };
    }

    /// The runtime is gone, or going, for reasons that no cap would change.
    fn lost(&mut self, at: Time, runtime: RuntimeId, ledger: &mut Ledger) {
        let life = &mut self.lives[runtime];
        let leases = std::mem::take(&mut life.leases);
        let Life { number, key, ready, .. } = *life;
        let person = self.person(key);
        person.uses -= leases;
        person.stage = Stage::Absent;
        person.account(ledger);
        let (at_ms, runtime) = (ms(at), number);
        person.past =
            if ready { BootReason::Crashed { at_ms, runtime } } else { BootReason::BootFailed { at_ms, runtime } };
        let (is_over, place) = (leases > 0 && person.uses == 0, person.place.take());
        self.in_use -= u32::from(is_over);
        place.map(|place| self.recency.leave(place));
    }

    fn buried(&mut self, runtime: RuntimeId) -> Life {
        self.existing -= 1;
        self.lives.remove(runtime).expect("a process is buried once")
    }
}

impl Person {
    /// The boot under way, if there is one, has come to an end: it is counted.
    fn account(&mut self, ledger: &mut Ledger) {
        if let Some(Wanted { cause, reuse_from_cap, .. }) = self.wanted.take() {
            ledger.boots.count(&cause, reuse_from_cap);
        }
    }
}
