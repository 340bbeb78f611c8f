//! A folder for each run.

use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use super::interval_log::{Interval, interval_log};
use super::{chronicle_json, json, plan_html, plan_json};
use crate::measure::chronicle::Chronicle;
use crate::measure::{Histograms, ObservedConduct, Summary};
use crate::plan::Plan;

/// What a live run is proved, played again and simulated by.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// How it went.
    pub chronicle: &'a Chronicle,
    /// Text of the scenario as it was played.
    pub scenario: &'a str,
    /// The samples behind the summary's percentiles.
    pub samples: &'a Histograms,
    /// How the runtimes behaved.
    pub conduct: &'a ObservedConduct,
}

/// Writes `summary.json` into a new folder `<scenario>-<time>` of `runs`, which is made where it is missing, and
/// returns the folder. The file is there completely or not at all; an earlier run's folder is never touched.
pub fn write_run(runs: &Path, summary: &Summary, began: Timestamp) -> io::Result<PathBuf> {
    let folder = new_folder(runs, &summary.scenario.name, began)?;
    write_file(&folder.join(SUMMARY), json(summary, false).as_bytes())?;
    Ok(folder)
}

/// The same, with the chronicle and the scenario beside it.
pub fn write_told_run(
    runs: &Path,
    summary: &Summary,
    chronicle: &Chronicle,
    scenario: &str,
    began: Timestamp,
) -> io::Result<PathBuf> {
    let folder = write_run(runs, summary, began)?;
    write_file(&folder.join(CHRONICLE), chronicle_json(chronicle).as_bytes())?;
    write_file(&folder.join(SCENARIO), scenario.as_bytes())?;
    Ok(folder)
}

/// The same, with the measured samples, too. Their size does not depend on how long the run was.
pub fn write_live_run(runs: &Path, summary: &Summary, evidence: Evidence<'_>, began: Timestamp) -> io::Result<PathBuf> {
    let Evidence { chronicle, scenario, samples, conduct } = evidence;
    let folder = write_told_run(runs, summary, chronicle, scenario, began)?;
    let start = summary.window.start.as_deref().and_then(|start| start.parse().ok()).unwrap_or(began);
    let start = Duration::try_from(start.as_duration()).unwrap_or_default();
    let [warm_up, measured] = [summary.window.warm_up_s, summary.window.measured_s].map(Duration::from_secs_f64);
    let counted = Interval { start, from: warm_up, lasting: measured };
    let families = samples.iter().map(|(family, histogram)| (family.name(), histogram));
    write_file(
        &folder.join(SAMPLES_LOG),
        &interval_log("Latencies of a live run by family, in ns", counted, families),
    )?;
    let all = Interval { start, from: Duration::ZERO, lasting: warm_up + measured };
    write_file(&folder.join(CONDUCT_LOG), &interval_log("How runtimes behaved, by law, in ns", all, conduct.iter()))?;
    Ok(folder)
}

/// Writes `plan.json`, `plan.html` and the scenario into a new folder `<scenario>-<time>` of `plans`.
pub fn write_plan(plans: &Path, plan: &Plan, scenario: &str, began: Timestamp) -> io::Result<PathBuf> {
    let folder = new_folder(plans, &plan.scenario.name, began)?;
    write_file(&folder.join(PLAN), plan_json(plan).as_bytes())?;
    write_file(&folder.join(PLAN_PAGE), plan_html(plan, Some(scenario)).as_bytes())?;
    write_file(&folder.join(SCENARIO), scenario.as_bytes())?;
    Ok(folder)
}

/// Writes a file completely or not at all, in place of one that was there.
pub fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // As any program makes a file: the user's mask decides who may read it.
    let mut file = tempfile::Builder::new().permissions(Permissions::from_mode(0o666)).tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.persist(path)?;
    Ok(())
}

/// The summary of a run.
pub const SUMMARY: &str = "summary.json";
/// How it went over time.
pub const CHRONICLE: &str = "chronicle.json";
/// The scenario as it was played.
pub const SCENARIO: &str = "scenario.toml";
/// A plan.
pub const PLAN: &str = "plan.json";
/// The same for a browser.
pub const PLAN_PAGE: &str = "plan.html";
/// The samples of every family.
pub const SAMPLES_LOG: &str = "latencies.hlog";
/// How runtimes behaved.
pub const CONDUCT_LOG: &str = "conduct.hlog";

/// Makes a folder `<name>-<time>` in `runs`, which is made where it is missing. Making one that is there fails, so that
/// two runs never share one.
pub fn new_folder(runs: &Path, name: &str, began: Timestamp) -> io::Result<PathBuf> {
    let name = format!("{}-{}", safe(name), began.strftime("%Y%m%dT%H%M%SZ"));
    fs::create_dir_all(runs)?;
    let mut folder = runs.join(&name);
    let mut number = 1;
    loop {
        match fs::create_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                number += 1;
                folder = runs.join(format!("{name}-{number}"));
            }
            made => return made.map(|()| folder),
        }
    }
}

/// Letters, digits, `-`, `_` and `.` stay, all else becomes `-`; never empty, hidden or long.
fn safe(name: &str) -> String {
    let kept = |sign: char| if sign.is_ascii_alphanumeric() || "-_.".contains(sign) { sign } else { '-' };
    let safe: String = name.chars().take(LONGEST_NAME).map(kept).collect();
    match safe.trim_start_matches('.') {
        "" => "run".to_owned(),
        visible => visible.to_owned(),
    }
}

const LONGEST_NAME: usize = 80;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::fixture::run_of;

    fn began() -> Timestamp {
        "2026-11-22T09:56:41.5Z".parse().unwrap()
    }

    #[test]
    fn each_run_gets_a_folder_of_its_own() {
        let runs = tempfile::tempdir().unwrap();
        let summary = run_of([5], &[]);
        let names: Vec<_> = (0..3)
            .map(|_| write_run(&runs.path().join("reports/runs"), &summary, began()).unwrap())
            .map(|folder| folder.file_name().unwrap().to_str().unwrap().to_owned())
            .collect();
        let first = "fundamento-20261122T095641Z";
        assert_eq!(names, [first.to_owned(), format!("{first}-2"), format!("{first}-3")]);
    }

    #[test]
    fn nothing_but_the_summary_is_left_in_it() {
        let runs = tempfile::tempdir().unwrap();
        let summary = run_of([5], &[]);
        let folder = write_run(runs.path(), &summary, began()).unwrap();
        let names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["summary.json"]);
        assert_eq!(fs::read_to_string(folder.join("summary.json")).unwrap(), json(&summary, false));
    }

    #[test]
    fn a_live_run_files_its_scenario_and_its_samples() {
        let runs = tempfile::tempdir().unwrap();
        let (samples, conduct) = (Histograms::default(), ObservedConduct::new(crate::base::Span::ZERO));
        let chronicle = crate::measure::fixture::chronicle();
        let evidence =
            Evidence { chronicle: &chronicle, scenario: "name = \"n\"\n", samples: &samples, conduct: &conduct };
        let folder = write_live_run(runs.path(), &run_of([5], &[]), evidence, began()).unwrap();
        let mut names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, [CHRONICLE, CONDUCT_LOG, SAMPLES_LOG, SCENARIO, SUMMARY]);
        assert_eq!(fs::read_to_string(folder.join(SCENARIO)).unwrap(), "name = \"n\"\n");
        let log = fs::read_to_string(folder.join(CONDUCT_LOG)).unwrap();
        assert!(log.contains("[StartTime: 1795341401.000"), "as the summary says: {log}");
    }

    #[test]
    fn no_name_leaves_the_folder_of_runs() {
        for (name, kept) in [
            ("../../etc/passwd", "-..-etc-passwd"),
            ("..", "run"),
            ("", "run"),
            ("a/b\\c\0d\u{1b}[31m é", "a-b-c-d--31m--"),
            (&"x".repeat(10_000), &"x".repeat(80)),
        ] {
            assert_eq!(safe(name), kept);
        }
    }

    #[test]
    fn a_place_that_cannot_be_written_is_an_error() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(write_run(file.path(), &run_of([5], &[]), began()).is_err());
    }
}
