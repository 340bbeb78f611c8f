//! Looks for what a pool did wrong in what its runtimes reported, and collects the proof.

use std::collections::BTreeMap;

use mock_runtime::witness::RequestKind;

use super::life::{Life, Request};
use crate::base::{Span, TenantIndex, Time};
use crate::measure::{Finding, Wrong};

/// What was found so far.
#[derive(Default)]
pub(super) struct Finder {
    found: Vec<Finding>,
    /// Where that kind of a life, or of a post, stands among what was found.
    places: BTreeMap<(Wrong, u64), usize>,
    /// The most processes there were at once, by post, where they were too many.
    worst: BTreeMap<usize, usize>,
    /// Runtimes that were evicted before their turn, by post and caller: whoever is booted again has thrashed.
    out_of_turn: BTreeMap<(usize, String), Eviction>,
    /// Ends of sessions that came to a process which had no such session.
    strays: Vec<Stray>,
    /// Sessions that never ended, by their ids, and where they stand among what was found.
    unended: BTreeMap<String, usize>,
    /// Operations that took long although the caller had a runtime.
    slow: Vec<Slow>,
    /// Runtimes that were ended, the oldest first.
    departures: Vec<Departure>,
    /// When a caller hung up in the middle of something, by post and caller; the last time.
    hung_up: BTreeMap<(usize, String), Time>,
}

/// A runtime that was evicted before its turn.
struct Eviction {
    at: Time,
    pid: u32,
    idle: Span,
    /// The one that had been idle for longer.
    other: String,
}

struct Stray {
    session: String,
    at: Time,
    pid: u32,
    caller: String,
    port: u16,
}

/// An operation that took long.
#[derive(Clone, Debug)]
pub(in crate::run) struct Slow {
    pub(in crate::run) post: usize,
    pub(in crate::run) user: String,
    pub(in crate::run) what: RequestKind,
    /// When the client was asked.
    pub(in crate::run) sent: Time,
    /// When it had its answer.
    pub(in crate::run) ended: Time,
}

/// A runtime that was ended.
struct Departure {
    post: usize,
    user: String,
    pid: u32,
    told: Time,
    gone: Time,
}

impl Finder {
    /// A request came in a session that is not the runtime's. `origin` is whose it was, if that is known.
    pub(super) fn stale_session(
        &mut self,
        tenant: TenantIndex,
        (number, life): (u64, &Life),
        (what, session, at): (RequestKind, &str, Time),
        origin: Option<&Life>,
    ) {
        let asked = format!("{} at {} carried session {session}", path(what), secs(at));
        let own = life.sessions.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        let own = if own.is_empty() {
            format!("process {} has started no session", life.pid)
        } else {
            format!("process {} has started {own}", life.pid)
        };
        let whose = origin.map_or_else(
            || "no process that is remembered has started it".to_owned(),
            |origin| {
                let started = origin.sessions.get(session).map(|session| secs(session.asked)).unwrap_or_default();
                format!("it was started at {started} by {} for {}", named(origin), origin.user)
            },
        );
        let what = match origin {
            Some(origin) if origin.user != life.user => format!("was given the session of {}", origin.user),
            Some(_) => "was given the session of a former process of his".to_owned(),
            None => "was given a session nobody started".to_owned(),
        };
        self.add(Wrong::StaleSession, tenant, (number, life), at, what, vec![asked, whose, own]);
    }

    /// A caller has a second process while the first still lives.
    pub(super) fn two_runtimes(&mut self, tenant: TenantIndex, newborn: (u64, &Life), twin: &Life) {
        let (_, life) = newborn;
        let fate = match (twin.flushed, twin.terminating) {
            (_, Some(at)) => format!("was told to end at {} and was still there", secs(at)),
            (Some(at), _) => format!("was asked to flush at {} and was still there", secs(at)),
            _ => "went on serving".to_owned(),
        };
        let evidence = vec![
            format!("{} was started for him at {}", named(life), secs(life.born)),
            format!("{}, started at {}, {fate}", named(twin), secs(twin.born)),
        ];
        let what = format!("had process {} and process {} at once", twin.pid, life.pid);
        self.add(Wrong::TwoRuntimes, tenant, newborn, life.born, what, evidence);
    }

    /// A worker has more processes than it may. Of each worker the time is told when there were most.
    pub(super) fn over_cap(&mut self, tenant: TenantIndex, newborn: &Life, cap: u32, living: &[&Life]) {
        let count = living.len() + 1;
        let what = format!("got the worker's process number {count} at once, where {cap} may be");
        let mut evidence = vec![format!("{} was started at {}", named(newborn), secs(newborn.born))];
        evidence.extend(
            living.iter().take(MOST_NAMED).map(|life| format!("{} of {} {}", named(life), life.user, state(life))),
        );
        let key = (Wrong::OverCap, newborn.post as u64);
        let Some(found) = self.places.get(&key).map(|place| &mut self.found[*place]) else {
            self.worst.insert(newborn.post, count);
            return self.push(Wrong::OverCap, key.1, tenant, (newborn, newborn.born), what, evidence);
        };
        found.times += 1;
        let worst = self.worst.entry(newborn.post).or_default();
        if count > *worst {
            *worst = count;
            (found.caller, found.pid, found.port) = (newborn.user.clone(), newborn.pid, newborn.port);
            (found.at, found.what, found.evidence) = (newborn.born, what, evidence);
        }
    }

    /// A session's end came to a process that has no such session.
    pub(super) fn stray_end(&mut self, life: &Life, session: String, at: Time) {
        if self.strays.len() < MOST_REMEMBERED {
            let (pid, caller, port) = (life.pid, life.user.clone(), life.port);
            self.strays.push(Stray { session, at, pid, caller, port });
        }
    }

    /// A runtime was asked to flush and is gone; its sessions should have ended before.
    pub(super) fn departed(&mut self, tenant: TenantIndex, (number, life): (u64, &Life), gone: Time) {
        if let Some(told) = life.terminating
            && self.departures.len() < MOST_REMEMBERED
        {
            let (post, user, pid) = (life.post, life.user.clone(), life.pid);
            self.departures.push(Departure { post, user, pid, told, gone });
        }
        let Some(flushed) = life.flushed else { return };
        let open = life.sessions.iter().find(|(_, session)| session.ended.is_none() && session.took.is_some());
        let Some((id, session)) = open else { return };
        let told = life.terminating.map(|at| format!(", SIGTERM at {}", secs(at))).unwrap_or_default();
        let evidence = vec![
            format!("session {id} was started at {}", secs(session.asked)),
            format!("then sync/flush at {}{told}, gone at {}, and no session/end", secs(flushed), secs(gone)),
        ];
        let what = "never heard that his session was over".to_owned();
        self.add(Wrong::SessionNotEnded, tenant, (number, life), gone, what, evidence);
        self.unended.insert(id.clone(), self.found.len() - 1);
    }

    /// A runtime was evicted while others were there. `others` live, are not held, and serve.
    pub(super) fn evicted<'l>(&mut self, life: &Life, at: Time, others: impl Iterator<Item = &'l Life>) {
        let Some(used) = life.used_before(at) else { return };
        let longest = others.filter_map(|other| Some((other.used_before(at)?, other))).min_by_key(|(used, _)| *used);
        let Some((other_used, other)) = longest else { return };
        if used.since(other_used) < CLEARLY {
            return;
        }
        let other =
            format!("{} of {} had been idle for {}, and stayed", named(other), other.user, long(at.since(other_used)));
        let eviction = Eviction { at, pid: life.pid, idle: at.since(used), other };
        self.out_of_turn.insert((life.post, life.user.clone()), eviction);
    }

    /// A process was started: perhaps for somebody whose runtime was evicted before its turn.
    pub(super) fn born(&mut self, tenant: TenantIndex, (number, life): (u64, &Life)) {
        let Some(eviction) = self.out_of_turn.remove(&(life.post, life.user.clone())) else { return };
        let Eviction { at, pid, idle, other } = eviction;
        let what = format!(
            "was evicted {} after his last request, and booted again {} later",
            long(idle),
            long(life.born.since(at))
        );
        let evidence = vec![
            format!("process {pid} was asked to flush at {}", secs(at)),
            other,
            format!("{} was started for him at {}", named(life), secs(life.born)),
        ];
        self.add(Wrong::Thrash, tenant, (number, life), at, what, evidence);
    }

    /// A caller hung up in the middle of an operation.
    pub(super) fn hung_up(&mut self, post: usize, user: &str, at: Time) {
        self.hung_up.insert((post, user.to_owned()), at);
    }

    /// A process outlived its client.
    pub(super) fn left_behind(&mut self, tenant: TenantIndex, (number, life): (u64, &Life), at: Time) {
        let mut evidence = vec![format!("{} was started for him at {}", named(life), secs(life.born))];
        let hung_up = self.hung_up.get(&(life.post, life.user.clone())).filter(|hung_up| **hung_up >= life.born);
        let ready = life.ready.map(|(ready, _)| ready);
        evidence.extend(hung_up.map(|hung_up| match ready {
            Some(ready) if ready < *hung_up => format!("he hung up at {}", secs(*hung_up)),
            Some(ready) => {
                format!("he hung up at {}, while it booted; it was ready at {}", secs(*hung_up), secs(ready))
            }
            None => format!("he hung up at {}, while it booted", secs(*hung_up)),
        }));
        if life.requests.is_empty() {
            evidence.push("nobody ever asked it for anything".to_owned());
        }
        evidence.push(format!("at {} its client had closed, and port {} was still taken", secs(at), life.port));
        let cancelled = if hung_up.is_some() { "hung up, and his process" } else { "is gone, and his process" };
        let what = format!("{cancelled} outlived the client");
        self.add(Wrong::LeftBehind, tenant, (number, life), at, what, evidence);
    }

    /// An operation took long.
    pub(super) fn slow(&mut self, slow: Slow) {
        if self.slow.len() < MOST_REMEMBERED {
            self.slow.push(slow);
        }
    }

    /// Who of them waited for another's runtime to end. `served` finds the life that served an operation, its number, and
    /// the request.
    pub(super) fn judge_waits<'l>(
        &mut self,
        tenant_of: impl Fn(usize) -> TenantIndex,
        served: impl Fn(&Slow) -> Option<(u64, &'l Life, Request)>,
    ) {
        for slow in std::mem::take(&mut self.slow) {
            let Some((number, life, request)) = served(&slow) else { continue };
            let had_one = life.ready.is_some_and(|(ready, _)| ready <= slow.sent);
            let blamed = self.departures.iter().find(|departure| departure.explains(&slow, request));
            let Some(departure) = blamed.filter(|_| had_one) else { continue };
            let answered = request.served.map(|at| format!(", was answered there at {}", secs(at))).unwrap_or_default();
            let evidence = vec![
                format!(
                    "{} was asked for at {}, reached {} at {}{answered}, and its caller had the answer at {}",
                    path(slow.what),
                    secs(slow.sent),
                    named(life),
                    secs(request.at),
                    secs(slow.ended)
                ),
                format!(
                    "process {} of {} got SIGTERM at {} and was gone at {}",
                    departure.pid,
                    departure.user,
                    secs(departure.told),
                    secs(departure.gone)
                ),
            ];
            let what = format!(
                "waited {} for the end of the runtime of {}",
                long(slow.ended.since(slow.sent)),
                departure.user
            );
            self.add(Wrong::WaitedForDrain, tenant_of(slow.post), (number, life), slow.sent, what, evidence);
        }
    }

    /// Everything that was found.
    pub(super) fn close(&mut self) -> Vec<Finding> {
        for stray in std::mem::take(&mut self.strays) {
            if let Some(place) = self.unended.get(&stray.session) {
                self.found[*place].evidence.push(format!(
                    "session/end for it came at {} to process {} on port {}, of {}",
                    secs(stray.at),
                    stray.pid,
                    stray.port,
                    stray.caller
                ));
            }
        }
        std::mem::take(&mut self.found)
    }

    /// One more of that kind with that life: told once, and counted.
    fn add(
        &mut self,
        wrong: Wrong,
        tenant: TenantIndex,
        (number, life): (u64, &Life),
        at: Time,
        what: String,
        evidence: Vec<String>,
    ) {
        match self.places.get(&(wrong, number)) {
            Some(place) => self.found[*place].times += 1,
            None => self.push(wrong, number, tenant, (life, at), what, evidence),
        }
    }

    fn push(
        &mut self,
        wrong: Wrong,
        key: u64,
        tenant: TenantIndex,
        (life, at): (&Life, Time),
        what: String,
        evidence: Vec<String>,
    ) {
        let (caller, pid, port) = (life.user.clone(), life.pid, life.port);
        self.places.insert((wrong, key), self.found.len());
        self.found.push(Finding { wrong, tenant, at, caller, pid, port, times: 1, what, evidence });
    }
}

impl Departure {
    /// Whether it was this end that an operation waited for: the wait lay in it for a good part and ended with it, and the
    /// runtime itself did not take that time.
    fn explains(&self, slow: &Slow, request: Request) -> bool {
        let waited = slow.ended.since(slow.sent).ns();
        let overlap = self.gone.min(slow.ended).since(self.told.max(slow.sent));
        let worked = request.served.map_or(Span::ZERO, |served| served.since(request.at));
        self.post == slow.post
            && self.user != slow.user
            && self.gone <= slow.ended + Span::from_ms(5)
            && slow.ended.since(self.gone) <= AT_ONCE
            && overlap >= CLEARLY
            && overlap.ns() * 3 >= self.gone.since(self.told).ns()
            && overlap.ns() * 5 >= waited * 2
            && worked.ns() * 4 <= waited
    }
}

fn path(what: RequestKind) -> &'static str {
    match what {
        RequestKind::Search => "search_memory",
        RequestKind::Save => "turn/after",
        RequestKind::SessionStart => "session/start",
    }
}

/// What a process was doing.
fn state(life: &Life) -> &'static str {
    match (life.terminating.or(life.flushed), life.ready) {
        (Some(_), _) => "was ending",
        (None, Some(_)) => "was serving",
        (None, None) => "was booting",
    }
}

fn named(life: &Life) -> String {
    format!("process {} on port {}", life.pid, life.port)
}

fn secs(time: Time) -> String {
    format!("{:.3} s", time.secs_f64())
}

fn long(span: Span) -> String {
    format!("{:.3} s", span.secs_f64())
}

/// Beyond what a busy machine does to the order of events, and what nobody would feel.
const CLEARLY: Span = Span::from_ms(100);
/// From the end of what was waited for to the answer: what else was kept waiting comes first.
const AT_ONCE: Span = Span::from_ms(250);
const MOST_NAMED: usize = 8;
const MOST_REMEMBERED: usize = 10_000;
