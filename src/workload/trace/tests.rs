//! What a trace plays.

use std::sync::Arc;

use super::{Trace, TracedCall, TracedTurns};
use crate::base::{Distribution, Span, Time};
use crate::workload::tests::tenant;
use crate::workload::{Arrivals, Call, CallLength, Next, TenantTraffic, Traffic, Workload};

fn at(secs: u64) -> Time {
    Time::ZERO + Span::from_secs(secs)
}

fn record(secs: u64, caller: Option<u32>) -> TracedCall {
    TracedCall { answered_at: at(secs), ringing: Span::ZERO, caller, length: None, turns: TracedTurns::Unknown }
}

/// A tenant whose calls have two turns a second apart where their records say nothing.
fn traffic(trace: Trace) -> TenantTraffic {
    TenantTraffic { arrivals: Arrivals::Trace(Arc::new(trace)), length: CallLength::Turns(2), ..tenant("acme") }
}

fn calls(secs: u64, trace: Trace) -> Vec<Call> {
    calls_of(&Traffic { seed: 1, duration: Span::from_secs(secs), tenants: vec![traffic(trace)] })
}

fn calls_of(traffic: &Traffic) -> Vec<Call> {
    let mut workload = Workload::new(traffic);
    std::iter::from_fn(|| workload.next()).collect()
}

/// When the turns of a call start, if each is done at once, and when it hangs up.
fn course(traffic: &TenantTraffic, mut call: Call) -> (Vec<u64>, u64) {
    let whole = |time: Time| time.ns() / 1_000_000_000;
    let mut turns = vec![call.first_turn(traffic).starts_at];
    loop {
        let last = turns[turns.len() - 1];
        match call.after(traffic, last, last) {
            Next::Turn(turn) => turns.push(turn.starts_at),
            Next::HangUp(end) => return (turns.into_iter().map(whole).collect(), whole(end)),
        }
    }
}

fn course_of(call: TracedCall, turn_times: Vec<Span>) -> (Vec<u64>, u64) {
    let tenant = traffic(Trace::new(vec![call], turn_times));
    let traffic = Traffic { seed: 1, duration: Span::from_secs(1000), tenants: vec![tenant] };
    course(&traffic.tenants[0], calls_of(&traffic).remove(0))
}

#[test]
fn gaps_follow_the_tenants_law_however_many_turns_its_other_calls_have() {
    let course_where_others_have = |turns: u32| {
        let call = TracedCall { turns: TracedTurns::Count(4), ..record(0, None) };
        let turn_gap = Distribution::exponential(20_000_000_000).unwrap();
        let tenant =
            TenantTraffic { length: CallLength::Turns(turns), turn_gap, ..traffic(Trace::new(vec![call], vec![])) };
        let traffic = Traffic { seed: 1, duration: Span::from_secs(1000), tenants: vec![tenant] };
        course(&traffic.tenants[0], calls_of(&traffic).remove(0))
    };
    let (turns, end) = course_where_others_have(1);
    assert_eq!((turns.len(), end), (4, turns[3]));
    assert!(turns[3] > 0, "turns are apart");
    assert_eq!((turns, end), course_where_others_have(9));
}

#[test]
fn calls_ring_in_the_order_of_their_times_within_the_window() {
    let trace =
        Trace::new(vec![record(7, Some(1)), record(3, Some(0)), record(9, Some(0)), record(0, Some(0))], vec![]);
    let rung: Vec<(Time, u64)> = calls(9, trace).iter().map(|call| (call.rings_at, call.caller.0)).collect();
    assert_eq!(rung, [(at(0), 0), (at(3), 0), (at(7), 1)]);
}

#[test]
fn whom_nobody_knows_is_somebody_new_each_time() {
    let trace = Trace::new(vec![record(0, None), record(1, Some(1)), record(2, None)], vec![]);
    let callers: Vec<u64> = calls(9, trace).iter().map(|call| call.caller.0).collect();
    assert_eq!(callers, [2, 1, 3]);
}

#[test]
fn a_call_of_which_nothing_is_known_goes_by_the_tenants_law() {
    assert_eq!(course_of(record(5, None), vec![]), (vec![5, 6], 6));
}

#[test]
fn a_call_lasts_as_long_as_its_record_says() {
    let call = TracedCall { length: Some(Span::from_secs(3)), ..record(5, None) };
    assert_eq!(course_of(call, vec![]), (vec![5, 6, 7], 8));
    let call = TracedCall { length: Some(Span::ZERO), ..record(5, None) };
    assert_eq!(course_of(call, vec![]), (vec![5], 5), "a call of no length has a turn");
}

#[test]
fn a_call_has_as_many_turns_as_its_record_says_and_none_after_its_end() {
    let call = TracedCall { turns: TracedTurns::Count(3), ..record(5, None) };
    assert_eq!(course_of(call, vec![]), (vec![5, 6, 7], 7));
    let call = TracedCall { length: Some(Span::from_secs(30)), ..call };
    assert_eq!(course_of(call, vec![]), (vec![5, 6, 7], 35));
    let call = TracedCall { length: Some(Span::from_secs(2)), ..call };
    assert_eq!(course_of(call, vec![]), (vec![5, 6], 7));
}

#[test]
fn turns_start_when_their_record_says() {
    let call = TracedCall { turns: TracedTurns::Times { first: 1, count: 3 }, ..record(5, None) };
    let times = [9, 0, 4, 20, 1].map(Span::from_secs).to_vec();
    assert_eq!(course_of(call, times.clone()), (vec![5, 9, 25], 25));
    let call = TracedCall { length: Some(Span::from_secs(60)), ..call };
    assert_eq!(course_of(call, times), (vec![5, 9, 25], 65));
}

#[test]
fn what_is_offered_is_counted() {
    let call = |secs, length| TracedCall { length: Some(Span::from_secs(length)), ..record(secs, None) };
    let trace = Trace::new(vec![call(0, 30), call(10, 10), call(20, 60), call(200, 50)], vec![]);
    let traffic = TenantTraffic { turn_gap: Distribution::constant(10_000_000_000).unwrap(), ..traffic(trace) };
    let offered = traffic.offered(Span::from_secs(100), Span::ZERO);
    assert_eq!((offered.calls, offered.peak_on_line), (3.0, 2.0), "one hangs up as another rings");
    assert!((offered.erlangs - 1.0).abs() < 1e-12, "{} Erlangs", offered.erlangs);
    // 30, 10 and 60 s of a turn each 10 s, and half a turn more for each as renewal theory has it.
    assert!((offered.turns - 11.5).abs() < 1e-9, "{} turns", offered.turns);
    assert!((offered.peak_rate.0 - 3.0 / 60.0).abs() < 1e-12);
}

#[test]
fn records_load_a_pool_with_the_average_of_their_busiest_hour() {
    let call = |secs, length| TracedCall { length: Some(Span::from_secs(length)), ..record(secs, None) };
    let busiest = |calls: Vec<TracedCall>, hours: u64| {
        traffic(Trace::new(calls, vec![])).busiest_erlangs(Span::from_secs(3600 * hours), Span::ZERO)
    };
    // Between 2:00 and 3:00 two of half an hour, half of one that begins at 2:30, and a short one: three at once, at most.
    let calls = || vec![call(7200, 1800), call(7200, 1800), call(8100 + 900, 3600), call(7200, 1)];
    let expected = (1800.0 + 1800.0 + 1800.0 + 1.0) / 3600.0;
    assert!((busiest(calls(), 12) - expected).abs() < 1e-12, "{}", busiest(calls(), 12));
    // What is not played does not count, and a shorter window is its own busiest hour.
    assert!((busiest(vec![call(0, 1800), call(7200, 3600)], 1) - 0.5).abs() < 1e-12);
    assert!((busiest(calls(), 1)).abs() < 1e-12);
}
