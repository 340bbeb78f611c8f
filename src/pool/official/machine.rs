//! The state of an official pool, and the questions that change nothing.

use std::collections::{BTreeMap, VecDeque};

use super::ports::Ports;
use super::reaper::Reaper;
use super::rule::{Rule, Rules};
use super::runtime::{Acquire, KeyState, Lock, LockId, Phase, Runtime};
use crate::base::Time;
use crate::pool::decision::Decision;
use crate::pool::list::{Links, List};
use crate::pool::machine::Levels;
use crate::pool::orders::Orders;
use crate::pool::runtime::{Key, LeaseId, RuntimeId, WaiterId};
use crate::pool::settings::Settings;
use crate::pool::slab::{Place, Slab};

/// One pool by the official rules. See the module for what that means.
#[derive(Debug)]
pub struct OfficialPool {
    pub(super) settings: Settings,
    pub(super) rules: Rules,
    pub(super) closing: bool,
    pub(super) runtimes: Slab<RuntimeId, Runtime>,
    /// Neighbours among those that serve, and among those that boot.
    pub(super) links: Links<RuntimeId>,
    /// In the order of their acquires, longest ago first.
    pub(super) served: List<RuntimeId>,
    pub(super) served_count: u32,
    /// Oldest first.
    pub(super) booting: List<RuntimeId>,
    /// Boots that are over, by when that will be seen.
    pub(super) polls: BTreeMap<(Time, u64), Place<RuntimeId>>,
    pub(super) boots: u64,
    pub(super) acquires: Slab<WaiterId, Acquire>,
    pub(super) locks: Slab<LockId, Lock>,
    pub(super) queue_links: Links<WaiterId>,
    /// Used only where giving a lease back twice is to be harmless.
    pub(super) leases: Slab<LeaseId, RuntimeId>,
    pub(super) keys: Vec<KeyState>,
    pub(super) ports: Ports,
    pub(super) reaper: Reaper,
    /// What a close has still to drain.
    pub(super) closer: VecDeque<Place<RuntimeId>>,
    /// Who was given a lock just now.
    pub(super) agenda: VecDeque<Place<WaiterId>>,
    pub(super) levels: Levels,
    pub(super) decisions: Orders,
}

impl OfficialPool {
    /// An empty pool.
    pub fn new(settings: Settings, rules: Rules, now: Time) -> Self {
        assert!(settings.max_concurrent_users > 0, "a pool without slots admits nobody");
        Self {
            ports: Ports::new(&settings.runtime_port_range, rules),
            reaper: Reaper::new(if rules.has(Rule::ReaperWakesWithTheFirstRuntime) { None } else { Some(now) }),
            settings,
            rules,
            closing: false,
            runtimes: Slab::default(),
            links: Links::default(),
            served: List::default(),
            served_count: 0,
            booting: List::default(),
            polls: BTreeMap::new(),
            boots: 0,
            acquires: Slab::default(),
            locks: Slab::default(),
            queue_links: Links::default(),
            leases: Slab::default(),
            keys: Vec::new(),
            closer: VecDeque::new(),
            agenda: VecDeque::new(),
            levels: Levels::default(),
            decisions: Orders::default(),
        }
    }

    /// How many processes stand where; those that nobody will end count as draining.
    #[inline]
    pub fn levels(&self) -> Levels {
        self.levels
    }

    /// Whether the pool holds anything for the key. If not, the shell may use it for another caller.
    pub fn knows(&self, key: Key) -> bool {
        self.keys.get(key.index()).is_some_and(|state| state.mentions > 0)
    }

    /// Whose runtimes serve, the one acquired longest ago first: they are evicted in that order.
    pub fn served(&self) -> Vec<Key> {
        self.served.iter(&self.links).map(|place| self.runtimes[place].key).collect()
    }

    /// When the pool next wants a tick; a new input can bring it forward.
    pub fn next_wake(&self) -> Option<Time> {
        let poll = self.polls.first_key_value().map(|((at, _), _)| *at);
        let timeout = self.booting.first().map(|boot| self.runtimes[boot].since + self.settings.boot_timeout);
        let reap = self.reaper.next_round(self.settings.reap_interval).filter(|_| self.served_count > 0);
        [poll, timeout, reap].into_iter().flatten().min()
    }

    /// As [`Pool::held`](super::super::Pool::held).
    pub fn held(&self) -> (u32, u32) {
        (self.levels.live(), self.levels.busy)
    }

    /// As [`Pool::next_order`](super::super::Pool::next_order).
    pub fn next_order(&mut self) -> Option<&Decision> {
        self.decisions.next()
    }

    /// As [`Pool::has_orders`](super::super::Pool::has_orders).
    pub fn has_orders(&self) -> bool {
        !self.decisions.is_empty()
    }

    /// The next order, oldest first. To be called until there is none, after every input.
    #[inline]
    pub fn next_decision(&mut self) -> Option<Decision> {
        self.next_order().copied()
    }

    #[inline]
    pub(super) fn key(&mut self, key: Key) -> &mut KeyState {
        &mut self.keys[key.index()]
    }

    pub(super) fn phase(&self, runtime: RuntimeId) -> Option<(Place<RuntimeId>, Phase)> {
        let place = self.runtimes.find(runtime)?;
        Some((place, self.runtimes[place].phase))
    }
}
