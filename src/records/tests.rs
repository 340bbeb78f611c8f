//! Files as people have them.

use std::fmt::Write as _;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::tz::TimeZone;

use super::{Clock, Columns, ReadError, Reader, Reading, Selection, TimeKind};
use crate::base::Span;
use crate::workload::TracedTurns;

const PLAIN: &str = "\
start,caller,tenant,duration,turns,agent,ring
10.5,ann,acme,60,4,a1,2
12,bob,birch,0:01:30,,a2,
12,,acme,0,,,
";

fn reader() -> Reader {
    Reader { remarks_kept: 10, ..Reader::default() }
}

fn read(text: &str) -> Reading {
    reader().read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
}

fn error(bytes: &[u8]) -> String {
    reader().read(bytes).expect_err("this must not pass").to_string()
}

/// Why the rows of a text were rejected, each with its line.
fn rejected(text: &str) -> Vec<String> {
    let first = read(text).rejected.first;
    first.into_iter().map(|remark| format!("{}: {}", remark.line, remark.what)).collect()
}

fn starts(reading: &Reading) -> Vec<f64> {
    reading.records.calls.iter().map(|call| call.start_ns as f64 / 1e9).collect()
}

fn gzipped(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn every_column_is_read() {
    let Reading { records, rejected, .. } = read(PLAIN);
    assert_eq!((rejected.total(), records.kind), (0, TimeKind::Seconds));
    let [ann, bob, nobody] = &records.calls[..] else { panic!("three calls") };
    assert_eq!(ann.start_ns, 10_500_000_000);
    assert_eq!((ann.duration, ann.ring, ann.talk()), (Some(s(60)), Some(s(2)), Some(s(58))));
    assert_eq!(ann.turns, TracedTurns::Count(4));
    assert_eq!((records.callers.name(bob.caller.unwrap()), records.agents.name(bob.agent.unwrap())), ("bob", "a2"));
    assert_eq!((bob.duration, bob.ring, bob.turns), (Some(s(90)), None, TracedTurns::Unknown));
    assert_eq!((nobody.caller, nobody.duration), (None, Some(Span::ZERO)), "blank callers and zero durations are fine");
    assert_eq!(records.tenants.iter().collect::<Vec<_>>(), ["acme", "birch"]);
}

fn s(secs: u64) -> Span {
    Span::from_secs(secs)
}

#[test]
fn json_lines_gzip_semicolons_and_a_byte_order_mark_say_the_same() {
    let json = "{\"start\": 10.5, \"caller\": \"ann\", \"tenant\": \"acme\", \"duration\": 60, \"turns\": 4, \"agent\": \"a1\", \"ring\": 2, \"x\": {}}\n\n\
                {\"start\": 12, \"caller\": \"bob\", \"tenant\": \"birch\", \"duration\": \"0:01:30\", \"agent\": \"a2\"}\n\
                {\"start\": \"12\", \"caller\": null, \"tenant\": \"acme\", \"duration\": 0}\n";
    let lines = |reading: Reading| {
        let mut records = reading.records;
        records.calls.iter_mut().for_each(|call| call.line = 0);
        records
    };
    let wanted = lines(read(PLAIN));
    assert_eq!(lines(read(json)), wanted);
    assert_eq!(lines(reader().read(&gzipped(PLAIN)[..]).unwrap()), wanted);
    assert_eq!(lines(read(&PLAIN.replace(',', ";"))), wanted);
    assert_eq!(lines(read(&format!("\u{feff}{}", PLAIN.replace('\n', "\r\n")))), wanted);
}

#[test]
fn columns_go_by_the_names_that_were_mapped() {
    let columns = Columns::of(["start=Call Begin", "caller = cli"]).unwrap();
    let reader = Reader { columns, ..reader() };
    let reading = reader.read("who,Call Begin,cli,DURATION\n1,5,ann,7\n".as_bytes()).unwrap();
    assert_eq!((starts(&reading), reading.records.calls[0].duration), (vec![5.0], Some(s(7))));
    let error = reader.read("start,caller\n1,ann\n".as_bytes()).unwrap_err().to_string();
    assert_eq!(
        error,
        "line 1: there is no column `Call Begin` for start; there are `start`, `caller`: say which by --column start=…"
    );
    assert!(Columns::of(["begin=x"]).unwrap_err().to_string().contains("map one of start, caller, tenant"));
    assert!(Columns::of(["start"]).is_err());
}

#[test]
fn times_are_seconds_dates_or_local_times_of_a_zone() {
    let reading = read("start,caller\n2026-03-02T09:00:00+01:00,a\n2026-03-02 08:00:01Z,b\n");
    assert_eq!((starts(&reading)[1] - starts(&reading)[0], reading.records.kind), (1.0, TimeKind::Dates));
    assert_eq!(
        rejected("start,caller\n2026-03-02 09:00:00,a\n03/04/2026 09:00,b\n1772438400000000000,c\n"),
        [
            "2: start can't be `2026-03-02 09:00:00`: it has no offset: say where by --time-zone",
            "3: start can't be `03/04/2026 09:00`: write seconds, or a date such as 2026-03-02T09:30:00+01:00, or say how it is written by --time-format",
            "4: start can't be `1772438400000000000`: so many seconds don't fit: are these milliseconds? divide them",
        ]
    );
    let clock = Clock { format: Some("%d/%m/%Y %H:%M".to_owned()), zone: Some(TimeZone::UTC) };
    let reading = Reader { clock, ..reader() }.read("start,caller\n02/03/2026 08:00,a\n".as_bytes()).unwrap();
    assert_eq!(starts(&reading), [1_772_438_400.0]);
    assert_eq!(
        rejected("start,caller\n7,a\n2026-03-02T09:00:00Z,b\n"),
        ["3: start `2026-03-02T09:00:00Z` is a date where the rows before have seconds: write all of them in one way"]
    );
}

#[test]
fn local_times_that_came_twice_or_never_are_taken_and_told() {
    let clock = Clock { zone: Some(TimeZone::get("Europe/Berlin").unwrap()), format: None };
    let text =
        "start,caller\n2026-03-29 02:30:00,a\n2026-03-29 03:30:00,b\n2026-10-25 02:30:00,c\n2026-10-25 01:30:00Z,d\n";
    let reading = Reader { clock, ..reader() }.read(text.as_bytes()).unwrap();
    let starts = starts(&reading);
    assert!((starts[0] - starts[1]).abs() < 1e-9, "an hour was left out: half past two is half past three");
    assert!((starts[3] - starts[2] - 3600.0).abs() < 1e-9, "the first of the two is an hour before the second");
    let told: Vec<(u64, &str)> = reading.remarks.first.iter().map(|told| (told.line, told.what.as_str())).collect();
    assert_eq!(
        told,
        [
            (2, "start `2026-03-29 02:30:00` never came as clocks were put forward: taken for as much later"),
            (4, "start `2026-10-25 02:30:00` came twice as clocks were put back: taken for the first of the two"),
        ]
    );
}

#[test]
fn each_row_that_is_wrong_is_rejected_with_its_line_and_reason() {
    let text = "start,caller,duration,turns,ring\n1,a,-5,,\n2,b,soon,,\n3,c\n,d,1,,\n5,e,1,0,\n6,f,9,,-1\n7,g,1,,,\n8,h,1,2;1,\n9,ok,1,,\n";
    let reading = read(text);
    assert_eq!(starts(&reading), [9.0]);
    let lines: Vec<u64> = reading.rejected.first.iter().map(|remark| remark.line).collect();
    assert_eq!(lines, [2, 3, 4, 5, 6, 7, 8, 9]);
    assert_eq!(reading.rejected.counts["a wrong duration"], 2);
    assert_eq!(reading.rejected.counts["a wrong number of fields"], 2);
    assert_eq!(
        reading.rejected.first[0].what,
        "duration can't be -5: write seconds from 0 up to a year, or hours, minutes and seconds such as 0:03:10"
    );
}

#[test]
fn only_the_first_remarks_are_kept_and_all_are_counted() {
    let text = (0..100).fold("start,caller\n".to_owned(), |text, _| text + "x,a\n") + "1,a\n";
    let rejected = read(&text).rejected;
    assert_eq!((rejected.first.len(), rejected.total()), (10, 100));
}

#[test]
fn strict_takes_no_wrong_row() {
    let strict = Reader { strict: true, ..reader() };
    let error = strict.read("start,caller\n1,a\nx,b\n".as_bytes()).unwrap_err().to_string();
    assert!(
        error.starts_with("line 3: start can't be `x`") && error.ends_with("(--strict accepts no such row)"),
        "{error}"
    );
    strict.read(PLAIN.as_bytes()).unwrap();
}

#[test]
fn rows_out_of_order_are_sorted_and_those_of_one_instant_stay_in_order() {
    let reading = read("start,caller\n5,a\n3,b\n5,c\n4,d\n");
    let callers: Vec<&str> =
        reading.records.calls.iter().map(|call| reading.records.callers.name(call.caller.unwrap())).collect();
    assert_eq!((callers, reading.late), (vec!["b", "d", "a", "c"], 2));
}

#[test]
fn a_row_that_was_there_before_is_a_duplicate_unless_nobody_knows_the_caller() {
    let text = "start,caller,duration,turns\n5,a,1,0;1\n5,a,1,0;2\n5,a,2,0;1\n5,,1,\n5,,1,\n5,a,1,0;1\n";
    assert_eq!(rejected(text), ["7: is line 2 again: leave one of them out"]);
    assert_eq!(read(text).records.calls.len(), 5);
}

#[test]
fn a_row_is_named_by_the_line_it_begins_on_however_lines_end() {
    let text = "start,caller,note\n1,ann,\nx,bob,\n\n\ny,cid,\"over\nthree\nlines\"\nz,dan,";
    let lines = ["3", "6", "9"];
    for ends in ["\n", "\r\n"] {
        let told = rejected(&text.replace('\n', ends));
        let found: Vec<&str> = told.iter().map(|row| row.split(':').next().unwrap()).collect();
        assert_eq!(found, lines, "{ends:?}: {told:?}");
    }
    assert_eq!(rejected("start,caller\r1,ann\rx,bob\ry,cid\r").len(), 2);
    assert!(rejected("start,caller\r1,ann\rx,bob\r")[0].starts_with("3: "));
}

#[test]
fn a_quote_that_is_left_open_swallows_no_calls_in_silence() {
    let told = rejected("start,caller\n1,ann\n2,\"bob\n3,cid\n4,dan\n");
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("3: caller goes over several lines: is a quote left open?"), "{told:?}");
}

#[test]
fn calls_that_nobody_answered_are_left_out_and_counted() {
    let reading = read("start,caller,duration,ring\n0,a,9,9\n1,b,9,10\n2,c,9,8\n3,d,0,0\n");
    assert_eq!((starts(&reading), reading.unanswered), (vec![2.0, 3.0], 2));
}

#[test]
fn what_is_no_file_of_records_is_told_with_a_remedy() {
    assert!(matches!(reader().read(&b""[..]), Err(ReadError::Empty)));
    assert!(matches!(reader().read(&b"\n \n"[..]), Err(ReadError::Empty)));
    assert!(matches!(reader().read(&b"start,caller\n"[..]), Err(ReadError::NoCalls)));
    for (bytes, says) in [
        (&b"17,ann\n18,bob\n"[..], "line 1 has no names of columns but values (17, ann): put a header before it"),
        (b"2026-03-02T09:00:00Z,ann\n", "no names of columns"),
        (b"start,caller,start\n1,a,2\n", "two columns `start`"),
        (b"begin,end\n1,2\n", "no column `start` for start; there are `begin`, `end`: say which by --column start="),
        (
            b"{\"begin\": 1, \"caller\": 2}\n",
            "line 1: there is no column `start` for start; there are `begin`, `caller`",
        ),
        (b"\xff\xfes\0t\0", "UTF-16: convert it with iconv"),
        (b"PK\x03\x04....", "export it as CSV"),
        (b"\0\x01\x02", "is no text"),
        (b"[{\"start\": 1}]", "one object a line"),
    ] {
        assert!(error(bytes).contains(says), "{}", error(bytes));
    }
    assert_eq!(
        reader().read(&b"start,caller\n1,J\xfcrgen\n"[..]).unwrap().rejected.first[0].what,
        "caller is no UTF-8 text: convert the file, for example with iconv -f latin1 -t utf-8"
    );
    assert!(rejected("{\"start\": 1, \"caller\": \"a\"}\n{\"start\": }\n")[0].starts_with("2: is no JSON object"));
}

#[test]
fn broken_gzip_is_told_with_the_last_line_that_was_read() {
    let text = (0..20_000).fold("start,caller\n".to_owned(), |mut text, n| {
        writeln!(text, "{n},caller-{}", n * 7919 % 1009).unwrap();
        text
    });
    let whole = gzipped(&text);
    let said = error(&whole[..whole.len() / 2]);
    assert!(said.starts_with("its gzip data is broken after line ") && said.contains("fetch it again"), "{said}");
    assert!(!said.contains("after line 0"), "{said}");
    assert_eq!(reader().read(&whole[..]).unwrap().records.calls.len(), 20_000);
}

#[test]
fn a_sample_has_whole_callers() {
    let text = (0..4000).fold("start,caller\n".to_owned(), |text, n| text + &format!("{n},c{}\n", n % 400));
    let all = read(&text).records;
    let mut kept = all.clone();
    Selection { share: Some(0.25), ..Selection::default() }.keep(&mut kept);
    let calls =
        |records: &super::Records, caller: u32| records.calls.iter().filter(|call| call.caller == Some(caller)).count();
    let of_callers: Vec<usize> = (0..400).map(|caller| calls(&kept, caller)).collect();
    assert!(of_callers.iter().all(|calls| [0, 10].contains(calls)), "all of a caller's calls, or none");
    let share = of_callers.iter().filter(|calls| **calls > 0).count() as f64 / 400.0;
    // Four standard errors of a share of a quarter among 400.
    assert!((share - 0.25).abs() < 4.0 * (0.25 * 0.75 / 400.0_f64).sqrt(), "{share}");
    let mut others = all;
    Selection { share: Some(0.25), seed: 1, ..Selection::default() }.keep(&mut others);
    assert_ne!(others, kept, "another seed keeps others");
}

#[test]
fn a_window_keeps_what_starts_in_it() {
    let mut records = read("start,caller\n1,a\n2,b\n3,c\n").records;
    Selection { from_ns: Some(2_000_000_000), to_ns: Some(3_000_000_000), ..Selection::default() }.keep(&mut records);
    assert_eq!(records.calls.len(), 1);
    assert_eq!(records.calls[0].start_ns, 2_000_000_000);
}

#[test]
fn anonymous_callers_are_the_same_callers() {
    let records = read("start,caller\n1,+49301234\n2,+49305678\n3,+49301234\n4,\n").records;
    let shape = |records: &super::Records| records.calls.iter().map(|call| call.caller).collect::<Vec<_>>();
    let anonymous = records.clone().anonymized(b"key");
    assert_eq!(shape(&anonymous), shape(&records));
    assert!(anonymous.callers.iter().all(|name| name.len() == 16 && !name.contains("4930")));
    // HMAC-SHA-256 of "+49301234" under "key", by another implementation.
    assert_eq!(anonymous.callers.name(0), "78a8bb5637471061");
    assert_eq!(records.clone().anonymized(b"key"), anonymous, "the same key gives the same names");
    assert_ne!(records.anonymized(b"other").callers, anonymous.callers);
}

#[test]
fn what_is_written_is_read_again_as_it_was() {
    let text = "start,caller,duration,turns,ring\n100.25,ann,60,0.5;7;9.125,0.5\n101,,0,,\n103,\"a, b\",5,3,1\n";
    let mut records = read(text).records;
    let mut bytes = Vec::new();
    records.write(&mut bytes, 100_000_000_000, 1.0).unwrap();
    let written = String::from_utf8(bytes.clone()).unwrap();
    assert!(
        written.starts_with("start,caller,duration,turns,ring\n0.25,ann,60,0.5;7;9.125;,0.5\n1,,0,,\n"),
        "{written}"
    );
    let again = read(&written).records;
    records.calls.iter_mut().for_each(|call| call.start_ns -= 100_000_000_000);
    assert_eq!(again, records);
    assert_eq!(again.trace(None, 0, 1.0), records.trace(None, 0, 1.0));
}

#[test]
fn at_another_speed_calls_come_sooner_and_last_as_long() {
    let records = read("start,caller,duration\n0,a,60\n100,a,60\n").records;
    let trace = records.trace(None, 0, 4.0);
    let second = &trace.calls()[1];
    assert_eq!((second.answered_at.secs_f64(), second.length), (25.0, Some(s(60))));
}
