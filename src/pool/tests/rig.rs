//! A pool under test, and short words for what is done to it.

use crate::base::{Admission, BootKind, DrainReason, Span, Time};
use crate::pool::*;

/// A pool and a shell that does nothing by itself: the test plays the processes.
pub(super) struct Rig {
    pub(super) pool: Pool,
    pub(super) now: Time,
    pub(super) orders: Vec<Decision>,
}

impl Rig {
    pub(super) fn new(cap: u32, ports: u16) -> Self {
        let settings =
            Settings { max_concurrent_users: cap, runtime_port_range: 9000..=8999 + ports, ..Settings::default() };
        Self { pool: Pool::new(settings, Time::ZERO), now: Time::ZERO, orders: Vec::new() }
    }

    /// Gives an input, collects the decisions, audits the laws.
    pub(super) fn give<T>(&mut self, input: impl FnOnce(&mut Pool, Time) -> T) -> T {
        let answer = input(&mut self.pool, self.now);
        self.orders = std::iter::from_fn(|| self.pool.next_decision()).collect();
        self.pool.audit(self.now).expect("the laws hold after every input");
        let wake = self.pool.next_wake();
        for alarm in
            [Some(self.now), wake, wake.map(|wake| wake + Span::from_ns(1)), Some(Time::NEVER)].into_iter().flatten()
        {
            let sooner = wake.filter(|wake| *wake < alarm);
            assert_eq!(self.pool.next_wake_before(alarm), sooner, "a wake before {alarm:?}");
        }
        answer
    }

    pub(super) fn wait(&mut self, seconds: u64) {
        let until = self.now + Span::from_secs(seconds);
        while let Some(wake) = self.pool.next_wake().filter(|wake| *wake <= until) {
            self.now = wake;
            let before = std::mem::take(&mut self.orders);
            self.give(Pool::tick);
            self.orders.splice(0..0, before);
        }
        self.now = until;
    }

    pub(super) fn acquire(&mut self, key: u32) -> Admitted {
        self.give(|pool, now| pool.acquire(now, Key(key)))
    }

    pub(super) fn waits(&mut self, key: u32) -> WaiterId {
        match self.acquire(key) {
            Admitted::Waiting(waiter) => waiter,
            other => panic!("expected to wait, got {other:?}"),
        }
    }

    pub(super) fn reuses(&mut self, key: u32) -> LeaseId {
        match self.acquire(key) {
            Admitted::Granted { lease, .. } => lease,
            other => panic!("expected a lease, got {other:?}"),
        }
    }

    pub(super) fn release(&mut self, lease: LeaseId) {
        self.give(|pool, now| pool.released(now, lease));
    }

    pub(super) fn start(&mut self, runtime: RuntimeId) {
        self.give(|pool, now| pool.started(now, runtime, BootKind::Cold));
    }

    /// A boot from acquire to lease.
    pub(super) fn boots(&mut self, key: u32) -> (RuntimeId, LeaseId) {
        self.waits(key);
        let (runtime, ..) = self.spawned();
        self.start(runtime);
        (runtime, self.granted()[0].1)
    }

    /// A runtime that was used once and is idle now.
    pub(super) fn idles(&mut self, key: u32) -> RuntimeId {
        let (runtime, lease) = self.boots(key);
        self.release(lease);
        runtime
    }

    pub(super) fn spawned(&self) -> (RuntimeId, u32, u16) {
        let spawn = |order: &Decision| match *order {
            Decision::Spawn { runtime, key, port } => Some((runtime, key.0, port)),
            _ => None,
        };
        self.orders.iter().find_map(spawn).unwrap_or_else(|| panic!("no spawn in {:?}", self.orders))
    }

    pub(super) fn granted(&self) -> Vec<(WaiterId, LeaseId, Admission)> {
        let grant = |order: &Decision| match *order {
            Decision::Grant { waiter, lease, admission, .. } => Some((waiter, lease, admission)),
            _ => None,
        };
        self.orders.iter().filter_map(grant).collect()
    }

    pub(super) fn drains(&self) -> Vec<(RuntimeId, DrainReason)> {
        let drain = |order: &Decision| match *order {
            Decision::Drain { runtime, reason } => Some((runtime, reason)),
            _ => None,
        };
        self.orders.iter().filter_map(drain).collect()
    }

    pub(super) fn refusals(&self) -> Vec<(WaiterId, PoolError)> {
        let refuse = |order: &Decision| match *order {
            Decision::Refuse { waiter, error } => Some((waiter, error)),
            _ => None,
        };
        self.orders.iter().filter_map(refuse).collect()
    }
}
