//! The surface of a scenario: one stack for each worker's pool.

use hashbrown::HashTable;

use super::{Stack, Surface, Tally, Ticks, Use, What, uses};
use crate::base::{Span, Time};
use crate::scenario::Scenario;

/// The surface of one tenant: its workers' pools together, each of the same cap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantSurface {
    /// Its name.
    pub name: String,
    /// Workers, and so pools.
    pub workers: u16,
    /// What share of its turns finds a live runtime.
    pub surface: Surface,
}

/// The surface of each tenant of a scenario at these TTLs, in the order of the file, and of all together. What falls into
/// the warm-up is played and not counted. With a lease for each turn a turn's recall is counted, with one for each call
/// the call. Faults are left out.
pub fn surface(scenario: &Scenario, ttls: &[Span]) -> (Vec<TenantSurface>, Surface) {
    let ticks = Ticks { every: scenario.pool.reap_interval };
    let counted_from = Time::ZERO + scenario.warm_up;
    let mut pools: Vec<Vec<Pool>> = scenario.traffic.tenants.iter().map(|tenant| pools_of(tenant.workers)).collect();
    let mut tallies: Vec<Tally> = pools.iter().map(|_| Tally::new(ticks, ttls)).collect();
    uses(scenario, |used| {
        let tenant = used.tenant.index();
        let found = pools[tenant][used.worker.index()].use_of(used);
        if let Some(found) = found.filter(|_| used.at >= counted_from) {
            tallies[tenant].count(used.at, found);
        }
    });
    let mut all = Tally::new(ticks, ttls);
    for (tally, pools) in tallies.iter_mut().zip(&pools) {
        for pool in pools {
            tally.busy_at_once(pool.stack.peak_busy());
        }
        all.add(tally);
    }
    let tenants = scenario.traffic.tenants.iter().zip(&tallies).map(|(tenant, tally)| TenantSurface {
        name: tenant.name.clone(),
        workers: tenant.workers,
        surface: tally.surface(),
    });
    (tenants.collect(), all.surface())
}

fn pools_of(workers: u16) -> Vec<Pool> {
    (0..workers).map(|_| Pool::default()).collect()
}

/// A worker's pool, and the small numbers of the callers it has seen.
#[derive(Default)]
struct Pool {
    stack: Stack,
    numbers: HashTable<(u64, u32)>,
}

impl Pool {
    /// What was found, where it is to be counted.
    fn use_of(&mut self, used: Use) -> Option<super::Found> {
        let caller = self.number(used.caller.0);
        match used.what {
            What::Recall => Some(self.stack.touch(used.at, caller)),
            What::Begin => Some(self.stack.acquire(caller)),
            What::Save => {
                self.stack.touch(used.at, caller);
                None
            }
            What::End => {
                self.stack.release(used.at, caller);
                None
            }
        }
    }

    fn number(&mut self, caller: u64) -> u32 {
        let next = u32::try_from(self.numbers.len()).expect("a pool has fewer than 2³² callers");
        let entry = self.numbers.entry(hash(caller), |(known, _)| *known == caller, |(known, _)| hash(*known));
        entry.or_insert((caller, next)).get().1
    }
}

/// Callers are numbered one after the other: a multiplication spreads them (D. Knuth, "Sorting and Searching", 6.4).
fn hash(caller: u64) -> u64 {
    caller.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(32)
}
