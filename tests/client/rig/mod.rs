//! What the client's tests stand on: a mock cloud with one project, and clients of the embedded runtime.

mod peer;

use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use busyhour::client::{Executable, SearchOptions, User, VoiceClient, VoiceClientBuilder};
use busyhour::cloud::{CloudSettings, MockCloud};
use mock_runtime::behaviour::Behaviour;
use mock_runtime::distribution::Distribution;
use mock_runtime::wire::environment::BEHAVIOUR;
use tempfile::TempDir;

pub(crate) use peer::peer;

pub(crate) const KEY: &str = "memoair_pk_test";
pub(crate) const PROJECT: &str = "proj_acme";
pub(crate) const AGENT: &str = "agent_acme";

/// A cloud, a place for projections, and a hundred ports that no other test on this host uses meanwhile.
pub(crate) struct Rig {
    pub(crate) cloud: MockCloud,
    pub(crate) storage: TempDir,
    pub(crate) first_port: u16,
    _block: UnixListener,
}

impl Rig {
    pub(crate) fn new() -> Self {
        let settings = CloudSettings { account_key: KEY.to_owned(), ..CloudSettings::default() };
        let cloud = MockCloud::start(settings).expect("loopback has a free port");
        cloud.add_project(PROJECT, "Acme", &[AGENT]);
        let storage = tempfile::tempdir().expect("a temporary folder can be made");
        let (first_port, block) = free_block();
        Self { cloud, storage, first_port, _block: block }
    }

    /// A client of as many slots and ports, with runtimes that are as fast as they can be.
    pub(crate) fn client(&self, slots: u16) -> VoiceClientBuilder {
        self.client_with(slots, &Behaviour::default())
    }

    pub(crate) fn client_with(&self, slots: u16, behaviour: &Behaviour) -> VoiceClientBuilder {
        VoiceClient::builder()
            .api_key(KEY)
            .project_id(PROJECT)
            .agent_id(AGENT)
            .base_url(self.cloud.base_url())
            .storage_root(self.storage.path())
            .max_concurrent_users(slots.into())
            .runtime_port_range(self.first_port, self.first_port + slots - 1)
            .executable(embedded_runtime(behaviour))
    }
}

/// A hundred ports below those the kernel gives out by itself, and what reserves them: a name the kernel grants once per
/// host, so that test binaries that run side by side stay apart.
fn free_block() -> (u16, UnixListener) {
    let blocks = (100..320).map(|block| block * 100);
    let reserve = |first: u16| {
        let name = SocketAddr::from_abstract_name(format!("busyhour-test-ports-{first}")).expect("the name is short");
        Some((first, UnixListener::bind_addr(&name).ok()?))
    };
    blocks.into_iter().find_map(reserve).expect("fewer than 220 rigs stand at once")
}

/// The program under test as a runtime of the given behaviour.
pub(crate) fn embedded_runtime(behaviour: &Behaviour) -> Executable {
    let behaviour = serde_json::to_string(behaviour).expect("a behaviour is JSON");
    Executable {
        path: env!("CARGO_BIN_EXE_busyhour").into(),
        arguments: vec![busyhour::run::EMBEDDED_RUNTIME.into()],
        variables: vec![(BEHAVIOUR.into(), behaviour.into())],
    }
}

/// This test binary, to play one of the tests that are none in a process of its own. They are named by their modules, as
/// `cargo test` lists them.
pub(crate) fn played(process: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("a test binary knows where it is"));
    command.args(arguments_to_play(process));
    command
}

fn arguments_to_play(process: &str) -> [&str; 3] {
    ["--exact", process, "--nocapture"]
}

pub(crate) fn user(id: &str) -> User {
    User::new(id).expect("the id is not blank")
}

/// A search that a busy machine does not cut short.
pub(crate) fn patient() -> SearchOptions {
    SearchOptions { timeout: Duration::from_secs(10), ..SearchOptions::default() }
}

pub(crate) fn lasting(ms: u64) -> Distribution {
    Distribution::constant(ms * 1_000_000).expect("a few milliseconds make a law")
}

/// Whether a process with this id runs (a zombie does not).
pub(crate) fn is_alive(pid: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    status.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with('Z'))
}

/// Waits until it is so; ten seconds at most.
pub(crate) async fn until(what: &str, mut so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !so() {
        assert!(began.elapsed() < Duration::from_secs(10), "waited ten seconds in vain until {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// [`until`], where there is no event loop.
pub(crate) fn eventually(what: &str, mut so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !so() {
        assert!(began.elapsed() < Duration::from_secs(10), "waited ten seconds in vain until {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Nothing that was started for this rig runs.
pub(crate) fn assert_no_process(rig: &Rig) {
    let left = processes_of(rig.storage.path());
    assert!(left.is_empty(), "left behind: {left:?}");
}

/// SIGKILL.
pub(crate) fn kill(pid: u32) {
    signal(pid, rustix::process::Signal::KILL);
}

pub(crate) fn signal(pid: u32, signal: rustix::process::Signal) {
    let pid = rustix::process::Pid::from_raw(pid.try_into().expect("a pid fits")).expect("a pid is not zero");
    rustix::process::kill_process(pid, signal).expect("it runs");
}

/// Process ids of running processes whose command line or environment mentions the folder.
pub(crate) fn processes_of(folder: &Path) -> Vec<u32> {
    let needle = folder.as_os_str().as_encoded_bytes();
    let entries = std::fs::read_dir("/proc").expect("tests run on Linux").flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let own = std::process::id();
    pids.filter(|pid| *pid != own && is_alive(*pid))
        .filter(|pid| {
            let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            environment.windows(needle.len()).any(|window| window == needle)
        })
        .collect()
}
