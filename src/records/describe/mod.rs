//! What matters of call records to whoever sizes a pool: how much load there is and when, how long people talk, and who
//! comes back how soon.
//!
//! Load is what is on the line after the answer, in Erlangs. Whoever nobody knows counts as a caller of his own, who has
//! never called before.

mod holds;
mod load;
mod popularity;
mod returns;
#[cfg(test)]
mod tests;

use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Records, TimeKind};

pub use holds::{Fit, Holds, Shape};
pub use load::{BusyHour, HourOfDay, Load, Peak};
pub use popularity::Popularity;
pub use returns::Returns;

/// What matters of call records.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Description {
    /// Calls that were answered.
    pub calls: u64,
    /// Callers whom somebody knows.
    pub callers: u64,
    /// Share of calls of which nobody knows who called.
    pub unknown_share: f64,
    /// Share of calls by callers who had not called before, unknown ones included.
    pub first_time_share: f64,
    /// Tenants that are named.
    pub tenants: u64,
    /// What the times below count from.
    pub times: TimeKind,
    /// Start of the first call, in seconds.
    pub first_s: f64,
    /// Start of the last call, in seconds.
    pub last_s: f64,
    /// How many there were at which time of the day.
    pub load: Load,
    /// How long they talked; absent where no record says.
    pub holds: Option<Holds>,
    /// How soon callers come back; absent where nobody does.
    pub returns: Option<Returns>,
    /// How calls are spread among known callers; absent where there are none.
    pub popularity: Option<Popularity>,
}

/// What matters of `records`, hours being those of `zone`. Nothing where there are no calls.
pub fn describe(records: &Records, zone: Option<&TimeZone>) -> Option<Description> {
    let (first, last) = (records.calls.first()?, records.calls.last()?);
    let calls = records.calls.len() as f64;
    let unknown = records.calls.iter().filter(|call| call.caller.is_none()).count();
    let counts = popularity::counts(records);
    let callers = counts.iter().filter(|count| **count > 0).count();
    Some(Description {
        calls: records.calls.len() as u64,
        callers: callers as u64,
        unknown_share: unknown as f64 / calls,
        first_time_share: (unknown + callers) as f64 / calls,
        tenants: records.tenants.len() as u64,
        times: records.kind,
        first_s: first.start_ns as f64 / 1e9,
        last_s: last.start_ns as f64 / 1e9,
        load: Load::of(records, zone),
        holds: Holds::of(records),
        returns: Returns::of(records),
        popularity: Popularity::of(counts),
    })
}

/// The value below which a share of sorted values lies.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a length is an index")]
    let place = (share * (sorted.len() - 1) as f64 + 0.5) as usize;
    sorted[place.min(sorted.len() - 1)]
}
