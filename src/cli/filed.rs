//! Summaries in files.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use miette::miette;
use serde_json::Value;

use super::Failure;
use crate::measure::Summary;
use crate::report;

/// The summary in a file, or in the folder of a run.
pub(super) fn summary(path: &Path) -> Result<Summary, Failure> {
    let file = if path.is_dir() { path.join(report::SUMMARY) } else { path.to_owned() };
    let text = text(&file).map_err(|error| {
        let what = if path.is_dir() { "is no run's folder: it has no readable summary.json" } else { "cannot be read" };
        refused(path, &format!("{what} ({error})"), HELP)
    })?;
    summary_in(&text, path)
}

/// What stands in a file, or comes through a pipe. Not more than memory holds: who names a device by mistake is told.
pub(super) fn text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(LARGEST + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LARGEST {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it has more than {} MB", LARGEST >> 20)));
    }
    Ok(text)
}

/// The summary that a text is; `origin` says whose.
pub(super) fn summary_in(text: &str, origin: &Path) -> Result<Summary, Failure> {
    let value: Value = serde_json::from_str(text)
        .map_err(|error| refused(origin, &format!("is no summary, nor JSON at all: {error}"), HELP))?;
    match value.get("schema").and_then(Value::as_str) {
        Some(Summary::SCHEMA) => {}
        Some(other) if other.starts_with("busyhour.summary/") => {
            let what = format!("is a {}, and this version reads {}", shortened(other), Summary::SCHEMA);
            return Err(refused(origin, &what, "play both with the same version of busyhour"));
        }
        Some(other) => return Err(refused(origin, &format!("is a {} and no summary", shortened(other)), HELP)),
        None => return Err(refused(origin, "is JSON, but no summary: it has no `schema`", HELP)),
    }
    serde_json::from_value(value).map_err(|error| {
        let what = format!("says it is a {} and is not: {error}", Summary::SCHEMA);
        refused(origin, &what, "it was edited, or another version wrote it: play the scenario again")
    })
}

fn refused(path: &Path, what: &str, help: &str) -> Failure {
    Failure::Question(miette!(help = help.to_owned(), "{} {what}", path.display()))
}

/// Whatever stands there is shown, not obeyed.
fn shortened(text: &str) -> String {
    text.chars().filter(|sign| !sign.is_control()).take(40).collect()
}

/// Those of a thousand tenants in a hundred phases fit.
const LARGEST: u64 = 512 << 20;
const HELP: &str = "name a summary.json, or the folder of a run such as reports/runs/smoke-20261122T121502Z";
