//! The last line against survivors: a small shell process that outlives this one by a moment.
//!
//! It reads `+ pid` and `- pid` lines from a pipe. When the pipe ends, and only then, it kills every process group
//! still on its list: the kernel closes the pipe however this process ends, SIGKILL included, and the runtimes need not
//! cooperate. The alternative on Linux, a parent-death signal, follows the spawning *thread* and needs code between
//! fork and exec, which forbids `posix_spawn` and makes every start copy this process's page tables.
//!
//! One guard serves all clients of a process. Where there is no `sh`, runtimes that watch their parent are still safe.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::OnceLock;

use parking_lot::Mutex;

/// From now on the group led by `pid` dies with this process.
pub(super) fn watch(pid: u32) {
    tell('+', pid);
}

/// The group led by `pid` is gone.
pub(super) fn forget(pid: u32) {
    tell('-', pid);
}

fn tell(sign: char, pid: u32) {
    static GUARD: OnceLock<Option<Mutex<ChildStdin>>> = OnceLock::new();
    if let Some(guard) = GUARD.get_or_init(|| start().map(Mutex::new)) {
        // A guard that was killed cannot be told anything; the runtimes' own watch remains.
        let _ = writeln!(guard.lock(), "{sign} {pid}");
    }
}

fn start() -> Option<ChildStdin> {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", SCRIPT, "voice-runtime-guard"]);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    // Reaped by init: it lives as long as this process does, and a moment longer.
    command.spawn().ok()?.stdin.take()
}

const SCRIPT: &str = r#"
trap '' HUP INT TERM
live=' '
while read -r sign pid; do
    case $sign in
        +) live="$live$pid " ;;
        -) case $live in *" $pid "*) live="${live%%" $pid "*} ${live#*" $pid "}" ;; esac ;;
    esac
done
for pid in $live; do kill -s KILL -- "-$pid"; done
"#;
