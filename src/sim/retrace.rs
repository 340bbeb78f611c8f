//! What led to a broken law: the play is played again, and this time listened to.
//!
//! A play is a function of its scenario, so the books need not remember anything while it goes well.

use std::collections::VecDeque;
use std::sync::Arc;

use super::engine::Simulation;
use super::journal::{Entry, Fact, Journal, Listener};
use super::laws::Culprit;
use super::parts;
use crate::base::{CallerIndex, TenantIndex, Time};
use crate::pool::{Key, RuntimeId};
use crate::scenario::Scenario;

/// What happened to a runtime, or to a caller, before a law was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// Whose worker.
    pub tenant: TenantIndex,
    /// The worker's place among those of all tenants, from 0.
    pub worker: u32,
    /// The runtime the law was broken with, if it was one.
    pub runtime: Option<RuntimeId>,
    /// The caller it was broken with, if he is known.
    pub caller: Option<CallerIndex>,
    /// The last things that happened to either, or to the whole pool where it was neither; the oldest first.
    pub last: Vec<Entry>,
}

/// Plays the scenario again and tells what led to the first broken law; nothing where none is broken.
pub fn retrace(scenario: &Arc<Scenario>) -> Option<Story> {
    retell(scenario, |_| {})
}

/// The same of a play that is prepared before it begins.
pub(super) fn retell(scenario: &Arc<Scenario>, prepare: impl Fn(&mut Simulation<'_>)) -> Option<Story> {
    let part = parts::whole(scenario);
    let mut first = Simulation::new(&part, Listener::default());
    prepare(&mut first);
    first.play_out();
    let breaches = (0..)
        .zip(&first.desks)
        .filter_map(|(worker, desk)| Some((desk.books.breach.as_ref()?.at, worker, &desk.books)));
    let (until, worker, books) = breaches.min_by_key(|(at, worker, _)| (*at, *worker))?;
    let (culprit, tenant) = (books.culprit, first.desks[worker as usize].tenant);
    let mut keeper = Keeper { worker, culprit, until, caller: None, last: VecDeque::new() };
    let mut second = Simulation::new(&part, Listener(Some(&mut keeper)));
    prepare(&mut second);
    second.play_out();
    drop(second);
    let Keeper { caller, last, .. } = keeper;
    Some(Story { tenant, worker, runtime: culprit.runtime, caller, last: last.into() })
}

/// Keeps the last facts about whom a law was broken with.
struct Keeper {
    worker: u32,
    culprit: Culprit,
    until: Time,
    caller: Option<CallerIndex>,
    last: VecDeque<Entry>,
}

impl Journal for Keeper {
    fn note(&mut self, entry: &Entry) {
        if entry.worker != self.worker || entry.at > self.until || !self.concerns(&entry.fact) {
            return;
        }
        if let Fact::Rang { caller, .. } = entry.fact {
            self.caller = self.culprit.key.map(|_| caller);
        }
        if self.last.len() == KEPT {
            self.last.pop_front();
        }
        self.last.push_back(*entry);
    }
}

impl Keeper {
    fn concerns(&self, fact: &Fact) -> bool {
        let (runtime, key) = whom(fact);
        let same_runtime = self.culprit.runtime.is_some() && self.culprit.runtime == runtime;
        let same_key = self.culprit.key.is_some() && self.culprit.key == key;
        same_runtime || same_key || self.culprit == Culprit::default()
    }
}

/// The runtime and the caller a fact is about.
fn whom(fact: &Fact) -> (Option<RuntimeId>, Option<Key>) {
    match *fact {
        Fact::Reused { key, runtime, .. } | Fact::Granted { key, runtime, .. } | Fact::Spawned { runtime, key, .. } => {
            (Some(runtime), Some(key))
        }
        Fact::Rang { key, .. }
        | Fact::HungUp { key, .. }
        | Fact::Waits { key, .. }
        | Fact::Refused { key, .. }
        | Fact::Cancelled { key, .. }
        | Fact::Denied { key, .. } => (None, Some(key)),
        Fact::Released { runtime, .. }
        | Fact::PortTaken { runtime }
        | Fact::Started { runtime, .. }
        | Fact::Draining { runtime, .. }
        | Fact::Drained { runtime }
        | Fact::Exited { runtime } => (Some(runtime), None),
        Fact::Ticked | Fact::Closed => (None, None),
    }
}

/// Enough to see a runtime's whole life in most cases.
const KEPT: usize = 20;
