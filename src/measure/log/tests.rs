use super::*;
use crate::base::Span;

#[test]
fn the_committed_schema_is_this_one() {
    let committed = std::fs::read_to_string(SCHEMA_PATH).unwrap_or_default();
    if committed != LogLine::json_schema() {
        std::fs::write(SCHEMA_PATH, LogLine::json_schema()).unwrap();
        panic!("{SCHEMA_PATH} was out of date and has been written anew; look at it and commit it");
    }
}

#[test]
fn a_line_is_flat_and_its_time_exact() {
    // 49 days, to the nanosecond.
    let at_ms = Span::from_ns(4_233_599_999_123_457).ms_f64();
    let happening = Happening::HungUp { caller: "caller-000007".to_owned(), call: 3 };
    let line = LogLine::Noted(Noted { at_ms, tenant: "acme", worker: 0, happening });
    assert_eq!(
        serde_json::to_string(&line).unwrap(),
        r#"{"at_ms":4233599999.123457,"tenant":"acme","worker":0,"event":"hung_up","caller":"caller-000007","call":3}"#
    );
}

#[test]
fn the_caps_are_the_smallest_that_spare_so_many() {
    let by = Applicant { caller: "caller-000001".to_owned(), call: 1, want: Shortage::Slot };
    let evicted = BootReason::Evicted { at_ms: 1.0, runtime: 1, by };
    let mut tally = BootTally::default();
    assert_eq!(tally.account().all_from_cap, None);
    tally.count(&BootReason::FirstUse, None);
    tally.count(&evicted, None);
    for cap in [21, 21, 22, 25, 30] {
        tally.count(&evicted, Some(cap));
    }
    let account = tally.account();
    assert_eq!((account.total, account.first_use, account.evicted, account.avoidable), (7, 1, 6, 5));
    assert_eq!((account.half_from_cap, account.most_from_cap, account.all_from_cap), (Some(22), Some(25), Some(30)));
}

const SCHEMA_PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/reports/events.schema.json");
