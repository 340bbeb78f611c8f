//! Laws that an official pool breaks by its own rules: counted instead of ending the play, with the first case of each.

use std::collections::BTreeMap;

use crate::measure::{Breach, Law, ProfileEnding};
use crate::pool::Profile;

/// How often which law was broken by design, and how many boots were for nothing.
#[derive(Debug, Default)]
pub(super) struct ByDesign {
    laws: BTreeMap<Law, (u64, Breach)>,
    pub(super) boots_discarded: u64,
}

impl ByDesign {
    /// Where a pool by this profile is watched, what it may break.
    pub(super) fn of(profile: Profile) -> Option<Self> {
        (profile != Profile::Builtin).then(Self::default)
    }

    /// Whether its rules allow that. A runtime in use that is evicted, a port of two and a runtime of another's are
    /// none of its rules' doing, so they are mistakes of ours.
    pub(super) fn allows(law: Law) -> bool {
        matches!(law, Law::Cap | Law::Identity | Law::Answer | Law::Idle | Law::Survivor)
    }

    /// Once more, or so many times.
    pub(super) fn count(&mut self, times: u64, breach: Breach) {
        let (count, first) = self.laws.entry(breach.law).or_insert_with(|| (0, breach.clone()));
        *count += times;
        if breach.at < first.at {
            *first = breach;
        }
    }

    /// What several pools broke together.
    pub(super) fn absorb(&mut self, other: Self) {
        self.boots_discarded += other.boots_discarded;
        other.laws.into_values().for_each(|(times, first)| self.count(times, first));
    }

    /// With the breaches put as they are told to others.
    pub(super) fn told(self, tell: impl Fn(Breach) -> Breach) -> Self {
        let laws = self.laws.into_iter().map(|(law, (times, first))| (law, (times, tell(first))));
        Self { laws: laws.collect(), ..self }
    }

    pub(super) fn ending(self, profile: Profile) -> ProfileEnding {
        ProfileEnding {
            name: profile.name().to_owned(),
            boots_discarded: self.boots_discarded,
            laws: self.laws.into_values().collect(),
        }
    }
}
