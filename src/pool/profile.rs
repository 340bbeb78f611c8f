//! Whose rules a pool follows: our own, or those of an official SDK.

use std::fmt;

use super::decision::{Admitted, Decision};
use super::error::PoolError;
use super::machine::Pool;
use super::official::{OfficialPool, Rules};
use super::runtime::{Key, LeaseId, RuntimeId, WaiterId};
use super::settings::Settings;
use crate::base::{BootKind, Time};

/// Whose rules a pool follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// Our own.
    #[default]
    Builtin,
    /// Those of the Python SDK `memoair-voice` 0.3.2.
    Sdk0_3_2,
}

impl Profile {
    /// Every one there is.
    pub const ALL: [Self; 2] = [Self::Builtin, Self::Sdk0_3_2];

    /// As scenarios name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Builtin => "builtin",
            Self::Sdk0_3_2 => "sdk-0.3.2",
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A pool by either's rules, for whoever plays both. Each input is as [`Pool`] has it.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there are few pools, and ours is not to be followed through a pointer")]
pub enum ProfiledPool {
    /// By our own rules.
    Builtin(Pool),
    /// By official ones.
    Official(Box<OfficialPool>),
}

#[expect(missing_docs, reason = "the pool's own inputs and questions, passed on")]
impl ProfiledPool {
    /// An empty pool.
    pub fn new(profile: Profile, settings: Settings, now: Time) -> Self {
        match profile {
            Profile::Builtin => Self::Builtin(Pool::new(settings, now)),
            Profile::Sdk0_3_2 => Self::Official(Box::new(OfficialPool::new(settings, Rules::SDK_0_3_2, now))),
        }
    }

    /// Whether laws of the [room](super) are broken by its rules.
    #[inline]
    pub fn is_official(&self) -> bool {
        matches!(self, Self::Official(_))
    }

    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    pub fn acquire(&mut self, now: Time, key: Key) -> Admitted {
        match self {
            Self::Builtin(pool) => pool.acquire(now, key),
            Self::Official(pool) => apart(move || pool.acquire(now, key)),
        }
    }

    /// As [`Pool::enter`]; official rules know no such thing.
    pub fn enter(&mut self, key: Key) -> Result<(), PoolError> {
        match self {
            Self::Builtin(pool) => pool.enter(key),
            Self::Official(_) => Ok(()),
        }
    }

    pub fn leave(&mut self, key: Key) {
        if let Self::Builtin(pool) = self {
            pool.leave(key);
        }
    }

    #[inline]
    pub fn cancelled(&mut self, now: Time, waiter: WaiterId) -> bool {
        match self {
            Self::Builtin(pool) => pool.cancelled(now, waiter),
            Self::Official(pool) => apart(move || pool.cancelled(now, waiter)),
        }
    }

    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    pub fn released(&mut self, now: Time, lease: LeaseId) {
        match self {
            Self::Builtin(pool) => pool.released(now, lease),
            Self::Official(pool) => apart(move || pool.released(now, lease)),
        }
    }

    #[inline]
    pub fn close_now(&mut self) {
        match self {
            Self::Builtin(pool) => pool.close_now(),
            Self::Official(pool) => apart(move || pool.close()),
        }
    }

    #[inline]
    pub fn started(&mut self, now: Time, runtime: RuntimeId, kind: BootKind) {
        match self {
            Self::Builtin(pool) => pool.started(now, runtime, kind),
            Self::Official(pool) => apart(move || pool.started(now, runtime, kind)),
        }
    }

    #[inline]
    pub fn port_taken(&mut self, now: Time, runtime: RuntimeId) {
        match self {
            Self::Builtin(pool) => pool.port_taken(now, runtime),
            Self::Official(pool) => apart(move || pool.port_taken(now, runtime)),
        }
    }

    #[inline]
    pub fn exited(&mut self, now: Time, runtime: RuntimeId) {
        match self {
            Self::Builtin(pool) => pool.exited(now, runtime),
            Self::Official(pool) => apart(move || pool.exited(now, runtime)),
        }
    }

    #[inline]
    pub fn drained(&mut self, now: Time, runtime: RuntimeId) {
        match self {
            Self::Builtin(pool) => pool.drained(now, runtime),
            Self::Official(pool) => apart(move || pool.drained(now, runtime)),
        }
    }

    #[inline]
    pub fn tick(&mut self, now: Time) {
        match self {
            Self::Builtin(pool) => pool.tick(now),
            Self::Official(pool) => apart(move || pool.tick(now)),
        }
    }

    #[inline]
    pub fn knows(&self, key: Key) -> bool {
        match self {
            Self::Builtin(pool) => pool.knows(key),
            Self::Official(pool) => apart(move || pool.knows(key)),
        }
    }

    #[inline]
    pub fn next_wake(&self) -> Option<Time> {
        match self {
            Self::Builtin(pool) => pool.next_wake(),
            Self::Official(pool) => apart(move || pool.next_wake()),
        }
    }

    #[inline]
    pub fn held(&self) -> (u32, u32) {
        match self {
            Self::Builtin(pool) => pool.held(),
            Self::Official(pool) => apart(move || pool.held()),
        }
    }

    #[inline]
    pub fn has_orders(&self) -> bool {
        match self {
            Self::Builtin(pool) => pool.has_orders(),
            Self::Official(pool) => apart(move || pool.has_orders()),
        }
    }

    #[inline]
    pub fn next_order(&mut self) -> Option<&Decision> {
        match self {
            Self::Builtin(pool) => pool.next_order(),
            Self::Official(pool) => apart(move || pool.next_order()),
        }
    }
}

/// What official pools do stands apart, so that a simulation of ours does not grow by it.
#[cold]
#[inline(never)]
fn apart<T>(official: impl FnOnce() -> T) -> T {
    official()
}
