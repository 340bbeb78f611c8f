//! Who plays what.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use miette::miette;

use crate::cli::arguments::LiveArguments;
use crate::cli::{Failure, play};

/// A program and the scenario it plays.
pub(super) struct Contender {
    pub(super) program: PathBuf,
    pub(super) scenario: PathBuf,
}

/// Base and new: this program plays `scenario` as new; base is another program with the same scenario, or this one with
/// another.
pub(super) fn both(against: &Path, live: &LiveArguments) -> Result<(Contender, Contender), Failure> {
    let scenario = &live.scenario;
    let this = std::env::current_exe()
        .map_err(|error| Failure::work(format!("this program cannot find itself to play: {error}")))?;
    let base = if is_scenario(against) {
        play::other_scenario(against, live)?;
        Contender { program: this.clone(), scenario: against.to_owned() }
    } else {
        Contender { program: program(against)?, scenario: scenario.to_owned() }
    };
    Ok((base, Contender { program: this, scenario: scenario.to_owned() }))
}

fn is_scenario(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "toml")
}

/// A busyhour, by its own word. Of which version does not matter: whether its summaries can be read, does.
fn program(path: &Path) -> Result<PathBuf, Failure> {
    let refused = |what: String| {
        Failure::Question(miette!(
            help = "name a busyhour executable, or a scenario file that ends in .toml",
            "{} {what}",
            path.display()
        ))
    };
    if !path.is_file() {
        return Err(refused("is no file".to_owned()));
    }
    // A name without a folder would be looked for elsewhere.
    let path = std::path::absolute(path).map_err(|error| refused(format!("cannot be found: {error}")))?;
    let said = version(&path).map_err(|error| refused(format!("cannot be started: {error}")))?;
    if said.split_whitespace().next() == Some("busyhour") {
        return Ok(path);
    }
    let said: String = said.chars().filter(|sign| !sign.is_control()).take(60).collect();
    Err(refused(format!("is no busyhour: asked for its --version it says `{said}`")))
}

/// What it says of itself within some seconds, in its first line.
fn version(path: &Path) -> std::io::Result<String> {
    let mut command = Command::new(path);
    command.arg("--version").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn()?;
    let began = Instant::now();
    while child.try_wait()?.is_none() && began.elapsed() < PATIENCE {
        std::thread::sleep(GLANCE);
    }
    // Fails only where it is gone already.
    let _ = child.kill();
    let output = child.wait_with_output()?;
    Ok(String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_owned())
}

const PATIENCE: Duration = Duration::from_secs(10);
const GLANCE: Duration = Duration::from_millis(10);
