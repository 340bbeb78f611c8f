//! The thread on which processes are started and watched.
//!
//! Starting one takes 0.1 to 0.75 ms during which the thread stands still. On a thread of its own that delays no recall,
//! and starts queue up instead of fighting for the kernel's locks.
//!
//! The thread has an event loop of its own, which lasts as long as this process does. So a client's tokio runtime may
//! end at any moment, in the middle of a start for example: whoever watches the process is still there, sees that
//! nobody wants it any more, and ends it.

use std::future::pending;
use std::io;
use std::sync::OnceLock;

use tokio::process::{Child, Command};
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use super::guard;
use super::process::Process;

/// Starts the command as the leader of a process group of its own and watches over it from its first moment.
pub(in crate::client) async fn start(command: Command) -> io::Result<Process> {
    let (answer, started) = oneshot::channel();
    nursery().spawn(async move {
        // Where nobody waits for it any more, there is nothing to start; where that happens meanwhile, the process is
        // dropped with the answer, and killed by that.
        if !answer.is_closed() {
            drop(answer.send(start_here(command)));
        }
    });
    started.await.expect("the nursery answers whoever waits")
}

/// The same, of a process that starts others: those die with this program, too, wherever they have gone by then.
pub(crate) async fn start_with_kin(command: Command) -> io::Result<Process> {
    guard::expect_kin();
    start(command).await
}

fn start_here(mut command: Command) -> io::Result<Process> {
    let (name, mark) = guard::expect_one();
    let child = command.env(name, mark).process_group(0).spawn();
    match child.as_ref().ok().and_then(Child::id) {
        Some(pid) => guard::watch(pid),
        None => guard::expect_none(),
    }
    child.map(Process::watched)
}

fn nursery() -> &'static Handle {
    static NURSERY: OnceLock<Handle> = OnceLock::new();
    NURSERY.get_or_init(|| {
        let runtime = Builder::new_current_thread().enable_all().build().expect("an event loop can be made");
        let handle = runtime.handle().clone();
        let run = move || runtime.block_on(pending::<()>());
        std::thread::Builder::new().name("runtime-nursery".to_owned()).spawn(run).expect("a thread can be started");
        handle
    })
}
