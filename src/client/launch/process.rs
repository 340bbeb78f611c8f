//! One process group: watched, told to end, made to end.

use std::process::ExitStatus;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::Child;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use super::guard;

/// A running process, the leader of its group. A task of its own watches it; dropping this kills the group.
#[derive(Debug)]
pub(crate) struct Process {
    pid: u32,
    orders: mpsc::UnboundedSender<Ending>,
    exit: watch::Receiver<Option<Exit>>,
}

/// How to end a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// SIGTERM, two seconds' patience, SIGKILL.
    Gentle,
    /// SIGKILL.
    Prompt,
}

/// How a process ended, in words.
pub(crate) type Exit = String;

impl Process {
    /// To be called where the watch shall go on: on the nursery's event loop.
    pub(super) fn watched(child: Child) -> Self {
        let pid = child.id().expect("a child that was never waited for has its pid");
        let (orders, inbox) = mpsc::unbounded_channel();
        let (announce, exit) = watch::channel(None);
        tokio::spawn(Warden { child, pid }.keep(inbox, announce));
        Self { pid, orders, exit }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// Ends the process and returns when it is gone. Safe to call again, and to drop half-way: the order stands.
    pub(crate) async fn end(&self, how: Ending) -> Exit {
        // A warden that no longer listens has seen the process go.
        let _ = self.orders.send(how);
        self.exited().await
    }

    /// Returns when the process is gone, with the way it went.
    pub(crate) async fn exited(&self) -> Exit {
        let mut exit = self.exit.clone();
        let seen = exit.wait_for(Option::is_some).await;
        seen.expect("its warden says so before it goes").clone().unwrap_or_default()
    }

    /// Whether the process is known to be gone.
    pub(crate) fn is_gone(&self) -> bool {
        self.exit.borrow().is_some()
    }
}

/// A signal to a whole group. A group that is gone already needs none.
fn signal_group(pid: u32, signal: Signal) {
    if let Some(group) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, signal);
    }
}

/// Owns the child.
struct Warden {
    child: Child,
    pid: u32,
}

impl Warden {
    async fn keep(mut self, mut orders: mpsc::UnboundedReceiver<Ending>, announce: watch::Sender<Option<Exit>>) {
        let status = tokio::select! {
            status = self.child.wait() => status,
            // A closed channel means that the owner is gone: nobody wants the process any more.
            order = orders.recv() => self.end(order.unwrap_or(Ending::Prompt), orders).await,
        };
        // Whatever the leader started goes with it.
        signal_group(self.pid, Signal::KILL);
        guard::forget(self.pid);
        announce.send_replace(Some(in_words(status)));
    }

    async fn end(&mut self, how: Ending, mut orders: mpsc::UnboundedReceiver<Ending>) -> std::io::Result<ExitStatus> {
        if how == Ending::Gentle {
            signal_group(self.pid, Signal::TERM);
            let hurried = async { while orders.recv().await == Some(Ending::Gentle) {} };
            let patience = async {
                tokio::select! {
                    () = hurried => {}
                    () = tokio::time::sleep(PATIENCE) => {}
                }
            };
            tokio::select! {
                status = self.child.wait() => return status,
                () = patience => {}
            }
        }
        signal_group(self.pid, Signal::KILL);
        // A process in an uninterruptible system call outlasts even SIGKILL; nobody waits for it for ever.
        let gone = timeout(LAST_WAIT, self.child.wait()).await;
        gone.unwrap_or_else(|_| Err(std::io::Error::other("it survives SIGKILL in the kernel")))
    }
}

fn in_words(status: std::io::Result<ExitStatus>) -> Exit {
    match status {
        Ok(status) => status.to_string(),
        Err(error) => format!("cannot be waited for: {error}"),
    }
}

/// What a runtime gets to end itself after SIGTERM; the official SDK's figure.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a killed process is waited for.
const LAST_WAIT: Duration = Duration::from_secs(5);
