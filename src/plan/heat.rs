//! The surface as a picture has room for it: some caps, some idle TTLs.

use schemars::JsonSchema;
use serde::Serialize;

use super::pools::surface;
use crate::base::Span;
use crate::scenario::Scenario;

/// Which share of turns finds a live runtime, by cap and idle TTL, of all tenants together: what stack distances say of
/// one play. Exact where boots, searches and drains take no time and nobody is refused; what is worth a play is seen here.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Heat {
    /// Turns, and calls where a lease is held for each.
    pub turns: u64,
    /// The most leases held at once in one pool: with fewer slots somebody is refused, and the share says nothing.
    pub peak_busy: u32,
    /// Beyond this cap nothing is gained.
    pub largest_cap: u32,
    /// Idle TTLs in seconds, ascending.
    pub ttls_s: Vec<f64>,
    /// By cap, ascending.
    pub rows: Vec<HeatRow>,
}

/// The shares at one cap.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct HeatRow {
    /// `max_concurrent_users`.
    pub cap: u32,
    /// By TTL; absent where there were no turns.
    pub reuse_share: Vec<Option<f64>>,
}

impl Heat {
    /// With the scenario's TTL and these caps among the usual ones.
    pub(super) fn of(scenario: &Scenario, caps: &[u32]) -> Self {
        let own = scenario.pool.runtime_idle_ttl;
        let mut ttls: Vec<Span> = USUAL_TTLS_S.map(Span::from_secs).into_iter().chain([own]).collect();
        ttls.sort_unstable();
        ttls.dedup();
        let (_, all) = surface(scenario, &ttls);
        let mut caps: Vec<u32> = caps.iter().copied().chain(usual_caps(all.largest_cap())).collect();
        caps.sort_unstable();
        caps.dedup();
        let row = |cap: &u32| HeatRow {
            cap: *cap,
            reuse_share: ttls.iter().map(|ttl| all.reuse_share(*cap, *ttl)).collect(),
        };
        Self {
            turns: all.turns(),
            peak_busy: all.peak_busy(),
            largest_cap: all.largest_cap(),
            ttls_s: ttls.iter().map(|ttl| ttl.secs_f64()).collect(),
            rows: caps.iter().map(row).collect(),
        }
    }
}

/// A dozen up to the largest that is of use, evenly by ratio.
pub fn usual_caps(largest: u32) -> impl Iterator<Item = u32> {
    let largest = f64::from(largest.max(1));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cap is at most 65,535")]
    (0..=STEPS).map(move |step| libm::pow(largest, f64::from(step) / f64::from(STEPS)).round() as u32)
}

const STEPS: u32 = 12;
const USUAL_TTLS_S: [u64; 7] = [10, 30, 60, 300, 900, 3_600, 86_400];
