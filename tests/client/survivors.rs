//! However the process that owns a client ends, no runtime outlives it, cooperative or not.

use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use busyhour::client::{Executable, VoiceClient};
use mock_runtime::behaviour::Behaviour;
use rustix::process::Signal;

use crate::rig::*;
use crate::scripts;

#[test]
fn a_parent_that_is_killed_leaves_no_runtime() {
    for runtime in [Runtime::Cooperative, Runtime::Stubborn] {
        let rig = Rig::new();
        let parent = Parent::start(&rig, runtime, "stays");
        parent.await_runtimes();
        signal(parent.child.id(), Signal::KILL);
        parent.leaves_nothing();
    }
}

#[test]
fn a_parent_that_is_terminated_leaves_no_runtime() {
    let rig = Rig::new();
    let parent = Parent::start(&rig, Runtime::Stubborn, "stays");
    parent.await_runtimes();
    signal(parent.child.id(), Signal::TERM);
    parent.leaves_nothing();
}

#[test]
fn a_parent_that_panics_exits_or_aborts_without_a_close_leaves_no_runtime() {
    for end in ["panics", "exits", "aborts"] {
        let rig = Rig::new();
        let parent = Parent::start(&rig, Runtime::Stubborn, end);
        parent.await_runtimes();
        std::fs::write(rig.storage.path().join(GO), "").expect("the folder is ours");
        parent.leaves_nothing();
    }
}

#[test]
fn a_parent_that_is_killed_while_it_boots_many_leaves_no_runtime() {
    let rig = Rig::new();
    let parent = Parent::start(&rig, Runtime::Stubborn, "boots");
    eventually("a first runtime has been started", || !parent.processes().is_empty());
    signal(parent.child.id(), Signal::KILL);
    parent.leaves_nothing();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_runtime_started_goes_with_it() {
    let rig = Rig::new();
    let client = rig.client(1).executable(stubborn(rig.storage.path())).build().expect("it is executable");
    client.search_memory("hello", &user("ann"), &patient()).await.expect("answered");
    assert!(processes_of(rig.storage.path()).len() >= 3, "a shell, its runtime and its sleeper");
    client.close().await;
    until("the whole group is gone", || processes_of(rig.storage.path()).is_empty()).await;
}

#[test]
fn a_tokio_runtime_that_ends_during_a_boot_takes_the_process_along() {
    let rig = Rig::new();
    let tokio = tokio::runtime::Runtime::new().expect("a runtime can be made");
    tokio.block_on(async {
        let behaviour = Behaviour { boot_cold: lasting(5_000), ..Behaviour::default() };
        let client = rig.client_with(2, &behaviour).build().expect("the settings are fine");
        for id in ["ann", "bob"] {
            let client = client.clone();
            tokio::spawn(async move { client.search_memory("hello", &user(id), &patient()).await });
        }
        until("both boots are under way", || client.levels().booting == 2).await;
    });
    drop(tokio);
    eventually("its runtimes are gone", || processes_of(rig.storage.path()).is_empty());
}

/// Not a test: the process that owns a client, in a re-executed test binary.
#[test]
fn parent_process() {
    let Ok(end) = std::env::var(END) else { return };
    let variable = |name| std::env::var(name).expect("the test sets it");
    let storage = PathBuf::from(variable(STORAGE));
    let tokio = tokio::runtime::Runtime::new().expect("a runtime can be made");
    let boots: u32 = if end == "boots" { 20 } else { 2 };
    let first_port: u16 = variable(PORT).parse().expect("it is a port");
    let _kept_up_to_the_end = tokio.block_on(async {
        let client = VoiceClient::builder().api_key(KEY).project_id(PROJECT).agent_id(AGENT).base_url(variable(CLOUD));
        let client = client.storage_root(&storage).executable(executable(&storage, &variable(RUNTIME)));
        let client = client.runtime_port_range(first_port, first_port + 99).build().expect("the settings are fine");
        let searches = (0..boots).map(|caller| {
            let client = client.clone();
            tokio::spawn(async move { client.search_memory("hello", &user(&caller.to_string()), &patient()).await })
        });
        for search in searches.collect::<Vec<_>>() {
            search.await.expect("the task ends").expect("answered");
        }
        client
    });
    std::fs::write(storage.join(READY), "").expect("the folder is ours");
    eventually("the test gives a sign", || end != "stays" && storage.join(GO).exists());
    match end.as_str() {
        "panics" => panic!("as the test demands"),
        "aborts" => std::process::abort(),
        _ => std::process::exit(7),
    }
}

#[derive(Clone, Copy, Debug)]
enum Runtime {
    /// Watches its parent.
    Cooperative,
    /// Ignores SIGTERM, does not know of the lifeline, and starts a process of its own.
    Stubborn,
}

/// A process that owns a client.
struct Parent<'r> {
    rig: &'r Rig,
    child: Child,
}

impl<'r> Parent<'r> {
    fn start(rig: &'r Rig, runtime: Runtime, end: &str) -> Self {
        let mut command = played("survivors::parent_process");
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.env(END, end).env(RUNTIME, format!("{runtime:?}")).env(STORAGE, rig.storage.path());
        command.env(CLOUD, rig.cloud.base_url()).env(PORT, rig.first_port.to_string());
        Self { rig, child: command.spawn().expect("a test binary can be started") }
    }

    /// Runtimes and what they started; neither the parent itself nor its guard.
    fn processes(&self) -> Vec<u32> {
        let all = processes_of(self.rig.storage.path()).into_iter();
        all.filter(|pid| *pid != self.child.id() && !is_guard(*pid)).collect()
    }

    fn await_runtimes(&self) {
        eventually("its runtimes serve", || self.rig.storage.path().join(READY).exists());
        assert!(self.processes().len() >= 2, "it said that two runtimes serve");
    }

    fn leaves_nothing(mut self) {
        let status = self.child.wait().expect("it was not waited for before");
        assert!(!status.success(), "it did not end by itself");
        eventually("nothing is left of it, its guard included", || processes_of(self.rig.storage.path()).is_empty());
    }
}

impl Drop for Parent<'_> {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn is_guard(pid: u32) -> bool {
    let command = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&command).contains("voice-runtime-guard")
}

fn executable(storage: &Path, runtime: &str) -> Executable {
    if runtime == "Stubborn" { stubborn(storage) } else { embedded_runtime(&Behaviour::default()) }
}

/// A runtime whose leader is a shell that nothing but SIGKILL ends, and a sleeper beside it.
fn stubborn(storage: &Path) -> Executable {
    let Executable { path, arguments, variables } =
        embedded_runtime(&Behaviour { ignore_terminate: true, ..Behaviour::default() });
    let runtime = format!("'{}' '{}'", path.display(), arguments[0].display());
    let body = format!("trap '' TERM\nunset BUSYHOUR_LIFELINE\nsleep 600 &\n{runtime} </dev/null &\nwait");
    let script = storage.join("stubborn.sh");
    scripts::write(&script, &body);
    Executable { variables, ..Executable::file(script) }
}

const END: &str = "BUSYHOUR_TEST_PARENT_END";
const RUNTIME: &str = "BUSYHOUR_TEST_PARENT_RUNTIME";
const STORAGE: &str = "BUSYHOUR_TEST_PARENT_STORAGE";
const CLOUD: &str = "BUSYHOUR_TEST_PARENT_CLOUD";
const PORT: &str = "BUSYHOUR_TEST_PARENT_PORT";
const READY: &str = "parent-is-ready";
const GO: &str = "parent-may-end";
