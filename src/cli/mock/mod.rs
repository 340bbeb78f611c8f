//! `busyhour mock`.

mod arguments;
mod command;
mod log;
mod settings;
mod verdict;

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::Failure;
use super::arguments::Format;
use crate::mock::{Double, Event, Expectations, FileError, MockError, Place, Seed, Settings};
use crate::run::EMBEDDED_RUNTIME;
pub(super) use arguments::{MOCK_HELP, MockArguments};
use log::Log;
use verdict::Verdict;

/// Runs the double until somebody stops it, or as long as the command lives, and gives back the exit code.
pub(super) fn mock(arguments: &MockArguments) -> Result<u8, Failure> {
    let seed = arguments.seed_file.as_deref().map_or_else(|| Ok(Seed::shop()), Seed::load)?;
    let expectations = arguments.expect.as_deref().map(Expectations::load).transpose()?;
    // On this thread alone: a command that is to end with its parent ends with the thread that started it.
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::work)?;
    let book = Arc::new(Mutex::new(Book { expectations, cloud: 0, runtimes: 0, left: BTreeSet::new() }));
    let log = arguments.log.then(|| Log::new(&seed.api_key));
    let double = double(arguments.port, seed, Arc::clone(&book), log)?;
    let ended = tokio.block_on(async {
        let signals = Signals::listen().map_err(Failure::work)?;
        match &arguments.command[..] {
            [] => serve(&double, arguments.format, signals).await.map(|()| 0),
            command => command::run(&double, command, signals).await,
        }
    });
    // Only now is everything heard.
    drop(double);
    if !arguments.command.is_empty() {
        tell_of_survivors(&book.lock().left);
    }
    conclude(&book.lock(), arguments, ended?)
}

/// What was heard so far.
struct Book {
    expectations: Option<Expectations>,
    cloud: u64,
    runtimes: u64,
    /// Whose runtimes nobody told to end before those who had started them were gone.
    left: BTreeSet<String>,
}

/// The signals that ask a program to end.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// The next of them.
    async fn next(&mut self) -> SignalKind {
        tokio::select! {
            _ = self.interrupt.recv() => SignalKind::interrupt(),
            _ = self.terminate.recv() => SignalKind::terminate(),
            _ = self.hang_up.recv() => SignalKind::hangup(),
        }
    }
}

fn double(port: u16, seed: Seed, book: Arc<Mutex<Book>>, log: Option<Log>) -> Result<Double, Failure> {
    let program = std::env::current_exe().map_err(Failure::work)?;
    let runtime = vec![program, PathBuf::from(EMBEDDED_RUNTIME)];
    let settings = Settings { bind: (Ipv4Addr::LOCALHOST, port).into(), seed, runtime };
    let started = Double::start(settings, move |event| {
        book.lock().hear(&event);
        if let Some(log) = &log {
            super::tell(&log.line(&event));
        }
    });
    started.map_err(|error| match error {
        MockError::Index { .. } => Failure::Question(miette::miette!("{error}")),
        error => Failure::work(error),
    })
}

/// Says how to get here, and waits to be told to end.
async fn serve(double: &Double, format: Format, mut signals: Signals) -> Result<(), Failure> {
    super::print(&match format {
        Format::Text => settings::text(double),
        Format::Json => settings::json(double),
    })?;
    signals.next().await;
    Ok(())
}

/// A client that was closed leaves no runtime behind; one that was not may have lost what it saved last.
fn tell_of_survivors(left: &BTreeSet<String>) {
    if !left.is_empty() {
        let callers = left.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        super::tell(&format!(
            "busyhour: the command ended and left runtimes running, those of {callers}: close the client (`await \
             client.aclose()`), or real ones live on"
        ));
    }
}

/// The verdict on what was expected, where something was. A command's own failure comes first.
fn conclude(book: &Book, arguments: &MockArguments, ended: u8) -> Result<u8, Failure> {
    let Some(expectations) = &book.expectations else {
        super::tell(&format!("busyhour: {}", book.heard()));
        return Ok(ended);
    };
    let verdict = Verdict::of(expectations.judge(), book.heard());
    match (arguments.command.is_empty(), arguments.format) {
        // Standard output is the command's own.
        (false, _) => super::tell(verdict.text().trim_end()),
        (true, Format::Text) => super::print(&verdict.text())?,
        (true, Format::Json) => super::print(&verdict.json())?,
    }
    Ok(if ended == 0 { verdict.exit_code() } else { ended })
}

impl Book {
    fn hear(&mut self, event: &Event) {
        match event {
            Event::Called(call) => {
                match call.place {
                    Place::Cloud => self.cloud += 1,
                    Place::Runtime(_) => self.runtimes += 1,
                }
                self.expectations.iter_mut().for_each(|expectations| expectations.hear(call));
            }
            Event::Gone { caller, forsaken: true, .. } => drop(self.left.insert(caller.clone())),
            Event::Gone { .. } | Event::Started { .. } | Event::Ready { .. } => {}
        }
    }

    fn heard(&self) -> String {
        let calls = |count: u64| if count == 1 { "1 request".to_owned() } else { format!("{count} requests") };
        format!("{} reached the cloud, and {} the runtimes", calls(self.cloud), self.runtimes)
    }
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Self {
        Self::Question(error.into())
    }
}
