//! A file somebody wrote, in TOML or JSON, and what is wrong with it, where it stands.

use std::fmt::Display;
use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use serde::de::{DeserializeOwned, Error};
use thiserror::Error as ThisError;

use crate::scenario::{Problem, WrongText, explained};

/// Why a file is of no use.
#[derive(Debug, ThisError, Diagnostic)]
pub enum FileError {
    /// It could not be read.
    #[error("{} can't be read: {reason}", file.display())]
    #[diagnostic(help("name a file that exists and may be read, in TOML or JSON"))]
    Unreadable {
        /// Which.
        file: PathBuf,
        /// Why.
        reason: std::io::Error,
    },
    /// Beyond all use.
    #[error("{} has more than {limit} bytes", file.display())]
    #[diagnostic(help("a test needs a page of text; index larger knowledge with the client"))]
    TooLarge {
        /// Which.
        file: PathBuf,
        /// The largest size accepted.
        limit: u64,
    },
    /// No text.
    #[error("{} is no UTF-8 text", file.display())]
    #[diagnostic(help("save the file as UTF-8"))]
    NoText {
        /// Which.
        file: PathBuf,
    },
    /// Text that does not mean what it should.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Wrong(#[from] Box<WrongText>),
}

/// Reads a file: JSON where its name says so or its text begins as an object does, else TOML.
pub(super) fn read<T: DeserializeOwned>(file: &Path) -> Result<T, FileError> {
    let unreadable = |reason| FileError::Unreadable { file: file.to_owned(), reason };
    let mut bytes = Vec::new();
    let opened = File::open(file).map_err(unreadable)?;
    opened.take(LARGEST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST {
        return Err(FileError::TooLarge { file: file.to_owned(), limit: LARGEST });
    }
    let text = String::from_utf8(bytes).map_err(|_| FileError::NoText { file: file.to_owned() })?;
    parse(file, &text)
}

/// Reads the text, as though it had been read from `file`.
pub(super) fn parse<T: DeserializeOwned>(file: &Path, text: &str) -> Result<T, FileError> {
    let parsed = if is_json(file, text) { json(text) } else { toml(text) };
    parsed.map_err(|problem| Box::new(WrongText::new(file, text.to_owned(), vec![problem])).into())
}

fn is_json(file: &Path, text: &str) -> bool {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("json") => true,
        Some("toml") => false,
        _ => text.trim_start().starts_with('{'),
    }
}

/// An error of our own while a file is read: what is wrong, and what to do about it.
pub(super) fn wrong<E: Error>(what: impl Display, remedy: &str) -> E {
    E::custom(format!("{what}{REMEDY}{remedy}"))
}

/// [`wrong`], where something that must be unique has a name for the second time.
pub(super) fn twice<E: Error>(noun: &str, name: &str) -> E {
    wrong(format!("the {noun} `{name}` is there{TWICE}"), "leave one of them out, or give it another name")
}

fn toml<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    toml::from_str(text).map_err(|error| {
        let place = error.span().unwrap_or(0..text.len().min(1));
        let place = second_mention(text, place.start, error.message()).unwrap_or(place);
        in_words(error.message(), first_line(text, place), "the file must be TOML (https://toml.io)")
    })
}

fn in_words(message: &str, place: Range<usize>, syntax: &str) -> Problem {
    match message.split_once(REMEDY) {
        Some((what, remedy)) => Problem::new(&place, what.trim(), remedy.trim()),
        None => explained(message, place, syntax),
    }
}

/// Of tables the reader knows only where the first of their kind stands: where the name is given for the second time.
fn second_mention(text: &str, from: usize, message: &str) -> Option<Range<usize>> {
    let name = message.split_once(TWICE)?.0.split('`').nth(1)?;
    let quoted = ["id", "name"].map(|key| format!("{key} = {name:?}"));
    let mut lines = text[from..].split_inclusive('\n').scan(from, |start, line| {
        let place = *start..*start + line.trim_end().len();
        *start += line.len();
        Some((place, line.trim()))
    });
    lines.by_ref().find(|(_, line)| quoted.iter().any(|quoted| line == quoted))?;
    lines.find(|(_, line)| quoted.iter().any(|quoted| line == quoted)).map(|(place, _)| place)
}

/// A table may be many lines: the first one will do to point at it.
fn first_line(text: &str, place: Range<usize>) -> Range<usize> {
    let lines = text.get(place.clone()).unwrap_or_default();
    place.start..place.start + lines.trim_end().find('\n').unwrap_or(lines.len())
}

fn json<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    serde_json::from_str(text).map_err(|error| {
        let message = error.to_string();
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
        let end = offset(text, error.line(), error.column());
        in_words(message, pointed_at(text, message, end), "the file must be JSON (https://json.org)")
    })
}

/// The reader says where it had got to; what it complains about stands before that.
fn pointed_at(text: &str, message: &str, end: usize) -> Range<usize> {
    let quoted = message.split('`').nth(1).filter(|_| message.starts_with("unknown"));
    let named = quoted.and_then(|name| {
        let written = format!("\"{name}\"");
        text[..end].rfind(&written).map(|start| start..start + written.len())
    });
    named.unwrap_or_else(|| text[..end].char_indices().next_back().map_or(0..0, |(start, _)| start..end))
}

/// Line and column count from 1, columns in bytes.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut end = (before + column).min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    end
}

/// Stands between an error of our own and its remedy; nobody types it.
const REMEDY: char = '\u{1f}';
/// How [`twice`] puts it.
const TWICE: &str = " twice";

const LARGEST: u64 = 16 << 20;
