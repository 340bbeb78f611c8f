//! Policies that the official SDK does not have: to plan with, not to rely on.
//!
//! Which idle runtime goes first, and whether a caller may come in at all, are asked of a [`Policy`] that only a pool with
//! such a policy has. All laws of the room hold with it but the second half of the third: the victim is then another than
//! the least recently used one. Choosing it costs a pass over the idle runtimes.

use slotmap::SecondaryMap;

use super::error::PoolError;
use super::machine::Pool;
use super::runtime::{Key, RuntimeId};
use super::slab::Place;
use crate::base::Span;

/// Policies that the official SDK does not have. The default is what the SDK does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Experimental {
    /// Who goes where room is needed.
    pub eviction: Eviction,
    /// What a caller meets where as many as there are slots are on the line.
    pub newcomers: Newcomers,
    /// Whether a runtime is booted before anybody speaks; the shell's to carry out, who knows when the phone rings.
    pub prewarm: Prewarm,
}

/// Which idle runtime goes where room is needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Eviction {
    /// The least recently used one.
    #[default]
    Lru,
    /// The one of the least value: its uses, and what the last victim was worth when it was last used. That is
    /// Greedy-Dual-Size-Frequency (L. Cherkasova, "Improving WWW Proxies Performance with Greedy-Dual-Size-Frequency Caching
    /// Policy", HP Laboratories HPL-98-69R1, 1998), where all runtimes are as large and as dear to boot again: whoever was
    /// evicted boots warm.
    Gdsf,
}

/// What a caller meets where as many callers as there are slots are on the line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Newcomers {
    /// He evicts somebody who is not speaking right now.
    #[default]
    Evict,
    /// He is refused at the start of his call. Who was admitted keeps his runtime until he hangs up.
    Refuse,
}

/// Whether a runtime is booted when the phone rings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Prewarm {
    /// It is booted when its caller first speaks.
    #[default]
    Never,
    /// As long before he speaks as his call record says that the phone rang.
    Recorded,
    /// So long before he speaks.
    Before(Span),
}

/// What a pool with such a policy knows besides.
#[derive(Debug, Default)]
pub(super) struct Policy {
    newcomers: Newcomers,
    /// What runtimes are worth; absent where the least recently used one goes.
    worth: Option<Worth>,
    /// Calls of each key that were admitted.
    seats: Vec<u32>,
    /// Keys with such calls.
    seated: u32,
}

/// What idle runtimes are worth.
#[derive(Debug, Default)]
struct Worth {
    /// What the last victim was worth: whoever is used from now on is worth more.
    floor: u64,
    of: SecondaryMap<RuntimeId, Value>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Value {
    uses: u64,
    /// With the floor at the last use.
    worth: u64,
}

impl Policy {
    /// What the policies take to keep; nothing for those of the SDK.
    pub(super) fn of(Experimental { eviction, newcomers, .. }: Experimental) -> Option<Box<Self>> {
        let worth = (eviction == Eviction::Gdsf).then(Worth::default);
        (worth.is_some() || newcomers == Newcomers::Refuse)
            .then(|| Box::new(Self { newcomers, worth, ..Self::default() }))
    }

    /// A lease has ended, and no other is held.
    pub(super) fn used(&mut self, runtime: RuntimeId) {
        let Some(Worth { floor, of }) = &mut self.worth else { return };
        let mut value = of.get(runtime).copied().unwrap_or_default();
        value.uses += 1;
        value.worth = *floor + value.uses;
        of.insert(runtime, value);
    }

    fn worth(&self, runtime: RuntimeId) -> u64 {
        self.worth.as_ref().and_then(|worth| worth.of.get(runtime)).map_or(0, |value| value.worth)
    }

    fn has_seat(&self, key: Key) -> bool {
        self.seats.get(key.index()).is_some_and(|calls| *calls > 0)
    }
}

impl Pool {
    /// A call of this caller begins: may it? To be asked before its first acquire.
    pub fn enter(&mut self, key: Key) -> Result<(), PoolError> {
        let capacity = self.settings.max_concurrent_users;
        let Some(policy) = self.policy.as_mut().filter(|policy| policy.newcomers == Newcomers::Refuse) else {
            return Ok(());
        };
        if !policy.has_seat(key) {
            if policy.seated >= capacity {
                return Err(PoolError::Exhausted { capacity });
            }
            policy.seated += 1;
        }
        if key.index() >= policy.seats.len() {
            policy.seats.resize(key.index() + 1, 0);
        }
        policy.seats[key.index()] += 1;
        Ok(())
    }

    /// A call that might enter is over.
    pub fn leave(&mut self, key: Key) {
        let Some(policy) = &mut self.policy else { return };
        let Some(calls) = policy.seats.get_mut(key.index()).filter(|calls| **calls > 0) else { return };
        *calls -= 1;
        policy.seated -= u32::from(*calls == 0);
    }

    /// The idle runtime that goes first; nobody where all belong to callers on the line who were promised theirs.
    #[cold]
    pub(super) fn chosen_victim(&mut self) -> Option<Place<RuntimeId>> {
        let policy = self.policy.as_mut()?;
        let idle = self.idle.places(&self.phase_links).into_iter();
        let free = idle.filter(|place| !policy.has_seat(self.runtimes[*place].key));
        let victim = free.min_by_key(|place| policy.worth(self.runtimes.id(*place)))?;
        let floor = policy.worth(self.runtimes.id(victim));
        if let Some(worth) = &mut policy.worth {
            worth.floor = floor;
        }
        Some(victim)
    }
}
