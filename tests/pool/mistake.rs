//! What a reference can get wrong on purpose, to show that the comparison notices.

/// One rule, broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// The victim is the runtime acquired, not the one released, longest ago.
    RecencyByAcquire,
    /// A boot starts in the slot of a runtime that is still being drained.
    CapWithoutDraining,
    /// The port handed out is the lowest free one.
    LowestPort,
    /// Idle runtimes go before boots that nobody waits for.
    ForsakenBootsLast,
    /// A boot that lost its port goes to the end of the queue.
    LostPortLosesItsTurn,
    /// Giving a lease back twice counts twice.
    ReleaseCountsTwice,
    /// An idle runtime goes at its TTL, not at the reaper's next look.
    ReaperAlwaysLooks,
    /// A stranger's port stays one for ever.
    StrangersStay,
}

impl Mistake {
    /// Every one there is.
    pub(crate) const ALL: [Self; 8] = [
        Self::RecencyByAcquire,
        Self::CapWithoutDraining,
        Self::LowestPort,
        Self::ForsakenBootsLast,
        Self::LostPortLosesItsTurn,
        Self::ReleaseCountsTwice,
        Self::ReaperAlwaysLooks,
        Self::StrangersStay,
    ];
}
