//! The counts a threshold can ask for, and among what each is counted.

use crate::measure::{Admission, Counts, DrainReason, ErrorCode};

/// A count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted {
    Calls,
    CallsShed,
    CallsCut,
    Turns,
    RecallsOk,
    RecallsFailed,
    SearchTimeouts,
    Admissions(Admission),
    Drains(DrainReason),
    Error(ErrorCode),
    SavesAcked,
    SavesDelivered,
    SavesLost,
    SavesDuplicated,
    SavesRefused,
    Leaks,
    Violations,
}

impl Counted {
    /// All but the errors, by the names they have in a summary.
    pub(super) const NAMED: [(&'static str, Self); 22] = [
        ("calls", Self::Calls),
        ("calls_shed", Self::CallsShed),
        ("calls_cut", Self::CallsCut),
        ("turns", Self::Turns),
        ("recalls_ok", Self::RecallsOk),
        ("recalls_failed", Self::RecallsFailed),
        ("search_timeouts", Self::SearchTimeouts),
        ("admissions.reuse", Self::Admissions(Admission::Reuse)),
        ("admissions.join", Self::Admissions(Admission::Join)),
        ("admissions.warm", Self::Admissions(Admission::Warm)),
        ("admissions.cold", Self::Admissions(Admission::Cold)),
        ("drains.lru", Self::Drains(DrainReason::Lru)),
        ("drains.idle", Self::Drains(DrainReason::Idle)),
        ("drains.close", Self::Drains(DrainReason::Close)),
        ("drains.crash", Self::Drains(DrainReason::Crash)),
        ("saves.acked", Self::SavesAcked),
        ("saves.delivered", Self::SavesDelivered),
        ("saves.lost", Self::SavesLost),
        ("saves.duplicated", Self::SavesDuplicated),
        ("saves.refused", Self::SavesRefused),
        ("leaks", Self::Leaks),
        ("violations", Self::Violations),
    ];

    /// How often.
    pub(super) fn count(self, counts: &Counts) -> u64 {
        match self {
            Self::Calls => counts.calls,
            Self::CallsShed => counts.calls_shed,
            Self::CallsCut => counts.calls_cut,
            Self::Turns => counts.turns,
            Self::RecallsOk => counts.recalls_ok,
            Self::RecallsFailed => counts.recalls_failed,
            Self::SearchTimeouts => counts.search_timeouts,
            Self::Admissions(admission) => admissions(counts, admission),
            Self::Drains(reason) => drains(counts, reason),
            Self::Error(code) => counts.errors.get(code.as_str()).copied().unwrap_or(0),
            Self::SavesAcked => counts.saves.acked,
            Self::SavesDelivered => counts.saves.delivered,
            Self::SavesLost => counts.saves.lost,
            Self::SavesDuplicated => counts.saves.duplicated,
            Self::SavesRefused => counts.saves.refused,
            Self::Leaks => counts.leaks,
            Self::Violations => counts.violations,
        }
    }

    /// Among what it is counted; what rings and what turns is counted among nothing else.
    pub(super) const fn base(self) -> Option<Base> {
        match self {
            Self::Calls | Self::Turns => None,
            Self::CallsShed | Self::CallsCut => Some(Base::Calls),
            Self::Admissions(_) => Some(Base::Admissions),
            Self::SavesAcked | Self::SavesDelivered | Self::SavesLost | Self::SavesDuplicated | Self::SavesRefused => {
                Some(Base::Saves)
            }
            Self::RecallsOk
            | Self::RecallsFailed
            | Self::SearchTimeouts
            | Self::Drains(_)
            | Self::Error(_)
            | Self::Leaks
            | Self::Violations => Some(Base::Recalls),
        }
    }

    /// Whether `.rate` means something: broken laws have no acceptable rate.
    pub(super) const fn has_rate(self) -> bool {
        self.base().is_some() && !matches!(self, Self::Leaks | Self::Violations)
    }
}

/// Among what something is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Base {
    /// Calls that rang.
    Calls,
    /// Recalls that were attempted.
    Recalls,
    /// Leases that were granted.
    Admissions,
    /// Saves that were attempted.
    Saves,
}

impl Base {
    pub(super) fn count(self, counts: &Counts) -> u64 {
        match self {
            Self::Calls => counts.calls,
            Self::Recalls => counts.recalls(),
            Self::Admissions => counts.admissions.all(),
            Self::Saves => counts.saves_attempted(),
        }
    }

    /// Why there is nothing to judge.
    pub(super) const fn absence(self) -> &'static str {
        match self {
            Self::Calls => "no call rang in the measured time",
            Self::Recalls => "no recall was attempted in the measured time",
            Self::Admissions => "no lease was granted in the measured time",
            Self::Saves => "no save was attempted",
        }
    }
}

fn admissions(counts: &Counts, admission: Admission) -> u64 {
    match admission {
        Admission::Reuse => counts.admissions.reuse,
        Admission::Join => counts.admissions.join,
        Admission::Warm => counts.admissions.warm,
        Admission::Cold => counts.admissions.cold,
    }
}

fn drains(counts: &Counts, reason: DrainReason) -> u64 {
    match reason {
        DrainReason::Lru => counts.drains.lru,
        DrainReason::Idle => counts.drains.idle,
        DrainReason::Close => counts.drains.close,
        DrainReason::Crash => counts.drains.crash,
    }
}
