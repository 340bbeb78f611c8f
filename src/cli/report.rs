//! `busyhour report`: reports on a run that was filed.

use std::fs;
use std::path::Path;

use serde::de::DeserializeOwned;

use super::Failure;
use super::arguments::{Files, ReportArguments};
use super::play::style;
use crate::measure::Summary;
use crate::measure::chronicle::Chronicle;
use crate::report::{self, Page};

/// Writes the files that are asked for; prints the report where none is.
pub(super) fn report(arguments: &ReportArguments) -> Result<u8, Failure> {
    let folder = &arguments.run_dir;
    let Some(summary) = read::<Summary>(&folder.join(report::SUMMARY))? else {
        return Err(Failure::Question(miette::miette!(
            help = "name the folder of a run, as `busyhour run` and `busyhour sim --out` print it",
            "{} holds no {}",
            folder.display(),
            report::SUMMARY
        )));
    };
    let chronicle = read::<Chronicle>(&folder.join(report::CHRONICLE))?;
    let scenario = fs::read_to_string(folder.join(report::SCENARIO)).ok();
    let page = Page { summary: &summary, chronicle: chronicle.as_ref(), scenario: scenario.as_deref() };
    if arguments.files.any() {
        write(&arguments.files, &page)?;
    } else {
        super::print(&match &chronicle {
            Some(chronicle) => report::terminal_over_time(&summary, chronicle, style()),
            None => report::terminal(&summary, style()),
        })?;
    }
    Ok(0)
}

/// Writes the files that are asked for.
pub(super) fn write(files: &Files, page: &Page<'_>) -> Result<(), Failure> {
    if let Some(file) = &files.html {
        write_one(file, "page", &report::html(page))?;
    }
    if let Some(file) = &files.csv {
        let chronicle = page.chronicle.ok_or_else(|| {
            Failure::work(format!(
                "the run was filed without {}, so there is no timeline to write; play it again with this version",
                report::CHRONICLE
            ))
        })?;
        write_one(file, "timeline", &report::timeline_csv(chronicle))?;
    }
    Ok(())
}

fn write_one(file: &Path, what: &str, text: &str) -> Result<(), Failure> {
    report::write_file(file, text.as_bytes()).map_err(|error| {
        Failure::work(format!("the {what} cannot be written to {}: {error}; name another file", file.display()))
    })?;
    super::tell(&format!("{what}: {}", file.display()));
    Ok(())
}

/// What a file of a run's folder holds; nothing where it is not there.
fn read<T: DeserializeOwned>(file: &Path) -> Result<Option<T>, Failure> {
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(file, &error)),
    };
    serde_json::from_str(&text).map(Some).map_err(|error| unreadable(file, &error))
}

fn unreadable(file: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::Question(miette::miette!(
        help = "was it written by another version of busyhour, or changed since? Play the scenario again",
        "{} cannot be read: {error}",
        file.display()
    ))
}
