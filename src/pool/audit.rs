//! The laws, checked on the whole state: for tests and simulations, at a cost in proportion to the pool.

use std::collections::BTreeSet;

use thiserror::Error;

use super::machine::{Levels, Pool};
use super::ports::PortHolder;
use super::runtime::{Phase, RuntimeId};
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
        let count = |wanted: &dyn Fn(RuntimeId) -> bool| {
            u32::try_from(self.runtimes.keys().filter(|runtime| wanted(*runtime)).count()).expect("few runtimes")
        };
        let phase = |runtime: RuntimeId| self.runtimes[runtime].phase;
        let counted = Levels {
            waiting: count(&|id| matches!(phase(id), Phase::Parked | Phase::Queued)),
            booting: count(&|id| phase(id) == Phase::Booting),
            idle: count(&|id| phase(id) == Phase::Ready && self.runtimes[id].leases == 0),
            busy: count(&|id| phase(id) == Phase::Ready && self.runtimes[id].leases > 0),
            draining: count(&|id| matches!(phase(id), Phase::Draining(_))),
        };
        ensure(1, counted == self.levels, || format!("counted {counted:?}, kept {:?}", self.levels))?;
        let cap = self.settings.max_concurrent_users;
        ensure(1, counted.live() <= cap, || format!("{} runtimes live, cap {cap}", counted.live()))
    }

    fn audit_keys(&self) -> Result<(), BrokenLaw> {
        let filed = self.keys.iter().flat_map(|state| [state.current, state.draining]).flatten();
        let filed: Vec<RuntimeId> = filed.collect();
        ensure(2, filed.len() == self.runtimes.len(), || "a runtime is filed under no key or two".to_owned())?;
        for (index, state) in self.keys.iter().enumerate() {
            let owned = [state.current, state.draining].into_iter().flatten();
            let own = owned.clone().all(|id| self.runtimes.get(id).is_some_and(|entry| entry.key.index() == index));
            ensure(2, own, || format!("key {index} points at a runtime that is not its own"))?;
            let parked = state.current.is_some_and(|id| self.runtimes[id].phase == Phase::Parked);
            ensure(2, parked == (state.draining.is_some() && state.current.is_some()), || {
                format!("key {index}: a successor waits exactly while its predecessor drains")
            })?;
        }
        Ok(())
    }

    fn audit_leases(&self) -> Result<(), BrokenLaw> {
        for (id, entry) in &self.runtimes {
            let leases = self.leases.values().filter(|runtime| **runtime == id).count();
            if entry.phase == Phase::Ready {
                ensure(3, leases == entry.leases as usize, || format!("{leases} leases, {} counted", entry.leases))?;
            }
        }
        let idle = self.idle.keys(&self.runtimes);
        let resting = |id: &RuntimeId| self.runtimes[*id].phase == Phase::Ready && self.runtimes[*id].leases == 0;
        ensure(3, idle.iter().all(resting), || "a busy runtime stands among the idle ones".to_owned())?;
        ensure(3, idle.len() == self.levels.idle as usize, || "an idle runtime is missing from the list".to_owned())?;
        let sorted = idle.is_sorted_by_key(|id| self.runtimes[*id].since);
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
            PortHolder::Runtime(id) => self.runtimes.get(*id).is_some_and(|entry| entry.port == Some(*port)),
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
        let orphan = self.waiters.values().find(|waiter| !self.runtimes.contains_key(waiter.runtime));
        ensure(5, orphan.is_none(), || "somebody waits for a runtime that is gone".to_owned())?;
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
