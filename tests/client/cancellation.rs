//! Dropping a future of the client at any await point leaves nothing behind: no lease, slot, port or process.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use busyhour::client::{SaveOptions, VoiceClient};
use mock_runtime::behaviour::Behaviour;

use crate::rig::*;

const SLOTS: u16 = 3;

#[tokio::test(flavor = "multi_thread")]
async fn a_cold_recall_can_be_dropped_anywhere() {
    let rig = Rig::new();
    let client = rig.client_with(SLOTS, &unhurried()).build().expect("the settings are fine");
    let cuts = cut_everywhere(&client, async |attempt| {
        let caller = user(&format!("caller {attempt}"));
        client.search_memory("hello", &caller, &patient()).await.expect("answered");
    });
    assert!(cuts.await >= 6, "a boot, a session start and a search have an await point each, and each is cut twice");
    close_and_check(&rig, client, SLOTS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reusing_recall_can_be_dropped_anywhere() {
    let rig = Rig::new();
    let client = rig.client_with(SLOTS, &unhurried()).build().expect("the settings are fine");
    client.search_memory("hello", &user("ann"), &patient()).await.expect("answered");
    let pid = client.runtime_pids();
    let cuts = cut_everywhere(&client, async |_| {
        client.search_memory("hello", &user("ann"), &patient()).await.expect("answered");
    });
    assert!(cuts.await >= 2);
    assert_eq!(client.runtime_pids(), pid, "the runtime was not harmed");
    close_and_check(&rig, client, SLOTS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recall_that_joins_a_boot_can_be_dropped_anywhere() {
    let rig = Rig::new();
    let client = rig.client_with(SLOTS, &unhurried()).build().expect("the settings are fine");
    let cuts = cut_everywhere(&client, async |attempt| {
        let caller = user(&format!("caller {attempt}"));
        let first = {
            let (client, caller) = (client.clone(), caller.clone());
            tokio::spawn(async move { client.search_memory("hello", &caller, &patient()).await })
        };
        until("the first caller's boot is under way", || client.levels().booting > 0).await;
        client.search_memory("hello", &caller, &patient()).await.expect("answered");
        first.await.expect("the task ends").expect("the first caller is answered whatever the second does");
    });
    assert!(cuts.await >= 4);
    close_and_check(&rig, client, SLOTS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recall_that_waits_for_a_victims_drain_can_be_dropped_anywhere() {
    let rig = Rig::new();
    let client = rig.client_with(1, &unhurried()).build().expect("the settings are fine");
    client.search_memory("hello", &user("first victim"), &patient()).await.expect("answered");
    let cuts = cut_everywhere(&client, async |attempt| {
        let caller = user(&format!("caller {attempt}"));
        client.search_memory("hello", &caller, &patient()).await.expect("answered");
    });
    assert!(cuts.await >= 6);
    close_and_check(&rig, client, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_save_can_be_dropped_anywhere_and_is_delivered_once_at_most() {
    let rig = Rig::new();
    let client = rig.client_with(SLOTS, &unhurried()).build().expect("the settings are fine");
    let turn = |attempt: usize| format!("turn {attempt}");
    let cuts = cut_everywhere(&client, async |attempt| {
        let caller = user(&format!("caller {}", attempt % 5));
        let options = SaveOptions { turn_id: Some(turn(attempt)), ..SaveOptions::default() };
        client.save_response("hello", "hi", &caller, &options).await.expect("accepted");
    });
    let cuts = cuts.await;
    assert!(cuts >= 6);
    close_and_check(&rig, client, SLOTS).await;
    let delivered = (0..cuts).filter_map(|attempt| rig.cloud.ledger().turn(PROJECT, &turn(attempt)));
    assert!(delivered.into_iter().all(|turn| turn.accepted == 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_a_session_can_be_dropped_anywhere() {
    let rig = Rig::new();
    let client = rig.client_with(SLOTS, &unhurried()).build().expect("the settings are fine");
    let cuts = cut_everywhere(&client, async |attempt| {
        let caller = user(&format!("caller {attempt}"));
        let session = client.session(&caller).await.expect("there is room");
        session.search_memory("hello", &patient()).await.expect("answered");
    });
    assert!(cuts.await >= 6);
    close_and_check(&rig, client, SLOTS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_close_can_be_dropped_anywhere_and_goes_on() {
    let rig = Rig::new();
    for polls in 1.. {
        let client = rig.client_with(SLOTS, &unhurried()).build().expect("the settings are fine");
        for id in ["ann", "bob"] {
            client.search_memory("hello", &user(id), &patient()).await.expect("answered");
        }
        let done = cut(Cut { polls, when: Moment::Pending }, client.close()).await.is_some();
        let refused = client.search_memory("hello", &user("cid"), &patient()).await;
        assert_eq!(refused.expect_err("the pool is closing").code(), "pool.closed");
        until("the close has ended by itself", || client.levels().live() == 0).await;
        assert_no_process(&rig);
        if done {
            assert!(polls > 1, "closing waits for the runtimes");
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_callers_who_hang_up_during_the_boot_leave_nothing() {
    let rig = Rig::new();
    let behaviour = Behaviour { boot_cold: lasting(300), ..Behaviour::default() };
    let client = rig.client_with(10, &behaviour).build().expect("the settings are fine");
    let recalls = (0..10).map(|caller| {
        let client = client.clone();
        tokio::spawn(async move {
            let (caller, options) = (user(&format!("caller {caller}")), patient());
            let recall = client.search_memory("hello", &caller, &options);
            tokio::time::timeout(Duration::from_millis(150), recall).await
        })
    });
    for recall in recalls.collect::<Vec<_>>() {
        recall.await.expect("the task ends").expect_err("nobody was answered in time");
    }
    close_and_check(&rig, client, 10).await;
}

/// Every step takes long enough to be waited for.
fn unhurried() -> Behaviour {
    let [few, some] = [lasting(2), lasting(5)];
    Behaviour {
        boot_cold: some.clone(),
        boot_warm: some.clone(),
        session_start: few.clone(),
        search: few.clone(),
        save: few.clone(),
        terminate: some,
        ..Behaviour::default()
    }
}

/// When to drop a future.
#[derive(Clone, Copy)]
struct Cut {
    polls: usize,
    when: Moment,
}

#[derive(Clone, Copy)]
enum Moment {
    /// When that poll has found it pending.
    Pending,
    /// When what it was waiting for has happened, before it can see that.
    Woken,
}

/// Polls the future when it is woken, so many times; then drops it. What it came to, where it was faster.
async fn cut<F: Future>(at: Cut, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut polled = 0;
    poll_fn(|context| {
        if polled == at.polls {
            return Poll::Ready(None);
        }
        polled += 1;
        match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if polled == at.polls && matches!(at.when, Moment::Pending) => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// Plays the operation again and again, each time cut at a later point, until it is not cut any more; after each cut
/// the pool must be as if the caller had never called. How many times it was cut.
async fn cut_everywhere(client: &VoiceClient, operation: impl AsyncFn(usize)) -> usize {
    let mut cuts = 0;
    for polls in 1.. {
        let mut uncut = true;
        for when in [Moment::Pending, Moment::Woken] {
            let outcome = cut(Cut { polls, when }, operation(cuts)).await;
            uncut &= outcome.is_some();
            let at_rest = || client.levels().busy + client.levels().booting + client.levels().waiting == 0;
            until("every lease is given back", at_rest).await;
            cuts += 1;
        }
        if uncut {
            break;
        }
    }
    cuts
}

/// Every slot and every port can still be had at once, and a close leaves no process.
async fn close_and_check(rig: &Rig, client: VoiceClient, slots: u16) {
    assert_all_slots_usable(&client, slots).await;
    client.close().await;
    assert_no_process(rig);
}

/// There are as many ports as slots, so this needs all of both.
async fn assert_all_slots_usable(client: &VoiceClient, slots: u16) {
    let sessions = (0..slots).map(|caller| {
        let client = client.clone();
        tokio::spawn(async move { client.session(&user(&format!("late caller {caller}"))).await })
    });
    let mut held = Vec::new();
    for session in sessions.collect::<Vec<_>>() {
        held.push(session.await.expect("the task ends").expect("there is a slot and a port"));
    }
    let levels = client.levels();
    assert_eq!((levels.busy, levels.live()), (slots.into(), slots.into()), "{levels:?}");
    assert_eq!(client.runtime_pids().len(), held.len());
}
