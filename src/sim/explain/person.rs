//! What is remembered of a caller at one pool.

use super::recency::Place;
use crate::base::CallerIndex;
use crate::measure::log::BootReason;

/// A caller, for as long as the pool's shell remembers him.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) caller: CallerIndex,
    /// Leases he has, and acquires of his that wait.
    pub(super) uses: u32,
    /// Where he stands in the order of last uses while he has none. His runtime may be gone: then it is the place it
    /// would have in a larger pool.
    pub(super) place: Option<Place>,
    pub(super) stage: Stage,
    /// The boot that is wanted or under way.
    pub(super) wanted: Option<Wanted>,
    /// Why he has no runtime, when he has none.
    pub(super) past: BootReason,
}

/// Where a caller's runtime stands, one on its way out aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Absent,
    /// A boot waits for room.
    Claimed,
    Booting,
    Ready,
}

/// A boot, and what it is owed to.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) call: u64,
    pub(super) cause: BootReason,
    pub(super) reuse_from_cap: Option<u32>,
}

impl Person {
    pub(super) fn new(caller: CallerIndex) -> Self {
        Self { caller, uses: 0, place: None, stage: Stage::Absent, wanted: None, past: BootReason::FirstUse }
    }

    pub(super) fn is_booting(&self) -> bool {
        matches!(self.stage, Stage::Claimed | Stage::Booting)
    }
}
