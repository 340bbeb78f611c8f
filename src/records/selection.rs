//! A part of the records.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::Records;

/// What to keep.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    /// Calls that start then or later.
    pub from_ns: Option<i64>,
    /// Calls that start before then.
    pub to_ns: Option<i64>,
    /// Such a share of the *callers*, each with all of his calls: a share of the calls would take from callers what brings
    /// them back. Whoever nobody knows is a caller of his own.
    pub share: Option<f64>,
    /// Which callers those are.
    pub seed: u64,
}

impl Selection {
    /// Leaves out what is not to be kept.
    pub fn keep(&self, records: &mut Records) {
        let kept: Vec<bool> = match self.share {
            Some(share) => records.callers.iter().map(|name| self.draws(name.as_bytes(), share)).collect(),
            None => vec![true; records.callers.len()],
        };
        records.calls.retain(|call| {
            let within =
                self.from_ns.is_none_or(|from| call.start_ns >= from) && self.to_ns.is_none_or(|to| call.start_ns < to);
            let unknown = || self.share.is_none_or(|share| self.draws(&call.line.to_le_bytes(), share));
            within && call.caller.map_or_else(unknown, |caller| kept[caller as usize])
        });
    }

    /// Whether somebody is among that share of all: by a hash, so that it does not matter what else is in the file.
    fn draws(&self, whom: &[u8], share: f64) -> bool {
        const WHOLE: f64 = (1_u64 << 53) as f64;
        let drawn = xxh3_64_with_seed(whom, self.seed) >> 11;
        (drawn as f64) < share * WHOLE
    }
}
