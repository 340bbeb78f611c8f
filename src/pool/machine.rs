//! The state machine itself: every input, and what follows from it.

use std::collections::VecDeque;

use slotmap::SlotMap;

use super::decision::{Admitted, Decision};
use super::error::PoolError;
use super::list::List;
use super::ports::{PortHolder, Ports};
use super::runtime::{ABANDONED, Key, LeaseId, PHASE, Phase, Runtime, RuntimeId, Waiter, WaiterId};
use super::settings::Settings;
use crate::base::{Admission, BootKind, DrainReason, Span, Time};

/// One pool. See the [module](super) for the contract.
#[derive(Debug)]
pub struct Pool {
    pub(super) settings: Settings,
    /// Reaper ticks fall on this plus whole intervals.
    born: Time,
    pub(super) closing: bool,
    pub(super) runtimes: SlotMap<RuntimeId, Runtime>,
    pub(super) waiters: SlotMap<WaiterId, Waiter>,
    pub(super) leases: SlotMap<LeaseId, RuntimeId>,
    pub(super) keys: Vec<KeyState>,
    pub(super) ports: Ports,
    /// Boots that wait for a slot and a port, first come first.
    pub(super) queue: List<RuntimeId, PHASE>,
    /// Boots under way, oldest first.
    pub(super) booting: List<RuntimeId, PHASE>,
    /// Boots under way that nobody waits for any more, longest forsaken first.
    pub(super) abandoned: List<RuntimeId, ABANDONED>,
    /// Idle runtimes, least recently used first.
    pub(super) idle: List<RuntimeId, PHASE>,
    pub(super) levels: Levels,
    pub(super) decisions: VecDeque<Decision>,
}

/// The runtimes of one key: at most one that serves or will, and at most one on its way out.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct KeyState {
    pub(super) current: Option<RuntimeId>,
    pub(super) draining: Option<RuntimeId>,
}

/// How many runtimes stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Levels {
    /// Boots that hold no slot yet.
    pub waiting: u32,
    /// Processes that are starting.
    pub booting: u32,
    /// Ready, without a lease.
    pub idle: u32,
    /// Ready, with a lease.
    pub busy: u32,
    /// On their way out.
    pub draining: u32,
}

impl Levels {
    /// Runtimes that exist. Each holds one slot and one port.
    pub fn live(&self) -> u32 {
        self.booting + self.idle + self.busy + self.draining
    }
}

/// Questions that change nothing.
impl Pool {
    /// An empty pool whose reaper starts counting at `now`.
    pub fn new(settings: Settings, now: Time) -> Self {
        assert!(settings.max_concurrent_users > 0, "a pool without slots admits nobody");
        Self {
            ports: Ports::new(settings.runtime_port_range.clone(), settings.port_recheck),
            settings,
            born: now,
            closing: false,
            runtimes: SlotMap::with_key(),
            waiters: SlotMap::with_key(),
            leases: SlotMap::with_key(),
            keys: Vec::new(),
            queue: List::default(),
            booting: List::default(),
            abandoned: List::default(),
            idle: List::default(),
            levels: Levels::default(),
            decisions: VecDeque::new(),
        }
    }

    /// How many runtimes stand where.
    pub fn levels(&self) -> Levels {
        self.levels
    }

    /// Whether the pool holds anything for the key. If not, the shell may use it for another caller.
    pub fn knows(&self, key: Key) -> bool {
        self.keys.get(key.index()).is_some_and(|state| state.current.is_some() || state.draining.is_some())
    }

    /// Whether the runtime serves: an acquire of its key would be granted at once.
    pub fn serves(&self, runtime: RuntimeId) -> bool {
        self.runtimes.get(runtime).is_some_and(|entry| entry.phase == Phase::Ready)
    }

    /// Who holds which port of the range; free ports are left out. For error details: costs a pass over the range.
    pub fn port_holders(&self) -> Vec<(u16, PortHolder)> {
        self.ports.holders()
    }

    /// When the pool next wants a [`Pool::tick`]; a new input can bring it forward.
    pub fn next_wake(&self) -> Option<Time> {
        let boot = self.booting.first().map(|boot| self.runtimes[boot].since + self.settings.boot_timeout);
        let reap = self.idle.first().map(|idle| self.reaped_at(self.runtimes[idle].since));
        [boot, reap].into_iter().flatten().min()
    }

    /// The next order, oldest first. To be called until there is none, after every input.
    pub fn next_decision(&mut self) -> Option<Decision> {
        self.decisions.pop_front()
    }

    /// The first tick of the reaper at which a runtime idle since then has outlived its TTL.
    fn reaped_at(&self, idle_since: Time) -> Time {
        let interval = self.settings.reap_interval.ns().max(1);
        let deadline = (idle_since + self.settings.runtime_idle_ttl).since(self.born).ns();
        self.born + Span::from_ns(deadline.div_ceil(interval).saturating_mul(interval))
    }
}

/// Inputs about callers.
impl Pool {
    /// A caller wants a lease.
    pub fn acquire(&mut self, now: Time, key: Key) -> Admitted {
        if self.closing {
            return Admitted::Refused(PoolError::Closed);
        }
        if key.index() >= self.keys.len() {
            self.keys.resize(key.index() + 1, KeyState::default());
        }
        match self.keys[key.index()].current {
            Some(runtime) if self.runtimes[runtime].phase == Phase::Ready => {
                let lease = self.lease(runtime);
                Admitted::Granted { lease, runtime }
            }
            Some(runtime) => Admitted::Waiting(self.join(runtime)),
            None => self.admit_newcomer(now, key),
        }
    }

    /// A waiter has hung up. False where its acquire has ended already: then its lease has to be given back.
    pub fn cancelled(&mut self, now: Time, waiter: WaiterId) -> bool {
        let Some(runtime) = self.waiters.get(waiter).map(|waiter| waiter.runtime) else { return false };
        self.runtimes[runtime].waiters.remove(&mut self.waiters, waiter);
        self.waiters.remove(waiter);
        if self.runtimes[runtime].waiters.is_empty() {
            self.abandon(now, runtime);
        }
        true
    }

    /// A lease is given back. Harmless where that was done before, or where the runtime is gone.
    pub fn released(&mut self, now: Time, lease: LeaseId) {
        let Some(runtime) = self.leases.remove(lease) else { return };
        let Some(entry) = self.runtimes.get_mut(runtime).filter(|entry| entry.phase == Phase::Ready) else { return };
        entry.leases -= 1;
        if entry.leases == 0 {
            self.levels.busy -= 1;
            self.rest(now, runtime);
        }
    }

    /// No more acquires. Whoever waits is refused, idle and booting runtimes are drained, busy ones when their last
    /// lease is given back. The pool is closed when [`Levels::live`] is 0.
    pub fn close(&mut self) {
        self.closing = true;
        let every: Vec<RuntimeId> = self.runtimes.keys().collect();
        for runtime in every {
            self.refuse_waiters(runtime, PoolError::Closed);
            match self.runtimes[runtime].phase {
                Phase::Parked | Phase::Queued => self.forget(runtime),
                Phase::Booting => self.drain(runtime, DrainReason::Close),
                Phase::Ready if self.runtimes[runtime].leases == 0 => self.drain(runtime, DrainReason::Close),
                Phase::Ready | Phase::Draining(_) => {}
            }
        }
    }

    /// [`Pool::close`], and busy runtimes are drained under their leases.
    pub fn close_now(&mut self) {
        self.close();
        let every: Vec<RuntimeId> = self.runtimes.keys().collect();
        for runtime in every {
            if self.runtimes[runtime].phase == Phase::Ready {
                self.drain(runtime, DrainReason::Close);
            }
        }
    }
}

/// Inputs about runtimes. Those that come too late, for a runtime that is gone or being drained, change nothing.
impl Pool {
    /// A runtime is ready.
    pub fn started(&mut self, now: Time, runtime: RuntimeId, kind: BootKind) {
        if self.phase(runtime) != Some(Phase::Booting) {
            return;
        }
        self.leave_boot(runtime);
        self.runtimes[runtime].phase = Phase::Ready;
        if self.runtimes[runtime].waiters.is_empty() {
            return self.rest(now, runtime);
        }
        self.levels.idle += 1;
        self.idle.push_back(&mut self.runtimes, runtime);
        while let Some(waiter) = self.runtimes[runtime].waiters.pop_front(&mut self.waiters) {
            let caused_the_boot = self.waiters.remove(waiter).is_some_and(|waiter| waiter.caused_the_boot);
            let admission = if caused_the_boot { Admission::from(kind) } else { Admission::Join };
            let lease = self.lease(runtime);
            self.decisions.push_back(Decision::Grant { waiter, lease, runtime, admission });
        }
    }

    /// A boot went wrong; its process, if there is one, is still to be ended.
    pub fn start_failed(&mut self, runtime: RuntimeId) {
        if self.phase(runtime) == Some(Phase::Booting) {
            self.refuse_waiters(runtime, PoolError::StartFailed { runtime });
            self.drain(runtime, DrainReason::Crash);
        }
    }

    /// The port a runtime was to be started on is in use by someone else; no process was started.
    pub fn port_taken(&mut self, now: Time, runtime: RuntimeId) {
        if self.phase(runtime) == Some(Phase::Booting) {
            let port = self.runtimes[runtime].port.take().expect("law 4: who boots holds a port");
            self.ports.mark_stranger(now, port);
            self.leave_boot(runtime);
            self.requeue(runtime);
            self.settle(now);
        } else if let Some(Phase::Draining(_)) = self.phase(runtime) {
            // Drained while the shell was still looking at the port: there is no process to end.
            self.drained(now, runtime);
        }
    }

    /// A live runtime is broken (it does not answer any more, say): drain it, leases or not.
    pub fn failed(&mut self, runtime: RuntimeId) {
        if self.phase(runtime) == Some(Phase::Ready) {
            self.drain(runtime, DrainReason::Crash);
        }
    }

    /// A process ended by itself: slot and port are free at once. Leases on it stay valid tokens for nothing.
    /// A runtime that is being drained ends by [`Pool::drained`], not by this.
    pub fn exited(&mut self, now: Time, runtime: RuntimeId) {
        match self.phase(runtime) {
            Some(Phase::Booting) => {
                self.refuse_waiters(runtime, PoolError::StartFailed { runtime });
                self.leave_boot(runtime);
            }
            Some(Phase::Ready) if self.runtimes[runtime].leases == 0 => {
                self.idle.remove(&mut self.runtimes, runtime);
                self.levels.idle -= 1;
            }
            Some(Phase::Ready) => self.levels.busy -= 1,
            _ => return,
        }
        self.bury(now, runtime);
    }

    /// A drain ended: the process is gone.
    pub fn drained(&mut self, now: Time, runtime: RuntimeId) {
        if let Some(Phase::Draining(_)) = self.phase(runtime) {
            self.levels.draining -= 1;
            self.bury(now, runtime);
        }
    }

    /// Time has passed: boots that took too long fail, runtimes that were idle too long are drained.
    pub fn tick(&mut self, now: Time) {
        while let Some(runtime) = self.booting.first() {
            if self.runtimes[runtime].since + self.settings.boot_timeout > now {
                break;
            }
            self.refuse_waiters(runtime, PoolError::StartTimedOut { runtime });
            self.drain(runtime, DrainReason::Crash);
        }
        while let Some(runtime) = self.idle.first() {
            if self.reaped_at(self.runtimes[runtime].since) > now {
                break;
            }
            self.drain(runtime, DrainReason::Idle);
        }
    }
}

/// Steps the inputs share.
impl Pool {
    fn phase(&self, runtime: RuntimeId) -> Option<Phase> {
        self.runtimes.get(runtime).map(|entry| entry.phase)
    }

    /// A lease on a ready runtime.
    fn lease(&mut self, runtime: RuntimeId) -> LeaseId {
        if self.runtimes[runtime].leases == 0 {
            self.idle.remove(&mut self.runtimes, runtime);
            self.levels.idle -= 1;
            self.levels.busy += 1;
        }
        self.runtimes[runtime].leases += 1;
        self.leases.insert(runtime)
    }

    /// Waits for a boot that somebody else caused.
    fn join(&mut self, runtime: RuntimeId) -> WaiterId {
        let entry = &self.runtimes[runtime];
        if entry.waiters.is_empty() && entry.phase == Phase::Booting {
            self.abandoned.remove(&mut self.runtimes, runtime);
        }
        self.wait(runtime, false)
    }

    pub(super) fn wait(&mut self, runtime: RuntimeId, caused_the_boot: bool) -> WaiterId {
        let waiter = self.waiters.insert(Waiter::new(runtime, caused_the_boot));
        self.runtimes[runtime].waiters.push_back(&mut self.waiters, waiter);
        waiter
    }

    /// The last waiter of a boot has hung up: what is not started need not be; what is may be finished or evicted.
    fn abandon(&mut self, now: Time, runtime: RuntimeId) {
        if self.runtimes[runtime].phase == Phase::Booting {
            self.abandoned.push_back(&mut self.runtimes, runtime);
        } else {
            self.forget(runtime);
            self.settle(now);
        }
    }

    /// A ready runtime without a lease becomes idle, or goes where the pool is closing.
    fn rest(&mut self, now: Time, runtime: RuntimeId) {
        self.runtimes[runtime].since = now;
        self.idle.push_back(&mut self.runtimes, runtime);
        self.levels.idle += 1;
        if self.closing {
            self.drain(runtime, DrainReason::Close);
        }
    }

    pub(super) fn refuse_waiters(&mut self, runtime: RuntimeId, error: PoolError) {
        while let Some(waiter) = self.runtimes[runtime].waiters.pop_front(&mut self.waiters) {
            self.waiters.remove(waiter);
            self.decisions.push_back(Decision::Refuse { waiter, error });
            if self.runtimes[runtime].phase == Phase::Booting && self.runtimes[runtime].waiters.is_empty() {
                self.abandoned.push_back(&mut self.runtimes, runtime);
            }
        }
    }

    /// Takes a booting runtime off the lists of its phase.
    fn leave_boot(&mut self, runtime: RuntimeId) {
        self.booting.remove(&mut self.runtimes, runtime);
        self.levels.booting -= 1;
        if self.runtimes[runtime].waiters.is_empty() {
            self.abandoned.remove(&mut self.runtimes, runtime);
        }
    }

    /// Sends a booting or ready runtime on its way out.
    pub(super) fn drain(&mut self, runtime: RuntimeId, reason: DrainReason) {
        match self.runtimes[runtime].phase {
            Phase::Booting => self.leave_boot(runtime),
            Phase::Ready if self.runtimes[runtime].leases == 0 => {
                self.idle.remove(&mut self.runtimes, runtime);
                self.levels.idle -= 1;
            }
            Phase::Ready => self.levels.busy -= 1,
            other => unreachable!("a runtime that is {other:?} is not drained"),
        }
        self.levels.draining += 1;
        self.runtimes[runtime].phase = Phase::Draining(reason);
        let state = &mut self.keys[self.runtimes[runtime].key.index()];
        *state = KeyState { current: None, draining: Some(runtime) };
        self.decisions.push_back(Decision::Drain { runtime, reason });
    }

    /// The process is gone: port and slot go to whoever waits for them.
    fn bury(&mut self, now: Time, runtime: RuntimeId) {
        let gone = self.runtimes.remove(runtime).expect("only a runtime the pool holds is buried");
        self.ports.give_back(gone.port.expect("law 4: a live runtime holds a port"));
        let state = &mut self.keys[gone.key.index()];
        if state.current == Some(runtime) {
            state.current = None;
        } else {
            state.draining = None;
            if let Some(successor) = state.current {
                self.runtimes[successor].phase = Phase::Queued;
                self.queue.push_back(&mut self.runtimes, successor);
            }
        }
        self.settle(now);
    }
}
