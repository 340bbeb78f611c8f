//! Folders, ports and processes of one test.

use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::Path;
use std::time::{Duration, Instant};

/// A hundred ports that no other test on this machine uses while this is held.
pub(crate) struct Ports {
    pub(crate) first: u16,
    _claim: UnixListener,
}

impl Ports {
    /// Some below those the kernel gives out by itself.
    pub(crate) fn claim() -> Self {
        let blocks = (100..320).map(|block| block * 100);
        let claimed = blocks.into_iter().find_map(|first| Some(Self { first, _claim: claim(first)? }));
        claimed.expect("fewer than 220 tests play at once")
    }

    /// Those the official SDK uses unless it is told otherwise: there is one set of them, so tests wait for each other.
    pub(crate) fn of_the_sdk() -> Self {
        let mut claim_of_them = None;
        eventually("the SDK's own ports are free", Duration::from_mins(2), || {
            claim_of_them = claim(SDK_FIRST);
            claim_of_them.is_some()
        });
        Self { first: SDK_FIRST, _claim: claim_of_them.expect("it was waited for") }
    }
}

/// A name the kernel grants once per host.
fn claim(first: u16) -> Option<UnixListener> {
    let name = SocketAddr::from_abstract_name(format!("busyhour-test-ports-{first}")).expect("the name is short");
    UnixListener::bind_addr(&name).ok()
}

/// Waits until it is so.
#[track_caller]
pub(crate) fn eventually(what: &str, patience: Duration, mut so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !so() {
        assert!(began.elapsed() < patience, "waited {patience:?} in vain until {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Process ids of running processes in whose environment the folder is named.
pub(crate) fn processes_of(folder: &Path) -> Vec<u32> {
    let needle = folder.as_os_str().as_encoded_bytes();
    let entries = std::fs::read_dir("/proc").expect("tests run on Linux").flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let named = |pid: &u32| {
        let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment.windows(needle.len()).any(|window| window == needle)
    };
    pids.filter(|pid| *pid != std::process::id()).filter(named).collect()
}

const SDK_FIRST: u16 = 7878;
