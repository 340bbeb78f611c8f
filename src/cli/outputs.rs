//! Files that a run, a simulation or a finished run's folder can be written to.

use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::Failure;
use crate::report::{self, Page};

/// Where a summary goes besides.
#[derive(Debug, Args)]
pub(super) struct Outputs {
    /// Write `JUnit` XML to this file: the scenario is a suite, each threshold a case.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write `OpenMetrics` text to this file, as Prometheus' collectors of text files take it.
    #[arg(long, value_name = "FILE")]
    openmetrics: Option<PathBuf>,
    /// Write a page to this file that opens in any browser, without a network.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write what happened over time to this file, a row for each moment; `reports/README.md` explains the columns.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

/// From what is known of a run to a file's text; nothing where it takes a chronicle and there is none.
type Writer = fn(&Page<'_>) -> Option<String>;

impl Outputs {
    /// Every file that is asked for, with its flag. A new kind of file is a line here.
    fn wanted(&self) -> impl Iterator<Item = (&'static str, &Path, Writer)> {
        let writers: [(_, _, Writer); 4] = [
            ("--junit", &self.junit, |page| Some(report::junit(page.summary))),
            ("--openmetrics", &self.openmetrics, |page| Some(report::openmetrics(page.summary))),
            ("--html", &self.html, |page| Some(report::html(page))),
            ("--csv", &self.csv, |page| page.chronicle.map(report::timeline_csv)),
        ];
        writers.into_iter().filter_map(|(flag, file, writer)| Some((flag, file.as_deref()?, writer)))
    }

    /// Whether none is asked for.
    pub(super) fn is_empty(&self) -> bool {
        self.wanted().next().is_none()
    }

    /// Says that there are none where `what` is asked for.
    pub(super) fn refuse(&self, what: &str) -> Result<(), Failure> {
        match self.wanted().next() {
            None => Ok(()),
            Some((flag, ..)) => Err(Failure::Question(miette::miette!(
                help = "each play is filed: write such files of its folder by `busyhour report RUN-DIR`",
                "{flag} is of one play, and {what} is several"
            ))),
        }
    }

    /// Whether any of them tells how a run went over time.
    pub(super) fn draw(&self) -> bool {
        self.html.is_some() || self.csv.is_some()
    }

    /// Says before a run what could not be written after it.
    pub(super) fn check(&self) -> Result<(), Failure> {
        let wanted: Vec<_> = self.wanted().map(|(flag, file, _)| (flag, file)).collect();
        for (place, (flag, file)) in wanted.iter().enumerate() {
            check(flag, file)?;
            let same = wanted[..place].iter().find(|(_, other)| other == file && !is_special(file));
            if let Some((other, _)) = same {
                return Err(Failure::Question(miette::miette!(
                    help = "name a file for each",
                    "{other} and {flag} both name {}",
                    file.display()
                )));
            }
        }
        Ok(())
    }

    /// Writes all of them.
    pub(super) fn write(&self, page: &Page<'_>) -> Result<(), Failure> {
        for (flag, file, writer) in self.wanted() {
            let text = writer(page).ok_or_else(|| without_chronicle(flag))?;
            write(flag, file, &text)?;
        }
        Ok(())
    }
}

/// Says beforehand that a file could not be written.
pub(super) fn check(flag: &str, file: &Path) -> Result<(), Failure> {
    if file == Path::new("-") {
        return Err(Failure::Question(miette::miette!(
            help = format!("name a file; in a shell `{flag} /dev/stderr` is one, too"),
            "`{flag} -` would mix with the result, which goes to standard output"
        )));
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let reachable = if file.is_dir() {
        Err(ErrorKind::IsADirectory.into())
    } else if is_special(file) {
        Ok(())
    } else {
        rustix::fs::access(folder, rustix::fs::Access::WRITE_OK).map_err(io::Error::from)
    };
    reachable.map_err(|error| unwritable(flag, file, &error))
}

/// A file completely or not at all; a pipe or a device straight away, since nothing could take its place.
pub(super) fn write(flag: &str, file: &Path, text: &str) -> Result<(), Failure> {
    let written = if is_special(file) {
        OpenOptions::new().write(true).open(file).and_then(|mut file| file.write_all(text.as_bytes()))
    } else {
        report::write_file(file, text.as_bytes())
    };
    written.map_err(|error| unwritable(flag, file, &error))
}

fn is_special(file: &Path) -> bool {
    file.exists() && !file.is_file()
}

fn without_chronicle(flag: &str) -> Failure {
    Failure::work(format!(
        "the run was filed without {}, which {flag} is made of; play it again with this version",
        report::CHRONICLE
    ))
}

fn unwritable(flag: &str, file: &Path, error: &io::Error) -> Failure {
    Failure::work(format!("{} cannot be written: {error}; choose another file with {flag}", file.display()))
}
