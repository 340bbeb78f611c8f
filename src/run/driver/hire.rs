//! From a command to a driver at work.

use std::ffi::OsString;
use std::io::{PipeReader, PipeWriter};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::unix::pipe::{Receiver, Sender};
use tokio::process::Command;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::desk::{Desk, Stage, operations};
use super::handle::{Driver, reached};
use super::last_words::LastWords;
use super::line::{Lines, Read};
use super::protocol::{Order, PROTOCOL, VERSION};
use super::sweep::Mark;
use super::troubles::{Trouble, Troubles};
use crate::client::{Process, start_with_kin};
use crate::run::error::RunError;

/// What a driver is hired for.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    /// Program and arguments.
    pub(crate) command: Vec<OsString>,
    /// Where it is started; here where absent.
    pub(crate) folder: Option<PathBuf>,
    /// What it is called in complaints.
    pub(crate) name: String,
    /// How long it may keep silent while it owes an answer.
    pub(crate) patience: Duration,
    pub(crate) mark: Mark,
}

impl Job {
    /// Starts the driver, hears who it is, and compares clocks. Only a program that cannot be started is an error; all else
    /// is trouble, which ends the run.
    pub(crate) async fn hire(self, troubles: &Arc<Troubles>) -> Result<Driver, RunError> {
        let failed = |source| RunError::Driver { name: self.name.clone(), source };
        if let Some(folder) = self.folder.as_ref().filter(|folder| !folder.is_dir()) {
            // The system would say that the program is not there.
            return Err(failed(std::io::Error::other(format!(
                "there is no folder {} to start it in",
                folder.display()
            ))));
        }
        let pipes = [std::io::pipe(), std::io::pipe(), std::io::pipe()];
        let [input, output, errors] = pipes.map(|pipe| pipe.map_err(failed));
        let ((their_input, input), (output, their_output), (errors, their_errors)) = (input?, output?, errors?);
        let mut command = self.command();
        command.stdin(their_input).stdout(their_output).stderr(their_errors);
        let process = Arc::new(start_with_kin(command).await.map_err(failed)?);
        let (outbox, orders) = mpsc::unbounded_channel();
        let desk = Arc::new(Desk::new(outbox));
        let last_words = LastWords::default();
        let mut tasks = JoinSet::new();
        tasks.spawn(last_words.clone().listen(reading(errors).map_err(failed)?));
        tasks.spawn(write(writing(input).map_err(failed)?, orders));
        let attendant = Attendant {
            desk: Arc::clone(&desk),
            process: Arc::clone(&process),
            troubles: Arc::clone(troubles),
            last_words,
            name: self.name.clone(),
            patience: self.patience,
        };
        let lines = Lines::new(BufReader::new(reading(output).map_err(failed)?), LONGEST_LINE);
        tasks.spawn(attendant.attend(lines));
        let driver = Driver { desk, process, troubles: Arc::clone(troubles), starting: OnceLock::new(), _tasks: tasks };
        tokio::select! {
            () = introduce(&driver.desk) => {}
            () = troubles.happened() => {}
        }
        Ok(driver)
    }

    fn command(&self) -> Command {
        let [program, arguments @ ..] = &self.command[..] else { unreachable!("a command has a program") };
        let mut command = Command::new(program);
        command.args(arguments).env(self.mark.variable().0, self.mark.variable().1);
        for (name, _) in std::env::vars_os() {
            // A host's own settings must not change what is measured.
            if name.to_str().is_some_and(|name| name.starts_with("MEMOAIR_")) {
                command.env_remove(name);
            }
        }
        // Everything here is on loopback, where a proxy would only be in the way.
        command.envs([("NO_PROXY", LOOPBACK), ("no_proxy", LOOPBACK)]);
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        command
    }
}

/// Says hello, hears who it is, and asks for its clock.
async fn introduce(desk: &Desk) {
    let mut stage = desk.stage.subscribe();
    desk.say(&Order::Hello { protocol: PROTOCOL, version: VERSION }, Stage::Greeting);
    reached(&mut stage, Stage::Clocks).await;
    for _ in 0..PINGS {
        desk.ping();
        while desk.is_pinging() {
            tokio::time::sleep(GLANCE).await;
        }
    }
}

/// Whoever reads what a driver says, and sees when it says nothing.
struct Attendant {
    desk: Arc<Desk>,
    process: Arc<Process>,
    troubles: Arc<Troubles>,
    last_words: LastWords,
    name: String,
    patience: Duration,
}

impl Attendant {
    /// Until the driver ends, or there is trouble.
    async fn attend(self, lines: Lines<BufReader<Receiver>>) {
        let reading = self.read(lines);
        tokio::pin!(reading);
        let what = tokio::select! {
            what = &mut reading => match what {
                Some(what) => what,
                None => self.silent_end().await,
            },
            how = self.process.exited() => {
                // What it wrote before its end may not be read yet.
                match tokio::time::timeout(MOMENT, &mut reading).await {
                    Ok(Some(what)) => what,
                    _ => self.ended(&how),
                }
            }
            what = self.watch() => what,
        };
        if *self.desk.stage.borrow() < Stage::Closed {
            // Its last words may still be on their way.
            tokio::time::sleep(LAST_WORDS).await;
            let what = format!("the driver {}: {what}", self.name);
            self.troubles.tell(Trouble { what, last_words: self.last_words.lines() });
        }
    }

    /// What is wrong with what it said; nothing where it only stopped.
    async fn read(&self, mut lines: Lines<BufReader<Receiver>>) -> Option<String> {
        loop {
            match lines.next().await {
                Ok(Read::Line(line)) => {
                    if let Err(what) = self.desk.hear(&line) {
                        return Some(what);
                    }
                }
                Ok(Read::TooLong) => {
                    return Some(format!("it wrote more than {} MB without the end of a line", LONGEST_LINE >> 20));
                }
                Ok(Read::End) | Err(_) => return None,
            }
        }
    }

    async fn silent_end(&self) -> String {
        match tokio::time::timeout(MOMENT, self.process.exited()).await {
            Ok(how) => self.ended(&how),
            Err(_) => "it closed its standard output and goes on; it must speak until it has closed".to_owned(),
        }
    }

    fn ended(&self, how: &str) -> String {
        let under_way = match self.desk.under_way() {
            0 => String::new(),
            count => format!(" with {} under way", operations(count)),
        };
        format!("it ended ({how}){under_way}; start it by hand to see why")
    }

    /// Asks for a sign of life each second, and returns when none came in time.
    async fn watch(&self) -> String {
        let mut pinged = Instant::now();
        let pause = (self.patience / 8).clamp(GLANCE, Duration::from_millis(250));
        loop {
            tokio::time::sleep(pause).await;
            if pinged.elapsed() >= PING_EVERY && *self.desk.stage.borrow() >= Stage::Serving {
                self.desk.ping();
                pinged = Instant::now();
            }
            if self.desk.silence() > self.patience {
                return format!(
                    "it kept silent for {} s while it owed an answer; see what it waits for, or raise `patience` under \
                     [client]",
                    self.patience.as_secs_f64()
                );
            }
            if self.desk.oldest() > LONGEST_OPERATION {
                let limit = LONGEST_OPERATION.as_secs();
                return format!("an operation was not answered within {limit} s, although it goes on; end it somehow");
            }
        }
    }
}

/// Writes orders until there are none any more, or the driver reads none.
async fn write(mut input: Sender, mut orders: mpsc::UnboundedReceiver<Vec<u8>>) {
    while let Some(mut line) = orders.recv().await {
        // Those that wait are written at once.
        while let Ok(next) = orders.try_recv() {
            line.extend(next);
        }
        if input.write_all(&line).await.is_err() {
            return;
        }
    }
}

fn reading(pipe: PipeReader) -> std::io::Result<Receiver> {
    Receiver::from_owned_fd(OwnedFd::from(pipe))
}

fn writing(pipe: PipeWriter) -> std::io::Result<Sender> {
    Sender::from_owned_fd(OwnedFd::from(pipe))
}

/// A recall's memory may be large; nothing honest is larger.
const LONGEST_LINE: usize = 4 << 20;
const PINGS: usize = 9;
const PING_EVERY: Duration = Duration::from_secs(1);
const GLANCE: Duration = Duration::from_micros(500);
const MOMENT: Duration = Duration::from_millis(500);
const LAST_WORDS: Duration = Duration::from_millis(50);
/// The official SDK may take a quarter of that where boots fail one after another.
const LONGEST_OPERATION: Duration = Duration::from_mins(1);
const LOOPBACK: &str = "127.0.0.1,localhost";
