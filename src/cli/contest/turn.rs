//! One play of one contender.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use miette::miette;
use rustix::process::{Pid, Signal, getppid, kill_process, set_parent_process_death_signal};
use tokio::process::Command;
use tokio::sync::watch;

use super::contender::Contender;
use crate::cli::arguments::{ATTENDED, CPU_LIMIT, LiveArguments};
use crate::cli::{Failure, filed};
use crate::measure::Summary;
use crate::run::Stop;

/// One play of one contender.
pub(super) struct Turn<'a> {
    pub(super) contender: &'a Contender,
    /// `base` or `new`.
    pub(super) side: &'static str,
    /// Of the pair, from 0.
    pub(super) number: u64,
    pub(super) seed: u64,
    pub(super) live: &'a LiveArguments,
    /// Where it files its run.
    pub(super) out: PathBuf,
}

/// How a play ended.
pub(super) enum Ended {
    Played(Box<Summary>),
    /// Somebody stopped it, and it is gone.
    Interrupted,
}

impl Turn<'_> {
    /// Plays it in a process of its own. Signals are passed on, and the process is waited for.
    pub(super) async fn play(&self, mut stop: watch::Receiver<Stop>) -> Result<Ended, Failure> {
        if *stop.borrow() != Stop::AtTheEnd {
            return Ok(Ended::Interrupted);
        }
        let child = self.command().spawn().map_err(|error| self.failed(&error.to_string()))?;
        let pid = child.id().and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?));
        let ended = child.wait_with_output();
        tokio::pin!(ended);
        let output = loop {
            tokio::select! {
                output = &mut ended => break output.map_err(|error| self.failed(&error.to_string()))?,
                Ok(()) = stop.changed() => {
                    // Fails only where it is gone already.
                    let _ = pid.map(|pid| kill_process(pid, Signal::INT));
                }
            }
        };
        if *stop.borrow() != Stop::AtTheEnd {
            return Ok(Ended::Interrupted);
        }
        self.outcome(&output)
    }

    fn outcome(&self, output: &Output) -> Result<Ended, Failure> {
        let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        match output.status.code() {
            // Pass, or a verdict that is told in the summary.
            Some(0 | 96..=99) => {
                let origin = PathBuf::from(format!("what {} said", self.contender.program.display()));
                filed::summary_in(&stdout, &origin).map(|summary| Ended::Played(Box::new(summary)))
            }
            Some(2) => Err(Failure::Question(miette!("{}", self.words(stderr.trim())))),
            _ => Err(self.failed(&format!("{} ({})", stderr.trim(), output.status))),
        }
    }

    /// In a process group of its own: Ctrl-C on a terminal reaches it through this process, once.
    fn command(&self) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap_or_else(|_| PathBuf::from("busyhour")));
        command.args([ATTENDED, &std::process::id().to_string(), "--"]).arg(&self.contender.program);
        command.arg("run").arg(&self.contender.scenario).arg("--out").arg(&self.out);
        command.arg(format!("--seed={}", self.seed)).args(["--format=json", "--quiet"]);
        command.arg(format!("--max-calls={}", self.live.max_calls));
        command.args(self.live.lag_limit.map(|limit| format!("--lag-limit={limit}")));
        if self.live.cpu_limit.total_cmp(&CPU_LIMIT).is_ne() {
            // An older program may not know it.
            command.arg(format!("--cpu-limit={}", self.live.cpu_limit));
        }
        command.args(self.live.client.iter().map(|client| format!("--client={client}")));
        if let Some(runtime) = &self.live.runtime_binary {
            command.arg("--runtime-binary").arg(runtime);
        }
        // What a run tells GitHub is not what a comparison tells it.
        command.env_remove("GITHUB_ACTIONS").env_remove("GITHUB_STEP_SUMMARY");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.process_group(0).kill_on_drop(true);
        command
    }

    fn failed(&self, reason: &str) -> Failure {
        Failure::work(self.words(reason))
    }

    fn words(&self, reason: &str) -> String {
        let (side, pair, program) = (self.side, self.number + 1, self.contender.program.display());
        format!("{side} of pair {pair} was not played by {program}: {reason}")
    }
}

/// Becomes that program, having asked the kernel to end it gently when `parent` is gone: a comparison that is killed
/// leaves no play behind, whatever the program is.
pub(in crate::cli) fn attended(parent: u32, program: &[OsString]) -> Result<u8, Failure> {
    set_parent_process_death_signal(Some(Signal::TERM)).map_err(|error| Failure::work(error.to_string()))?;
    // It may be gone already.
    if getppid().map(Pid::as_raw_pid) != i32::try_from(parent).ok() {
        return Err(Failure::work("the busyhour that wanted this started is gone: start it again"));
    }
    let [program, arguments @ ..] = program else { unreachable!("the command line asks for one") };
    let error = std::process::Command::new(program).args(arguments).exec();
    Err(Failure::work(format!("{} cannot be started: {error}", Path::new(program).display())))
}
