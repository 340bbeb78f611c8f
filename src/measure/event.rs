//! What an engine reports. Both engines speak these words, so that a figure has one definition.

use super::ErrorCode;
use crate::base::{Admission, BootKind, CallerIndex, DrainReason, Span, TenantIndex, Time};

/// Something that happened in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A call rang, `lag` after it should have.
    Rang {
        /// Whose.
        tenant: TenantIndex,
        /// When it should have.
        intended: Time,
        /// How late the engine was.
        lag: Span,
    },
    /// The call was refused and the router turned it away.
    CallShed {
        /// Whose.
        tenant: TenantIndex,
        /// When it rang.
        rang: Time,
    },
    /// The call was still going after the grace period and was hung up.
    CallCut {
        /// Whose.
        tenant: TenantIndex,
        /// When it rang.
        rang: Time,
    },
    /// A lease was taken outside a recall: when a call rang, or for a save. What a recall waited for stands in
    /// [`Recall::admission`].
    Admitted {
        /// Whose.
        tenant: TenantIndex,
        /// When it was asked for.
        asked: Time,
        /// What it meant.
        admission: Admission,
        /// How long it took.
        took: Span,
    },
    /// A turn's recall came to its end, good or bad. A call that was refused when it rang reports its first recall
    /// with that refusal: it is what the caller asked for and did not get.
    Recalled(Recall),
    /// A turn's save came to its end.
    Saved(Save),
    /// A runtime became ready.
    Booted {
        /// Whose.
        tenant: TenantIndex,
        /// When the boot began.
        began: Time,
        /// What the disk decided.
        kind: BootKind,
        /// From the order to spawn to ready.
        took: Span,
    },
    /// A drain ended: the process is gone.
    Drained {
        /// Whose.
        tenant: TenantIndex,
        /// When it began.
        began: Time,
        /// Why.
        reason: DrainReason,
        /// How long it took.
        took: Span,
    },
    /// The pools of a tenant changed.
    Level {
        /// Whose.
        tenant: TenantIndex,
        /// When.
        at: Time,
        /// What they hold now.
        level: Level,
    },
    /// The boots and drains of a tenant's pools changed. Told for the chronicle's sake, where one is kept.
    Turnover {
        /// Whose.
        tenant: TenantIndex,
        /// When.
        at: Time,
        /// How many come and go now.
        turnover: Turnover,
    },
    /// A runtime was evicted. Told for the chronicle's sake, where one is kept.
    Evicted {
        /// Whose.
        tenant: TenantIndex,
        /// When.
        at: Time,
        /// For whom.
        by: CallerIndex,
        /// Whose runtime had to go.
        victim: CallerIndex,
    },
}

impl Event {
    /// The time that says whether it falls into the warm-up, or a phase: when it began, or should have. Levels hold over
    /// a time, and so does who comes and goes, so they have none.
    pub(super) fn counts_at(&self) -> Option<Time> {
        match *self {
            Self::Rang { intended, .. } => Some(intended),
            Self::CallShed { rang, .. } | Self::CallCut { rang, .. } => Some(rang),
            Self::Admitted { asked, .. } => Some(asked),
            Self::Recalled(recall) => Some(recall.intended),
            Self::Saved(save) => Some(save.turn_intended),
            Self::Booted { began, .. } | Self::Drained { began, .. } => Some(began),
            Self::Level { .. } | Self::Turnover { .. } => None,
            Self::Evicted { at, .. } => Some(at),
        }
    }
}

/// One recall: admission, session start and search, as the caller feels them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recall {
    /// Whose.
    pub tenant: TenantIndex,
    /// When the turn should have started; its latency counts from here.
    pub intended: Time,
    /// How late the engine was.
    pub lag: Span,
    /// From `intended` to the end, retries and refusals included.
    pub took: Span,
    /// `Err` with the code the caller got in the end.
    pub outcome: Result<(), ErrorCode>,
    /// What the admission meant and how long it took; absent where the recall was refused before, or where the
    /// lease was taken when the call rang.
    pub admission: Option<(Admission, Span)>,
    /// The session start this recall waited for, if there was one.
    pub session_start: Option<Span>,
    /// The HTTP exchange of the search, if it came to that.
    pub search: Option<Span>,
}

/// One save.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Save {
    /// Whose.
    pub tenant: TenantIndex,
    /// When the turn it belongs to should have started.
    pub turn_intended: Time,
    /// From sending to the acknowledgement, admission included.
    pub took: Span,
    /// `Err` where it was not acknowledged.
    pub outcome: Result<(), ErrorCode>,
}

/// What the pools of a tenant hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Level {
    /// Runtimes that exist, booting and draining ones included.
    pub runtimes: u32,
    /// Of them, those with a lease.
    pub busy: u32,
    /// Ports they hold.
    pub ports: u32,
}

/// Runtimes of a tenant that come and go: those that serve are left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turnover {
    /// Processes that are starting.
    pub booting: u32,
    /// On their way out.
    pub draining: u32,
}
