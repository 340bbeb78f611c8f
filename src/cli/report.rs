//! `busyhour report`: a finished run, told again.

use std::path::{Path, PathBuf};

use miette::miette;

use super::arguments::{Format, ReportArguments};
use super::play::style;
use super::{Failure, github};
use crate::measure::Summary;
use crate::report;

/// Writes the files that are asked for; prints the report where nothing is.
pub(super) fn report(arguments: &ReportArguments) -> Result<u8, Failure> {
    arguments.outputs.check()?;
    let summary = summary(&arguments.run)?;
    arguments.outputs.write(&summary)?;
    if arguments.github {
        github::tell(&summary, false)?;
    }
    if (arguments.outputs.is_empty() && !arguments.github) || arguments.format.is_some() {
        super::print(&match arguments.format.unwrap_or_default() {
            Format::Text => report::terminal(&summary, style()),
            Format::Json => report::json(&summary, false),
        })?;
    }
    Ok(0)
}

/// The summary in a run's folder, or the one that is named.
pub(super) fn summary(run: &Path) -> Result<Summary, Failure> {
    let file = if run.is_dir() { run.join(report::SUMMARY) } else { PathBuf::from(run) };
    let refused = |report| Err(Failure::Question(report));
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) => return refused(miette!(help = HELP, "{} can't be read: {error}", file.display())),
    };
    match serde_json::from_str::<Summary>(&text) {
        Ok(summary) if summary.schema == Summary::SCHEMA => Ok(summary),
        Ok(summary) => {
            let file = file.display();
            refused(miette!(help = HELP, "{file} is a {:?} and not a {:?}", summary.schema, Summary::SCHEMA))
        }
        Err(error) => refused(miette!(help = HELP, "{} is no summary of a run: {error}", file.display())),
    }
}

const HELP: &str = "name the folder of a run, such as reports/runs/smoke-20261122T121502Z, or the summary.json in it";
