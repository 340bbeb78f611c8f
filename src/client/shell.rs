//! The pool's shell: gives the state machine its inputs and carries its decisions out.
//!
//! One lock guards everything that belongs together: the machine, who waits for it, and the runtimes it knows. It is
//! held for the length of an input, never across a wait. What takes time (boots, farewells) runs as tasks that come
//! back with the next input.

use std::net::SocketAddrV4;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use slotmap::SecondaryMap;
use tokio::runtime::Handle;
use tokio::sync::{Notify, oneshot, watch};

use super::boot::{Boot, LaunchPlan};
use super::entry::{Booting, Entry};
use super::error::VoiceError;
use super::farewell::say_farewell;
use super::key_book::KeyBook;
use super::lease::Lease;
use super::live_runtime::LiveRuntime;
use super::observer::Observer;
use super::time_keeper::keep_time;
use crate::base::{Admission, BootKind, DrainReason, Span, Time};
use crate::pool::{Admitted, Decision, Key, Levels, Pool, PoolError, RuntimeId, Settings, WaiterId};

/// The pool of one client.
pub(super) struct PoolShell {
    state: Mutex<State>,
    born: Instant,
    /// Rung when the machine wants to be woken earlier than was planned.
    alarm: Arc<Notify>,
    /// Rung when the last runtime is gone.
    emptied: Notify,
    tokio: Handle,
    pub(super) plan: LaunchPlan,
    pub(super) observer: Arc<dyn Observer>,
}

struct State {
    pool: Pool,
    keys: KeyBook,
    waiting: SecondaryMap<WaiterId, oneshot::Sender<Result<Lease, VoiceError>>>,
    runtimes: SecondaryMap<RuntimeId, Entry>,
    /// When the time keeper will next look.
    alarm_at: Time,
    /// Who has last asked for room.
    applicant: Option<Arc<str>>,
    /// Why the boot failed that is being reported just now.
    failure: Option<VoiceError>,
    levels: Levels,
}

impl PoolShell {
    /// To be called within a tokio runtime, which will carry the pool's work.
    pub(super) fn start(settings: Settings, plan: LaunchPlan, observer: Arc<dyn Observer>) -> Arc<Self> {
        let state = State {
            pool: Pool::new(settings, Time::ZERO),
            keys: KeyBook::default(),
            waiting: SecondaryMap::new(),
            runtimes: SecondaryMap::new(),
            alarm_at: Time::NEVER,
            applicant: None,
            failure: None,
            levels: Levels::default(),
        };
        let shell = Arc::new(Self {
            state: Mutex::new(state),
            born: Instant::now(),
            alarm: Arc::new(Notify::new()),
            emptied: Notify::new(),
            tokio: Handle::current(),
            plan,
            observer,
        });
        tokio::spawn(keep_time(Arc::downgrade(&shell), Arc::clone(&shell.alarm)));
        shell
    }

    /// A lease on the user's runtime, booted if need be.
    pub(super) async fn acquire(self: &Arc<Self>, user: &str) -> Result<Lease, VoiceError> {
        let (answer, mut answered) = oneshot::channel();
        let waiter = {
            let mut guard = self.state.lock();
            let state = &mut *guard;
            match self.admit(state, user) {
                Admitted::Granted { lease, runtime } => {
                    let runtime = state.ready(runtime);
                    self.carry_out(state);
                    return Ok(Lease::new(Arc::clone(self), lease, runtime, Admission::Reuse));
                }
                Admitted::Refused(error) => {
                    let error = state.explain(error);
                    self.carry_out(state);
                    return Err(error);
                }
                Admitted::Waiting(waiter) => {
                    state.waiting.insert(waiter, answer);
                    self.carry_out(state);
                    waiter
                }
            }
        };
        let _hangs_up_on_drop = Waiting { shell: self, waiter };
        // By reference: the channel has to outlive the guard, so that whoever hangs up says so before it closes.
        (&mut answered).await.expect("the pool answers every acquire")
    }

    /// One input to the machine.
    pub(super) fn give<T>(self: &Arc<Self>, input: impl FnOnce(&mut Pool, Time) -> T) -> T {
        let mut state = self.state.lock();
        let answer = input(&mut state.pool, self.now());
        self.carry_out(&mut state);
        answer
    }

    /// A boot has come to its good end. Gives the runtime back where the pool does not want it any more.
    pub(super) fn started(
        self: &Arc<Self>,
        id: RuntimeId,
        runtime: &Arc<LiveRuntime>,
        kind: BootKind,
    ) -> Result<(), DrainReason> {
        let mut state = self.state.lock();
        if let Some(Entry::Booting(boot)) = state.runtimes.get(id)
            && let Some(reason) = *boot.unwanted.borrow()
        {
            return Err(reason);
        }
        state.runtimes.insert(id, Entry::Ready(Arc::clone(runtime)));
        let now = self.now();
        state.pool.started(now, id, kind);
        self.carry_out(&mut state);
        Ok(())
    }

    /// A boot has come to a bad end. Where `is_gone`, there is no process; otherwise the caller ends it and then says
    /// [`PoolShell::drained`].
    pub(super) fn boot_failed(self: &Arc<Self>, id: RuntimeId, error: VoiceError, is_gone: bool) {
        self.observer.boot_failed(&error);
        let mut state = self.state.lock();
        state.failure = Some(error);
        let now = self.now();
        if is_gone {
            state.pool.exited(now, id);
        } else {
            state.pool.start_failed(id);
        }
        self.carry_out(&mut state);
        state.failure = None;
    }

    /// The port a runtime was to be started on is somebody else's.
    pub(super) fn port_taken(self: &Arc<Self>, id: RuntimeId) {
        let mut state = self.state.lock();
        state.applicant = state.runtimes.remove(id).map(|entry| Arc::clone(entry.user()));
        let now = self.now();
        state.pool.port_taken(now, id);
        self.carry_out(&mut state);
    }

    /// The end of a drain: the process is gone.
    pub(super) fn drained(self: &Arc<Self>, id: RuntimeId) {
        let mut state = self.state.lock();
        let now = self.now();
        state.pool.drained(now, id);
        state.runtimes.remove(id);
        self.carry_out(&mut state);
    }

    /// The process of a runtime that had started is gone. Changes nothing where the pool knows that it is, or that it
    /// will be.
    pub(super) fn ended(self: &Arc<Self>, id: RuntimeId, runtime: &LiveRuntime) {
        let mut state = self.state.lock();
        self.note_crash(&mut state, id, runtime);
        self.carry_out(&mut state);
    }

    /// Closes the pool and returns when no runtime is left: calls under way get `patience` to end.
    pub(super) async fn close(self: &Arc<Self>, patience: Duration) {
        self.give(|pool, _| pool.close());
        if tokio::time::timeout(patience, self.empty()).await.is_err() {
            self.close_now();
            self.empty().await;
        }
    }

    /// Closes the pool without waiting for anything.
    pub(super) fn close_now(self: &Arc<Self>) {
        self.give(|pool, _| pool.close_now());
        self.alarm.notify_one();
    }

    /// How many runtimes stand where.
    pub(super) fn levels(&self) -> Levels {
        self.state.lock().pool.levels()
    }

    /// Process ids of the runtimes that serve.
    pub(super) fn pids(&self) -> Vec<u32> {
        let state = self.state.lock();
        let ready = state.runtimes.values().filter_map(|entry| match entry {
            Entry::Ready(runtime) => Some(runtime.process.pid()),
            Entry::Booting(_) => None,
        });
        ready.collect()
    }

    /// The pool's answer to an acquire. The news that a process has died may reach a caller before it reaches the pool;
    /// nobody is given a lease on such a runtime.
    fn admit(&self, state: &mut State, user: &str) -> Admitted {
        loop {
            let key = state.keys.key(user, |key| state.pool.knows(key));
            state.applicant = Some(state.keys.name(key));
            let admitted = state.pool.acquire(self.now(), key);
            let Admitted::Granted { lease, runtime: id } = admitted else { return admitted };
            let runtime = state.ready(id);
            if !runtime.process.is_gone() {
                return admitted;
            }
            self.note_crash(state, id, &runtime);
            state.pool.released(self.now(), lease);
        }
    }

    fn note_crash(&self, state: &mut State, id: RuntimeId, runtime: &LiveRuntime) {
        if !state.pool.serves(id) {
            return;
        }
        // The port goes first: the pool may hand it to the next boot at once.
        runtime.release_port();
        state.pool.exited(self.now(), id);
        state.runtimes.remove(id);
        self.observer.drained(DrainReason::Crash, Instant::now(), Duration::ZERO);
    }

    async fn empty(&self) {
        loop {
            let emptied = self.emptied.notified();
            if self.levels().live() == 0 {
                return;
            }
            emptied.await;
        }
    }

    /// Ticks the machine, and says when it wants to be ticked again.
    pub(super) fn tick(self: &Arc<Self>) -> Time {
        let mut state = self.state.lock();
        let now = self.now();
        state.pool.tick(now);
        self.carry_out(&mut state);
        state.alarm_at = state.pool.next_wake().unwrap_or(Time::NEVER);
        state.alarm_at
    }

    pub(super) fn now(&self) -> Time {
        Time::ZERO + Span::from(self.born.elapsed())
    }

    fn carry_out(self: &Arc<Self>, state: &mut State) {
        while let Some(decision) = state.pool.next_decision() {
            match decision {
                Decision::Spawn { runtime, key, port } => self.boot(state, runtime, key, port),
                Decision::Grant { waiter, lease, runtime, admission } => {
                    let runtime = state.ready(runtime);
                    state.answer(waiter, Ok(Lease::new(Arc::clone(self), lease, runtime, admission)));
                }
                Decision::Refuse { waiter, error } => {
                    let error = state.explain(error);
                    state.answer(waiter, Err(error));
                }
                Decision::Drain { runtime, reason } => self.drain(state, runtime, reason),
                Decision::Discard { .. } | Decision::Lose { .. } => unreachable!("our own rules never order that"),
            }
        }
        self.announce(state);
    }

    fn boot(self: &Arc<Self>, state: &mut State, id: RuntimeId, key: Key, port: u16) {
        let address = SocketAddrV4::new(self.plan.host, port);
        let (unwanted, is_unwanted) = watch::channel(None);
        let seen = Arc::new(Mutex::new("nothing was heard of it".to_owned()));
        let boot = Boot {
            shell: Arc::clone(self),
            id,
            user: state.keys.name(key),
            address,
            unwanted: is_unwanted,
            seen: Arc::clone(&seen),
        };
        let user = Arc::clone(&boot.user);
        state.runtimes.insert(id, Entry::Booting(Booting { user, unwanted, seen, address }));
        self.tokio.spawn(boot.play());
    }

    fn drain(self: &Arc<Self>, state: &mut State, id: RuntimeId, reason: DrainReason) {
        if let (DrainReason::Lru, Some(applicant)) = (reason, &state.applicant) {
            self.observer.evicted(Instant::now(), state.runtimes[id].user(), applicant);
        }
        match &state.runtimes[id] {
            // The boot's own task ends the process.
            Entry::Booting(boot) => drop(boot.unwanted.send_replace(Some(reason))),
            Entry::Ready(runtime) => {
                let farewell = say_farewell(Arc::clone(self), id, Arc::clone(runtime), reason);
                drop(self.tokio.spawn(farewell));
            }
        }
    }

    /// Tells observers and sleepers what has changed.
    fn announce(&self, state: &mut State) {
        let levels = state.pool.levels();
        if levels != state.levels {
            state.levels = levels;
            self.observer.levels(Instant::now(), levels);
            if levels.live() == 0 {
                self.emptied.notify_waiters();
            }
        }
        if state.pool.next_wake_before(state.alarm_at).is_some() {
            self.alarm.notify_one();
        }
    }
}

impl std::fmt::Debug for PoolShell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PoolShell").field("levels", &self.levels()).finish_non_exhaustive()
    }
}

impl State {
    fn ready(&self, id: RuntimeId) -> Arc<LiveRuntime> {
        match &self.runtimes[id] {
            Entry::Ready(runtime) => Arc::clone(runtime),
            Entry::Booting(_) => unreachable!("a lease is granted on a runtime that has started"),
        }
    }

    fn answer(&mut self, waiter: WaiterId, answer: Result<Lease, VoiceError>) {
        let waiting = self.waiting.remove(waiter).expect("the pool answers each waiter once");
        // Nobody has gone: whoever hangs up says so to the pool before its channel closes.
        let delivered = waiting.send(answer);
        assert!(delivered.is_ok(), "a waiter hangs up before its channel closes");
    }

    fn explain(&self, error: PoolError) -> VoiceError {
        match error {
            PoolError::StartFailed { .. } => self.failure.clone().expect("a failed boot is reported with its reason"),
            PoolError::StartTimedOut { runtime } => self.timed_out(runtime),
            refusal => VoiceError::of_pool(refusal, &self.pool),
        }
    }

    fn timed_out(&self, runtime: RuntimeId) -> VoiceError {
        match &self.runtimes[runtime] {
            Entry::Booting(boot) => VoiceError::StartFailed {
                os_error: None,
                runtime_url: format!("http://{}", boot.address),
                reason: format!("it was not ready in time; {}", boot.seen.lock()),
            },
            Entry::Ready(_) => unreachable!("only a boot times out"),
        }
    }
}

/// An acquire under way. Dropped with its future, it tells the pool that the caller has hung up.
struct Waiting<'s> {
    shell: &'s Arc<PoolShell>,
    waiter: WaiterId,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut state = self.shell.state.lock();
        let now = self.shell.now();
        // Where the answer is already in the channel, dropping the channel drops the lease in it.
        if state.pool.cancelled(now, self.waiter) {
            state.waiting.remove(self.waiter);
            self.shell.carry_out(&mut state);
        }
    }
}
