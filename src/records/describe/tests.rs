//! Descriptions against what the records were made of.

use std::fmt::Write;

use jiff::tz::TimeZone;

use super::{Description, Shape, describe};
use crate::base::{Distribution, Span, Stream};
use crate::records::Reader;

fn described(text: &str, zone: Option<&TimeZone>) -> Description {
    let reading = Reader::default().read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    describe(&reading.records, zone).expect("there are calls")
}

#[track_caller]
fn expect_close(got: f64, want: f64, tolerance: f64) {
    assert!((got - want).abs() <= tolerance * want.abs(), "{got}, not {want}");
}

/// Calls each second by the callers and of the lengths that are drawn.
fn drawn(calls: u32, mut caller: impl FnMut(&mut Stream) -> u64, length: &Distribution) -> Description {
    let mut stream = Stream::named(1, "records", 0);
    let mut text = "start,caller,duration\n".to_owned();
    for second in 0..calls {
        let length = Span::from_ns(length.draw(&mut stream)).secs_f64();
        writeln!(text, "{second},{},{length:.6}", caller(&mut stream)).unwrap();
    }
    described(&text, None)
}

#[test]
fn load_is_what_is_on_the_line() {
    // Two hours from nine on: one call all through, another from 9:30 to 10:30.
    let load = described("start,caller,duration\n32400,a,7200\n34200,b,3600\n", None).load;
    assert_eq!(load.hours.iter().map(|hour| hour.erlangs).collect::<Vec<_>>()[9..11], [1.5, 1.5]);
    assert_eq!((load.hours[9].calls, load.hours[10].calls), (2.0, 0.0));
    assert_eq!((load.busy_hour.begins_s, load.busy_hour.erlangs, load.busy_hour.calls), (34_200.0, 2.0, 1));
    let peak = load.peak.unwrap();
    assert_eq!((peak.calls, peak.at_s), (2, 34_200.0));
}

#[test]
fn an_hour_over_midnight_is_a_part_of_the_day_around_it() {
    // Two calls before midnight, three after it, one at noon of either day.
    let text = "start,caller\n43200,a\n85800,b\n86100,c\n86500,d\n86600,e\n86700,f\n129600,g\n";
    let busy_hour = described(text, None).load.busy_hour;
    assert_eq!((busy_hour.begins_s, busy_hour.calls), (83_700.0, 5));
    expect_close(busy_hour.share_of_day, 5.0 / 7.0, 0.2);
    assert!(busy_hour.share_of_day <= 1.0);
}

#[test]
fn an_hour_that_the_clock_shows_twice_is_two_busy_hours_and_one_hour_of_the_day() {
    // Clocks were put back at three: half past two in summer, and an hour later again, twice.
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let text = "start,caller,duration\n2026-10-25T02:30:00+02:00,a,60\n2026-10-25T02:30:00+01:00,b,60\n\
                2026-10-25T02:31:00+01:00,c,60\n";
    let load = described(text, Some(&zone)).load;
    assert_eq!((load.busy_hour.calls, load.hours[2].calls), (2, 3.0));
    assert!((load.busy_hour.share_of_day - 2.0 / 3.0).abs() < 1e-12, "{:?}", load.busy_hour);
}

#[test]
fn one_who_hangs_up_makes_room_for_the_next() {
    assert_eq!(described("start,caller,duration\n0,a,10\n10,b,10\n", None).load.peak.unwrap().calls, 1);
}

#[test]
fn hours_are_those_on_the_wall() {
    let text = "start,caller,duration\n2026-07-01T09:00:00Z,a,60\n2026-01-01T09:00:00Z,a,60\n";
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    let calls = |zone| described(text, zone).load.hours.iter().map(|hour| hour.calls).collect::<Vec<_>>();
    let busy = |calls: Vec<f64>| {
        calls.iter().enumerate().filter(|(_, calls)| **calls > 0.0).map(|(hour, _)| hour).collect::<Vec<_>>()
    };
    assert_eq!((busy(calls(None)), busy(calls(Some(&berlin)))), (vec![9], vec![10, 11]));
}

#[test]
fn the_law_of_holds_is_found_again() {
    let second = 1_000_000_000;
    for (law, shape, mean, cv) in [
        (Distribution::lognormal_mean(190 * second, 1.2), Shape::Lognormal, 190.0, 1.2),
        (Distribution::exponential(120 * second), Shape::Exponential, 120.0, 1.0),
        (Distribution::gamma(120 * second, 0.5), Shape::Gamma, 120.0, 0.5),
    ] {
        let holds = drawn(20_000, |stream| stream.below(10), &law.unwrap()).holds.unwrap();
        // An exponential law is a gamma law too, whose fit is never worse.
        let nearly: Vec<_> = holds.fits.iter().filter(|fit| fit.behind < 1e-3).map(|fit| fit.shape).collect();
        assert!(nearly.contains(&shape), "{shape:?}: {:?}", holds.fits);
        let fit = holds.fits.iter().find(|fit| fit.shape == shape).unwrap();
        expect_close(fit.mean_s, mean, 0.04);
        expect_close(fit.cv, cv, 0.05);
        expect_close(holds.mean_s, mean, 0.04);
        let wrong = if shape == Shape::Lognormal { Shape::Exponential } else { Shape::Lognormal };
        assert!(holds.fits.iter().any(|fit| fit.shape == wrong && fit.behind > 0.02), "{:?}", holds.fits);
    }
}

#[test]
fn returns_count_from_the_end_of_a_call() {
    let text = "start,caller,duration\n0,a,100\n150,a,10\n155,a,30\n400,,1\n500,a,1\n";
    let returns = described(text, None).returns.unwrap();
    assert_eq!((returns.calls, returns.overlapping, returns.p50_s), (3, 1, 50.0));
    expect_close(returns.within_1_min, 2.0 / 5.0, 1e-12);
    expect_close(returns.within_1_h, 3.0 / 5.0, 1e-12);
    assert!(described("start,caller\n0,a\n1,b\n", None).returns.is_none());
}

#[test]
fn the_slope_of_popularity_is_found_again() {
    let ranks: Vec<f64> = (1..=200_u32).map(|rank| f64::from(rank).powf(-0.75)).collect();
    let total: f64 = ranks.iter().sum();
    let caller = |stream: &mut Stream| {
        let mut left = stream.unit() * total;
        ranks
            .iter()
            .take_while(|weight| {
                left -= **weight;
                left > 0.0
            })
            .count() as u64
    };
    let popularity = drawn(50_000, caller, &Distribution::constant(0).unwrap()).popularity.unwrap();
    expect_close(popularity.zipf, 0.75, 0.04);
    assert!(popularity.by_top_1 < popularity.by_top_10);
}

#[test]
fn whoever_nobody_knows_calls_for_the_first_time() {
    let description = described("start,caller\n0,a\n1,\n2,a\n3,b\n4,\n", None);
    assert_eq!((description.calls, description.callers), (5, 2));
    expect_close(description.first_time_share, 4.0 / 5.0, 1e-12);
    expect_close(description.unknown_share, 2.0 / 5.0, 1e-12);
}
