//! The laws, checked on the whole state: for tests and simulations, at a cost in proportion to the pool.

use std::collections::BTreeSet;

use thiserror::Error;

use super::machine::{Levels, Pool};
use super::ports::PortHolder;
use super::runtime::{Phase, Runtime, RuntimeId, WaiterId};
use super::slab::Place;
use crate::base::Time;

/// A law of the pool that does not hold. Always a bug of ours.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("law {number} is broken: {what}")]
pub struct BrokenLaw {
    /// Its number in the head of the room.
    pub number: u8,
    /// What was seen.
    pub what: String,
}

impl Pool {
    /// Checks everything that must hold between two inputs, at time `now`, when all ticks that were due were given.
    pub fn audit(&self, now: Time) -> Result<(), BrokenLaw> {
        self.audit_levels()?;
        self.audit_keys()?;
        self.audit_leases()?;
        self.audit_ports()?;
        self.audit_claims()?;
        self.audit_deadlines(now)
    }

    fn audit_levels(&self) -> Result<(), BrokenLaw> {
        let count = |wanted: &dyn Fn(&Runtime) -> bool| {
            let there = self.runtimes.places().filter(|place| wanted(&self.runtimes[*place]));
            u32::try_from(there.count()).expect("few runtimes")
        };
        let counted = Levels {
            waiting: count(&|entry| matches!(entry.phase, Phase::Parked | Phase::Queued)),
            booting: count(&|entry| entry.phase == Phase::Booting),
            idle: count(&Runtime::is_idle),
            busy: count(&|entry| entry.phase == Phase::Ready && entry.leases > 0),
            draining: count(&|entry| matches!(entry.phase, Phase::Draining(_))),
        };
        ensure(1, counted == self.levels, || format!("counted {counted:?}, kept {:?}", self.levels))?;
        let cap = self.settings.max_concurrent_users;
        ensure(1, counted.live() <= cap, || format!("{} runtimes live, cap {cap}", counted.live()))?;
        let free = self.free_slots;
        ensure(1, counted.live() + free == cap, || {
            format!("{} runtimes live, {free} of {cap} slots free", counted.live())
        })
    }

    fn audit_keys(&self) -> Result<(), BrokenLaw> {
        let filed = self.keys.iter().flat_map(|state| [state.current, state.draining]).flatten();
        ensure(2, filed.count() == self.runtimes.places().count(), || {
            "a runtime is filed under no key or two".to_owned()
        })?;
        for (index, state) in self.keys.iter().enumerate() {
            let owned = [state.current, state.draining].into_iter().flatten();
            let own =
                owned.clone().all(|place| self.runtimes.is_taken(place) && self.runtimes[place].key.index() == index);
            ensure(2, own, || format!("key {index} points at a runtime that is not its own"))?;
            let parked = state.current.is_some_and(|place| self.runtimes[place].phase == Phase::Parked);
            ensure(2, parked == (state.draining.is_some() && state.current.is_some()), || {
                format!("key {index}: a successor waits exactly while its predecessor drains")
            })?;
        }
        Ok(())
    }

    fn audit_leases(&self) -> Result<(), BrokenLaw> {
        for place in self.runtimes.places() {
            let (id, entry) = (self.runtimes.id(place), &self.runtimes[place]);
            let leases = self.leases.places().filter(|lease| self.leases[*lease] == id).count();
            if entry.phase == Phase::Ready {
                ensure(3, leases == entry.leases as usize, || format!("{leases} leases, {} counted", entry.leases))?;
            }
        }
        let idle = self.idle.places(&self.phase_links);
        let resting = |place: &Place<RuntimeId>| self.runtimes.is_taken(*place) && self.runtimes[*place].is_idle();
        ensure(3, idle.iter().all(resting), || "a busy runtime stands among the idle ones".to_owned())?;
        ensure(3, idle.len() == self.levels.idle as usize, || "an idle runtime is missing from the list".to_owned())?;
        let sorted = idle.is_sorted_by_key(|place| self.runtimes[*place].since);
        ensure(3, sorted, || "idle runtimes are not in the order of their last use".to_owned())
    }

    fn audit_ports(&self) -> Result<(), BrokenLaw> {
        let holders = self.ports.holders();
        let ports: BTreeSet<u16> = holders.iter().map(|(port, _)| *port).collect();
        ensure(4, ports.len() == holders.len(), || "a port has two holders".to_owned())?;
        let size = self.settings.runtime_port_range.len();
        let all = holders.len() + self.ports.free();
        ensure(4, all == size, || format!("{all} of {size} ports are accounted for"))?;
        let held = holders.iter().filter(|(_, holder)| matches!(holder, PortHolder::Runtime(_))).count();
        ensure(4, held == self.levels.live() as usize, || format!("{held} ports held by runtimes"))?;
        let matching = |(port, holder): &(u16, PortHolder)| match holder {
            PortHolder::Runtime(id) => {
                self.runtimes.find(*id).is_some_and(|place| self.runtimes[place].port == Some(*port))
            }
            PortHolder::Stranger(_) => true,
        };
        ensure(4, holders.iter().all(matching), || "a port's holder holds another port".to_owned())
    }

    fn audit_claims(&self) -> Result<(), BrokenLaw> {
        let Levels { waiting, draining, .. } = self.levels;
        let slots = self.settings.max_concurrent_users - self.levels.live() + draining;
        ensure(5, waiting <= slots, || format!("{waiting} claims on {slots} slots"))?;
        let ports = self.ports.free() as u64 + u64::from(draining);
        ensure(5, u64::from(waiting) <= ports, || format!("{waiting} claims on {ports} ports"))?;
        let lists =
            self.runtimes.places().map(|place| (place, self.runtimes[place].waiters.places(&self.waiter_links)));
        let lists: Vec<_> = lists.collect();
        let listed: usize = lists.iter().map(|(_, waiters)| waiters.len()).sum();
        let own = |waiter: &Place<WaiterId>, runtime| {
            self.waiters.is_taken(*waiter) && self.waiters[*waiter].runtime == runtime
        };
        let own = lists.iter().all(|(runtime, waiters)| waiters.iter().all(|waiter| own(waiter, *runtime)));
        ensure(5, own && listed == self.waiters.places().count(), || {
            "somebody waits for a runtime that is gone".to_owned()
        })?;
        let could_start =
            !self.queue.is_empty() && self.levels.live() < self.settings.max_concurrent_users && self.ports.free() > 0;
        ensure(5, !could_start, || "a queued boot has slot and port and is not started".to_owned())
    }

    fn audit_deadlines(&self, now: Time) -> Result<(), BrokenLaw> {
        let overdue = self.next_wake().is_some_and(|wake| wake < now);
        ensure(6, !overdue, || "a boot or an idle runtime has outlived its time".to_owned())
    }
}

fn ensure(number: u8, holds: bool, what: impl FnOnce() -> String) -> Result<(), BrokenLaw> {
    if holds { Ok(()) } else { Err(BrokenLaw { number, what: what() }) }
}
