//! The four lanes.

use crate::wire::loopback::Budgets;

/// Where a memory lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lane {
    /// Who the caller is.
    Profile,
    /// What was said in saved turns.
    Working,
    /// Facts about the caller.
    Permanent,
    /// The project's documents.
    Org,
}

impl Lane {
    /// All of them, in the order they stand in an answer.
    pub(crate) const ALL: [Self; 4] = [Self::Profile, Self::Working, Self::Permanent, Self::Org];

    /// As it is called on the wire.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Working => "working",
            Self::Permanent => "permanent",
            Self::Org => "org",
        }
    }

    /// The lane of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lane| lane.name() == name)
    }

    /// Results, unless the search says otherwise. There is one profile.
    pub(crate) fn default_top_k(self, budgets: &Budgets) -> usize {
        match self {
            Self::Profile => 1,
            Self::Working => budgets.top_k_working,
            Self::Permanent => budgets.top_k_permanent,
            Self::Org => budgets.top_k_org,
        }
    }
}
