//! Who ticks the machine when it wants to be.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::Notify;

use super::shell::PoolShell;

/// Ticks the shell's machine whenever it is due; `alarm` rings when that is earlier than was planned. Ends with the
/// shell.
pub(super) async fn keep_time(shell: Weak<PoolShell>, alarm: Arc<Notify>) {
    while let Some(shell) = shell.upgrade() {
        let wake = shell.tick();
        let pause = Duration::from(wake.since(shell.now())).min(LONGEST_SLEEP);
        drop(shell);
        // Timers may fire a moment early; the next tick then finds nothing due and comes again.
        let _ = tokio::time::timeout(pause, alarm.notified()).await;
    }
}

/// The time keeper looks at least this often whether its shell is still there.
const LONGEST_SLEEP: Duration = Duration::from_mins(1);
