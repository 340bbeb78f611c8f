//! What came of an import, in words.

use std::fmt::{self, Write};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::scenario_text::law;
use super::{Imported, Written};
use crate::base::Span;
use crate::records::{Description, Holds, HourOfDay, Popularity, Returns, TimeKind};

/// The text of `busyhour import`.
pub(super) fn text(imported: &Imported, zone: Option<&TimeZone>) -> String {
    let mut text = String::new();
    write_all(&mut text, imported, zone).expect("writing to a string cannot fail");
    text
}

fn write_all(text: &mut String, imported: &Imported, zone: Option<&TimeZone>) -> fmt::Result {
    if let Some(description) = &imported.description {
        describe(text, description, zone)?;
    }
    if let Some(Written { trace, scenario, calls }) = &imported.written {
        if imported.description.is_some() {
            writeln!(text)?;
        }
        writeln!(text, "{calls} calls written to {}", trace.display())?;
        if let Some(scenario) = scenario {
            writeln!(text, "play them   busyhour sim {}", scenario.display())?;
            writeln!(text, "plan for    busyhour plan {} --surface", scenario.display())?;
        }
    }
    Ok(())
}

fn describe(text: &mut String, about: &Description, zone: Option<&TimeZone>) -> fmt::Result {
    let local = |at_s: f64| wall(at_s, zone);
    let (first, last) = (local(about.first_s), local(about.last_s));
    writeln!(
        text,
        "calls       {} by {} known callers, {} by unknown ones",
        about.calls,
        about.callers,
        percent(about.unknown_share)
    )?;
    if about.tenants > 0 {
        writeln!(text, "tenants     {}", about.tenants)?;
    }
    let zone = if about.times == TimeKind::Dates && zone.is_none() { ", all in UTC (or say --time-zone)" } else { "" };
    writeln!(text, "time        {} to {}{zone}", clock(first, about.times), clock(last, about.times))?;
    load(text, about)?;
    about.holds.iter().try_for_each(|holds| write_holds(text, holds))?;
    about.returns.iter().try_for_each(|returns| write_returns(text, returns))?;
    about.popularity.iter().try_for_each(|popularity| write_popularity(text, popularity))?;
    writeln!(
        text,
        "first-time  {} of the calls are by somebody who had not called before\n",
        percent(about.first_time_share)
    )?;
    hours(text, &about.load.hours)
}

fn load(text: &mut String, about: &Description) -> fmt::Result {
    let busy = &about.load.busy_hour;
    writeln!(
        text,
        "busy hour   {}: {} calls, {:.2} Erlangs, {} of its day's calls",
        clock(busy.begins_s, about.times),
        busy.calls,
        busy.erlangs,
        percent(busy.share_of_day)
    )?;
    match about.load.peak {
        Some(peak) => {
            writeln!(text, "peak        {} on the line at once, {}", peak.calls, clock(peak.at_s, about.times))
        }
        None => writeln!(text, "peak        unknown: no record says how long its call lasted"),
    }
}

fn write_holds(text: &mut String, holds: &Holds) -> fmt::Result {
    writeln!(
        text,
        "hold        mean {:.1} s, CV {:.2}; p50 {:.0}, p90 {:.0}, p99 {:.0}, max {:.0} s; {} of no length",
        holds.mean_s, holds.cv, holds.p50_s, holds.p90_s, holds.p99_s, holds.max_s, holds.zero
    )?;
    for (place, fit) in holds.fits.iter().enumerate() {
        let heading = if place == 0 { "fits" } else { "" };
        let remark = if place == 0 { "likeliest".to_owned() } else { format!("{:.3} nats a call behind", fit.behind) };
        writeln!(text, "{heading:<12}{}  {remark}", law(fit))?;
    }
    Ok(())
}

fn write_returns(text: &mut String, returns: &Returns) -> fmt::Result {
    writeln!(
        text,
        "returns     {} of all calls within 1 min of the caller's last, {} in 5 min, {} in 1 h, {} in 1 day",
        percent(returns.within_1_min),
        percent(returns.within_5_min),
        percent(returns.within_1_h),
        percent(returns.within_1_day)
    )?;
    let whole = |seconds: f64| Span::from_secs_f64(seconds.round());
    write!(text, "            p50 {}, p90 {}", whole(returns.p50_s), whole(returns.p90_s))?;
    match returns.overlapping {
        0 => writeln!(text),
        some => writeln!(text, "; {some} while another call of the same caller went on"),
    }
}

fn write_popularity(text: &mut String, popularity: &Popularity) -> fmt::Result {
    writeln!(
        text,
        "popularity  Zipf slope {:.2}; the top 1 % make {} of known callers' calls, the top 10 % {}; {} call once",
        popularity.zipf,
        percent(popularity.by_top_1),
        percent(popularity.by_top_10),
        percent(popularity.once)
    )
}

/// A row an hour, with a bar of its load.
fn hours(text: &mut String, hours: &[HourOfDay]) -> fmt::Result {
    let by_load = hours.iter().any(|hour| hour.erlangs > 0.0);
    let weight = |hour: &HourOfDay| if by_load { hour.erlangs } else { hour.calls };
    let most = hours.iter().map(weight).fold(0.0, f64::max);
    writeln!(text, "hour      calls  Erlangs  on the average day")?;
    for (number, hour) in hours.iter().enumerate() {
        let share = if most > 0.0 { weight(hour) / most } else { 0.0 };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a bar has a few dozen marks")]
        let bar = "#".repeat((share * BAR).round() as usize);
        let row = format!("{number:>2}:00  {:>8.1}  {:>7.2}  {bar}", hour.calls, hour.erlangs);
        writeln!(text, "{}", row.trim_end())?;
    }
    Ok(())
}

/// What the clock on the wall shows, in seconds.
fn wall(at_s: f64, zone: Option<&TimeZone>) -> f64 {
    let Some(zone) = zone else { return at_s };
    at_s + timestamp(at_s).map_or(0.0, |at| f64::from(zone.to_offset(at).seconds()))
}

fn clock(wall_s: f64, kind: TimeKind) -> String {
    if let (TimeKind::Dates, Some(at)) = (kind, timestamp(wall_s)) {
        return at.strftime("%a %Y-%m-%d %H:%M").to_string();
    }
    let (day, minutes) = ((wall_s / 86_400.0).floor(), (wall_s.rem_euclid(86_400.0) / 60.0).floor());
    format!("day {}, {:02}:{:02}", day + 1.0, (minutes / 60.0).floor(), minutes % 60.0)
}

fn timestamp(at_s: f64) -> Option<Timestamp> {
    #[expect(clippy::cast_possible_truncation, reason = "records reach from 1677 to 2262")]
    Timestamp::from_second(at_s as i64).ok()
}

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

const BAR: f64 = 40.0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::import::{Imported, SCHEMA};
    use crate::records::{Reader, Reading, describe};

    /// Five weekdays of a hundred calls each, most of them in the morning.
    fn records() -> String {
        (0..500_u64).fold("start,caller,duration\n".to_owned(), |text, number| {
            let (day, call) = (number / 100, number % 100);
            let minute = 480 + call * call % 600;
            let caller = if call % 3 == 0 { String::new() } else { format!("c{}", number * 7 % 40) };
            let (hour, minute) = (minute / 60, minute % 60);
            text + &format!("2026-03-0{}T{hour:02}:{minute:02}:00Z,{caller},{}\n", 2 + day, call * 7 % 400)
        })
    }

    fn imported() -> Imported {
        let reading = Reader::default().read(records().as_bytes()).expect("the records are well formed");
        let description = describe(&reading.records, None);
        let Reading { rejected, remarks: doubted, .. } = reading;
        Imported { schema: SCHEMA, rejected, doubted, unanswered: 0, written: None, description }
    }

    #[test]
    fn the_committed_schema_is_that_of_this_code_and_records_fit_it() {
        let schema = schemars::schema_for!(Imported);
        let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        if include_str!("../../../reports/records.schema.json") != text {
            std::fs::write(SCHEMA_PATH, text).unwrap();
            panic!("{SCHEMA_PATH} was out of date and has been written anew; look at it and commit it");
        }
        let mut document = serde_json::to_value(imported()).unwrap();
        let validator = jsonschema::validator_for(&serde_json::to_value(&schema).unwrap()).unwrap();
        assert!(validator.is_valid(&document), "{document}");
        document["unanswered"] = "many".into();
        assert!(!validator.is_valid(&document));
    }

    const SCHEMA_PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/reports/records.schema.json");

    #[test]
    fn records_are_described_in_words() {
        insta::assert_snapshot!(text(&imported(), None));
    }

    #[test]
    fn whoever_writes_is_told_what_to_do_next() {
        let written = Written { trace: "calls.csv".into(), scenario: Some("monday.toml".into()), calls: 500 };
        let imported = Imported { written: Some(written), description: None, ..imported() };
        insta::assert_snapshot!(text(&imported, None));
    }
}
