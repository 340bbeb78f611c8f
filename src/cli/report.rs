//! `busyhour report`: a finished run, told again.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use miette::miette;

use super::arguments::{Format, ReportArguments};
use super::play::style;
use super::{Failure, filed, github};
use crate::measure::Summary;
use crate::measure::chronicle::Chronicle;
use crate::report::{self, Page};

/// Writes the files that are asked for; prints the report where nothing is.
pub(super) fn report(arguments: &ReportArguments) -> Result<u8, Failure> {
    arguments.outputs.check()?;
    let summary = summary(&arguments.run)?;
    let chronicle = chronicle(&arguments.run)?;
    let scenario = std::fs::read_to_string(beside(&arguments.run, report::SCENARIO)).ok();
    arguments.outputs.write(&Page {
        summary: &summary,
        chronicle: chronicle.as_ref(),
        scenario: scenario.as_deref(),
    })?;
    if arguments.github {
        github::tell(&summary)?;
    }
    if (arguments.outputs.is_empty() && !arguments.github) || arguments.format.is_some() {
        super::print(&match arguments.format.unwrap_or_default() {
            Format::Text => match &chronicle {
                Some(chronicle) => report::terminal_over_time(&summary, chronicle, style()),
                None => report::terminal(&summary, style()),
            },
            Format::Json => report::json(&summary, false),
        })?;
    }
    Ok(0)
}

/// The summary in a run's folder, or the one that is named.
pub(super) fn summary(run: &Path) -> Result<Summary, Failure> {
    let file = if run.is_dir() { run.join(report::SUMMARY) } else { PathBuf::from(run) };
    let refused = |report| Err(Failure::Question(report));
    let text = match filed::text(&file) {
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

/// How the run went, where that was filed.
fn chronicle(run: &Path) -> Result<Option<Chronicle>, Failure> {
    let file = beside(run, report::CHRONICLE);
    let text = match std::fs::read_to_string(&file) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        read => read.map_err(|error| error.to_string()),
    };
    let chronicle = text.and_then(|text| serde_json::from_str(&text).map_err(|error| error.to_string()));
    chronicle.map(Some).map_err(|error| {
        Failure::Question(miette!(
            help = "was it written by another version of busyhour, or changed since? Play the scenario again",
            "{} cannot be read: {error}",
            file.display()
        ))
    })
}

/// Another file of the folder a run's summary is in.
fn beside(run: &Path, name: &str) -> PathBuf {
    if run.is_dir() { run.join(name) } else { run.with_file_name(name) }
}

const HELP: &str = "name the folder of a run, such as reports/runs/smoke-20261122T121502Z, or the summary.json in it";
