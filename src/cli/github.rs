//! What GitHub Actions shows of a run: a page in the job's summary, annotations on the scenario.

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use super::Failure;
use crate::measure::Summary;
use crate::report;

/// Whether this is a step of a workflow.
pub(super) fn is_here() -> bool {
    std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true")
}

/// Appends the page to the job's summary, where there is one, and unless it is to be quiet prints the annotations beside
/// the result: the runner reads both streams.
pub(super) fn tell(summary: &Summary, quiet: bool) -> Result<(), Failure> {
    if let Some(file) = page_file() {
        append(Path::new(&file), &report::github_page(summary)).map_err(|error| {
            let file = Path::new(&file).display();
            Failure::work(format!("{file} cannot be written: {error}; unset GITHUB_STEP_SUMMARY to do without"))
        })?;
    }
    if !quiet {
        for line in report::github_annotations(summary) {
            super::tell(&line);
        }
    }
    Ok(())
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
