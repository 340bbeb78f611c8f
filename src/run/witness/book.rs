//! The record of all lives, and the laws that can be read off it.

use std::collections::{BTreeMap, VecDeque};

use mock_runtime::witness::{Fact, Record, RequestKind};
use tokio::net::unix::OwnedWriteHalf;

use super::Testimony;
use super::life::{Life, Session};
use super::shadow::Shadow;
use crate::base::{Span, TenantIndex, Time};
use crate::measure::{Breach, Law};
use crate::run::clock::Clock;

/// One worker, as the laws see it.
#[derive(Clone, Debug)]
pub(crate) struct Post {
    /// Whose worker it is.
    pub(crate) tenant: TenantIndex,
    /// Which host it runs on: ports are shared there.
    pub(crate) host: u16,
    /// Runtimes it may have at one instant.
    pub(crate) cap: u32,
    /// How long one of its runtimes may go unused, drain included; absent where leases are held without use.
    pub(crate) idle_limit: Option<Span>,
}

/// The record of all lives.
pub(super) struct Book {
    posts: Vec<Post>,
    tenants: usize,
    clock: Clock,
    /// By the order in which they connected.
    pub(super) lives: BTreeMap<u64, Life>,
    /// The last that are gone, the oldest first.
    pub(super) gone: VecDeque<Life>,
    /// Of pools that cannot be looked into, by post.
    shadows: BTreeMap<usize, Shadow>,
    opened: u64,
    breaches: Vec<Breach>,
    gaps: u64,
    rss_peak: Option<u64>,
    rss_peaks: Vec<u64>,
}

impl Book {
    pub(super) fn new(posts: Vec<Post>, tenants: usize, clock: Clock) -> Self {
        Self {
            posts,
            tenants,
            clock,
            lives: BTreeMap::new(),
            gone: VecDeque::new(),
            shadows: BTreeMap::new(),
            opened: 0,
            breaches: Vec::new(),
            gaps: 0,
            rss_peak: None,
            rss_peaks: vec![0; tenants],
        }
    }

    /// A runtime has connected.
    pub(super) fn open(&mut self, post: usize, line: OwnedWriteHalf) -> u64 {
        let number = self.opened;
        self.opened += 1;
        self.lives.insert(number, Life::new(post, line));
        number
    }

    /// A runtime has said something.
    pub(super) fn enter(&mut self, number: u64, record: Record) {
        let at = self.clock.at_ns(record.at_ns);
        let Some(life) = self.lives.get_mut(&number) else { return };
        self.gaps += record.sequence.saturating_sub(life.next_sequence);
        life.next_sequence = record.sequence + 1;
        match record.fact {
            Fact::Started { pid, user, port, .. } => {
                (life.pid, life.user, life.port, life.last_used, life.born) = (pid, user, port, at, at);
                self.judge_birth(number, at);
                self.shadow(number, at, Shadow::born);
            }
            Fact::Ready { boot, .. } => {
                (life.last_used, life.ready) = (at, Some((at, boot)));
                self.shadow(number, at, |shadow, life| shadow.ready(life));
            }
            Fact::Draining | Fact::Terminating => {
                life.leaves(at);
                self.shadow(number, at, |_, _| ());
            }
            Fact::SessionStarted { session, user } => {
                life.last_used = at;
                life.sessions.entry(session).or_insert(Session { asked: at, took: None, ended: None });
                if user != life.user {
                    let what = format!("the runtime of `{}` was given a session of `{user}`", life.user);
                    self.breach(Law::Memory, number, at, what);
                }
            }
            Fact::Served { what: RequestKind::SessionStart, session } => {
                if let Some(session) = life.sessions.get_mut(&session) {
                    session.took.get_or_insert(at.since(session.asked));
                }
            }
            Fact::Served { .. } => life.last_used = at,
            Fact::SessionEnded { session, .. } => {
                if let Some(session) = life.sessions.get_mut(&session) {
                    session.ended = Some(at);
                }
            }
            Fact::Requested { what, session, known } => {
                life.requested(what, at);
                if !known {
                    let what = format!("the runtime of `{}` was asked in session {session}, not its own", life.user);
                    self.breach(Law::Memory, number, at, what);
                }
            }
            Fact::IdentityRefused { named } => {
                let what = format!("the runtime of `{}` was asked in the name of {named}", life.user);
                self.breach(Law::Memory, number, at, what);
            }
            Fact::BootFailed { .. }
            | Fact::StrayEnd { .. }
            | Fact::Answered { .. }
            | Fact::Saved { .. }
            | Fact::Drained { .. }
            | Fact::Exited { .. } => {}
        }
    }

    pub(super) fn clock(&self) -> Clock {
        self.clock
    }

    /// Records heard so far, of whoever is still there.
    #[cfg(test)]
    pub(super) fn records(&self) -> u64 {
        self.lives.values().map(|life| life.next_sequence).sum()
    }

    /// A line made no sense.
    pub(super) fn lost_a_line(&mut self) {
        self.gaps += 1;
    }

    /// A runtime is gone.
    pub(super) fn ended(&mut self, number: u64) {
        let now = self.clock.now();
        self.judge_idleness(number, now);
        let Some(mut life) = self.lives.remove(&number) else { return };
        life.hang_up();
        if let Some(shadow) = self.shadows.get_mut(&life.post) {
            shadow.gone(&life, now);
            shadow.levels(now, served(&self.lives, life.post));
        }
        if self.gone.len() == GONE_KEPT {
            self.gone.pop_front();
        }
        self.gone.push_back(life);
    }

    /// From now on, tells what the pool of a post must hold.
    pub(super) fn cast_shadow(&mut self, post: usize, shadow: Shadow) {
        self.shadows.insert(post, shadow);
    }

    /// A caller has one operation more, or a call held; or one less.
    pub(super) fn hold(&mut self, post: usize, user: &str, held: bool) {
        let now = self.clock.now();
        let Some(shadow) = self.shadows.get_mut(&post) else { return };
        let count = shadow.held.get(user).copied().unwrap_or(0);
        match if held { count + 1 } else { count.saturating_sub(1) } {
            0 => drop(shadow.held.remove(user)),
            count => drop(shadow.held.insert(user.to_owned(), count)),
        }
        shadow.levels(now, served(&self.lives, post));
    }

    /// Clients are asked to close: whoever goes now goes for that.
    pub(super) fn closing(&mut self) {
        self.shadows.values_mut().for_each(|shadow| shadow.is_closing = true);
    }

    fn shadow(&mut self, number: u64, at: Time, tell: impl FnOnce(&mut Shadow, &Life)) {
        let life = &self.lives[&number];
        if let Some(shadow) = self.shadows.get_mut(&life.post) {
            tell(shadow, life);
            shadow.levels(at, served(&self.lives, life.post));
        }
    }

    pub(super) fn living(&self, tenant: Option<TenantIndex>) -> Vec<u32> {
        let of_tenant = |life: &&Life| tenant.is_none_or(|tenant| self.posts[life.post].tenant == tenant);
        self.lives.values().filter(of_tenant).map(|life| life.pid).filter(|pid| *pid != 0).collect()
    }

    /// Process ids by tenant, for whoever measures them.
    pub(super) fn processes(&self) -> Vec<(TenantIndex, u32)> {
        let process = |life: &Life| (self.posts[life.post].tenant, life.pid);
        self.lives.values().map(process).filter(|(_, pid)| *pid != 0).collect()
    }

    /// What all runtimes hold in memory just now.
    pub(super) fn weighed(&mut self, bytes: &[(TenantIndex, u64)]) {
        let mut by_tenant = vec![0; self.tenants];
        for (tenant, bytes) in bytes {
            by_tenant[tenant.index()] += bytes;
        }
        let total = by_tenant.iter().sum();
        self.rss_peak = self.rss_peak.max(Some(total));
        for (peak, bytes) in self.rss_peaks.iter_mut().zip(by_tenant) {
            *peak = bytes.max(*peak);
        }
    }

    /// The end: whoever is still there has leaked.
    pub(super) fn close(&mut self) -> Testimony {
        let mut survivors = Vec::new();
        let now = self.clock.now();
        let there: Vec<u64> = self.lives.iter().filter(|(_, life)| !life.has_hung_up()).map(|(n, _)| *n).collect();
        for number in there {
            let life = &self.lives[&number];
            survivors.push((self.posts[life.post].tenant, life.pid));
            let what = format!("the runtime of `{}` (process {}) outlived its client", life.user, life.pid);
            self.breach(Law::Survivor, number, now, what);
        }
        Testimony {
            breaches: std::mem::take(&mut self.breaches),
            gaps: self.gaps,
            survivors,
            rss_peak: self.rss_peak,
            rss_peaks: std::mem::take(&mut self.rss_peaks),
        }
    }

    /// Laws 1, 2 and 4, at the moment a runtime reports that it lives.
    fn judge_birth(&mut self, number: u64, at: Time) {
        let newborn = &self.lives[&number];
        let post = &self.posts[newborn.post];
        let others = || self.lives.iter().filter(|(other, life)| **other != number && life.pid != 0);
        let colleagues = || others().filter(|(_, life)| life.post == newborn.post);
        let mut found = Vec::new();
        if colleagues().count() >= post.cap as usize {
            // Some of them may be gone already, their end not read yet: the kernel is asked only in doubt.
            let living = 1 + colleagues().filter(|(_, life)| !life.has_hung_up()).count();
            if living > post.cap as usize {
                found.push((
                    Law::Cap,
                    format!("{living} runtimes of one worker lived at once; the cap is {}", post.cap),
                ));
            }
        }
        let twin = colleagues().find(|(_, life)| life.user == newborn.user && !life.has_hung_up());
        if let Some((_, twin)) = twin {
            let what = format!("processes {} and {} both served `{}`", twin.pid, newborn.pid, newborn.user);
            found.push((Law::Identity, what));
        }
        let rival = others()
            .filter(|(_, life)| self.posts[life.post].host == post.host)
            .find(|(_, life)| life.port == newborn.port && !life.has_hung_up());
        if let Some((_, rival)) = rival {
            let what = format!("processes {} and {} were both given port {}", rival.pid, newborn.pid, newborn.port);
            found.push((Law::Port, what));
        }
        for (law, what) in found {
            self.breach(law, number, at, what);
        }
    }

    /// Law 6, when a runtime is gone.
    fn judge_idleness(&mut self, number: u64, now: Time) {
        let Some(life) = self.lives.get(&number) else { return };
        let Some(limit) = self.posts[life.post].idle_limit else { return };
        let idle = now.since(life.last_used);
        if life.pid != 0 && idle > limit {
            let what = format!("the runtime of `{}` went unused for {:.1} s", life.user, idle.secs_f64());
            self.breach(Law::Idle, number, now, what);
        }
    }

    /// Keeps the first of them in full: a law that breaks a million times must not fill the memory.
    fn breach(&mut self, law: Law, number: u64, at: Time, what: String) {
        if self.breaches.len() < MOST_BREACHES {
            let tenant = self.lives.get(&number).map(|life| self.posts[life.post].tenant);
            self.breaches.push(Breach { law, tenant, at, what });
        }
    }
}

/// The runtimes of a post that live.
fn served(lives: &BTreeMap<u64, Life>, post: usize) -> impl Iterator<Item = &Life> {
    lives.values().filter(move |life| life.post == post && life.pid != 0)
}

/// An answer may reach the harness a moment after the runtime that gave it is gone.
const GONE_KEPT: usize = 256;
const MOST_BREACHES: usize = 1000;
