//! The ledger: what arrived, for whoever has to judge whether anything was lost, doubled or mixed up.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::events::{Checked, EventFact};
use super::fingerprint::Fingerprint;
use super::site::Site;

/// Reads what a cloud has taken in. Outlives the cloud; clones read the same book. Every lookup by id takes constant
/// time, and a saved turn costs about a hundred bytes, its texts not among them.
#[derive(Clone)]
pub struct Ledger(Arc<Site>);

/// How often a turn arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnDelivery {
    /// The caller under whom it arrived first.
    pub user: Arc<str>,
    /// Distinct events that were accepted for it. More than one means that it was saved twice.
    pub accepted: u32,
    /// Deliveries that were recognised as events the cloud had already.
    pub redelivered: u32,
}

/// What is known of a session.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionRecord {
    /// The caller under whom it arrived first.
    pub user: Arc<str>,
    /// Times it started: 0 where turns of a session arrived that never did.
    pub starts: u32,
    /// The caller's name, as its start told it.
    pub name: Option<String>,
    /// The caller's metadata, as its start told it.
    pub metadata: Option<Map<String, Value>>,
    /// Turns that belong to it.
    pub turns: u32,
    /// Times it ended.
    pub ends: u32,
    /// The reason its first end gave.
    pub end_reason: Option<String>,
}

/// Sums over a project.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Events that were new.
    pub accepted: u64,
    /// Events that were recognised.
    pub redelivered: u64,
    /// Turns with at least one accepted event.
    pub turns: u64,
    /// Turns with more than one.
    pub turns_doubled: u64,
    /// Accepted `session_start` events.
    pub session_starts: u64,
    /// Accepted `session_end` events.
    pub session_ends: u64,
}

impl Ledger {
    pub(super) fn new(site: Arc<Site>) -> Self {
        Self(site)
    }

    /// How often a turn arrived; nothing where it never did.
    pub fn turn(&self, project: &str, turn: &str) -> Option<TurnDelivery> {
        let id = Fingerprint::of(&[turn.as_bytes()]);
        self.0.registry.lock().project(project)?.arrivals.turns.get(&id).cloned()
    }

    /// What is known of a session; nothing where no event of it arrived.
    pub fn session(&self, project: &str, session: &str) -> Option<SessionRecord> {
        self.0.registry.lock().project(project)?.arrivals.sessions.get(session).cloned()
    }

    /// Sums over a project; nothing where the account has no such project.
    pub fn totals(&self, project: &str) -> Option<Totals> {
        Some(self.0.registry.lock().project(project)?.arrivals.totals)
    }

    /// Calls by name (`projects`, `agents`, `bootstrap`, `events`, `index.create`, `index.list`, `other`), refused ones
    /// included.
    pub fn calls(&self) -> BTreeMap<&'static str, u64> {
        self.0.tally.lock().calls.clone()
    }

    /// Refused calls by code, for example `cloud.forbidden`.
    pub fn refusals(&self) -> BTreeMap<&'static str, u64> {
        self.0.tally.lock().refusals.clone()
    }
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger").field("calls", &self.calls()).field("refusals", &self.refusals()).finish()
    }
}

/// Counts of calls over all projects.
#[derive(Debug, Default)]
pub(super) struct Tally {
    calls: BTreeMap<&'static str, u64>,
    refusals: BTreeMap<&'static str, u64>,
}

impl Tally {
    pub(super) fn note(&mut self, call: &'static str, refusal: Option<&'static str>) {
        *self.calls.entry(call).or_default() += 1;
        if let Some(code) = refusal {
            *self.refusals.entry(code).or_default() += 1;
        }
    }
}

/// What arrived for one project.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    events: HashSet<Fingerprint>,
    turns: HashMap<Fingerprint, TurnDelivery>,
    sessions: HashMap<String, SessionRecord>,
    totals: Totals,
}

impl Arrivals {
    /// Writes an event down; false where it was there already.
    pub(super) fn note(&mut self, user: &Arc<str>, event: &Checked) -> bool {
        let new = self.events.insert(event.id);
        if new {
            self.totals.accepted += 1;
            self.note_in_session(user, event);
        } else {
            self.totals.redelivered += 1;
        }
        if let EventFact::Turn { id, .. } = &event.fact {
            self.note_turn(user, *id, new);
        }
        new
    }

    fn note_turn(&mut self, user: &Arc<str>, turn: Fingerprint, new: bool) {
        match self.turns.entry(turn) {
            Entry::Occupied(entry) if !new => entry.into_mut().redelivered += 1,
            Entry::Occupied(entry) => {
                let delivery = entry.into_mut();
                delivery.accepted += 1;
                self.totals.turns_doubled += u64::from(delivery.accepted == 2);
            }
            Entry::Vacant(entry) if new => {
                entry.insert(TurnDelivery { user: Arc::clone(user), accepted: 1, redelivered: 0 });
                self.totals.turns += 1;
            }
            // An old event id with another turn in it: the first delivery stands.
            Entry::Vacant(_) => {}
        }
    }

    fn note_in_session(&mut self, user: &Arc<str>, event: &Checked) {
        if !self.sessions.contains_key(&event.session) {
            self.sessions.insert(event.session.clone(), SessionRecord::of(user));
        }
        let record = self.sessions.get_mut(&event.session).expect("it was inserted just above");
        match &event.fact {
            EventFact::SessionStarted { name, metadata } => {
                record.starts += 1;
                self.totals.session_starts += 1;
                record.name = name.clone().or(record.name.take());
                record.metadata = metadata.clone().or(record.metadata.take());
            }
            EventFact::Turn { .. } => record.turns += 1,
            EventFact::SessionEnded { reason } => {
                record.ends += 1;
                self.totals.session_ends += 1;
                record.end_reason = record.end_reason.take().or(reason.clone());
            }
        }
    }
}

impl SessionRecord {
    fn of(user: &Arc<str>) -> Self {
        let user = Arc::clone(user);
        Self { user, starts: 0, name: None, metadata: None, turns: 0, ends: 0, end_reason: None }
    }
}
