//! `busyhour calibrate`: what a live run measured becomes the laws of its scenario.

use std::path::{Path, PathBuf};

use miette::miette;
use serde::Serialize;

use super::Failure;
use super::arguments::{CalibrateArguments, Format};
use crate::measure::{Mode, Summary};
use crate::report;
use crate::scenario::{LawSource, Scenario, samples_by_tag};

/// Writes the calibrated scenario, and says where its laws come from.
pub(super) fn calibrate(arguments: &CalibrateArguments) -> Result<u8, Failure> {
    let calibrated = match &arguments.out {
        None => calibrate_within(&arguments.run_dir)?,
        Some(out) => calibrate_into(&arguments.run_dir, out)?,
    };
    super::print(&match arguments.format {
        Format::Text => text(&calibrated),
        Format::Json => serde_json::to_string_pretty(&calibrated).expect("paths and counts are JSON") + "\n",
    })?;
    Ok(0)
}

/// A calibrated scenario that was written.
#[derive(Serialize)]
pub(super) struct Calibrated {
    file: PathBuf,
    laws: Vec<LawSource>,
    #[serde(skip)]
    pub(super) scenario: Scenario,
}

/// Writes it into the run's folder, in place of an earlier one.
pub(super) fn calibrate_within(run_dir: &Path) -> Result<Calibrated, Failure> {
    Measured::of(run_dir)?.write(&run_dir.join(CALIBRATED), report::CONDUCT_LOG)
}

/// Writes it to a new file, with the measurements in another one beside it: both can be taken elsewhere.
fn calibrate_into(run_dir: &Path, out: &Path) -> Result<Calibrated, Failure> {
    let measured = Measured::of(run_dir)?;
    let log = out.with_extension("hlog");
    let name = log.file_name().and_then(|name| name.to_str());
    let name = name.filter(|_| log != out).ok_or_else(|| {
        refused(miette!(help = "name a scenario file, such as this-host.toml", "{} is no scenario file", out.display()))
    })?;
    for file in [out, &log] {
        if file.exists() {
            let help = "name another file with --out, or remove this one";
            return Err(refused(miette!(help = help, "{} is there already", file.display())));
        }
    }
    std::fs::read(run_dir.join(report::CONDUCT_LOG))
        .and_then(|bytes| report::write_file(&log, &bytes))
        .map_err(|error| unwritable(&log, &error))?;
    measured.write(out, name)
}

/// What a live run left behind.
struct Measured {
    scenario: Scenario,
    /// By tag.
    samples: std::collections::BTreeMap<String, u64>,
}

impl Measured {
    fn of(run_dir: &Path) -> Result<Self, Failure> {
        let summary = summary(run_dir)?;
        if summary.scenario.mode == Mode::Sim {
            let help = "a simulation measures nothing: name the folder of a `busyhour run`";
            return Err(refused(miette!(help = help, "{} holds a simulation", run_dir.display())));
        }
        let [scenario, log] = [report::SCENARIO, report::CONDUCT_LOG].map(|name| run_dir.join(name));
        for file in [&scenario, &log] {
            if !file.is_file() {
                let help = "another version filed this run without it: play the scenario again with `busyhour run`";
                return Err(refused(miette!(help = help, "{} is missing", file.display())));
            }
        }
        let scenario = Scenario::load(&scenario)?;
        let samples = samples_by_tag(&log).map_err(|reason| {
            refused(miette!(help = "play the scenario again with `busyhour run`", "{} {reason}", log.display()))
        })?;
        if samples.is_empty() {
            let help = "nothing was measured: no runtime became ready; see `errors` in its summary.json";
            return Err(refused(miette!(help = help, "{} holds no samples", log.display())));
        }
        warn(&summary, &scenario);
        Ok(Self { scenario, samples })
    }

    /// Writes the scenario, and reads it back as whoever plays it will.
    fn write(&self, file: &Path, log: &str) -> Result<Calibrated, Failure> {
        let calibration = self.scenario.calibrated(log, &self.samples);
        report::write_file(file, calibration.text.as_bytes()).map_err(|error| unwritable(file, &error))?;
        let scenario = Scenario::load(file)?;
        Ok(Calibrated { file: file.to_owned(), laws: calibration.laws, scenario })
    }
}

fn summary(run_dir: &Path) -> Result<Summary, Failure> {
    let help = "name the folder of a live run, such as reports/runs/smoke-20261122T121502Z";
    if !run_dir.is_dir() {
        return Err(refused(miette!(help = help, "{} is no folder", run_dir.display())));
    }
    let file = run_dir.join(report::SUMMARY);
    let text = std::fs::read_to_string(&file).map_err(|error| {
        refused(miette!(help = help, "{} is no run's folder: {}: {error}", run_dir.display(), report::SUMMARY))
    })?;
    serde_json::from_str(&text)
        .map_err(|error| refused(miette!(help = help, "{} is no summary of a run: {error}", file.display())))
}

/// What makes the measurements less than they seem.
fn warn(summary: &Summary, scenario: &Scenario) {
    if !summary.harness.invalid.is_empty() {
        super::tell("busyhour: the run is invalid, and so may be its measurements: see harness.invalid in its summary");
    }
    if !scenario.faults.is_empty() {
        super::tell(
            "busyhour: the scenario has faults, and what they slowed is in the measurements too: a simulation with \
             these faults would pay for them twice; calibrate by a run without",
        );
    }
}

fn text(calibrated: &Calibrated) -> String {
    let mut lines = vec![format!("{:<16}{:>8}", "law", "samples")];
    let row = |source: &LawSource| format!("{:<16}{:>8}  {}", source.law, source.samples, remark(source));
    lines.extend(calibrated.laws.iter().map(row));
    lines.extend([String::new(), format!("simulate    busyhour sim {}", calibrated.file.display())]);
    lines.join("\n") + "\n"
}

fn remark(source: &LawSource) -> &'static str {
    match source.tag {
        None => "nothing was measured: the scenario's law stays",
        Some(_) if source.is_thin() => "measured, by so few samples that its tail is a guess",
        Some(tag) if tag.starts_with("warm_up.") => "measured in the warm-up: there was nothing after it",
        Some("drain") => "measured, whole drains while calls went on",
        Some("drain_close") => "measured, whole drains at the end: there were no others",
        Some(_) => "measured",
    }
}

fn refused(report: miette::Report) -> Failure {
    Failure::Question(report)
}

fn unwritable(file: &Path, error: &std::io::Error) -> Failure {
    Failure::work(format!("{} cannot be written: {error}; choose another file with --out", file.display()))
}

const CALIBRATED: &str = "calibrated.toml";
