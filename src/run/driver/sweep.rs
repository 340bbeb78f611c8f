//! Nobody stays: processes that a driver started, found by a mark in their environment.
//!
//! A client may start its runtimes in sessions of their own, as the official SDK does, and lose track of them. They
//! inherit the driver's environment, so a mark in it finds them however they were started, unless they were given another
//! one; those that report to the witness end when it stops listening.

use rustix::process::Signal;
use uuid::Uuid;

use crate::run::faults::signal;

/// What the processes of one run's drivers have in their environment, and nobody else.
#[derive(Clone, Debug)]
pub(crate) struct Mark(String);

impl Mark {
    pub(crate) fn new() -> Self {
        Self(Uuid::new_v4().to_string())
    }

    /// Name and value of the variable.
    pub(crate) fn variable(&self) -> (&'static str, &str) {
        (NAME, &self.0)
    }

    /// Kills whoever bears it, until nobody does.
    pub(crate) async fn sweep(&self) {
        for _ in 0..ROUNDS {
            let bearers = self.bearers();
            if bearers.is_empty() {
                return;
            }
            for pid in bearers {
                signal(pid, Signal::KILL);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Processes that bear it. One that has ended and was not waited for has no environment any more.
    fn bearers(&self) -> Vec<u32> {
        let mark = format!("{NAME}={}", self.0);
        let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        let bears = |pid: &u32| {
            let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes())
        };
        pids.filter(bears).collect()
    }
}

const NAME: &str = "BUSYHOUR_DRIVER";
const PAUSE: std::time::Duration = std::time::Duration::from_millis(5);
/// A process in an uninterruptible system call outlasts even SIGKILL; nobody waits for it for ever.
const ROUNDS: usize = 400;
