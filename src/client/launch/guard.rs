//! The last line against survivors: a small shell process that outlives this one by a moment.
//!
//! It reads `+ pid` and `- pid` lines from a pipe. When the pipe ends, and only then, it kills every process group
//! still on its list: the kernel closes the pipe however this process ends, SIGKILL included, and the runtimes need not
//! cooperate. Each start is announced (`?`), so where the end comes between a start and its `+ pid`, the guard knows
//! that somebody is missing, and finds it by a mark in its environment (where there is a `/proc`): at once, and once
//! more a second later, should it have been caught in its `exec`. By the same mark it finds those whom a process that
//! starts others (`*`) has left in groups or sessions of their own, however often they forked, as long as they were given
//! the environment of whoever started them.
//!
//! The alternative on Linux, a parent-death signal, follows the spawning *thread* and needs code between fork and exec,
//! which forbids `posix_spawn` and makes every start copy this process's page tables.
//!
//! One guard serves all clients of a process. Where there is no `sh`, runtimes that watch their parent are still safe.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::OnceLock;

use parking_lot::Mutex;
use uuid::Uuid;

/// A process is about to be started; the answer belongs in its environment. To be followed by [`watch`], or by
/// [`expect_none`] where the start failed.
pub(super) fn expect_one() -> (&'static str, &'static str) {
    guard().tell('?', 0);
    (MARK, &guard().mark)
}

/// The start failed.
pub(super) fn expect_none() {
    guard().tell('!', 0);
}

/// From now on the group led by `pid` dies with this process.
pub(super) fn watch(pid: u32) {
    guard().tell('+', pid);
}

/// The group led by `pid` is gone.
pub(super) fn forget(pid: u32) {
    guard().tell('-', pid);
}

/// From now on also those whom this process' children start die with it, wherever they have gone.
pub(super) fn expect_kin() {
    guard().tell('*', 0);
}

struct Guard {
    /// What this process's children have in their environment, and nobody else.
    mark: String,
    ear: Option<Mutex<ChildStdin>>,
}

fn guard() -> &'static Guard {
    static GUARD: OnceLock<Guard> = OnceLock::new();
    GUARD.get_or_init(Guard::start)
}

impl Guard {
    fn start() -> Self {
        let mark = Uuid::new_v4().to_string();
        let mut command = Command::new("/bin/sh");
        command.args(["-c", SCRIPT, "voice-runtime-guard", &format!("{MARK}={mark}")]);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        // Where this process has a guard over it, too: that one is not to kill this one.
        command.env_remove(MARK);
        // Reaped by init: it lives as long as this process does, and a moment longer.
        let ear = command.spawn().ok().and_then(|mut shell| shell.stdin.take());
        Self { mark, ear: ear.map(Mutex::new) }
    }

    fn tell(&self, sign: char, pid: u32) {
        if let Some(ear) = &self.ear {
            // A guard that was killed cannot be told anything; the runtimes' own watch remains.
            let _ = writeln!(ear.lock(), "{sign} {pid}");
        }
    }
}

const MARK: &str = "BUSYHOUR_GUARD";

const SCRIPT: &str = r#"
trap '' HUP INT TERM
live=' '
expected=0
kin=0
while read -r sign pid; do
    case $sign in
        '?') expected=$((expected + 1)) ;;
        '!') expected=$((expected - 1)) ;;
        +) expected=$((expected - 1)); live="$live$pid " ;;
        '*') kin=1 ;;
        -) case $live in *" $pid "*) live="${live%%" $pid "*} ${live#*" $pid "}" ;; esac ;;
    esac
done
for pid in $live; do kill -s KILL -- "-$pid"; done
[ "$expected" -eq 0 ] && [ "$kin" -eq 0 ] && exit
for pause in 0 1; do
    sleep "$pause"
    round=0
    # Whoever was killed has no environment any more; who was started meanwhile is found in the next round.
    while files=$(grep -ls -- "$1" /proc/[0-9]*/environ); [ -n "$files" ] && [ "$round" -lt 100 ]; do
        for file in $files; do
            pid=${file#/proc/}
            pid=${pid%/environ}
            kill -s KILL -- "-$pid"
            kill -s KILL "$pid"
        done
        round=$((round + 1))
    done
    [ "$expected" -eq 0 ] && [ "$live" = ' ' ] && exit
done
"#;
