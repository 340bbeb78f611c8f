//! `busyhour import`: call records to a trace, a scenario that plays it, and what matters of them.

mod arguments;
mod key;
mod remarks;
mod scenario_text;
mod words;

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::tz::TimeZone;
use miette::miette;
use schemars::JsonSchema;
use serde::Serialize;

use super::Failure;
use super::arguments::Format;
use crate::records::{Account, Clock, Columns, Description, Reader, Reading, Records, Selection, TimeKind, describe};
use crate::report;

pub(super) use arguments::{IMPORT_EXAMPLES, ImportArguments};

/// Reads, cleans, writes and describes.
pub(super) fn import(arguments: &ImportArguments) -> Result<u8, Failure> {
    for file in arguments.output.iter().chain(&arguments.scenario) {
        must_be_new(file)?;
    }
    let reader = reader(arguments)?;
    let mut reading = read(&arguments.records, &reader)?;
    let (from_ns, to_ns) =
        (instant(arguments.from.as_deref(), &reader, &reading)?, instant(arguments.to.as_deref(), &reader, &reading)?);
    let selection = Selection { from_ns, to_ns, share: arguments.sample, seed: arguments.seed };
    selection.keep(&mut reading.records);
    remarks::tell(&reading, arguments.show);
    let zone = reader.clock.zone.as_ref();
    let Some(description) = describe(&reading.records, zone) else { return Err(nothing_left(&arguments.records)) };
    if arguments.anonymize {
        reading.records = reading.records.anonymized(&key::key(arguments.key_file.as_deref())?);
    }
    let written = arguments.output.as_ref().map(|_| write(arguments, &reading.records, &selection, &description));
    let imported = Imported {
        schema: SCHEMA,
        doubted: reading.remarks,
        rejected: reading.rejected,
        unanswered: reading.unanswered,
        written: written.transpose()?,
        description: (arguments.describe || arguments.output.is_none()).then_some(description),
    };
    super::print(&match arguments.format {
        Format::Text => words::text(&imported, zone),
        Format::Json => serde_json::to_string_pretty(&imported).expect("facts are JSON") + "\n",
    })?;
    Ok(0)
}

/// What came of call records.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "Records")]
struct Imported {
    /// Name and version of this shape.
    #[schemars(extend("const" = SCHEMA))]
    schema: &'static str,
    /// Rows that could not be taken.
    rejected: Account,
    /// Rows that were taken with a doubt.
    doubted: Account,
    /// Calls that ended while they rang, and were left out.
    unanswered: u64,
    /// Absent where nothing was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    written: Option<Written>,
    /// What matters of the calls; absent where it was not asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<Description>,
}

/// What was written where.
#[derive(Serialize, JsonSchema)]
struct Written {
    /// The clean trace.
    trace: PathBuf,
    /// The scenario that plays it, where one was asked for.
    scenario: Option<PathBuf>,
    /// How many there are in the trace.
    calls: usize,
}

const SCHEMA: &str = "busyhour.records/1";

fn reader(arguments: &ImportArguments) -> Result<Reader, Failure> {
    let columns = Columns::of(arguments.columns.iter().map(String::as_str)).map_err(|error| question(&error, ""))?;
    let zone = arguments.time_zone.as_deref().map(|name| {
        let help = "name a zone of the IANA time zone database, such as Europe/Berlin or UTC";
        TimeZone::get(name).map_err(|_| question(&format!("there is no time zone {name:?}"), help))
    });
    let clock = Clock { zone: zone.transpose()?, format: arguments.time_format.clone() };
    Ok(Reader { columns, clock, strict: arguments.strict, remarks_kept: arguments.show })
}

fn read(file: &Path, reader: &Reader) -> Result<Reading, Failure> {
    let help = "name a file of call records; `busyhour import --help` says what it may hold";
    let metadata = std::fs::metadata(file);
    if metadata.as_ref().is_ok_and(std::fs::Metadata::is_dir) {
        return Err(question(&format!("{} is a folder", file.display()), help));
    }
    let opened = metadata.and_then(|_| File::open(file));
    let opened = opened.map_err(|error| question(&format!("{} can't be read: {error}", file.display()), help))?;
    reader.read(opened).map_err(|error| question(&format!("{}: {error}", file.display()), ""))
}

/// An instant of the records, as it was typed.
fn instant(text: Option<&str>, reader: &Reader, reading: &Reading) -> Result<Option<i64>, Failure> {
    let Some(text) = text else { return Ok(None) };
    let midnight = format!("{text}T00:00:00");
    let found = reader.clock.instant(text).or_else(|| reader.clock.instant(&midnight));
    if let Some((ns, _)) = found.filter(|(_, kind)| *kind == reading.records.kind) {
        return Ok(Some(ns));
    }
    let help = match reading.records.kind {
        TimeKind::Seconds => "these records count seconds: write one of theirs, such as 32400",
        TimeKind::Dates if reader.clock.zone.is_none() => {
            "write a date with an offset, such as 2026-03-02T09:00:00+01:00, or say where by --time-zone"
        }
        TimeKind::Dates => "write a date such as 2026-03-02 or 2026-03-02T09:00:00",
    };
    Err(question(&format!("{text:?} is no instant of these records"), help))
}

fn write(
    arguments: &ImportArguments,
    records: &Records,
    selection: &Selection,
    description: &Description,
) -> Result<Written, Failure> {
    let trace = arguments.output.as_deref().expect("it was asked for");
    let origin_ns = selection.from_ns.or(records.first_ns()).unwrap_or(0);
    let bytes = trace_bytes(trace, records, origin_ns, arguments.speed).map_err(|error| unwritable(trace, &error))?;
    report::write_file(trace, &bytes).map_err(|error| unwritable(trace, &error))?;
    let of_none = records.calls.iter().filter(|call| call.tenant.is_none()).count();
    if !records.tenants.is_empty() && of_none > 0 {
        super::tell(&format!("{of_none} calls name no tenant: they are in the trace, and no tenant plays them"));
    }
    if let Some(scenario) = &arguments.scenario {
        let played =
            scenario_text::Played { records, origin_ns, to_ns: selection.to_ns, speed: arguments.speed, description };
        let text = scenario_text::text(&played, scenario, trace);
        report::write_file(scenario, text.as_bytes()).map_err(|error| unwritable(scenario, &error))?;
    }
    Ok(Written { trace: trace.to_owned(), scenario: arguments.scenario.clone(), calls: records.calls.len() })
}

fn trace_bytes(file: &Path, records: &Records, origin_ns: i64, speed: f64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if file.extension().is_some_and(|extension| extension == "gz") {
        let mut encoder = GzEncoder::new(&mut bytes, Compression::default());
        records.write(&mut encoder, origin_ns, speed)?;
        encoder.finish()?.flush()?;
    } else {
        records.write(&mut bytes, origin_ns, speed)?;
    }
    Ok(bytes)
}

fn must_be_new(file: &Path) -> Result<(), Failure> {
    if file.exists() {
        return Err(question(&format!("{} is there already", file.display()), "name another file, or remove this one"));
    }
    Ok(())
}

fn nothing_left(file: &Path) -> Failure {
    question(
        &format!("{}: no call is left", file.display()),
        "see above what was rejected; widen --from, --to or --sample",
    )
}

fn question(what: &dyn std::fmt::Display, help: &str) -> Failure {
    Failure::Question(if help.is_empty() { miette!("{what}") } else { miette!(help = help, "{what}") })
}

fn unwritable(file: &Path, error: &std::io::Error) -> Failure {
    Failure::work(format!("{} cannot be written: {error}; choose another file", file.display()))
}
