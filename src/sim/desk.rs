//! A worker in virtual time: its pool, and what its host knows of its runtimes.

use std::sync::Arc;

use mock_runtime::behaviour::{Conduct, Life, Work};

use super::beside::Beside;
use super::call::OnLine;
use super::laws::{Books, Record};
use super::parts::Part;
use super::queue::{CallId, DeskId};
use crate::base::{BootKind, CallerIndex, DrainReason, Span, Stream, TenantIndex, Time};
use crate::pool::{Key, Profile, ProfiledPool, RuntimeId, WaiterId};
use crate::scenario::Lease;
use crate::workload::{Arrivals, TenantTraffic};

/// A worker: one agent process with one pool.
pub(super) struct Desk {
    pub(super) id: DeskId,
    pub(super) tenant: TenantIndex,
    pub(super) host: usize,
    /// What its callers do.
    pub(super) traffic: Arc<TenantTraffic>,
    /// What its runtimes do.
    pub(super) conduct: Conduct,
    /// A call's lease is held from the ring to the end.
    pub(super) pinned: bool,
    pub(super) pool: ProfiledPool,
    /// What it does, as seen from outside.
    pub(super) books: Books,
    pub(super) runtimes: Beside<RuntimeId, Runtime>,
    pub(super) waiting: Beside<WaiterId, CallId>,
    /// Those who have gone stay until somebody takes their place.
    pub(super) calls: Vec<OnLine>,
    pub(super) free_calls: Vec<CallId>,
    pub(super) keys: Keys,
    /// Saves that were acknowledged.
    pub(super) acknowledged: u64,
    /// Runtimes that exist, and busy ones, as they were last reported.
    pub(super) reported: (u32, u32),
    /// The soonest tick in the queue.
    pub(super) tick_at: Time,
    /// The pool may want a sooner one, or one at all.
    pub(super) is_to_look: bool,
    /// It wants none sooner than this after that.
    first_tick: Span,
    /// Seeds the lives of its runtimes.
    lives: u64,
}

/// A process that exists.
#[derive(Clone, Copy, Debug)]
pub(super) struct Runtime {
    pub(super) key: Key,
    pub(super) port: u16,
    pub(super) spawned: Time,
    pub(super) kind: BootKind,
    pub(super) life: Life,
    pub(super) phase: Phase,
    /// When its session is (or will be) started; absent before anybody asked.
    pub(super) session: Option<Time>,
    /// It does nothing before that.
    pub(super) frozen_until: Time,
    /// What the books know of it.
    pub(super) record: Record,
}

/// Where a process stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Booting,
    Ready,
    /// On its way out since then.
    Draining {
        began: Time,
        reason: DrainReason,
    },
    /// Nobody will end it.
    Lost,
}

/// Which small integer stands for which caller. Known callers keep theirs; one who calls once in a lifetime gets one
/// for the call and for as long as a runtime remains.
#[derive(Debug)]
pub(super) struct Keys {
    known: u32,
    callers: Vec<CallerState>,
    free: Vec<Key>,
}

/// What a host keeps of a caller between runtimes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct CallerState {
    /// The projection is on disk: the next boot is warm.
    pub(super) on_disk: bool,
    /// Runtimes the caller has had.
    pub(super) lives: u32,
    /// Calls under way, of one whose key is lent.
    calls: u16,
    /// The runtime that was started last, as the books know it, until it is gone.
    pub(super) current: Option<RuntimeId>,
}

impl Desk {
    /// The tenant's worker of that number, in the part's place for it.
    pub(super) fn new(
        part: &Part,
        id: DeskId,
        (tenant, worker): (TenantIndex, u16),
        traffic: &Arc<TenantTraffic>,
        conduct: Conduct,
    ) -> Self {
        let (scenario, place) = (&part.scenario, &part.places[id.0 as usize]);
        let (profile, settings) = (scenario.profile, place.settings(scenario));
        let mut lives = Stream::named(scenario.seed, &format!("{}/lives", traffic.name), worker.into());
        Self {
            id,
            tenant,
            host: place.host,
            traffic: Arc::clone(traffic),
            conduct,
            pinned: scenario.tenants[tenant.index()].lease == Lease::Call,
            first_tick: if profile == Profile::Builtin { settings.boot_timeout } else { Span::ZERO },
            books: Books::new(tenant, &settings, profile),
            pool: ProfiledPool::new(profile, settings, Time::ZERO),
            runtimes: Beside::default(),
            waiting: Beside::default(),
            calls: Vec::new(),
            free_calls: Vec::new(),
            keys: Keys::of(traffic),
            acknowledged: 0,
            reported: (0, 0),
            tick_at: Time::NEVER,
            is_to_look: true,
            lives: lives.below(u64::MAX),
        }
    }

    /// A law was.
    #[inline]
    pub(super) fn is_broken(&self) -> bool {
        self.books.breach.is_some()
    }

    #[inline]
    pub(super) fn call(&mut self, id: CallId) -> &mut OnLine {
        &mut self.calls[id.0 as usize]
    }

    /// A boot begins: it may want a tick before the one the pool gets. Nothing else does, because whoever is idle now was
    /// idle before whoever will be.
    #[inline]
    pub(super) fn awaits_boot(&mut self, now: Time) {
        self.is_to_look |= now + self.first_tick < self.tick_at;
    }

    /// A boot is over. Where that has to be noticed, the pool wants a tick.
    pub(super) fn awaits_poll(&mut self, now: Time) {
        self.is_to_look |= self.pool.is_official() && now < self.tick_at;
    }

    /// The seed of a new life of the caller's runtime, and how it begins.
    #[inline]
    pub(super) fn next_life(&mut self, key: Key) -> (u64, BootKind) {
        let state = self.keys.state(key);
        let number = state.lives;
        state.lives += 1;
        let kind = if state.on_disk { BootKind::Warm } else { BootKind::Cold };
        if self.conduct.is_certain() {
            return (0, kind);
        }
        (Stream::numbered(self.lives.wrapping_add(u64::from(key.0)), u64::from(number)).below(u64::MAX), kind)
    }

    /// A runtime is gone: where nothing else remembers its caller, the key is free.
    #[inline]
    pub(super) fn tidy(&mut self, key: Key) {
        if self.keys.is_lent(key) && !self.pool.knows(key) {
            self.keys.free_if_forgotten(key);
        }
    }
}

impl Runtime {
    /// A process that starts.
    #[inline]
    pub(super) fn new(key: Key, port: u16, spawned: Time, (life, kind): (Life, BootKind), record: Record) -> Self {
        let (phase, frozen_until) = (Phase::Booting, Time::ZERO);
        Self { key, port, spawned, kind, life, phase, session: None, frozen_until, record }
    }

    /// When its session will be started, by who wants it now or by whoever is starting it; none where it is.
    #[inline]
    pub(super) fn session_starts(&mut self, conduct: &Conduct, now: Time) -> Option<Time> {
        let ready = match self.session {
            Some(ready) => ready,
            None => self.starts_session(conduct, now),
        };
        (ready > now).then_some(ready)
    }

    fn starts_session(&mut self, conduct: &Conduct, now: Time) -> Time {
        let work = Span::from_ns(conduct.takes(&mut self.life, Work::SessionStart, now.ns()));
        let ready = now.max(self.frozen_until) + work;
        self.session = Some(ready);
        ready
    }
}

impl Keys {
    /// Those of the callers who may come back.
    fn of(traffic: &TenantTraffic) -> Self {
        let known = match traffic.arrivals {
            Arrivals::Closed { callers, .. } => callers,
            _ => traffic.callers.size,
        };
        Self { known, callers: vec![CallerState::default(); known as usize], free: Vec::new() }
    }

    /// The key under which a caller's call is played.
    #[inline]
    pub(super) fn open(&mut self, caller: CallerIndex) -> Key {
        match u32::try_from(caller.0) {
            Ok(number) if number < self.known => Key(number),
            _ => self.lend(),
        }
    }

    fn lend(&mut self) -> Key {
        let key = self.free.pop().unwrap_or_else(|| {
            self.callers.push(CallerState::default());
            Key(u32::try_from(self.callers.len() - 1).expect("fewer than 2³² callers are on the line at once"))
        });
        self.state(key).calls += 1;
        key
    }

    /// The call is over.
    #[inline]
    pub(super) fn close(&mut self, key: Key) {
        if self.is_lent(key) {
            self.state(key).calls -= 1;
        }
    }

    #[inline]
    pub(super) fn state(&mut self, key: Key) -> &mut CallerState {
        &mut self.callers[key.0 as usize]
    }

    /// Whether it is to be given back.
    #[inline]
    fn is_lent(&self, key: Key) -> bool {
        key.0 >= self.known
    }

    #[inline(never)]
    fn free_if_forgotten(&mut self, key: Key) {
        let state = self.state(key);
        if state.calls == 0 {
            // The books remember a runtime that nobody has ended.
            *state = CallerState { current: state.current, ..CallerState::default() };
            self.free.push(key);
        }
    }
}
