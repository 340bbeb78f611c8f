//! What milliseconds can decide.

use std::collections::BTreeSet;

use super::Both;
use crate::measure::{Counts, ErrorCode, Summary};

/// Something whose outcome hangs on milliseconds, which differ between real and virtual time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Race {
    /// Callers ring again some time after their last call ended.
    Redial,
    /// A call ends at a time: one turn more or less fits into it.
    Length,
    /// The warm-up ends between a turn and its save, or within a boot.
    WarmUp,
    /// Faults hit whoever lives at that instant; failures follow.
    Fault,
    /// Runtimes were evicted or callers refused: who, is decided by who was used last, and who came first.
    Contention,
    /// Idle runtimes were reaped, perhaps just before they were wanted again.
    Reaping,
    /// Calls were hung up at the end of the grace period.
    Cut,
    /// Two of a caller's calls wanted its runtime within one boot.
    Overlap,
    /// Searches took longer than their timeout.
    Timeout,
}

impl Race {
    /// In words, to follow "because".
    pub const fn words(self) -> &'static str {
        match self {
            Self::Redial => "callers redial after their last call",
            Self::Length => "calls end at a time",
            Self::WarmUp => "the warm-up ends in the middle of something",
            Self::Fault => "something failed",
            Self::Contention => "slots or ports were contended for",
            Self::Reaping => "idle runtimes were reaped",
            Self::Cut => "calls were cut",
            Self::Overlap => "calls of one caller overlapped",
            Self::Timeout => "searches timed out",
        }
    }
}

/// What the scenario makes possible, and what was seen.
pub(super) fn seen(both: Both<'_>, possible: &BTreeSet<Race>) -> BTreeSet<Race> {
    let seen = [both.run, both.sim].into_iter().flat_map(seen_in);
    possible.iter().copied().chain(seen).collect()
}

fn seen_in(summary: &Summary) -> impl Iterator<Item = Race> + use<> {
    let Counts { calls_shed, calls_cut, search_timeouts, admissions, drains, errors, .. } = &summary.total.counts;
    let count = |which: fn(&str) -> bool| errors.iter().filter(|(code, _)| which(code)).map(|(_, n)| n).sum::<u64>();
    let refused = count(|code| code.starts_with("pool."));
    let failed = count(|code| !code.starts_with("pool.") && code != ErrorCode::TIMEOUT.as_str());
    let seen = [
        (Race::Contention, calls_shed + drains.lru + refused),
        (Race::Reaping, drains.idle),
        (Race::Cut, *calls_cut),
        (Race::Overlap, admissions.join),
        (Race::Timeout, *search_timeouts),
        (Race::Fault, drains.crash + failed),
    ];
    seen.into_iter().filter(|(_, times)| *times > 0).map(|(race, _)| race)
}
