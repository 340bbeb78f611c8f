//! A running hash over everything pools were told and decided, to tell whether two plays are one.
//!
//! XXH3-64 (xxHash specification 0.1.1 and later), each fact hashed with its predecessors' hash as the seed: nine words a
//! fact, each in little-endian order, on every machine the same. It tells mistakes apart, not forgeries.

use slotmap::Key as _;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::journal::{Entry, Fact};
use crate::pool::{Key, PoolError, RuntimeId};

/// The hash of the facts so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// Takes in one more fact.
    pub fn absorb(&mut self, entry: &Entry) {
        let Entry { at, tenant, worker, fact } = entry;
        let mut bytes = [0; 8 * WORDS];
        let place = u64::from(tenant.0) << 32 | u64::from(*worker);
        let words = [at.ns(), place].into_iter().chain(words(fact));
        for (room, word) in bytes.chunks_exact_mut(8).zip(words) {
            room.copy_from_slice(&word.to_le_bytes());
        }
        self.0 = xxh3_64_with_seed(&bytes, self.0);
    }

    /// The hash; 0 of no facts at all.
    pub fn value(self) -> u64 {
        self.0
    }
}

/// A number for the kind of fact, and what it says.
fn words(fact: &Fact) -> [u64; WORDS - 2] {
    match *fact {
        Fact::Rang { number, caller, key } => [1, number, caller.0, of_key(key), 0, 0, 0],
        Fact::HungUp { number, key } => [2, number, of_key(key), 0, 0, 0, 0],
        Fact::Reused { key, runtime, number } => [3, of_key(key), of(runtime), number, 0, 0, 0],
        Fact::Waits { key, number } => [4, of_key(key), number, 0, 0, 0, 0],
        Fact::Refused { key, error, number } => refusal(5, key, error, number),
        Fact::Cancelled { key, number } => [6, of_key(key), number, 0, 0, 0, 0],
        Fact::Released { runtime, number, key } => [7, of(runtime), number, of_key(key), 0, 0, 0],
        Fact::Spawned { runtime, key, port } => [8, of(runtime), of_key(key), port.into(), 0, 0, 0],
        Fact::PortTaken { runtime } => [9, of(runtime), 0, 0, 0, 0, 0],
        Fact::Started { runtime, kind } => [10, of(runtime), kind as u64, 0, 0, 0, 0],
        Fact::Granted { key, runtime, admission, number } => {
            [11, of_key(key), of(runtime), admission as u64, number, 0, 0]
        }
        Fact::Denied { key, error, number } => refusal(12, key, error, number),
        Fact::Draining { runtime, reason } => [13, of(runtime), reason as u64, 0, 0, 0, 0],
        Fact::Drained { runtime } => [14, of(runtime), 0, 0, 0, 0, 0],
        Fact::Exited { runtime } => [15, of(runtime), 0, 0, 0, 0, 0],
        Fact::Ticked => [16, 0, 0, 0, 0, 0, 0],
        Fact::Closed => [17, 0, 0, 0, 0, 0, 0],
    }
}

fn refusal(kind: u64, key: Key, error: PoolError, number: u64) -> [u64; WORDS - 2] {
    let [code, one, two, three] = match error {
        PoolError::Exhausted { capacity } => [1, capacity.into(), 0, 0],
        PoolError::PortExhausted { first, last, ours, strangers } => {
            [2, u64::from(first) << 16 | u64::from(last), ours.into(), strangers.into()]
        }
        PoolError::Closed => [3, 0, 0, 0],
        PoolError::StartFailed { runtime } => [4, of(runtime), 0, 0],
        PoolError::StartTimedOut { runtime } => [5, of(runtime), 0, 0],
    };
    [kind, of_key(key), code, one, two, three, number]
}

fn of(runtime: RuntimeId) -> u64 {
    runtime.data().as_ffi()
}

fn of_key(key: Key) -> u64 {
    key.0.into()
}

const WORDS: usize = 9;

#[cfg(test)]
mod tests {
    use slotmap::KeyData;

    use super::*;
    use crate::base::{Admission, BootKind, CallerIndex, DrainReason, TenantIndex, Time};

    fn of_all(entries: &[Entry]) -> u64 {
        let mut fingerprint = Fingerprint::default();
        for entry in entries {
            fingerprint.absorb(entry);
        }
        fingerprint.value()
    }

    /// Facts of every kind, in pairs that differ in one field.
    fn facts() -> Vec<Fact> {
        let runtime = RuntimeId::from(KeyData::from_ffi((1 << 32) + 3));
        let other = RuntimeId::from(KeyData::from_ffi((3 << 32) + 3));
        let (key, caller) = (Key(7), CallerIndex(9));
        let errors = [
            PoolError::Exhausted { capacity: 20 },
            PoolError::Exhausted { capacity: 21 },
            PoolError::PortExhausted { first: 1, last: 2, ours: 3, strangers: 4 },
            PoolError::PortExhausted { first: 2, last: 2, ours: 3, strangers: 4 },
            PoolError::PortExhausted { first: 1, last: 3, ours: 3, strangers: 4 },
            PoolError::PortExhausted { first: 1, last: 2, ours: 4, strangers: 4 },
            PoolError::PortExhausted { first: 1, last: 2, ours: 3, strangers: 3 },
            PoolError::Closed,
            PoolError::StartFailed { runtime },
            PoolError::StartFailed { runtime: other },
            PoolError::StartTimedOut { runtime },
        ];
        let mut facts = vec![
            Fact::Rang { number: 1, caller, key },
            Fact::Rang { number: 2, caller, key },
            Fact::Rang { number: 1, caller: CallerIndex(8), key },
            Fact::Rang { number: 1, caller, key: Key(8) },
            Fact::HungUp { number: 1, key },
            Fact::HungUp { number: 1, key: Key(8) },
            Fact::Reused { key, runtime, number: 1 },
            Fact::Reused { key, runtime: other, number: 1 },
            Fact::Waits { key, number: 1 },
            Fact::Waits { key, number: 2 },
            Fact::Cancelled { key, number: 1 },
            Fact::Released { runtime, number: 1, key },
            Fact::Released { runtime: other, number: 1, key },
            Fact::Spawned { runtime, key, port: 7878 },
            Fact::Spawned { runtime, key, port: 7879 },
            Fact::PortTaken { runtime },
            Fact::Started { runtime, kind: BootKind::Warm },
            Fact::Started { runtime, kind: BootKind::Cold },
            Fact::Granted { key, runtime, admission: Admission::Join, number: 1 },
            Fact::Granted { key, runtime, admission: Admission::Warm, number: 1 },
            Fact::Draining { runtime, reason: DrainReason::Idle },
            Fact::Draining { runtime, reason: DrainReason::Lru },
            Fact::Drained { runtime },
            Fact::Exited { runtime },
            Fact::Ticked,
            Fact::Closed,
        ];
        facts.extend(errors.map(|error| Fact::Refused { key, error, number: 1 }));
        facts.extend(errors.map(|error| Fact::Denied { key, error, number: 1 }));
        facts
    }

    fn entry(fact: Fact) -> Entry {
        Entry { at: Time::from_ns(5), tenant: TenantIndex(1), worker: 2, fact }
    }

    #[test]
    fn every_field_of_every_fact_counts() {
        let mut entries: Vec<Entry> = facts().into_iter().map(entry).collect();
        let one = entries[0];
        entries.push(Entry { at: Time::from_ns(6), ..one });
        entries.push(Entry { tenant: TenantIndex(2), ..one });
        entries.push(Entry { worker: 3, ..one });
        let mut hashes: Vec<u64> = entries.iter().map(|entry| of_all(&[*entry])).collect();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), entries.len());
    }

    #[test]
    fn order_counts_and_the_value_is_the_same_on_every_machine() {
        let entries: Vec<Entry> = facts().into_iter().map(entry).collect();
        let turned: Vec<Entry> = entries.iter().rev().copied().collect();
        assert_ne!(of_all(&entries), of_all(&turned));
        // As the reference implementation has it. If it changes, hashes of two versions cannot be compared any more.
        assert_eq!(of_all(&entries[..1]), 10_214_642_852_650_773_126);
    }
}
