//! What the client's tests stand on: a mock cloud with one project, and clients of the embedded runtime.

#![allow(dead_code, reason = "every test binary compiles the whole rig and uses its part of it")]

use std::path::Path;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use busyhour::client::{Executable, User, VoiceClient, VoiceClientBuilder};
use busyhour::cloud::{CloudSettings, MockCloud};
use mock_runtime::behaviour::Behaviour;
use mock_runtime::distribution::Distribution;
use mock_runtime::wire::environment::BEHAVIOUR;
use tempfile::TempDir;

pub(crate) const KEY: &str = "memoair_pk_test";
pub(crate) const PROJECT: &str = "proj_acme";
pub(crate) const AGENT: &str = "agent_acme";

/// A cloud, a place for projections, and ports nobody else in this test binary uses.
pub(crate) struct Rig {
    pub(crate) cloud: MockCloud,
    pub(crate) storage: TempDir,
    pub(crate) first_port: u16,
}

impl Rig {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU16 = AtomicU16::new(21_000);
        let settings = CloudSettings { account_key: KEY.to_owned(), ..CloudSettings::default() };
        let cloud = MockCloud::start(settings).expect("loopback has a free port");
        cloud.add_project(PROJECT, "Acme", &[AGENT]);
        let storage = tempfile::tempdir().expect("a temporary folder can be made");
        Self { cloud, storage, first_port: NEXT.fetch_add(100, Ordering::Relaxed) }
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

/// The program under test as a runtime of the given behaviour.
pub(crate) fn embedded_runtime(behaviour: &Behaviour) -> Executable {
    let behaviour = serde_json::to_string(behaviour).expect("a behaviour is JSON");
    Executable {
        path: env!("CARGO_BIN_EXE_busyhour").into(),
        arguments: vec![busyhour::run::EMBEDDED_RUNTIME.into()],
        variables: vec![(BEHAVIOUR.into(), behaviour.into())],
    }
}

pub(crate) fn user(id: &str) -> User {
    User::new(id).expect("the id is not blank")
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
