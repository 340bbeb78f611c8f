//! The official pool's rules, by name: each can be switched off, and is then as in our own pool, or as plain as can be.

/// A rule by which the official pool differs from ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// A runtime is used when it is acquired; giving it back does not make it any younger.
    RecencyByAcquire,
    /// The cap counts runtimes that serve: those that boot or are on their way out come on top.
    CapCountsReadyOnly,
    /// Who has booted looks for room once more, and throws the new runtime away where there is none.
    RoomSoughtAfterBoot,
    /// The last port of the range is never used.
    RangeEndsBeforeItsLast,
    /// The port handed out is the lowest free one, mostly the one that has just become free.
    LowestPortFirst,
    /// Where ports are short nobody is evicted: the newcomer is refused.
    NoEvictionForPorts,
    /// Who wants a runtime that somebody is booting waits for a lock, and boots it himself where that boot fails.
    BootLockPerKey,
    /// The lock is forgotten when a runtime of its key ends, whoever holds it: the next to come boots another runtime.
    LockGoesWithItsRuntime,
    /// Who evicts waits until his victim is gone.
    VictimsAreWaitedFor,
    /// The reaper drains one runtime after another; those that wait for it are found by nobody.
    ReapsOneAfterAnother,
    /// The reaper's interval counts from the end of its last round.
    ReaperRestsAfterwards,
    /// The reaper's first interval counts from the first runtime.
    ReaperWakesWithTheFirstRuntime,
    /// A close drains one runtime after another.
    ClosesOneAfterAnother,
    /// A close leaves behind what the reaper was about to drain.
    CloseForgetsTheReaped,
    /// Who hangs up while he waits for a boot or for his victim leaves both behind, with their ports.
    HangingUpLosesRuntimes,
    /// A lease that is given back twice counts twice.
    ReleasesCountTwice,
    /// A boot is over when the next probe notices, every 100 ms from the start of its process.
    ReadinessIsPolled,
    /// Nobody notices that a process has ended by itself: its runtime stays, and is handed out.
    DeathsGoUnnoticed,
}

impl Rule {
    /// Every one there is.
    pub const ALL: [Self; 18] = [
        Self::RecencyByAcquire,
        Self::CapCountsReadyOnly,
        Self::RoomSoughtAfterBoot,
        Self::RangeEndsBeforeItsLast,
        Self::LowestPortFirst,
        Self::NoEvictionForPorts,
        Self::BootLockPerKey,
        Self::LockGoesWithItsRuntime,
        Self::VictimsAreWaitedFor,
        Self::ReapsOneAfterAnother,
        Self::ReaperRestsAfterwards,
        Self::ReaperWakesWithTheFirstRuntime,
        Self::ClosesOneAfterAnother,
        Self::CloseForgetsTheReaped,
        Self::HangingUpLosesRuntimes,
        Self::ReleasesCountTwice,
        Self::ReadinessIsPolled,
        Self::DeathsGoUnnoticed,
    ];
}

/// Some of the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules(u32);

impl Rules {
    /// Those of memoair-voice 0.3.2: all.
    pub const SDK_0_3_2: Self = Self((1 << Rule::ALL.len()) - 1);

    /// These but one.
    #[must_use]
    pub const fn without(self, rule: Rule) -> Self {
        Self(self.0 & !(1 << rule as u32))
    }

    /// Whether it is one of them.
    #[inline]
    pub const fn has(self, rule: Rule) -> bool {
        self.0 & (1 << rule as u32) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_is_switched_off_by_itself() {
        for rule in Rule::ALL {
            let rest = Rules::SDK_0_3_2.without(rule);
            let left: Vec<Rule> = Rule::ALL.into_iter().filter(|other| rest.has(*other)).collect();
            assert!(left.len() == Rule::ALL.len() - 1 && !left.contains(&rule), "{rule:?}");
        }
    }
}
