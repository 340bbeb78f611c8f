//! What may be said when, without processes.

use std::time::Duration;

use super::*;

/// A desk whose driver has come that far, and what it was told.
fn desk(stage: Stage) -> (Desk, mpsc::UnboundedReceiver<Vec<u8>>) {
    let (outbox, orders) = mpsc::unbounded_channel();
    let desk = Desk::new(outbox);
    desk.begin(Clock::starting(Duration::ZERO));
    if stage >= Stage::Clocks {
        hear(&desk, r#"{"type":"hello","protocol":"busyhour.driver","version":1,"max_in_flight":2,"more":true}"#)
            .expect("a good greeting");
        desk.ping();
        let now_ns = monotonic_ns();
        hear(&desk, &format!(r#"{{"type":"pong","id":2,"now_ns":{now_ns}}}"#)).expect("a good answer");
    }
    desk.stage.send_replace(stage);
    (desk, orders)
}

fn hear(desk: &Desk, line: &str) -> Result<(), String> {
    desk.hear(line.as_bytes())
}

/// An operation under way, its number, and where its answer comes.
fn asked(desk: &Desk, kind: Kind) -> (u64, oneshot::Receiver<(Done, Time)>) {
    let slot = Arc::clone(&desk.slots).try_acquire_owned().expect("it takes on two");
    let Asked { id, answered, .. } =
        desk.ask(kind, slot, |id, due_ns| Order::EndCall { id, due_ns, call: 1 }).expect("it serves");
    (id, answered)
}

fn done(id: u64, rest: &str) -> String {
    let now = monotonic_ns();
    format!(r#"{{"type":"done","id":{id},"started_ns":{now},"finished_ns":{now}{rest}}}"#)
}

#[tokio::test]
async fn operations_are_answered_in_any_order_and_once() {
    let (desk, _orders) = desk(Stage::Serving);
    let ((first, one), (second, other)) = (asked(&desk, Kind::Recall), asked(&desk, Kind::Save));
    assert!(Arc::clone(&desk.slots).try_acquire_owned().is_err(), "it takes on no more");
    hear(&desk, &done(second, r#","saved":true"#)).expect("a good answer");
    hear(&desk, &done(first, r#","memory":{"contextText":"x"}"#)).expect("a good answer");
    assert_eq!(one.await.expect("answered").0.memory.expect("a memory")["contextText"], "x");
    assert_eq!(other.await.expect("answered").0.saved, Some(true));
    assert!(hear(&desk, &done(first, r#","memory":{}"#)).expect_err("twice").contains("not under way"));
    assert_eq!((desk.under_way(), desk.slots.available_permits()), (0, 2));
}

#[tokio::test]
async fn each_operation_has_its_own_answer() {
    let (desk, _orders) = desk(Stage::Serving);
    for (kind, wrong) in [
        (Kind::Recall, ""),
        (Kind::Recall, r#","saved":true"#),
        (Kind::Recall, r#","memory":{},"error":{"code":"x"}"#),
        (Kind::Save, r#","memory":{}"#),
        (Kind::EndCall, r#","saved":true"#),
    ] {
        let (id, _answered) = asked(&desk, kind);
        assert!(hear(&desk, &done(id, wrong)).is_err(), "{kind:?} {wrong}");
    }
    for kind in [Kind::Recall, Kind::Save, Kind::BeginCall(1), Kind::EndCall] {
        let (id, _answered) = asked(&desk, kind);
        hear(&desk, &done(id, r#","error":{"code":"pool.exhausted","message":"full"}"#)).expect("any may fail");
    }
}

#[tokio::test]
async fn a_call_that_began_after_its_caller_had_hung_up_is_ended() {
    let (desk, mut orders) = desk(Stage::Serving);
    let (id, answered) = asked(&desk, Kind::BeginCall(7));
    drop(answered);
    desk.cancel(id);
    while orders.try_recv().is_ok() {}
    hear(&desk, &done(id, "")).expect("a good answer");
    let order = String::from_utf8(orders.try_recv().expect("it is told something")).expect("JSON is text");
    assert!(order.contains(r#""type":"end_call""#) && order.contains(r#""call":7"#), "{order}");
    assert_eq!(desk.under_way(), 1, "which it must answer, too");
}

#[tokio::test]
async fn every_word_has_its_place() {
    for (stage, line) in [
        (Stage::Greeting, r#"{"type":"opened"}"#),
        (Stage::Clocks, r#"{"type":"opened"}"#),
        (Stage::Opening, r#"{"type":"closed"}"#),
        (Stage::Serving, r#"{"type":"hello","version":1}"#),
        (Stage::Serving, r#"{"type":"closed"}"#),
        (Stage::Closing, r#"{"type":"opened"}"#),
        (Stage::Serving, r#"{"type":"pong","id":77,"now_ns":1}"#),
        (Stage::Serving, r#"{"type":"song"}"#),
        (Stage::Serving, "[]"),
        (Stage::Serving, ""),
    ] {
        assert!(hear(&desk(stage).0, line).is_err(), "{stage:?} {line}");
    }
    hear(&desk(Stage::Opening).0, r#"{"type":"opened"}"#).expect("its place");
    hear(&desk(Stage::Closing).0, r#"{"type":"closed"}"#).expect("its place");
}

#[tokio::test]
async fn silence_counts_only_where_something_is_owed() {
    let (desk, _orders) = desk(Stage::Serving);
    hear(&desk, &done(asked(&desk, Kind::EndCall).0, "")).expect("a good answer");
    assert_eq!(desk.silence(), Duration::ZERO);
    let (id, _answered) = asked(&desk, Kind::EndCall);
    while desk.silence() == Duration::ZERO {
        tokio::task::yield_now().await;
    }
    hear(&desk, &done(id, "")).expect("a good answer");
    assert_eq!(desk.silence(), Duration::ZERO);
}
