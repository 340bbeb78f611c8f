//! What GitHub Actions shows of a run: a page in the job's summary, annotations on the scenario.

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use super::Failure;
use crate::measure::Summary;
use crate::report;

/// Whether this is a step of a workflow.
fn is_here() -> bool {
    std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true")
}

/// In a step of a workflow, appends the page to the job's summary, where there is one, and unless it is to be quiet prints
/// the annotations beside the result: the runner reads both streams. Nobody has asked for the page, so a summary that
/// cannot be written does not stand in for the verdict.
pub(super) fn tell_if_here(summary: &Summary, quiet: bool) {
    if !is_here() {
        return;
    }
    if let Err(failure) = append_page(summary) {
        super::tell(&format!("busyhour: {}; this run's page is left out", failure.reason()));
    }
    if !quiet {
        annotate(summary);
    }
}

/// The same for who has asked for it.
pub(super) fn tell(summary: &Summary) -> Result<(), Failure> {
    append_page(summary)?;
    annotate(summary);
    Ok(())
}

fn append_page(summary: &Summary) -> Result<(), Failure> {
    let Some(file) = page_file() else { return Ok(()) };
    append(Path::new(&file), &report::github_page(summary)).map_err(|error| {
        let file = Path::new(&file).display();
        Failure::work(format!("{file} cannot be written: {error}; unset GITHUB_STEP_SUMMARY to do without"))
    })
}

fn annotate(summary: &Summary) {
    for line in report::github_annotations(summary) {
        super::tell(&line);
    }
}

fn page_file() -> Option<OsString> {
    std::env::var_os("GITHUB_STEP_SUMMARY").filter(|file| !file.is_empty())
}

/// Where the step has written so much that GitHub would drop all of it, this page is left out.
fn append(file: &Path, page: &str) -> std::io::Result<()> {
    let there = std::fs::metadata(file).map_or(0, |there| there.len());
    if there + page.len() as u64 > LARGEST {
        super::tell("busyhour: the job's summary is full, so this run's page is left out");
        return Ok(());
    }
    OpenOptions::new().create(true).append(true).open(file)?.write_all(page.as_bytes())
}

/// What GitHub takes of a step: <https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands>.
const LARGEST: u64 = 1024 * 1024 - 1;
