//! The ports the official pool may hand out: those it has not handed out, whoever may listen on them.

use std::collections::BTreeSet;
use std::ops::Bound::{Excluded, Unbounded};
use std::ops::RangeInclusive;

use super::rule::{Rule, Rules};

/// The ports that are not handed out.
#[derive(Debug)]
pub(super) struct Ports {
    free: BTreeSet<FreePort>,
    lowest_first: bool,
    given_back: u64,
    held: u32,
}

/// A port, behind those that are handed out before it: by its number, or by when it became free.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FreePort {
    turn: u64,
    pub(super) port: u16,
}

impl Ports {
    pub(super) fn new(range: &RangeInclusive<u16>, rules: Rules) -> Self {
        let last = u32::from(*range.end()) + u32::from(!rules.has(Rule::RangeEndsBeforeItsLast));
        let all = (u32::from(*range.start())..last).filter_map(|port| u16::try_from(port).ok());
        Self {
            free: all.map(|port| FreePort { turn: 0, port }).collect(),
            lowest_first: rules.has(Rule::LowestPortFirst),
            given_back: 0,
            held: 0,
        }
    }

    /// Hands out the next one, or the next one after that.
    pub(super) fn take(&mut self, after: Option<FreePort>) -> Option<FreePort> {
        let next = *self.free.range((after.map_or(Unbounded, Excluded), Unbounded)).next()?;
        self.free.remove(&next);
        self.held += 1;
        Some(next)
    }

    /// Its runtime is gone.
    pub(super) fn give_back(&mut self, port: u16) {
        self.given_back += u64::from(!self.lowest_first);
        self.put_back(FreePort { turn: self.given_back, port });
    }

    /// It was not free after all, but will be looked at again by the next who wants one.
    pub(super) fn put_back(&mut self, port: FreePort) {
        self.held -= 1;
        assert!(self.free.insert(port), "law 4: port {} is given back by its one holder", port.port);
    }

    /// Ports that are not handed out.
    pub(super) fn free(&self) -> usize {
        self.free.len()
    }

    /// Ports that are, those lost for good included.
    pub(super) fn held(&self) -> u32 {
        self.held
    }
}
