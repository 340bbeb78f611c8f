//! Fingerprints: sixteen bytes in the place of an id of any length.

use std::fmt;

use sha2::{Digest, Sha256};

/// The head of a SHA-256 over some parts, told apart even where they run together. Two ids that meet in one
/// fingerprint are not expected within the life of the universe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Fingerprint(u128);

impl Fingerprint {
    pub(super) fn of(parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        Self(hash.finalize().iter().take(size_of::<u128>()).fold(0, |head, byte| (head << 8) | u128::from(*byte)))
    }

    /// Its upper half, short enough for ids people read.
    pub(super) fn short(self) -> u64 {
        u64::try_from(self.0 >> 64).expect("the upper half of 128 bits fits 64")
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}
