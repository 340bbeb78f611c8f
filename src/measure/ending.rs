//! What only the engine knows, and only at the end.

use super::summary::{Aborted, ClientUnderTest, Harness, Host, ScenarioIdentity, Tool};
use super::{Finding, Law};
use crate::base::{TenantIndex, Time};

/// What only the engine knows, and only at the end.
#[derive(Clone, Debug, PartialEq)]
pub struct Ending {
    /// When the run ended. Where that is before the end of the window in which calls ring, the window ends here.
    pub ended: Time,
    /// When it began, RFC 3339; absent where time is virtual.
    pub start: Option<String>,
    /// What measured.
    pub tool: Tool,
    /// What was played.
    pub scenario: ScenarioIdentity,
    /// Where; absent where nobody said, as in a simulation, which must not depend on it.
    pub host: Option<Host>,
    /// The client under test, where it is somebody else's.
    pub client: Option<ClientUnderTest>,
    /// In the order of the recorder's tenants, one for each.
    pub tenants: Vec<TenantEnding>,
    /// Runtimes left behind that belong to no tenant, in addition to the tenants' own.
    pub stray_leaks: u64,
    /// Highest memory of all runtimes together, in bytes; absent where it was not measured.
    pub rss_peak_bytes: Option<u64>,
    /// The threshold that ended it early, if one did.
    pub aborted: Option<Aborted>,
    /// Every broken law.
    pub violations: Vec<Breach>,
    /// What the rules of an official SDK came to; absent where pools followed our own.
    pub profile: Option<ProfileEnding>,
    /// What the pool did wrong.
    pub misdeeds: Vec<Finding>,
    /// How the harness did. `invalid` holds the engine's own reasons; lag, dropped arrivals and gaps in what the
    /// runtimes reported add theirs.
    pub harness: Harness,
}

/// What only the engine knows about a tenant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TenantEnding {
    /// Acknowledged saves that reached the cloud, or are safe on disk for the next boot.
    pub delivered: u64,
    /// Acknowledged saves that did neither.
    pub lost: u64,
    /// Saves the cloud accepted more than once.
    pub duplicated: u64,
    /// Runtimes left behind.
    pub leaks: u64,
    /// Highest memory of its runtimes together, in bytes; absent where it was not measured.
    pub rss_peak_bytes: Option<u64>,
}

/// What the rules of a pool's profile came to, as an engine reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileEnding {
    /// As scenarios name it.
    pub name: String,
    /// Boots that were thrown away for lack of room.
    pub boots_discarded: u64,
    /// How often each law was broken by design, and the first time.
    pub laws: Vec<(u64, Breach)>,
}

/// A broken law, as an engine reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// Which.
    pub law: Law,
    /// Whose runtime or caller it concerned; absent where nobody's in particular.
    pub tenant: Option<TenantIndex>,
    /// When it was noticed.
    pub at: Time,
    /// What happened, in words.
    pub what: String,
}
