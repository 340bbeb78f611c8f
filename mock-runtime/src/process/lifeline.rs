//! Nobody lives longer than the parent.

use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::process::{Pid, getppid};
use tokio::net::unix::pipe::Receiver;

use crate::configuration::Lifeline;
use crate::wire::environment::LIFELINE;

/// The parent, as it was when the process started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parent(Option<Pid>);

impl Parent {
    /// Whoever is the parent now.
    pub(super) fn now() -> Self {
        Self(getppid())
    }

    /// Returns when the parent is gone.
    pub(super) async fn gone(self, lifeline: Lifeline) {
        match lifeline {
            Lifeline::Stdin => stdin_ended().await,
            Lifeline::ParentId => self.changed().await,
        }
    }

    /// The kernel hands an orphan to another parent at once; looking each second is often enough and costs nothing.
    async fn changed(self) {
        while Self::now() == self {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

/// Refuses a standard input whose end says nothing.
pub(super) fn check_stdin() -> Result<(), String> {
    let kind = rustix::fs::fstat(io::stdin()).map(|stat| rustix::fs::FileType::from_raw_mode(stat.st_mode));
    match kind {
        Ok(rustix::fs::FileType::Fifo) => Ok(()),
        _ => Err(format!("{LIFELINE}: standard input is no pipe: start the runtime with one, or unset the variable")),
    }
}

/// Returns when the pipe on standard input has no writer left.
async fn stdin_ended() {
    let Ok(pipe) = stdin() else { return };
    let mut read = [0; 64];
    while pipe.readable().await.is_ok() {
        match pipe.try_read(&mut read) {
            Ok(0) => return,
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => return,
            _ => {}
        }
    }
}

fn stdin() -> io::Result<Receiver> {
    let copy: OwnedFd = rustix::io::dup(io::stdin())?;
    Receiver::from_owned_fd(copy)
}

const LOOK_EVERY: Duration = Duration::from_secs(1);
