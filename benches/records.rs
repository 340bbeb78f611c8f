//! How long a million call records take: read from CSV, gzip and JSON lines, described, written.
//!
//! `cargo bench --bench records` prints the best of three of each. To read them from CSV is to take less than three
//! seconds.

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Write as _;
use std::time::{Duration, Instant};

use busyhour::base::Stream;
use busyhour::records::{Clock, Reader, describe};
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::tz::TimeZone;

fn main() {
    let (dates, seconds, json) = (csv(date), csv(|second| second.to_string()), json());
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(dates.as_bytes()).expect("memory can be written");
    let gzipped = encoder.finish().expect("memory can be written");
    let zone = TimeZone::get("Europe/Berlin").expect("the zone is known");
    let local = Reader { clock: Clock { zone: Some(zone.clone()), format: None }, ..Reader::default() };
    let read = |bytes: &[u8]| Reader::default().read(bytes).expect("the records are well formed").records;
    say("CSV, dates with offsets", || read(dates.as_bytes()));
    say("CSV, seconds", || read(seconds.as_bytes()));
    say("CSV, local times", || local.read(dates.replace("+01:00", "").as_bytes()).expect("well formed").records);
    say("CSV, gzipped", || read(&gzipped));
    say("JSON lines", || read(json.as_bytes()));
    let records = read(dates.as_bytes());
    say("described", || describe(&records, Some(&zone)));
    say("anonymized", || records.clone().anonymized(b"a key of some length"));
    say("written", || records.write(std::io::sink(), 0, 1.0));
}

fn say<T>(what: &str, work: impl Fn() -> T) {
    let time = |_| {
        let began = Instant::now();
        black_box(work());
        began.elapsed()
    };
    let best: Duration = (0..3).map(time).min().expect("there are three");
    println!("{:<44}{:>8.3} s", format!("1,000,000 calls: {what}"), best.as_secs_f64());
}

fn csv(start: impl Fn(u64) -> String) -> String {
    rows("start,caller,duration,ring\n", |text, number, caller, duration| {
        writeln!(text, "{},+4930{caller:07},{duration},{}", start(number), number % 17)
    })
}

fn json() -> String {
    rows("", |text, number, caller, duration| {
        writeln!(text, "{{\"start\":{number},\"caller\":\"+4930{caller:07}\",\"duration\":{duration},\"queue\":\"a\"}}")
    })
}

fn rows(header: &str, mut row: impl FnMut(&mut String, u64, u64, u64) -> std::fmt::Result) -> String {
    let mut dice = Stream::named(1, "records", 0);
    let mut text = header.to_owned();
    for number in 0..CALLS {
        let caller = dice.below(CALLERS) * dice.below(CALLERS) / CALLERS;
        row(&mut text, number, caller, 20 + dice.below(600)).expect("text can be written");
    }
    text
}

/// A second each, from the second of March 2026 on.
fn date(second: u64) -> String {
    let (day, second) = (2 + second / 86_400, second % 86_400);
    format!("2026-03-{day:02}T{:02}:{:02}:{:02}+01:00", second / 3600, second / 60 % 60, second % 60)
}

const CALLS: u64 = 1_000_000;
const CALLERS: u64 = 300_000;
