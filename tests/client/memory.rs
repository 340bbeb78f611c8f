//! The pool client against real runtimes and the mock cloud.

use std::time::{Duration, Instant};

use busyhour::base::{Admission, Canary, foreign_canaries};
use busyhour::client::SaveOptions;
use mock_runtime::behaviour::Behaviour;

use crate::rig::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_finds_its_own_memory_and_nobody_elses() {
    let rig = Rig::new();
    let client = rig.client(4).build().expect("the settings are fine");
    for id in ["ann", "bob"] {
        let memory = client.search_memory("where do my parcels go", &user(id), &patient()).await;
        let text = memory.expect("the search is answered").context_text;
        let own = [Canary::of_caller(PROJECT, id), Canary::of_project(PROJECT)];
        assert!(text.contains(own[0].as_str()), "{text}");
        assert_eq!(foreign_canaries(&text, &own), [] as [&str; 0]);
    }
    client.close().await;
    assert_no_process(&rig);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_recall_boots_cold_the_second_reuses_and_one_after_an_eviction_boots_warm() {
    let rig = Rig::new();
    let client = rig.client(1).build().expect("the settings are fine");
    let mut seen = Vec::new();
    for id in ["ann", "ann", "bob", "ann"] {
        let recalled = client.recall("hello", &user(id), &patient()).await;
        recalled.outcome.expect("the search is answered");
        seen.push(recalled.timing.admission.expect("a lease was taken").0);
    }
    assert_eq!(seen, [Admission::Cold, Admission::Reuse, Admission::Cold, Admission::Warm]);
    client.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_on_a_freed_port_gets_a_session_of_its_own() {
    let rig = Rig::new();
    let client = rig.client(1).build().expect("the settings are fine");
    for id in ["ann", "bob", "cid", "ann"] {
        // The runtime is strict: it refuses any session it did not start itself.
        let saved = client.save_response("hello", "hi", &user(id), &SaveOptions::default()).await;
        assert!(saved.expect("the save is accepted").is_some());
    }
    client.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_callers_of_one_user_share_one_process() {
    let rig = Rig::new();
    let behaviour = Behaviour { boot_cold: lasting(50), ..Behaviour::default() };
    let client = rig.client_with(4, &behaviour).build().expect("the settings are fine");
    let recalls = (0..20).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { client.recall("hello", &user("ann"), &patient()).await })
    });
    let mut admissions = Vec::new();
    for recall in recalls.collect::<Vec<_>>() {
        let recalled = recall.await.expect("the task ends");
        recalled.outcome.expect("the search is answered");
        admissions.push(recalled.timing.admission.expect("a lease was taken").0);
    }
    assert_eq!(client.runtime_pids().len(), 1);
    assert_eq!(admissions.iter().filter(|admission| **admission == Admission::Cold).count(), 1);
    assert!(admissions.contains(&Admission::Join));
    client.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_runtime_is_replaced_at_the_next_recall() {
    let rig = Rig::new();
    let client = rig.client(2).build().expect("the settings are fine");
    client.search_memory("hello", &user("ann"), &patient()).await.expect("answered");
    let pid = client.runtime_pids()[0];
    kill(pid);
    let recalled = client.recall("hello", &user("ann"), &patient()).await;
    recalled.outcome.expect("the successor answers");
    assert_ne!(client.runtime_pids(), [pid]);
    client.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recall_under_way_on_a_runtime_that_dies_is_answered_by_its_successor() {
    let rig = Rig::new();
    let behaviour = Behaviour { search: lasting(100), ..Behaviour::default() };
    let client = rig.client_with(2, &behaviour).build().expect("the settings are fine");
    client.search_memory("hello", &user("ann"), &patient()).await.expect("answered");
    let pid = client.runtime_pids()[0];
    let recall = {
        let client = client.clone();
        tokio::spawn(async move { client.recall("hello", &user("ann"), &patient()).await })
    };
    until("the search is under way", || client.levels().busy == 1).await;
    kill(pid);
    let recalled = recall.await.expect("the task ends");
    recalled.outcome.expect("the successor answers");
    assert_eq!(recalled.timing.admission.map(|(admission, _)| admission), Some(Admission::Warm));
    client.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_keeps_its_runtime_from_eviction() {
    let rig = Rig::new();
    let client = rig.client(1).build().expect("the settings are fine");
    let ann = user("ann");
    let session = client.session(&ann).await.expect("there is a slot");
    let refused = client.search_memory("hello", &user("bob"), &patient()).await;
    let error = refused.expect_err("the only runtime is held");
    assert_eq!((error.code().as_ref(), error.details()["capacity"].as_u64()), ("pool.exhausted", Some(1)));
    session.search_memory("hello", &patient()).await.expect("it still serves");
    drop(session);
    client.search_memory("hello", &user("bob"), &patient()).await.expect("now there is room");
    client.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn runtimes_that_ignore_sigterm_delay_nobody_but_their_successors() {
    let rig = Rig::new();
    let behaviour = Behaviour { ignore_terminate: true, ..Behaviour::default() };
    let client = rig.client_with(4, &behaviour).build().expect("the settings are fine");
    let options = patient();
    for id in ["a", "b", "c", "keeper"] {
        client.search_memory("hello", &user(id), &options).await.expect("answered");
    }
    let newcomers = ["d", "e", "f"].map(|id| {
        let client = client.clone();
        tokio::spawn(async move { client.search_memory("hello", &user(id), &patient()).await })
    });
    until("three victims are on their way out", || client.levels().draining == 3).await;
    let began = Instant::now();
    client.search_memory("hello", &user("keeper"), &options).await.expect("answered");
    assert_eq!(client.levels().draining, 3, "the victims are still there after {:?}", began.elapsed());
    for newcomer in newcomers {
        newcomer.await.expect("the task ends").expect("answered in the end");
    }
    client.close().await;
    assert_no_process(&rig);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acknowledged_save_reaches_the_cloud_once() {
    let rig = Rig::new();
    let client = rig.client(1).build().expect("the settings are fine");
    for (turn, id) in [("t1", "ann"), ("t2", "bob"), ("t3", "ann"), ("t3", "ann")] {
        let options = SaveOptions { turn_id: Some(turn.to_owned()), ..SaveOptions::default() };
        client.save_response("hello", "hi", &user(id), &options).await.expect("accepted").expect("acknowledged");
    }
    client.close().await;
    let accepted = ["t1", "t2", "t3"].map(|turn| rig.cloud.ledger().turn(PROJECT, turn).map(|turn| turn.accepted));
    assert_eq!(accepted, [Some(1); 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_ended_before_its_runtime_is_drained() {
    let rig = Rig::new();
    let client = rig.client(1).build().expect("the settings are fine");
    for id in ["ann", "bob"] {
        client.search_memory("hello", &user(id).named("Someone"), &patient()).await.expect("answered");
    }
    client.close().await;
    let totals = rig.cloud.ledger().totals(PROJECT).expect("the project is known");
    assert_eq!((totals.session_starts, totals.session_ends), (2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_client_leaves_no_process() {
    let rig = Rig::new();
    let client = rig.client(2).build().expect("the settings are fine");
    client.search_memory("hello", &user("ann"), &patient()).await.expect("answered");
    drop(client);
    until("its runtime is gone", || processes_of(rig.storage.path()).is_empty()).await;
}

#[test]
fn a_tokio_runtime_that_ends_first_takes_the_processes_along() {
    let rig = Rig::new();
    let tokio = tokio::runtime::Runtime::new().expect("a runtime can be made");
    tokio.block_on(async {
        let client = rig.client(2).build().expect("the settings are fine");
        client.search_memory("hello", &user("ann"), &patient()).await.expect("answered");
    });
    tokio.shutdown_timeout(Duration::from_secs(5));
    // They are killed; the kernel takes a moment to bury them.
    eventually("its runtime is gone", || processes_of(rig.storage.path()).is_empty());
}
