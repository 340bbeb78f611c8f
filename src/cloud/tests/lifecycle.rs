//! Starting and stopping.

use std::net::{SocketAddr, TcpListener};

use serde_json::json;

use super::peer::{ACME, Peer, turn};
use crate::cloud::{CloudError, CloudSettings, MockCloud};

fn address_of(cloud: &MockCloud) -> SocketAddr {
    cloud.base_url().trim_start_matches("http://").parse().unwrap()
}

#[tokio::test]
async fn stopping_gives_the_port_back_and_closes_connections_that_were_kept_alive() {
    let Peer { cloud, http } = Peer::new();
    let (url, address) = (cloud.base_url(), address_of(&cloud));
    assert!(http.get(&url).send().await.is_ok());
    cloud.stop();
    assert!(http.get(&url).send().await.is_err());
    let again = MockCloud::start(CloudSettings { bind: address, ..CloudSettings::default() }).unwrap();
    assert!(http.get(again.base_url()).send().await.is_ok());
}

#[test]
fn dropping_stops_too() {
    let cloud = MockCloud::start(CloudSettings::default()).unwrap();
    let address = address_of(&cloud);
    drop(cloud);
    assert!(std::net::TcpStream::connect(address).is_err());
}

#[tokio::test]
async fn the_ledger_outlives_the_cloud() {
    let peer = Peer::new();
    peer.deliver(ACME, json!([turn("e1", "s1", "t1", "Hello.")])).await;
    let ledger = peer.cloud.ledger();
    peer.cloud.stop();
    assert_eq!(ledger.turn(ACME.project, "t1").map(|delivery| delivery.accepted), Some(1));
}

#[test]
fn refuses_to_be_reachable_from_elsewhere() {
    let bind = SocketAddr::from(([0, 0, 0, 0], 0));
    let refused = MockCloud::start(CloudSettings { bind, ..CloudSettings::default() });
    assert!(matches!(refused, Err(CloudError::NotLoopback { .. })));
}

#[test]
fn refuses_a_blank_account_key() {
    let refused = MockCloud::start(CloudSettings { account_key: " ".to_owned(), ..CloudSettings::default() });
    assert!(matches!(refused, Err(CloudError::BlankAccountKey)));
}

#[tokio::test]
async fn names_a_port_that_is_taken_also_to_someone_on_an_event_loop() {
    let squatter = TcpListener::bind("127.0.0.1:0").unwrap();
    let bind = squatter.local_addr().unwrap();
    let error = MockCloud::start(CloudSettings { bind, ..CloudSettings::default() }).unwrap_err();
    assert!(error.to_string().contains(&bind.to_string()), "{error}");
}
