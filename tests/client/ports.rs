//! Loopback ports: strangers on them, clients that share them, ranges to the last port.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

use busyhour::client::{VoiceClient, VoiceClientBuilder, VoiceSession};
use mock_runtime::behaviour::Behaviour;
use mock_runtime::wire::environment::BIND_ADDR;
use serde_json::json;

use crate::rig::*;

#[tokio::test(flavor = "multi_thread")]
async fn ports_of_strangers_are_skipped() {
    let rig = Rig::new();
    let _strangers = [0, 2].map(|offset| stranger(rig.first_port + offset));
    let client = over_ports(&rig, 4).max_concurrent_users(2).build().expect("the settings are fine");
    let sessions = [hold(&client, "ann").await, hold(&client, "bob").await];
    let free = BTreeSet::from([rig.first_port + 1, rig.first_port + 3]);
    assert_eq!(ports_of(&client), free);
    drop(sessions);
    client.close().await;
    assert_no_process(&rig);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_strangers_hold_every_port_the_error_names_range_and_holders() {
    let rig = Rig::new();
    let (first, last) = (rig.first_port, rig.first_port + 1);
    let strangers = [first, last].map(stranger);
    let client = over_ports(&rig, 2).build().expect("the settings are fine");
    let refused = client.search_memory("hello", &user("ann"), &patient()).await;
    let error = refused.expect_err("there is no port");
    assert_eq!((error.code().as_ref(), error.is_refusal()), ("pool.port_exhausted", true));
    let holders = json!({ first.to_string(): "someone else", last.to_string(): "someone else" });
    assert_eq!(error.details(), json!({ "range": [first, last], "holders": holders }));
    assert_eq!(client.levels().live(), 0);
    drop(strangers);
    client.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_a_stranger_has_left_is_used_again() {
    let rig = Rig::new();
    let stranger = stranger(rig.first_port);
    let client = over_ports(&rig, 1).build().expect("the settings are fine");
    let refused = client.search_memory("hello", &user("ann"), &patient()).await;
    assert_eq!(refused.expect_err("there is no port").code(), "pool.port_exhausted");
    drop(stranger);
    // The port is tried again after 100 ms; a caller that comes sooner is refused at once instead of waiting.
    let began = std::time::Instant::now();
    while let Err(error) = client.search_memory("hello", &user("ann"), &patient()).await {
        assert_eq!(error.code(), "pool.port_exhausted");
        assert!(began.elapsed().as_secs() < 10, "the port is free");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    client.close().await;
    assert_no_process(&rig);
}

#[tokio::test(flavor = "multi_thread")]
async fn ports_held_by_the_pool_itself_are_named_as_such() {
    let rig = Rig::new();
    let (first, last) = (rig.first_port, rig.first_port + 1);
    let _stranger = stranger(last);
    let client = over_ports(&rig, 2).build().expect("the settings are fine");
    let session = hold(&client, "ann").await;
    let refused = client.search_memory("hello", &user("bob"), &patient()).await;
    let holders = json!({ first.to_string(): "this pool", last.to_string(): "someone else" });
    assert_eq!(refused.expect_err("there is no port").details()["holders"], holders);
    drop(session);
    client.search_memory("hello", &user("bob"), &patient()).await.expect("an idle runtime gives its port back");
    client.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_port_of_the_range_is_used_both_ends_included() {
    let rig = Rig::new();
    let client = over_ports(&rig, 4).build().expect("the settings are fine");
    let mut sessions = Vec::new();
    for id in ["a", "b", "c", "d"] {
        sessions.push(hold(&client, id).await);
    }
    assert_eq!(ports_of(&client), (rig.first_port..=rig.first_port + 3).collect());
    let refused = client.search_memory("hello", &user("e"), &patient()).await;
    assert_eq!(refused.expect_err("there is no fifth port").code(), "pool.port_exhausted");
    drop(sessions);
    client.close().await;
    let single = over_ports(&rig, 1).build().expect("a range of one port is one");
    single.search_memory("hello", &user("a"), &patient()).await.expect("answered");
    single.close().await;
    assert_no_process(&rig);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_clients_of_one_range_never_share_a_port() {
    let rig = Rig::new();
    let slots = 20;
    let clients = [0, 1].map(|_| {
        let client = over_ports(&rig, 2 * slots).max_concurrent_users(slots.into());
        client.build().expect("the settings are fine")
    });
    let openings = (0..usize::from(2 * slots)).map(|caller| {
        let client = clients[caller % 2].clone();
        tokio::spawn(async move { client.session(&user(&format!("caller {caller}"))).await })
    });
    let mut sessions = Vec::new();
    for opening in openings.collect::<Vec<_>>() {
        sessions.push(opening.await.expect("the task ends").expect("there are ports for all"));
    }
    let [one, other] = clients.each_ref().map(ports_of);
    assert_eq!((one.len(), other.len()), (20, 20));
    assert!(one.is_disjoint(&other), "{one:?} and {other:?}");
    for session in &sessions {
        session.search_memory("hello", &patient()).await.expect("its own runtime answers");
    }
    drop(sessions);
    for client in clients {
        client.close().await;
    }
    assert_no_process(&rig);
}

/// A client of as many ports as given, and more slots.
#[tokio::test(flavor = "multi_thread")]
async fn another_loopback_address_has_ports_of_its_own() {
    let rig = Rig::new();
    let hosts = [Ipv4Addr::LOCALHOST, Ipv4Addr::new(127, 0, 0, 2)];
    let storage = hosts.map(|_| tempfile::tempdir().expect("a temporary folder can be made"));
    let mut held = Vec::new();
    for (host, storage) in hosts.iter().zip(&storage) {
        let client = over_ports(&rig, 1).runtime_host(*host).storage_root(storage.path());
        let client = client.build().expect("the settings are fine");
        held.push((hold(&client, "ann").await, client));
    }
    for (session, client) in held {
        drop(session);
        client.close().await;
    }
    assert_no_process(&rig);
}

fn over_ports(rig: &Rig, ports: u16) -> VoiceClientBuilder {
    rig.client_with(ports, &Behaviour::default()).max_concurrent_users(u32::from(ports) + 1)
}

async fn hold(client: &VoiceClient, id: &str) -> VoiceSession {
    client.session(&user(id)).await.expect("there is a slot and a port")
}

fn stranger(port: u16) -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("the rig's ports are free")
}

/// The ports the client's runtimes were told to listen on.
fn ports_of(client: &VoiceClient) -> BTreeSet<u16> {
    let port = |pid| {
        let environment = std::fs::read(Path::new("/proc").join(format!("{pid}/environ"))).expect("it runs");
        let needle = format!("{BIND_ADDR}=127.0.0.1:");
        let text = String::from_utf8(environment).expect("the rig's variables are text");
        let value = text.split('\0').find_map(|variable| variable.strip_prefix(&needle));
        value.and_then(|port| port.parse().ok()).expect("every runtime is told its port")
    };
    client.runtime_pids().into_iter().map(port).collect()
}
