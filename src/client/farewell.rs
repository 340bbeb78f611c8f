//! The drain of a runtime that serves.

use std::sync::Arc;
use std::time::Instant;

use super::launch::Ending;
use super::live_runtime::LiveRuntime;
use super::shell::PoolShell;
use crate::base::DrainReason;
use crate::pool::RuntimeId;

/// Ends the session, flushes the outbox, ends the process, and only then gives slot and port back. Runs as a task of
/// its own: any number of farewells go side by side, and nobody but the newcomer that needs the slot waits for one.
pub(super) async fn say_farewell(shell: Arc<PoolShell>, id: RuntimeId, runtime: Arc<LiveRuntime>, reason: DrainReason) {
    let began = Instant::now();
    if reason == DrainReason::Crash {
        runtime.process.end(Ending::Prompt).await;
    } else {
        runtime.say_goodbye(reason).await;
        runtime.process.end(Ending::Gentle).await;
    }
    runtime.release_port();
    shell.observer.drained(reason, began, began.elapsed());
    shell.drained(id);
}
