//! Tells a chronicler how a play goes: what the recorder hears, and what only the pools know.
//!
//! The chronicle ends when the calls do: what happens once the pools are being closed is not in it.

use slotmap::SecondaryMap;

use super::journal::{Entry, Fact, Journal};
use crate::base::{CallerIndex, DrainReason, TenantIndex, Time};
use crate::measure::chronicle::{Chronicle, Chronicler};
use crate::measure::{Event, Mode, Turnover};
use crate::pool::{Key, RuntimeId};
use crate::scenario::Scenario;

/// Listens to a play and has its chronicle written.
#[derive(Debug)]
pub struct Scribe {
    chronicler: Chronicler,
    desks: Vec<Desk>,
    /// By tenant.
    turnover: Vec<Turnover>,
    /// When the first pool was closed; before that, when the last thing happened.
    ended: Time,
    closed: bool,
}

/// What is remembered of one pool.
#[derive(Debug, Default)]
struct Desk {
    callers: Vec<CallerIndex>,
    runtimes: SecondaryMap<RuntimeId, Runtime>,
    /// Who has last asked for room.
    applicant: Option<Key>,
}

#[derive(Clone, Copy, Debug)]
struct Runtime {
    key: Key,
    phase: Phase,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Booting,
    Ready,
    Draining,
}

impl Scribe {
    /// One for a play of this scenario.
    pub fn new(scenario: &Scenario) -> Self {
        let workers = scenario.traffic.tenants.iter().map(|traffic| usize::from(traffic.workers)).sum();
        Self {
            chronicler: scenario.chronicler(),
            desks: (0..workers).map(|_| Desk::default()).collect(),
            turnover: vec![Turnover::default(); scenario.tenants.len()],
            ended: Time::ZERO,
            closed: false,
        }
    }

    /// What was written of the play.
    pub fn finish(self, scenario: &Scenario) -> Chronicle {
        self.chronicler.finish(self.ended, scenario.identity(Mode::Sim))
    }
}

impl Journal for Scribe {
    fn note(&mut self, entry: &Entry) {
        self.closed |= entry.fact == Fact::Closed;
        if self.closed {
            return;
        }
        self.ended = entry.at;
        let desk = &mut self.desks[entry.worker as usize];
        match entry.fact {
            Fact::Rang { caller, key, .. } => desk.knows(key, caller),
            Fact::Waits { key, .. } => desk.applicant = Some(key),
            Fact::Spawned { runtime, key, .. } => {
                self.turn(entry, runtime, Some(Runtime { key, phase: Phase::Booting }));
            }
            Fact::Started { runtime, .. } => self.goes_on(entry, runtime, Phase::Ready),
            Fact::Draining { runtime, reason } => {
                if reason == DrainReason::Lru {
                    self.evicted(entry, runtime);
                }
                self.goes_on(entry, runtime, Phase::Draining);
            }
            Fact::PortTaken { runtime } => {
                desk.applicant = desk.runtimes.get(runtime).map(|runtime| runtime.key);
                self.turn(entry, runtime, None);
            }
            Fact::Drained { runtime } | Fact::Exited { runtime } => self.turn(entry, runtime, None),
            _ => {}
        }
    }

    fn hear(&mut self, event: &Event) {
        // What began before the end belongs to it, whenever it ends.
        let began = match *event {
            Event::Drained { began, .. } | Event::Booted { began, .. } => began <= self.ended,
            _ => false,
        };
        if began || !self.closed {
            self.chronicler.hear(event);
        }
    }
}

impl Scribe {
    fn goes_on(&mut self, entry: &Entry, runtime: RuntimeId, phase: Phase) {
        let known = self.desks[entry.worker as usize].runtimes.get(runtime).copied();
        self.turn(entry, runtime, known.map(|known| Runtime { phase, ..known }));
    }

    /// A runtime is in another phase now, or gone.
    fn turn(&mut self, entry: &Entry, id: RuntimeId, to: Option<Runtime>) {
        let runtimes = &mut self.desks[entry.worker as usize].runtimes;
        let from = match to {
            Some(runtime) => runtimes.insert(id, runtime),
            None => runtimes.remove(id),
        };
        let turnover = &mut self.turnover[entry.tenant.index()];
        let in_phase = |runtime: Option<Runtime>, phase| u32::from(runtime.is_some_and(|now| now.phase == phase));
        turnover.booting = turnover.booting + in_phase(to, Phase::Booting) - in_phase(from, Phase::Booting);
        turnover.draining = turnover.draining + in_phase(to, Phase::Draining) - in_phase(from, Phase::Draining);
        self.chronicler.hear(&Event::Turnover { tenant: entry.tenant, at: entry.at, turnover: *turnover });
    }

    fn evicted(&mut self, entry: &Entry, victim: RuntimeId) {
        let desk = &self.desks[entry.worker as usize];
        let victim = desk.runtimes.get(victim).map(|victim| victim.key);
        let Some((by, victim)) = desk.applicant.zip(victim) else { return };
        let [by, victim] = [by, victim].map(|key| desk.callers[key.0 as usize]);
        let (tenant, at): (TenantIndex, Time) = (entry.tenant, entry.at);
        self.chronicler.hear(&Event::Evicted { tenant, at, by, victim });
    }
}

impl Desk {
    fn knows(&mut self, key: Key, caller: CallerIndex) {
        let place = key.0 as usize;
        if place >= self.callers.len() {
            self.callers.resize(place + 1, caller);
        }
        self.callers[place] = caller;
    }
}
