//! `busyhour run`.

use std::io::IsTerminal;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::watch;

use super::Failure;
use super::arguments::{Format, RunArguments};
use super::progress_bar::ProgressBar;
use super::signals::Interruptions;
use crate::measure::{Summary, exit_code};
use crate::report;
use crate::run::{self, Options, Progress, Stop};
use crate::scenario::{Program, Scenario};

/// Plays the scenario, prints and files the result, and gives back the exit code.
pub(super) fn play(arguments: &RunArguments) -> Result<u8, Failure> {
    let scenario = Arc::new(scenario(arguments)?);
    let began = Timestamp::now();
    let tokio = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::work)?;
    let (summary, signal) = tokio.block_on(perform(&scenario, arguments))?;
    match arguments.format {
        Format::Text => print!("{}", report::terminal(&summary, style())),
        Format::Json => print!("{}", report::json(&summary, false)),
    }
    let filed = report::write_run(&arguments.out, &summary, began);
    let folder = filed.map_err(|error| {
        Failure::work(format!("the summary cannot be written to {}: {error}; use --out", arguments.out.display()))
    })?;
    if !arguments.quiet {
        eprintln!("summary: {}", folder.join("summary.json").display());
    }
    Ok(signal.unwrap_or_else(|| exit_code(&summary)))
}

/// The scenario with what the command line changes about it.
fn scenario(arguments: &RunArguments) -> Result<Scenario, Failure> {
    let mut scenario = Scenario::load(&arguments.scenario)?;
    if let Some(seed) = arguments.seed {
        scenario = scenario.with_seed(seed);
    }
    if let Some(path) = &arguments.runtime_binary {
        scenario.runtime.program = Program::Binary(path.clone());
    }
    Ok(scenario)
}

async fn perform(scenario: &Arc<Scenario>, arguments: &RunArguments) -> Result<(Summary, Option<u8>), Failure> {
    let (ask, stop) = watch::channel(Stop::default());
    let interruptions = Interruptions::listen(ask, arguments.quiet).map_err(Failure::work)?;
    let options = Options {
        work_dir: arguments.work_dir.clone(),
        max_calls: arguments.max_calls,
        // Lag is part of a recall's latency: a tenth of the budget is what it may add before the verdict is in doubt.
        lag_limit_ms: arguments.lag_limit.unwrap_or(scenario.budget.ms_f64() / 10.0),
        stop,
    };
    let progress = Progress::default();
    let bar = ProgressBar::show(scenario, &progress, arguments.quiet);
    let summary = run::play(Arc::clone(scenario), options, progress).await;
    bar.clear();
    Ok((summary.map_err(Failure::work)?, interruptions.exit_code()))
}

pub(super) fn style() -> report::Style {
    let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    report::Style { colour: wanted && std::io::stdout().is_terminal() }
}
