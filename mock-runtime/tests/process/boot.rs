//! From nothing, or from the disk, to a runtime that serves.

use std::net::TcpStream;

use mock_runtime::behaviour::{BeforeReady, Behaviour, BootFailure, FailureMode, Window};
use mock_runtime::distribution::Distribution;
use mock_runtime::wire::cloud::{Fact, Projection};
use mock_runtime::wire::loopback::{BootKind, HEALTH};
use mock_runtime::witness;
use serde_json::json;

use crate::world::{Cloud, Harness, Launch, Mood, disk, soon};

fn facts(snapshot: bool, sync_token: &str, texts: &[&str]) -> Projection {
    let fact = |text: &&str| Fact { memory_id: (*text).into(), text: (*text).into() };
    let permanent = texts.iter().map(fact).collect();
    Projection { snapshot, sync_token: sync_token.into(), permanent, ..Projection::default() }
}

fn booting_for(ms: u64) -> Behaviour {
    let law = Distribution::constant(ms * 1_000_000).expect("short");
    Behaviour { boot_cold: law.clone(), boot_warm: law, ..Behaviour::default() }
}

#[tokio::test]
async fn the_second_boot_is_warm_and_asks_only_for_what_changed() {
    let (disk, cloud) = (disk(), Cloud::with(facts(true, "one", &["hiking boots"])).await);
    let launch = Launch::on(disk.path()).cloud(&cloud);
    let first = launch.start();
    assert_eq!(first.health().await["boot"], "cold");
    first.terminate().await;

    cloud.known().projection = facts(false, "two", &["rubber boots"]);
    let second = launch.start();
    assert_eq!(second.health().await["boot"], "warm");
    assert_eq!(second.start_session("s1").await["bootstrap"]["syncToken"], "two");
    assert_eq!(second.search("s1", "boots").await["permanent"].as_array().map(Vec::len), Some(2));
    second.terminate().await;

    launch.start().health().await;
    let tokens: Vec<_> = cloud.known().bootstraps.iter().map(|request| request.sync_token.clone()).collect();
    assert_eq!(tokens, [None, Some("one".into()), Some("two".into())]);
}

#[tokio::test]
async fn a_warm_boot_does_without_a_cloud_that_is_down_and_catches_up_later() {
    let (disk, cloud) = (disk(), Cloud::with(facts(true, "one", &["hiking boots"])).await);
    let launch = Launch::on(disk.path()).cloud(&cloud);
    let first = launch.start();
    first.health().await;
    first.terminate().await;

    cloud.set(Mood::Down);
    cloud.known().projection = facts(false, "two", &["rubber boots"]);
    let second = launch.start();
    assert_eq!(second.start_session("s1").await["bootstrap"]["syncToken"], "one");
    assert_eq!(second.search("s1", "boots").await["permanent"].as_array().map(Vec::len), Some(1));

    cloud.set(Mood::Well);
    cloud.until("the late question", |known| known.bootstraps.len() == 2).await;
    let caught_up =
        async { while second.search("s1", "boots").await["permanent"].as_array().map(Vec::len) != Some(2) {} };
    soon("the late answer", caught_up).await;
}

#[tokio::test]
async fn a_cold_boot_waits_for_a_cloud_that_is_down_or_babbles() {
    for mood in [Mood::Down, Mood::Babbling] {
        let (disk, cloud) = (disk(), Cloud::with(facts(true, "one", &[])).await);
        cloud.set(mood);
        let runtime = Launch::on(disk.path()).cloud(&cloud).start();
        cloud.until("a second attempt", |known| known.headers.len() >= 2).await;
        cloud.set(Mood::Well);
        assert_eq!(runtime.health().await["boot"], "cold");
    }
}

#[tokio::test]
async fn a_cloud_that_refuses_the_runtime_ends_its_boot() {
    let (disk, cloud, mut harness) = (disk(), Cloud::with(Projection::default()).await, Harness::new());
    cloud.set(Mood::Refusing);
    let (code, said) = Launch::on(disk.path()).cloud(&cloud).harness(&harness).fail().await;
    assert_eq!(code, Some(5), "{said}");
    assert!(said.contains("401") && said.contains("cloud.unauthorized"), "{said}");
    harness.until("a failure", |fact| matches!(fact, witness::Fact::BootFailed { .. })).await;
}

#[tokio::test]
async fn a_boot_takes_the_time_that_was_drawn_counted_from_the_start_of_the_process() {
    let (disk, mut harness) = (disk(), Harness::new());
    let _runtime = Launch::on(disk.path()).behaviour(&booting_for(150)).harness(&harness).start();
    let ready = harness.ready().await;
    let witness::Fact::Ready { boot, took_ns, redelivering } = ready.fact else { panic!("{ready:?}") };
    assert_eq!((boot, redelivering), (BootKind::Cold, 0));
    assert!((150_000_000..2_000_000_000).contains(&took_ns), "{took_ns} ns");
}

#[tokio::test]
async fn a_probe_before_the_boot_is_over_is_held_turned_away_or_refused() {
    let before = |before_ready, ms| Behaviour { before_ready, ..booting_for(ms) };

    let (one, mut harness) = (disk(), Harness::new());
    let hold = Launch::on(one.path()).behaviour(&before(BeforeReady::Hold, 100)).harness(&harness).start();
    hold.health().await;
    harness.ready().await;
    assert_eq!(harness.names(), ["started", "ready"], "the answer came when it was ready");

    let two = disk();
    let unready = Launch::on(two.path()).behaviour(&before(BeforeReady::Unready, 60_000)).start();
    let (status, answer) = unready.call("GET", HEALTH, None, None).await;
    assert_eq!((status, &answer["error"]["code"]), (503, &json!("runtime.not_ready")));

    let (three, mut harness) = (disk(), Harness::new());
    let refuse = Launch::on(three.path()).behaviour(&before(BeforeReady::Refuse, 1_000)).harness(&harness).start();
    harness.until("a start", |fact| matches!(fact, witness::Fact::Started { .. })).await;
    assert!(TcpStream::connect(("127.0.0.1", refuse.port)).is_err());
    refuse.health().await;
}

#[tokio::test]
async fn a_boot_that_must_fail_exits_or_hangs() {
    let failing = |how| {
        let window = Window { from_ns: 0, until_ns: u64::MAX };
        Behaviour { boot_failures: vec![BootFailure { window, project: None, share: 1.0, how }], ..booting_for(20) }
    };
    let (one, mut harness) = (disk(), Harness::new());
    let launch = Launch::on(one.path()).behaviour(&failing(FailureMode::Exit)).harness(&harness);
    assert_eq!(launch.fail().await.0, Some(1));
    harness.closed().await;
    assert_eq!(harness.names(), ["started", "boot_failed"]);

    let two = disk();
    let behaviour = Behaviour { before_ready: BeforeReady::Unready, ..failing(FailureMode::Hang) };
    let hanging = Launch::on(two.path()).behaviour(&behaviour).start();
    assert_eq!(hanging.call("GET", HEALTH, None, None).await.0, 503);
    // Its drawn boot time was 20 ms; it is over when a second runtime with the same behaviour would be ready.
    let three = disk();
    let other = Launch::on(three.path()).behaviour(&booting_for(60)).start();
    other.health().await;
    assert_eq!(hanging.call("GET", HEALTH, None, None).await.0, 503);
    hanging.terminate().await;
}

#[tokio::test]
async fn a_port_that_is_taken_ends_the_boot_at_once() {
    let (disk, mut harness) = (disk(), Harness::new());
    let launch = Launch::on(disk.path()).harness(&harness);
    let _stranger = std::net::TcpListener::bind(("127.0.0.1", launch.port)).expect("free");
    let (code, said) = launch.fail().await;
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains(&launch.port.to_string()), "{said}");
    harness.until("a failure", |fact| matches!(fact, witness::Fact::BootFailed { .. })).await;
}

#[tokio::test]
async fn ballast_is_really_held() {
    let disk = disk();
    let behaviour = Behaviour { ballast_bytes: 20 << 20, ..Behaviour::default() };
    let runtime = Launch::on(disk.path()).behaviour(&behaviour).start();
    runtime.health().await;
    let status = std::fs::read_to_string(format!("/proc/{}/status", runtime.child.id().expect("there"))).expect("read");
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line");
    let kilobytes: u64 = resident.split_whitespace().next().expect("a number").parse().expect("a number");
    assert!(kilobytes > 20 << 10, "{kilobytes} kB");
}
