//! Dense ids: small integers that index arrays, so that no hot path hashes a string.

/// A tenant's place in the scenario file, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TenantIndex(pub u16);

impl TenantIndex {
    /// For indexing arrays.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// A worker's place within its tenant, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkerIndex(pub u16);

impl WorkerIndex {
    /// For indexing arrays.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// A caller within its tenant: known callers come first, new ones are numbered from the population's size up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallerIndex(pub u64);
