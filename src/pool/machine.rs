//! The state of a pool, and the questions that change nothing.
//!
//! Its inputs stand in `callers` and `processes`, the steps they share in `transitions`, the way to a slot and a port in
//! `placement`.

use super::decision::Decision;
use super::experimental::Policy;
use super::list::{Links, List};
use super::orders::Orders;
use super::ports::{PortHolder, Ports};
use super::runtime::{Key, LeaseId, Phase, Runtime, RuntimeId, Waiter, WaiterId};
use super::settings::Settings;
use super::slab::{Place, Slab};
use crate::base::{Span, Time};

/// One pool. See the [module](super) for the contract.
#[derive(Debug)]
pub struct Pool {
    pub(super) settings: Settings,
    /// Reaper ticks fall on this plus whole intervals.
    born: Time,
    pub(super) closing: bool,
    pub(super) runtimes: Slab<RuntimeId, Runtime>,
    pub(super) waiters: Slab<WaiterId, Waiter>,
    /// By id, as a lease may outlive its runtime.
    pub(super) leases: Slab<LeaseId, RuntimeId>,
    pub(super) keys: Vec<KeyState>,
    pub(super) ports: Ports,
    /// Slots that no runtime holds.
    pub(super) free_slots: u32,
    /// Neighbours in the list of a phase: the queue, the boots under way, the idle ones.
    pub(super) phase_links: Links<RuntimeId>,
    /// Boots that wait for a slot and a port, first come first.
    pub(super) queue: List<RuntimeId>,
    /// Boots under way, oldest first.
    pub(super) booting: List<RuntimeId>,
    /// Boots under way that nobody waits for any more, longest forsaken first.
    pub(super) abandoned: List<RuntimeId>,
    pub(super) abandoned_links: Links<RuntimeId>,
    /// Neighbours in the list of those who wait for the same boot.
    pub(super) waiter_links: Links<WaiterId>,
    /// Idle runtimes, least recently used first.
    pub(super) idle: List<RuntimeId>,
    pub(super) levels: Levels,
    /// Where a policy is asked that the SDK does not have.
    pub(super) policy: Option<Box<Policy>>,
    pub(super) decisions: Orders,
}

/// The runtimes of one key: at most one that serves or will, and at most one on its way out.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct KeyState {
    pub(super) current: Option<Place<RuntimeId>>,
    pub(super) draining: Option<Place<RuntimeId>>,
}

/// How many runtimes stand where.
///
/// No step of a runtime's life leads from one of these to its neighbour. If one did, both would be counted by one wide
/// load, which waits for the narrow stores of the step before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Levels {
    /// Ready, with a lease.
    pub busy: u32,
    /// Boots that hold no slot yet.
    pub waiting: u32,
    /// Ready, without a lease.
    pub idle: u32,
    /// Processes that are starting.
    pub booting: u32,
    /// On their way out.
    pub draining: u32,
}

impl Levels {
    /// Runtimes that exist. Each holds one slot and one port.
    #[inline]
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
            free_slots: settings.max_concurrent_users,
            policy: Policy::of(settings.experimental),
            settings,
            born: now,
            closing: false,
            runtimes: Slab::default(),
            waiters: Slab::default(),
            leases: Slab::default(),
            keys: Vec::new(),
            phase_links: Links::default(),
            queue: List::default(),
            booting: List::default(),
            abandoned: List::default(),
            abandoned_links: Links::default(),
            waiter_links: Links::default(),
            idle: List::default(),
            levels: Levels::default(),
            decisions: Orders::default(),
        }
    }

    /// How many runtimes stand where.
    #[inline]
    pub fn levels(&self) -> Levels {
        self.levels
    }

    /// Whether the pool holds anything for the key. If not, the shell may use it for another caller.
    pub fn knows(&self, key: Key) -> bool {
        self.keys.get(key.index()).is_some_and(|state| state.current.is_some() || state.draining.is_some())
    }

    /// Whether the runtime serves: an acquire of its key would be granted at once.
    pub fn serves(&self, runtime: RuntimeId) -> bool {
        self.phase(runtime) == Some(Phase::Ready)
    }

    /// Who holds which port of the range; free ports are left out. For error details: costs a pass over the range.
    pub fn port_holders(&self) -> Vec<(u16, PortHolder)> {
        self.ports.holders()
    }

    /// When the pool next wants a [`Pool::tick`]; a new input can bring it forward.
    pub fn next_wake(&self) -> Option<Time> {
        let boot = self.booting.first().map(|boot| self.runtimes[boot].since + self.settings.boot_timeout);
        let Some(idle_since) = self.idle.first().map(|idle| self.runtimes[idle].since) else { return boot };
        // Nothing is reaped before its TTL is over, so a boot that times out sooner saves finding the reaper's tick.
        let reaped_not_before = idle_since + self.settings.runtime_idle_ttl;
        match boot {
            Some(boot) if boot <= reaped_not_before => Some(boot),
            boot => Some(boot.unwrap_or(Time::NEVER).min(self.reaped_at(idle_since))),
        }
    }

    /// [`Pool::next_wake`] where it is before `alarm`, for a shell that has set one already: as long as nothing can be due
    /// by then, this spares finding the reaper's tick.
    #[inline]
    pub fn next_wake_before(&self, alarm: Time) -> Option<Time> {
        let within = |first: Option<Place<RuntimeId>>, span: Span| {
            first.is_some_and(|place| self.runtimes[place].since + span < alarm)
        };
        let (boot, ttl) = (self.settings.boot_timeout, self.settings.runtime_idle_ttl);
        let possible = within(self.booting.first(), boot) || within(self.idle.first(), ttl);
        if possible { self.next_wake().filter(|wake| *wake < alarm) } else { None }
    }

    /// Runtimes that exist, and busy ones. Each of the former holds a slot.
    #[inline]
    pub fn held(&self) -> (u32, u32) {
        (self.settings.max_concurrent_users - self.free_slots, self.levels.busy)
    }

    /// The next order, oldest first. To be called until there is none, after every input.
    #[inline]
    pub fn next_decision(&mut self) -> Option<Decision> {
        self.next_order().copied()
    }

    /// [`Pool::next_decision`] where it stands, for a shell to which a copy matters.
    #[inline]
    pub fn next_order(&mut self) -> Option<&Decision> {
        self.decisions.next()
    }

    /// Whether there is an order to be carried out.
    #[inline]
    pub fn has_orders(&self) -> bool {
        !self.decisions.is_empty()
    }

    /// The first tick of the reaper at which a runtime idle since then has outlived its TTL.
    pub(super) fn reaped_at(&self, idle_since: Time) -> Time {
        self.settings.reaped_at(self.born, idle_since)
    }
}
