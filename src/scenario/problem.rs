//! What can be wrong with a scenario file, shown where it stands.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};
use thiserror::Error;

use super::typed::Place;

/// Why a file is no scenario.
#[derive(Debug, Error, Diagnostic)]
pub enum ScenarioError {
    /// The file could not be read.
    #[error("{} can't be read: {reason}", file.display())]
    #[diagnostic(help("name a scenario file that exists and may be read, for example scenarios/smoke.toml"))]
    Unreadable {
        /// Which.
        file: PathBuf,
        /// Why.
        reason: std::io::Error,
    },
    /// A directory, a pipe or a device.
    #[error("{} is no file", file.display())]
    #[diagnostic(help("name one of the scenario files in it, they end in .toml"))]
    NoFile {
        /// Which.
        file: PathBuf,
    },
    /// A file beyond all use.
    #[error("{} has {bytes} bytes, more than the {limit} a scenario may have", file.display())]
    #[diagnostic(help("a scenario is a page of text; measured values belong into an .hlog file beside it"))]
    TooLarge {
        /// Which.
        file: PathBuf,
        /// Its size.
        bytes: u64,
        /// The largest size accepted.
        limit: u64,
    },
    /// Bytes that are no text.
    #[error("{} is no UTF-8 text: byte {offset} on line {line} belongs to no character", file.display())]
    #[diagnostic(help("save the file as UTF-8"))]
    NoText {
        /// Which.
        file: PathBuf,
        /// The first bad byte, from 0.
        offset: usize,
        /// Its line, from 1.
        line: usize,
    },
    /// Text that makes no scenario.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Wrong(#[from] Box<WrongText>),
}

/// A text and everything that is wrong with it.
#[derive(Debug)]
pub struct WrongText {
    file: PathBuf,
    text: NamedSource<String>,
    /// At least one.
    problems: Vec<Problem>,
}

/// One thing that is wrong, where, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct Problem {
    message: String,
    place: Place,
    help: String,
}

/// Problems found so far.
#[derive(Debug, Default)]
pub(super) struct Problems(Vec<Problem>);

impl WrongText {
    /// Takes at least one problem with the text of `file`.
    pub fn new(file: &Path, text: String, problems: Vec<Problem>) -> Self {
        assert!(!problems.is_empty(), "a text without problems is not wrong");
        let text = NamedSource::new(file.display().to_string(), text).with_language("TOML");
        Self { file: file.to_owned(), text, problems }
    }

    /// Everything that is wrong, in the order it was found.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for WrongText {
    /// The problem, where there is one; else how many.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.problems[..] {
            [only] => only.fmt(f),
            many => write!(f, "{} has {} problems", self.file.display(), many.len()),
        }
    }
}

impl std::error::Error for WrongText {}

/// One problem is shown as such; several are related ones of a heading.
impl Diagnostic for WrongText {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.text)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        if let [only] = &self.problems[..] { only.help() } else { None }
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        if let [only] = &self.problems[..] { only.labels() } else { None }
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        if self.problems.len() == 1 {
            return None;
        }
        Some(Box::new(self.problems.iter().map(|problem| problem as &dyn Diagnostic)))
    }
}

impl Diagnostic for Problem {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.help))
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(LabeledSpan::underline(self.place.clone()))))
    }
}

impl Problem {
    /// `message` says what is wrong, `help` what to write instead.
    pub fn new(place: &Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), place: place.clone(), help: help.into() }
    }
}

impl Problems {
    /// Adds one.
    pub(super) fn add(&mut self, place: &Place, message: impl Into<String>, help: impl Into<String>) {
        self.0.push(Problem::new(place, message, help));
    }

    /// Nothing, or everything found, in the order of the file.
    pub(super) fn into_result(mut self) -> Result<(), Vec<Problem>> {
        self.0.sort_by_key(|problem| problem.place.start);
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }
}
