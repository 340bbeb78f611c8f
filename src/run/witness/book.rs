//! The record of all lives, and the laws that can be read off it.

use std::collections::{BTreeMap, VecDeque};

use mock_runtime::witness::{Fact, Record, RequestKind};
use tokio::net::unix::OwnedWriteHalf;

use super::Testimony;
use super::finder::{Finder, Slow};
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
    /// After so long an idle runtime may go.
    pub(crate) ttl: Span,
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
    /// Callers with an operation under way or a call held, by post, and how many.
    held: BTreeMap<(usize, String), u32>,
    /// Clients were asked to close.
    is_closing: bool,
    finder: Finder,
    opened: u64,
    reported: u64,
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
            held: BTreeMap::new(),
            is_closing: false,
            finder: Finder::default(),
            opened: 0,
            reported: 0,
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
                self.reported += 1;
                (life.pid, life.user, life.port, life.last_used, life.born) = (pid, user, port, at, at);
                self.judge_birth(number, at);
                self.shadow(number, at, Shadow::born);
                self.finder.born(self.posts[self.lives[&number].post].tenant, (number, &self.lives[&number]));
            }
            Fact::Ready { boot, .. } => {
                (life.last_used, life.ready) = (at, Some((at, boot)));
                self.shadow(number, at, |shadow, life| shadow.ready(life));
            }
            Fact::Draining => {
                life.flushed.get_or_insert(at);
                self.leaves(number, at);
            }
            Fact::Terminating => {
                life.terminating.get_or_insert(at);
                self.leaves(number, at);
            }
            Fact::StrayEnd { session } => self.finder.stray_end(life, session, at),
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
            Fact::Served { what, .. } => life.served(what, at),
            Fact::SessionEnded { session, .. } => {
                if let Some(session) = life.sessions.get_mut(&session) {
                    session.ended = Some(at);
                }
            }
            Fact::Requested { what, session, known } => {
                life.requested(what, at, known);
                if !known {
                    self.accuse_of_session(number, what, &session, at);
                    let life = &self.lives[&number];
                    let what = format!("the runtime of `{}` was asked in session {session}, not its own", life.user);
                    self.breach(Law::Memory, number, at, what);
                }
            }
            Fact::IdentityRefused { named } => {
                let what = format!("the runtime of `{}` was asked in the name of {named}", life.user);
                self.breach(Law::Memory, number, at, what);
            }
            Fact::BootFailed { .. }
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
    pub(super) fn ended(&mut self, number: u64, now: Time) {
        self.judge_idleness(number, now);
        let Some(mut life) = self.lives.remove(&number) else { return };
        life.hang_up();
        self.accuse_at_the_end((number, &life), now);
        if let Some(shadow) = self.shadows.get_mut(&life.post) {
            shadow.gone(&life, now);
            let post = life.post;
            shadow.levels(now, served(&self.lives, post), |user| self.held.contains_key(&(post, user.to_owned())));
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
        let key = (post, user.to_owned());
        let count = self.held.get(&key).copied().unwrap_or(0);
        match if held { count + 1 } else { count.saturating_sub(1) } {
            0 => drop(self.held.remove(&key)),
            count => drop(self.held.insert(key, count)),
        }
        if let Some(shadow) = self.shadows.get_mut(&post) {
            shadow.levels(now, served(&self.lives, post), |user| self.held.contains_key(&(post, user.to_owned())));
        }
    }

    /// Clients are asked to close: whoever goes now goes for that.
    pub(super) fn closing(&mut self) {
        self.is_closing = true;
        self.shadows.values_mut().for_each(|shadow| shadow.is_closing = true);
    }

    /// A caller hung up in the middle of an operation.
    pub(super) fn hung_up(&mut self, post: usize, user: &str) {
        self.finder.hung_up(post, user, self.clock.now());
    }

    /// An operation took long.
    pub(super) fn slow(&mut self, slow: Slow) {
        self.finder.slow(slow);
    }

    /// Its end begins: it is noted who else could have gone.
    fn leaves(&mut self, number: u64, at: Time) {
        let post = self.lives[&number].post;
        let idle = |life: &Life| !self.held.contains_key(&(post, life.user.clone())) && life.leaving.is_none();
        let rivals = self.lives.iter().filter(|(other, life)| **other != number && life.post == post && idle(life));
        let rivals: Vec<u64> = rivals.map(|(other, _)| *other).collect();
        let life = self.lives.get_mut(&number).expect("it has just said something");
        if life.leaving.is_none() {
            life.rivals = rivals;
        }
        life.leaves(at);
        self.shadow(number, at, |_, _| ());
    }

    /// What can be said of a runtime's end when it has come: by then everybody's news of before it are here.
    fn accuse_at_the_end(&mut self, (number, life): (u64, &Life), now: Time) {
        let post = &self.posts[life.post];
        let tenant = post.tenant;
        if life.pid != 0 {
            self.finder.departed(tenant, (number, life), now);
        }
        let Some(at) = life.flushed.filter(|_| !self.is_closing) else { return };
        if at.since(life.last_used) >= post.ttl {
            return;
        }
        let gone = |number: &u64| self.lives.get(number);
        let rivals = life.rivals.iter().filter_map(gone).filter(|rival| !rival.is_asked_within(SOON, at));
        self.finder.evicted(life, at, rivals);
    }

    fn accuse_of_session(&mut self, number: u64, what: RequestKind, session: &str, at: Time) {
        let life = &self.lives[&number];
        let all = self.lives.values().chain(self.gone.iter().rev());
        let origin = all.into_iter().find(|other| other.pid != life.pid && other.sessions.contains_key(session));
        let tenant = self.posts[life.post].tenant;
        self.finder.stale_session(tenant, (number, life), (what, session, at), origin);
    }

    fn shadow(&mut self, number: u64, at: Time, tell: impl FnOnce(&mut Shadow, &Life)) {
        let life = &self.lives[&number];
        if let Some(shadow) = self.shadows.get_mut(&life.post) {
            tell(shadow, life);
            let post = life.post;
            shadow.levels(at, served(&self.lives, post), |user| self.held.contains_key(&(post, user.to_owned())));
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
            self.finder.left_behind(self.posts[life.post].tenant, (number, life), now);
            let what = format!("the runtime of `{}` (process {}) outlived its client", life.user, life.pid);
            self.breach(Law::Survivor, number, now, what);
        }
        self.judge_waits();
        Testimony {
            findings: self.finder.close(),
            breaches: std::mem::take(&mut self.breaches),
            reported: self.reported,
            gaps: self.gaps,
            survivors,
            rss_peak: self.rss_peak,
            rss_peaks: std::mem::take(&mut self.rss_peaks),
        }
    }

    /// Who waited for somebody else's runtime to end.
    fn judge_waits(&mut self) {
        let Self { finder, lives, gone, posts, .. } = self;
        let numbered = lives.iter().map(|(number, life)| (*number, life));
        // Those that are gone have no number any more; their process ids are as good for telling them apart.
        let all: Vec<(u64, &Life)> =
            numbered.chain(gone.iter().map(|life| (u64::from(life.pid) << 32, life))).collect();
        finder.judge_waits(
            |post| posts[post].tenant,
            |slow| {
                let of_caller = all.iter().filter(|(_, life)| life.post == slow.post && life.user == slow.user);
                let arrived = |life: &Life| {
                    let mut requests = life.requests.iter().filter(|request| request.what == slow.what);
                    requests.find(|request| request.at >= slow.sent && request.at <= slow.ended).copied()
                };
                of_caller.into_iter().find_map(|(number, life)| Some((*number, *life, arrived(life)?)))
            },
        );
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
                let there: Vec<&Life> = colleagues().map(|(_, life)| life).filter(|life| !life.has_hung_up()).collect();
                self.finder.over_cap(post.tenant, newborn, post.cap, &there);
                found.push((
                    Law::Cap,
                    format!("{living} runtimes of one worker lived at once; the cap is {}", post.cap),
                ));
            }
        }
        let twin = colleagues().find(|(_, life)| life.user == newborn.user && !life.has_hung_up());
        if let Some((_, twin)) = twin {
            self.finder.two_runtimes(post.tenant, (number, newborn), twin);
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

/// A runtime that is asked so soon after another's eviction began may have had a lease by then.
const SOON: Span = Span::from_ms(50);
/// An answer may reach the harness a moment after the runtime that gave it is gone.
const GONE_KEPT: usize = 256;
const MOST_BREACHES: usize = 1000;
