//! How soon callers come back.

use schemars::JsonSchema;
use serde::Serialize;

use super::quantile;
use crate::records::Records;

/// How soon known callers come back: from the end of a call (its start, where no record says how long it was) to the
/// answer of the next.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Returns {
    /// Calls by somebody who had called before.
    pub calls: u64,
    /// Of them, calls that began while another of the same caller was going on.
    pub overlapping: u64,
    /// Half of them came sooner, in seconds.
    pub p50_s: f64,
    /// Nine of ten came sooner, in seconds.
    pub p90_s: f64,
    /// Share of *all* calls that came within a minute.
    pub within_1_min: f64,
    /// Share of all calls that came within five minutes: the pool's usual idle TTL.
    pub within_5_min: f64,
    /// Share of all calls that came within an hour.
    pub within_1_h: f64,
    /// Share of all calls that came within a day.
    pub within_1_day: f64,
}

impl Returns {
    pub(super) fn of(records: &Records) -> Option<Self> {
        let mut ends: Vec<Option<i64>> = vec![None; records.callers.len()];
        let (mut gaps, mut overlapping) = (Vec::new(), 0);
        for call in &records.calls {
            let Some(caller) = call.caller else { continue };
            let answered = call.answered_ns();
            let end = call.ended_ns().unwrap_or(answered);
            let last = &mut ends[caller as usize];
            if let Some(before) = *last {
                gaps.push((answered - before).max(0) as f64 / 1e9);
                overlapping += u64::from(answered < before);
            }
            *last = Some(last.map_or(end, |before| before.max(end)));
        }
        if gaps.is_empty() {
            return None;
        }
        gaps.sort_by(f64::total_cmp);
        let all = records.calls.len() as f64;
        let within = |seconds: f64| gaps.partition_point(|gap| *gap <= seconds) as f64 / all;
        Some(Self {
            calls: gaps.len() as u64,
            overlapping,
            p50_s: quantile(&gaps, 0.5),
            p90_s: quantile(&gaps, 0.9),
            within_1_min: within(60.0),
            within_5_min: within(300.0),
            within_1_h: within(3600.0),
            within_1_day: within(86_400.0),
        })
    }
}
