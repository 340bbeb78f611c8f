//! `busyhour run`.

use std::ffi::OsStr;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::watch;

use super::arguments::{Format, LiveArguments, RunArguments};
use super::metrics::{MetricsAddress, MetricsServer};
use super::progress_bar::ProgressBar;
use super::signals::Interruptions;
use super::{Failure, github};
use crate::measure::exit_code;
use crate::report;
use crate::run::{self, Options, Played, Progress, RunError, Stop};
use crate::scenario::{Program, Scenario};

/// Plays the scenario, prints and files the result, and gives back the exit code.
pub(super) fn play(arguments: &RunArguments) -> Result<u8, Failure> {
    arguments.outputs.check()?;
    let live = live(scenario(&arguments.live)?, &arguments.live, arguments.metrics)?;
    let summary = &live.played.summary;
    super::print(&match arguments.format {
        Format::Text => report::terminal_over_time(summary, &live.played.chronicle, style()),
        Format::Json => report::json(summary, false),
    })?;
    let folder = live.filed?;
    tell_where(&folder, &arguments.live);
    let text = live.scenario.text_as_played();
    let page = report::Page { summary, chronicle: Some(&live.played.chronicle), scenario: Some(&text) };
    arguments.outputs.write(&page)?;
    github::tell_if_here(summary, arguments.live.quiet);
    Ok(live.signal.unwrap_or_else(|| exit_code(&live.played.summary)))
}

/// A live run that is over.
pub(super) struct Live {
    pub(super) scenario: Arc<Scenario>,
    pub(super) played: Played,
    /// Its folder.
    pub(super) filed: Result<PathBuf, Failure>,
    /// The exit code, where it was interrupted.
    pub(super) signal: Option<u8>,
}

/// Plays the scenario and files what came of it.
pub(super) fn live(
    scenario: Scenario,
    arguments: &LiveArguments,
    metrics: Option<MetricsAddress>,
) -> Result<Live, Failure> {
    check_out(&arguments.out)?;
    let scenario = Arc::new(scenario);
    let began = Timestamp::now();
    let tokio = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::work)?;
    let (played, signal) = tokio.block_on(perform(&scenario, arguments, metrics))?;
    let text = scenario.text_as_played();
    let evidence = report::Evidence {
        chronicle: &played.chronicle,
        scenario: &text,
        samples: &played.samples,
        conduct: &played.conduct,
    };
    let filed = report::write_live_run(&arguments.out, &played.summary, evidence, began);
    let filed = filed.map_err(|error| unwritable(&arguments.out, &error));
    Ok(Live { scenario, played, filed, signal })
}

/// Says where the run was filed.
pub(super) fn tell_where(folder: &Path, arguments: &LiveArguments) {
    if !arguments.quiet {
        super::tell(&format!("summary: {}", folder.join(report::SUMMARY).display()));
    }
}

/// Says at once what would otherwise be said after the run. Makes nothing: the run may come to nothing.
pub(super) fn check_out(out: &Path) -> Result<(), Failure> {
    let there = std::path::absolute(out).map_err(|error| unwritable(out, &error))?;
    let nearest = there.ancestors().find(|folder| folder.exists()).unwrap_or(&there);
    let access = rustix::fs::access(nearest, rustix::fs::Access::WRITE_OK).map_err(std::io::Error::from);
    let folder = if nearest.is_dir() { Ok(()) } else { Err(std::io::ErrorKind::NotADirectory.into()) };
    access.and(folder).map_err(|error| unwritable(out, &error))
}

pub(super) fn unwritable(out: &Path, error: &std::io::Error) -> Failure {
    Failure::work(format!(
        "the summary cannot be written to {}: {error}; choose another folder with --out",
        out.display()
    ))
}

/// The scenario with what the command line changes about it.
pub(super) fn scenario(arguments: &LiveArguments) -> Result<Scenario, Failure> {
    other_scenario(&arguments.scenario, arguments)
}

/// The same of another scenario.
pub(super) fn other_scenario(file: &Path, arguments: &LiveArguments) -> Result<Scenario, Failure> {
    match &arguments.client[..] {
        [] => changed(file, arguments, None),
        [client] => changed(file, arguments, Some(client)),
        _ => Err(Failure::Question(miette::miette!(
            help = "name one client",
            "only `run` without --against plays more than one --client"
        ))),
    }
}

/// The scenario, with that client instead of its own.
pub(super) fn scenario_with(arguments: &LiveArguments, client: &str) -> Result<Scenario, Failure> {
    changed(&arguments.scenario, arguments, Some(client))
}

fn changed(file: &Path, arguments: &LiveArguments, client: Option<&str>) -> Result<Scenario, Failure> {
    let mut scenario = Scenario::load(file)?;
    if let Some(seed) = arguments.seed {
        scenario = scenario.with_seed(seed);
    }
    if let Some(path) = &arguments.runtime_binary {
        scenario.runtime.program = Program::Binary(path.clone());
        scenario.runtime.asked = true;
    }
    if let Some(client) = client {
        scenario.client.ask_for(client).map_err(|problem| {
            let help = "write builtin, memoair-voice, or a command such as `python3 my_driver.py`";
            Failure::Question(miette::miette!(help = help, "--client {client:?}: {problem}"))
        })?;
    }
    scenario.must_be_playable()?;
    Ok(scenario)
}

async fn perform(
    scenario: &Arc<Scenario>,
    arguments: &LiveArguments,
    metrics: Option<MetricsAddress>,
) -> Result<(Played, Option<u8>), Failure> {
    let (ask, stop) = watch::channel(Stop::default());
    let interruptions = Interruptions::listen(ask, arguments.quiet).map_err(Failure::work)?;
    let options = Options {
        work_dir: arguments.work_dir.clone(),
        max_calls: arguments.max_calls,
        // Lag is part of a recall's latency: a tenth of the budget is what it may add before the verdict is in doubt.
        lag_limit_ms: arguments.lag_limit.unwrap_or(scenario.budget.ms_f64() / 10.0),
        cpu_share_limit: arguments.cpu_limit,
        stop,
    };
    let progress = Progress::default();
    let metrics = scraped(metrics, &progress, arguments.quiet).await?;
    let bar = ProgressBar::show(scenario, &progress, arguments.quiet);
    let played = run::play(Arc::clone(scenario), options, progress).await;
    bar.clear();
    drop(metrics);
    match (played, interruptions.exit_code()) {
        (Ok(played), signal) => Ok((played, signal)),
        (Err(RunError::Interrupted), Some(code)) => Err(Failure::Interrupted(code)),
        (Err(error), _) => Err(Failure::work(error)),
    }
}

/// Listens where it is to be scraped, and says where that is.
async fn scraped(
    address: Option<MetricsAddress>,
    progress: &Progress,
    quiet: bool,
) -> Result<Option<MetricsServer>, Failure> {
    let Some(address) = address else { return Ok(None) };
    let server = MetricsServer::start(address, progress).await?;
    if !quiet {
        super::tell(&format!("metrics: {}", server.url()));
    }
    Ok(Some(server))
}

pub(super) fn style() -> report::Style {
    let wanted = is_colour_wanted(std::env::var_os("NO_COLOR").as_deref(), std::env::var_os("TERM").as_deref());
    report::Style { colour: wanted && std::io::stdout().is_terminal() }
}

/// <https://no-color.org>; and a terminal that says it is dumb obeys nothing.
fn is_colour_wanted(no_color: Option<&OsStr>, terminal: Option<&OsStr>) -> bool {
    no_color.is_none_or(OsStr::is_empty) && terminal.is_none_or(|terminal| terminal != "dumb")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_for_terminals_that_know_them_and_people_who_want_them() {
        let wanted = |no_color: Option<&str>, terminal: Option<&str>| {
            is_colour_wanted(no_color.map(OsStr::new), terminal.map(OsStr::new))
        };
        assert!(wanted(None, None) && wanted(None, Some("xterm")) && wanted(Some(""), Some("xterm")));
        assert!(!wanted(Some("1"), Some("xterm")) && !wanted(None, Some("dumb")));
    }
}
