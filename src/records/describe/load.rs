//! How many calls there are at which time.
//!
//! Time is cut into quarters of an hour; the busy hour is the one of four successive quarters with most load, as ITU-T E.600
//! has it. Hours of the day and days are those of the clock on the wall, which shows an hour twice where it is put back: as
//! that hour of the day both count, as a busy hour each for itself.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::Serialize;

use crate::records::{CallRecord, Records, TimeKind};

/// How many calls there are at which time.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Load {
    /// From midnight on, averaged over the days.
    pub hours: Vec<HourOfDay>,
    /// The sixty minutes with most load; with most calls, where no record says how long they last.
    pub busy_hour: BusyHour,
    /// The most on the line at once; absent where no record says how long calls last.
    pub peak: Option<Peak>,
}

/// An hour of the average day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct HourOfDay {
    /// Calls that are answered.
    pub calls: f64,
    /// Calls on the line, on average.
    pub erlangs: f64,
}

/// The busiest sixty minutes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct BusyHour {
    /// When it begins, by the clock on the wall, in seconds as records count them.
    pub begins_s: f64,
    /// Calls that are answered.
    pub calls: u64,
    /// Calls on the line, on average.
    pub erlangs: f64,
    /// Its share of the calls of its day.
    pub share_of_day: f64,
}

/// The most calls on the line at once.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Peak {
    /// How many.
    pub calls: u64,
    /// When that was first so, by the clock on the wall, in seconds as records count them.
    pub at_s: f64,
}

impl Load {
    pub(super) fn of(records: &Records, zone: Option<&TimeZone>) -> Self {
        let wall = Wall { zone: zone.filter(|_| records.kind == TimeKind::Dates) };
        let quarters = Quarters::of(records, &wall);
        Self { hours: quarters.hours(), busy_hour: quarters.busy_hour(), peak: peak(records, &wall) }
    }
}

/// The clock on the wall.
struct Wall<'z> {
    zone: Option<&'z TimeZone>,
}

impl Wall<'_> {
    fn at(&self, ns: i64) -> i64 {
        let Some(zone) = self.zone else { return ns };
        let offset = Timestamp::from_nanosecond(ns.into()).map_or(0, |at| zone.to_offset(at).seconds());
        ns.saturating_add(i64::from(offset) * 1_000_000_000)
    }
}

/// Calls and load by quarters of an hour.
struct Quarters {
    /// What the clock on the wall shows as each begins, in quarters.
    shown: Vec<i64>,
    calls: Vec<u32>,
    /// Call-seconds.
    load: Vec<f64>,
}

impl Quarters {
    fn of(records: &Records, wall: &Wall<'_>) -> Self {
        let span = |call: &CallRecord| {
            let begin = call.answered_ns();
            (begin, begin.saturating_add_unsigned(call.talk().unwrap_or_default().ns()))
        };
        let spans = || records.calls.iter().map(span);
        let first = spans().map(|(begin, _)| begin).min().unwrap_or(0).div_euclid(QUARTER_NS);
        let last = spans().map(|(_, end)| end).max().unwrap_or(0).div_euclid(QUARTER_NS);
        let count = place(last - first) + 1;
        let (mut calls, mut load, mut whole) = (vec![0; count], vec![0.0; count], vec![0_i64; count + 1]);
        for (begin, end) in spans() {
            let (a, b) = (place(begin.div_euclid(QUARTER_NS) - first), place(end.div_euclid(QUARTER_NS) - first));
            calls[a] += 1;
            if a == b {
                load[a] += (end - begin) as f64 / 1e9;
                continue;
            }
            load[a] += (QUARTER_NS - begin.rem_euclid(QUARTER_NS)) as f64 / 1e9;
            load[b] += end.rem_euclid(QUARTER_NS) as f64 / 1e9;
            // Quarters that it lasts all through are summed up below.
            whole[a + 1] += 1;
            whole[b] -= 1;
        }
        let mut through = 0;
        for (load, change) in load.iter_mut().zip(whole) {
            through += change;
            *load += through as f64 * QUARTER_S;
        }
        let quarters = (first..).take(count);
        let shown =
            quarters.map(|quarter| wall.at(quarter.saturating_mul(QUARTER_NS)).div_euclid(QUARTER_NS)).collect();
        Self { shown, calls, load }
    }

    fn hours(&self) -> Vec<HourOfDay> {
        let mut hours = vec![HourOfDay::default(); 24];
        for (shown, (calls, load)) in self.shown.iter().zip(self.calls.iter().zip(&self.load)) {
            let hour = place(shown.div_euclid(4).rem_euclid(24));
            hours[hour].calls += f64::from(*calls);
            hours[hour].erlangs += load;
        }
        // An hour that the records cover in part counts as one, as do those between, on nights when nobody calls.
        let days = self.calls.len().div_ceil(96) as f64;
        for hour in &mut hours {
            hour.calls /= days;
            hour.erlangs /= days * 3600.0;
        }
        hours
    }

    fn busy_hour(&self) -> BusyHour {
        let by_load = self.load.iter().any(|load| *load > 0.0);
        let weight = |quarter: usize| if by_load { self.load[quarter] } else { f64::from(self.calls[quarter]) };
        let of_hour = |begin: usize| (begin..(begin + 4).min(self.calls.len())).map(weight).sum::<f64>();
        let mut best = (0, of_hour(0));
        for begin in 1..self.calls.len() {
            let weight = of_hour(begin);
            if weight > best.1 {
                best = (begin, weight);
            }
        }
        let hour = best.0..(best.0 + 4).min(self.calls.len());
        let calls: u32 = self.calls[hour.clone()].iter().sum();
        let begins = self.shown[best.0];
        BusyHour {
            begins_s: begins as f64 * QUARTER_S,
            calls: calls.into(),
            erlangs: self.load[hour].iter().sum::<f64>() / 3600.0,
            share_of_day: f64::from(calls) / f64::from(self.calls_of_day(begins)).max(1.0),
        }
    }

    /// Calls of the day on which an hour begins; of the day around it, where midnight falls into it.
    fn calls_of_day(&self, quarter: i64) -> u32 {
        let over_midnight = quarter.rem_euclid(96) > 92;
        let begin = if over_midnight { quarter - 46 } else { quarter.div_euclid(96) * 96 };
        let of_day = self.shown.iter().zip(&self.calls).filter(|(shown, _)| (begin..begin + 96).contains(*shown));
        of_day.map(|(_, calls)| calls).sum()
    }
}

fn peak(records: &Records, wall: &Wall<'_>) -> Option<Peak> {
    let mut changes: Vec<(i64, i8)> = Vec::with_capacity(2 * records.calls.len());
    for call in &records.calls {
        let end = call.ended_ns().filter(|end| *end > call.answered_ns());
        changes.extend(end.into_iter().flat_map(|end| [(call.answered_ns(), 1), (end, -1)]));
    }
    // One who hangs up is gone before another rings in the same instant.
    changes.sort_unstable();
    let (mut now, mut peak) = (0_i64, None::<(i64, i64)>);
    for (at, change) in changes {
        now += i64::from(change);
        if peak.is_none_or(|(most, _)| now > most) {
            peak = Some((now, at));
        }
    }
    peak.map(|(most, at)| Peak { calls: most.unsigned_abs(), at_s: wall.at(at) as f64 / 1e9 })
}

fn place(number: i64) -> usize {
    usize::try_from(number).expect("a place counted from the first")
}

const QUARTER_S: f64 = 900.0;
const QUARTER_NS: i64 = 900_000_000_000;
