//! The front door: what was typed becomes what it means, facts become words, verdicts become exit codes.
//!
//! Results go to standard output, everything else to standard error. One function, [`main`], maps outcomes to exit
//! codes: 0 pass, 1 failed to do its work, 2 usage or scenario error, 96 a law was broken, 97 measurement invalid or a
//! comparison that cannot tell, 98 regression, 99 a threshold failed, 130 and 143 interrupted.

mod allowance;
mod arguments;
mod baseline;
mod calibrate;
mod clients;
mod compare;
mod contest;
mod determinism;
mod drivers;
mod event_file;
mod facts;
mod fidelity;
mod filed;
mod github;
mod import;
mod meaning;
mod metrics;
mod mock;
mod outputs;
mod plan;
mod play;
mod progress_bar;
mod questions;
mod replications;
mod report;
mod signals;
mod simulate;
mod story;
mod unfinished;

use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::run::{EMBEDDED_RUNTIME, RUNTIME_NAME, RunError};
use arguments::{Arguments, Command};

/// The whole program.
pub fn main() -> ExitCode {
    // Before anything else: a runtime starts hundreds of times and must not pay for a command line it does not have.
    if std::env::args_os().nth(1).is_some_and(|argument| argument == EMBEDDED_RUNTIME) || is_named_a_runtime() {
        return mock_runtime::main_from_environment();
    }
    let outcome = match Arguments::parse().command {
        Command::Run(arguments) if arguments.contest.against.is_some() => contest::contest(&arguments),
        Command::Run(arguments) if arguments.live.client.len() > 1 => clients::clients(&arguments),
        Command::Run(arguments) => play::play(&arguments),
        Command::Fidelity(arguments) => fidelity::fidelity(&arguments),
        Command::Calibrate(arguments) => calibrate::calibrate(&arguments),
        Command::Sim(arguments) => simulate::simulate(&arguments),
        Command::PlayAloud { scenario, seed } => determinism::play_aloud(&scenario, seed),
        Command::Compare(arguments) => compare::compare(&arguments),
        Command::Baseline(order) => baseline::baseline(&order),
        Command::Attended { parent, program } => contest::attended(parent, &program),
        Command::Report(arguments) => report::report(&arguments),
        Command::Import(arguments) => import::import(&arguments),
        Command::Plan(arguments) => plan::plan(&arguments),
        Command::Mock(arguments) => mock::mock(&arguments),
        Command::Drivers(order) => drivers::drivers(&order),
        Command::Scenario(question) => questions::answer(&question),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Arguments::command(), "busyhour", &mut std::io::stdout());
            Ok(0)
        }
    };
    outcome.unwrap_or_else(Failure::report).into()
}

/// Tells the user something beside the result. Where nobody can be told, the work goes on.
fn tell(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Prints a result. Somebody who has stopped reading, as `head` does, has seen enough.
fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::work(format!("the result cannot be written to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Why a command could not do its work.
enum Failure {
    /// What was asked for makes no sense: exit code 2.
    Question(miette::Report),
    /// It made sense and could not be done: exit code 1.
    Work(String),
    /// Somebody stopped it before there was anything to report. With the exit code.
    Interrupted(u8),
}

impl Failure {
    fn work(error: impl std::fmt::Display) -> Self {
        Self::Work(error.to_string())
    }

    /// Why, in a sentence.
    fn reason(&self) -> String {
        match self {
            Self::Question(report) => report.to_string(),
            Self::Work(reason) => reason.clone(),
            Self::Interrupted(_) => RunError::Interrupted.to_string(),
        }
    }

    /// Tells the user, and gives back the exit code.
    fn report(self) -> u8 {
        match self {
            Self::Question(report) => {
                tell(&format!("{report:?}"));
                2
            }
            Self::Work(reason) => {
                tell(&format!("busyhour: {reason}"));
                1
            }
            Self::Interrupted(code) => {
                tell(&format!("busyhour: {}", RunError::Interrupted));
                code
            }
        }
    }
}

impl From<crate::scenario::ScenarioError> for Failure {
    fn from(error: crate::scenario::ScenarioError) -> Self {
        Self::Question(error.into())
    }
}

/// Whether this was started by the name of a runtime, as an official client does: without arguments.
fn is_named_a_runtime() -> bool {
    let name = std::env::args_os().next().map(PathBuf::from);
    name.is_some_and(|name| name.file_name().is_some_and(|name| name == RUNTIME_NAME))
}
