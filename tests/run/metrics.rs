//! Figures of a run under way, scraped as Prometheus does.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use rustix::process::Signal;

use crate::exposition::{Samples, read};
use crate::rig::*;

/// Four callers who stay on the line and speak every 50 ms.
const CALLS: &str = r#"
[[tenant]]
name = "ac\"me\\"
arrivals = { model = "closed", callers = 4 }
call = { length = "300s" }
turn_gap = "50ms"
reply = "5ms"
"#;
const MINUTES: &str = "duration = \"300s\"\n";

/// The answer's head and body.
fn get(address: &str, path: &str) -> (String, String) {
    let mut connection = TcpStream::connect(address).expect("it listens");
    write!(connection, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").expect("it reads");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).expect("it answers in UTF-8");
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer has a head");
    (head.to_owned(), body.to_owned())
}

fn scraped(address: &str) -> Samples {
    let (head, body) = get(address, "/metrics");
    assert!(head.starts_with("HTTP/1.1 200") && head.contains("application/openmetrics-text; version=1.0.0"), "{head}");
    read(&body)
}

#[test]
fn a_run_is_scraped_while_it_goes_on_and_no_longer() {
    let rig = Rig::new();
    let scenario = rig.scenario(MINUTES, CALLS);
    let mut playing = Playing::start(rig.command(&scenario).args(["--metrics", "127.0.0.1:0"]));
    let line = playing.line();
    let address = line.strip_prefix("metrics: http://").and_then(|rest| rest.strip_suffix("/metrics")).expect(&line);
    let recalls = "busyhour_recalls_total{tenant=\"ac\\\"me\\\\\",outcome=\"ok\"}";
    until("recalls are counted", || scraped(address).get(recalls).is_some_and(|count| *count >= 20.0));
    let (once, again) = (scraped(address), scraped(address));
    assert!(once.iter().all(|(name, value)| !name.contains("_total") || again[name] >= *value), "counters only grow");
    assert_eq!(once["busyhour_runtimes{tenant=\"ac\\\"me\\\\\"}"], 4.0);
    let bucket = |le: &str| once[&format!("busyhour_latency_seconds_bucket{{le=\"{le}\",stage=\"recall\"}}")];
    assert!(bucket("0.25") <= bucket("+Inf") && bucket("+Inf") >= 20.0);
    assert_eq!(get(address, "/").0.split(' ').nth(1), Some("404"));
    playing.signal(Signal::INT);
    let played = rig.finish(playing);
    assert_eq!(played.code, Some(130), "{}", played.stderr);
    assert!(TcpStream::connect(address).is_err(), "it ends with the run");
}

#[test]
fn an_address_that_is_taken_is_told_before_the_run() {
    let rig = Rig::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let played = rig.play(&rig.scenario(MINUTES, CALLS), &["--metrics", &address]);
    assert_eq!((played.code, played.stdout.as_str()), (Some(1), ""));
    assert!(played.stderr.contains(&address) && played.stderr.contains("--metrics"), "{}", played.stderr);
    assert_eq!(rig.reports(), 0);
}

#[test]
fn an_address_that_is_none_is_told_before_the_run() {
    let rig = Rig::new();
    let played = rig.play(&rig.scenario(MINUTES, CALLS), &["--metrics", "localhost"]);
    assert_eq!((played.code, played.stdout.as_str()), (Some(2), ""));
    assert!(played.stderr.contains("127.0.0.1:9464"), "{}", played.stderr);
}
