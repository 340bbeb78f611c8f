//! A command that is run against the double.

use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::process::{Child, Command};
use tokio::signal::unix::SignalKind;
use tokio::time::{Instant, sleep};

use super::{Signals, settings};
use crate::cli::Failure;
use crate::cli::arguments::ATTENDED;
use crate::mock::Double;

/// Runs it to its end, and gives back its exit code: 128 and the number where a signal ended it.
pub(super) async fn run(double: &Double, command: &[OsString], mut signals: Signals) -> Result<u8, Failure> {
    let terminal = holds_the_terminal();
    let mut child = start(double, command, terminal)?;
    let mut asked = false;
    let status = loop {
        tokio::select! {
            status = child.wait() => break status.map_err(Failure::work)?,
            signal = signals.next() => pass_on(&child, signal, terminal, std::mem::replace(&mut asked, true)),
        }
    };
    see_runtimes_off(double).await;
    Ok(exit_code(status))
}

/// Where a terminal is ours it is the command's, too, and what is typed reaches all of it. Elsewhere it has a process group
/// of its own, so that signals can be passed on to all of it. The kernel asks it to end should this process go before it.
fn start(double: &Double, command: &[OsString], terminal: bool) -> Result<Child, Failure> {
    let program = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("busyhour"));
    let mut attended = Command::new(program);
    attended.args([ATTENDED, &std::process::id().to_string(), "--"]).args(command);
    attended.envs(settings::variables(double));
    if !terminal {
        attended.process_group(0);
    }
    attended.spawn().map_err(|error| Failure::work(format!("no process can be started: {error}")))
}

/// Who is asked a second time means it. What was typed on the terminal has reached the command by itself.
fn pass_on(child: &Child, kind: SignalKind, terminal: bool, again: bool) {
    let typed = kind == SignalKind::interrupt() && terminal;
    let signal = if again { Some(Signal::KILL) } else { Signal::from_named_raw(kind.as_raw_value()) };
    let pid = child.id().and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw);
    if let (Some(pid), Some(signal)) = (pid, signal.filter(|_| again || !typed)) {
        // It may have gone this very moment.
        let _ = if terminal { kill_process(pid, signal) } else { kill_process_group(pid, signal) };
    }
    if !again {
        crate::cli::tell("busyhour: waiting for the command; once more to kill it");
    }
}

/// Whether this process group is the one in the foreground of its terminal: the fifth and the eighth field of
/// `/proc/self/stat`, after a name in brackets.
fn holds_the_terminal() -> bool {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    matches!(fields[..], [_, _, group, _, _, foreground, ..] if group == foreground)
}

/// Runtimes that were told to end before the command did may take a moment more.
async fn see_runtimes_off(double: &Double) {
    let patience = Instant::now() + PATIENCE;
    while !double.living().is_empty() && Instant::now() < patience {
        sleep(Duration::from_millis(10)).await;
    }
}

fn exit_code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1);
    u8::try_from(code).unwrap_or(1)
}

/// Of a runtime that ends.
const PATIENCE: Duration = Duration::from_millis(200);
