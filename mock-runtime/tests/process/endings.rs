//! How a life ends.

use std::process::Stdio;
use std::time::Instant;

use mock_runtime::behaviour::Behaviour;
use mock_runtime::distribution::Distribution;
use mock_runtime::wire::environment;
use rustix::process::Signal;
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::world::{BINARY, Harness, Launch, disk};

#[tokio::test]
async fn the_end_of_the_lifeline_is_the_end() {
    let (disk, mut harness) = (disk(), Harness::new());
    let launch = Launch::on(disk.path()).harness(&harness).with(environment::LIFELINE, "stdin");
    let mut runtime = launch.start_with_stdin(Stdio::piped());
    let lifeline = runtime.child.stdin.take().expect("piped");
    harness.ready().await;
    runtime.health().await;
    drop(lifeline);
    assert_eq!(runtime.exit().await.code(), Some(0));
    harness.closed().await;
    assert_eq!(harness.names(), ["started", "ready", "exited"]);
}

#[tokio::test]
async fn an_orphan_does_not_stay() {
    let (disk, mut harness) = (disk(), Harness::new());
    let launch = Launch::on(disk.path()).harness(&harness);
    // A parent that starts the runtime and waits for a line that never comes.
    let mut parent = launch.command("/bin/sh");
    parent.args(["-c", "\"$0\" & echo started; read never", BINARY]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut parent = parent.spawn().expect("a shell");
    let mut said = BufReader::new(parent.stdout.take().expect("piped")).lines();
    assert_eq!(said.next_line().await.expect("read").as_deref(), Some("started"));
    harness.ready().await;
    parent.kill().await.expect("killed");
    harness.closed().await;
    assert_eq!(harness.names(), ["started", "ready", "exited"]);
}

#[tokio::test]
async fn sigterm_ends_it_after_its_drawn_time() {
    let (disk, mut harness) = (disk(), Harness::new());
    let terminate = Distribution::constant(120_000_000).expect("short");
    let behaviour = Behaviour { terminate, ..Behaviour::default() };
    let mut runtime = Launch::on(disk.path()).behaviour(&behaviour).harness(&harness).start();
    harness.ready().await;
    let began = Instant::now();
    runtime.signal(Signal::TERM);
    assert_eq!(runtime.exit().await.code(), Some(0));
    assert!((120..2_000).contains(&began.elapsed().as_millis()), "{:?}", began.elapsed());
    harness.closed().await;
    assert_eq!(harness.names(), ["started", "ready", "terminating", "exited"]);
}

#[tokio::test]
async fn sigterm_can_be_ignored_and_then_only_sigkill_helps() {
    let (disk, mut harness) = (disk(), Harness::new());
    let behaviour = Behaviour { ignore_terminate: true, ..Behaviour::default() };
    let runtime = Launch::on(disk.path()).behaviour(&behaviour).harness(&harness).start();
    harness.ready().await;
    runtime.signal(Signal::TERM);
    runtime.signal(Signal::TERM);
    runtime.start_session("s1").await;
    assert_eq!(runtime.health().await["activeSessions"], 1);
    runtime.kill().await;
    harness.closed().await;
    // The signal and the request come on different ways: either may be heard of first.
    let mut names = harness.names();
    names.retain(|name| name != "terminating");
    assert_eq!(names, ["started", "ready", "session_started", "served"], "a killed process says nothing");
}

#[tokio::test]
async fn sigterm_during_the_boot_ends_it_too() {
    let (disk, mut harness) = (disk(), Harness::new());
    let boot_cold = Distribution::constant(60_000_000_000).expect("a minute");
    let behaviour = Behaviour { boot_cold, ..Behaviour::default() };
    let mut runtime = Launch::on(disk.path()).behaviour(&behaviour).harness(&harness).start();
    harness.until("a start", |fact| matches!(fact, mock_runtime::witness::Fact::Started { .. })).await;
    runtime.signal(Signal::TERM);
    // Before the handler is in place the signal kills, after that it ends; both are an end.
    runtime.exit().await;
}

#[tokio::test]
async fn a_runtime_does_not_outlive_its_harness() {
    let (disk, mut harness) = (disk(), Harness::new());
    let mut runtime = Launch::on(disk.path()).harness(&harness).start();
    harness.ready().await;
    harness.leave();
    assert_eq!(runtime.exit().await.code(), Some(0));
}
