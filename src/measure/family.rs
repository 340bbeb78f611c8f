//! The latencies that are measured, each with the name it has in summaries and thresholds.

use super::{Admission, BootKind, DrainReason};

/// A family of latencies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// The whole recall as the caller feels it.
    Recall,
    /// The HTTP exchange of a search alone.
    Search,
    /// From asking for a lease to having it, where the runtime was live.
    AdmissionReuse,
    /// The same, where someone was already booting it.
    AdmissionJoin,
    /// The same, where it was booted from this host's disk.
    AdmissionWarm,
    /// The same, where it was booted from the cloud.
    AdmissionCold,
    /// The session start a recall waited for.
    SessionStart,
    /// From sending a save to its acknowledgement.
    Save,
    /// From the order to spawn a runtime to its being ready, with the caller's projection on disk.
    BootWarm,
    /// The same, with nothing on disk.
    BootCold,
    /// A drain for another's sake, from its beginning to the process's end.
    DrainLru,
    /// The same, after the TTL.
    DrainIdle,
    /// The same, when the pool closed.
    DrainClose,
    /// How late the harness was.
    Lag,
}

impl Family {
    /// How many there are.
    pub const COUNT: usize = Self::ALL.len();

    /// All of them, in the order of reports.
    pub const ALL: [Self; 14] = [
        Self::Recall,
        Self::Search,
        Self::AdmissionReuse,
        Self::AdmissionJoin,
        Self::AdmissionWarm,
        Self::AdmissionCold,
        Self::SessionStart,
        Self::Save,
        Self::BootWarm,
        Self::BootCold,
        Self::DrainLru,
        Self::DrainIdle,
        Self::DrainClose,
        Self::Lag,
    ];

    /// The family of a drain; a crash has none, because it leaves nothing to wait for.
    pub const fn of_drain(reason: DrainReason) -> Option<Self> {
        match reason {
            DrainReason::Lru => Some(Self::DrainLru),
            DrainReason::Idle => Some(Self::DrainIdle),
            DrainReason::Close => Some(Self::DrainClose),
            DrainReason::Crash => None,
        }
    }

    /// The name in summaries and thresholds, for example `admission.cold`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Recall => "recall",
            Self::Search => "search",
            Self::AdmissionReuse => "admission.reuse",
            Self::AdmissionJoin => "admission.join",
            Self::AdmissionWarm => "admission.warm",
            Self::AdmissionCold => "admission.cold",
            Self::SessionStart => "session_start",
            Self::Save => "save",
            Self::BootWarm => "boot.warm",
            Self::BootCold => "boot.cold",
            Self::DrainLru => "drain.lru",
            Self::DrainIdle => "drain.idle",
            Self::DrainClose => "drain.close",
            Self::Lag => "lag",
        }
    }

    /// For indexing arrays of [`Family::COUNT`].
    pub const fn index(self) -> usize {
        self as usize
    }
}

impl From<Admission> for Family {
    fn from(admission: Admission) -> Self {
        match admission {
            Admission::Reuse => Self::AdmissionReuse,
            Admission::Join => Self::AdmissionJoin,
            Admission::Warm => Self::AdmissionWarm,
            Admission::Cold => Self::AdmissionCold,
        }
    }
}

impl From<BootKind> for Family {
    fn from(kind: BootKind) -> Self {
        match kind {
            BootKind::Warm => Self::BootWarm,
            BootKind::Cold => Self::BootCold,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_stands_at_its_own_index() {
        for (place, family) in Family::ALL.into_iter().enumerate() {
            assert_eq!(family.index(), place, "{}", family.name());
        }
    }
}
