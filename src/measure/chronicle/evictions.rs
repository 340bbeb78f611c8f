//! Who evicted whom.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::document::{Evictions, Pair};
use crate::base::{CallerIndex, TenantIndex};

/// Counts evictions by pair of callers. When so many pairs are told apart as there is room for, further pairs are only
/// counted together: those who evict each other often come up early.
#[derive(Clone, Debug, Default)]
pub(super) struct Pairs {
    total: u64,
    untold: u64,
    times: BTreeMap<(TenantIndex, CallerIndex, CallerIndex), u64>,
}

impl Pairs {
    pub(super) fn evicted(&mut self, tenant: TenantIndex, by: CallerIndex, victim: CallerIndex) {
        self.total += 1;
        let room = self.times.len() < MOST;
        match self.times.get_mut(&(tenant, by, victim)) {
            Some(times) => *times += 1,
            None if room => drop(self.times.insert((tenant, by, victim), 1)),
            None => self.untold += 1,
        }
    }

    /// `name` says how a caller is called.
    pub(super) fn finish(self, tenants: &[String], name: fn(CallerIndex) -> String) -> Evictions {
        let (total, untold, pairs_told) = (self.total, self.untold, self.times.len() as u64);
        let mut pairs: Vec<_> = self.times.into_iter().collect();
        // Stable: of pairs with as many, the first callers come first.
        pairs.sort_by_key(|(_, times)| Reverse(*times));
        let pair = |((tenant, by, victim), times): ((TenantIndex, CallerIndex, CallerIndex), u64)| {
            let tenant = tenants[tenant.index()].clone();
            Pair { tenant, by: name(by), victim: name(victim), times }
        };
        Evictions { total, pairs_told, untold, pairs: pairs.into_iter().take(WRITTEN).map(pair).collect() }
    }
}

/// Pairs that are told apart, in some 2 MB.
const MOST: usize = 20_000;
/// Pairs that are written down.
const WRITTEN: usize = 100;
