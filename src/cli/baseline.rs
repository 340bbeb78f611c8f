//! `busyhour baseline`: what scenarios come to in virtual time, kept in files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use miette::miette;
use serde::Serialize;

use super::arguments::{BaselineOrder, Format};
use super::play::style;
use super::{Failure, allowance, filed};
use crate::measure::{Comparison, Judgement, Summary};
use crate::scenario::Scenario;
use crate::{report, sim};

/// Plays, says what moved, writes where that was ordered, and gives back the exit code.
pub(super) fn baseline(order: &BaselineOrder) -> Result<u8, Failure> {
    let (arguments, update) = match order {
        BaselineOrder::Update(arguments) => (arguments, true),
        BaselineOrder::Check(arguments) => (arguments, false),
    };
    let scenarios = scenarios(&arguments.scenarios)?;
    let played: Vec<Played> =
        scenarios.iter().map(|file| Played::of(file, &arguments.dir)).collect::<Result<_, Failure>>()?;
    let strays = if arguments.scenarios.is_empty() { strays(&arguments.dir, &played) } else { Vec::new() };
    if update {
        std::fs::create_dir_all(&arguments.dir).map_err(|error| unwritable(&arguments.dir, &error))?;
        played.iter().filter(|played| played.state != State::Equal).try_for_each(Played::write)?;
    }
    super::print(&match arguments.format {
        Format::Text => text(&played, update),
        Format::Json => serde_json::to_string_pretty(&played).expect("it has only string keys") + "\n",
    })?;
    for stray in &strays {
        super::tell(&format!("busyhour: {} is of no scenario; remove it", stray.display()));
    }
    let hold = played.iter().all(|played| played.state == State::Equal) && strays.is_empty();
    Ok(if update || hold { Judgement::Pass.exit_code() } else { Judgement::Fail.exit_code() })
}

/// A scenario that was played, beside its baseline.
#[derive(Serialize)]
struct Played {
    scenario: PathBuf,
    baseline: PathBuf,
    state: State,
    /// What moved, where there is something to compare with.
    comparison: Option<Comparison>,
    #[serde(skip)]
    text: String,
}

/// How a scenario stands to its baseline.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    /// Equal byte for byte.
    Equal,
    Moved,
    /// There is none.
    Missing,
    /// There is something else in its place.
    Unreadable(String),
}

impl Played {
    fn of(file: &Path, dir: &Path) -> Result<Self, Failure> {
        let scenario = Scenario::load(file)?;
        scenario.must_be_simulable()?;
        allowance::check(&scenario, 1, None)?;
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let baseline = dir.join(stem + ".json");
        let summary = sim::play(&Arc::new(scenario));
        let text = report::json(&summary, true);
        let (state, comparison) = held_against(&baseline, &summary, &text);
        Ok(Self { scenario: file.to_owned(), baseline, state, comparison, text })
    }

    fn write(&self) -> Result<(), Failure> {
        report::write_file(&self.baseline, self.text.as_bytes()).map_err(|error| unwritable(&self.baseline, &error))
    }

    fn name(&self) -> String {
        self.scenario.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }

    fn words(&self) -> String {
        match (&self.state, &self.comparison) {
            (State::Equal, _) => "equal".to_owned(),
            (State::Missing, _) => format!("there was no {}", self.baseline.display()),
            (State::Unreadable(reason), _) => reason.clone(),
            (State::Moved, Some(moved)) if moved.differences.is_empty() && moved.notes.is_empty() => {
                "all figures are equal, their text is not: edited, or written by another version".to_owned()
            }
            (State::Moved, Some(moved)) => report::comparison(moved, style()),
            (State::Moved, None) => unreachable!("what moved was compared"),
        }
    }
}

fn held_against(baseline: &Path, summary: &Summary, text: &str) -> (State, Option<Comparison>) {
    match std::fs::read_to_string(baseline) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return (State::Missing, None),
        Ok(kept) if kept == text => return (State::Equal, None),
        _ => {}
    }
    let compared = filed::summary(baseline).and_then(|kept| {
        Comparison::of(&kept, summary, &[])
            .map_err(|error| Failure::Question(miette!("{}: {error}", baseline.display())))
    });
    match compared {
        Ok(comparison) => (State::Moved, Some(comparison)),
        Err(Failure::Question(report)) => (State::Unreadable(report.to_string()), None),
        Err(Failure::Work(reason)) => (State::Unreadable(reason), None),
        Err(Failure::Interrupted(_)) => unreachable!("reading is not interrupted"),
    }
}

/// Those that were named; all of the usual folder where none was.
fn scenarios(named: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    if !named.is_empty() {
        return Ok(named.to_vec());
    }
    let found = files(Path::new(SCENARIOS), "toml");
    if found.is_empty() {
        let help = "go to the folder that holds it, or name scenario files";
        return Err(Failure::Question(miette!(help = help, "there are no {SCENARIOS}/*.toml here")));
    }
    Ok(found)
}

/// Baselines of scenarios that are gone.
fn strays(dir: &Path, played: &[Played]) -> Vec<PathBuf> {
    let wanted = |file: &PathBuf| played.iter().all(|played| played.baseline != *file);
    files(dir, "json").into_iter().filter(wanted).collect()
}

fn files(dir: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|own| own == extension));
    files.sort();
    files
}

fn text(played: &[Played], update: bool) -> String {
    let moved: Vec<&Played> = played.iter().filter(|played| played.state != State::Equal).collect();
    let names = moved.iter().map(|played| played.name()).collect::<Vec<_>>().join(", ");
    let (all, some) = (played.len(), moved.len());
    let head = match (moved.is_empty(), update) {
        (true, _) => format!("PASS: {all} of {all} baselines hold.\n"),
        (false, true) => format!("UPDATED: {some} of {all} baselines: {names}.\n"),
        (false, false) => format!("FAIL: {some} of {all} baselines do not hold: {names}.\n"),
    };
    let moved_text = moved.iter().map(|played| format!("\n{}: {}\n", played.name(), played.words().trim_end()));
    let remedy = if moved.is_empty() || update { "" } else { "\nif that is meant: busyhour baseline update\n" };
    head + &moved_text.collect::<String>() + remedy
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::work(format!("{} cannot be written: {error}; choose another folder with --dir", path.display()))
}

const SCENARIOS: &str = "scenarios";
