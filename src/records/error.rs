//! What can be wrong with call records.

use std::io;

use thiserror::Error;

use super::Column;

/// Why a file cannot be read at all.
#[derive(Debug, Error)]
pub enum ReadError {
    /// Not a byte.
    #[error("it is empty: name a file with a header line such as start,caller,duration and a line a call")]
    Empty,
    /// A header, or rows of which none could be taken.
    #[error("it holds no calls: a line a call must follow the header")]
    NoCalls,
    /// Bytes that are no text.
    #[error("line {line} is {what}")]
    NoText {
        /// From 1.
        line: u64,
        /// What it is, and what to do.
        what: &'static str,
    },
    /// The first line holds values.
    #[error(
        "line 1 has no names of columns but values ({found}): put a header before it, such as start,caller,duration"
    )]
    NoHeader {
        /// The line.
        found: String,
    },
    /// A column is not there.
    #[error(
        "line {line}: there is no column `{name}` for {column}; there are {}: say which by --column {column}=…",
        listed(there)
    )]
    NoColumn {
        /// The header's line.
        line: u64,
        /// What is missing.
        column: Column,
        /// What it was to be called.
        name: String,
        /// The columns there are.
        there: Vec<String>,
    },
    /// Two columns of one name.
    #[error("line 1 has two columns `{name}`: rename one of them")]
    TwoColumns {
        /// The name.
        name: String,
    },
    /// A row was rejected, and that is not to be.
    #[error("line {line}: {reason} (--strict accepts no such row)")]
    Strict {
        /// From 1.
        line: u64,
        /// Why.
        reason: Rejection,
    },
    /// A compressed file that ends in the middle, or is none.
    #[error(
        "its gzip data is broken after line {line}: {reason}; fetch it again, or unpack what is left with `gunzip -c`"
    )]
    Gzip {
        /// The last line that was read, from 1; 0 where none was.
        line: u64,
        /// What the decoder says.
        reason: io::Error,
    },
    /// The disk said no.
    #[error("it can't be read after line {line}: {reason}; copy it to where it can")]
    Unreadable {
        /// The last line that was read, from 1; 0 where none was.
        line: u64,
        /// Why.
        reason: io::Error,
    },
    /// More than we number.
    #[error("it holds more than {0} calls: import a part of it at a time")]
    TooMany(u32),
}

/// Why a row cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Rejection {
    /// A separator too many or too few.
    #[error("has {found} fields where the header has {wanted}: quote values that hold a separator")]
    Fields {
        /// In the row.
        found: usize,
        /// In the header.
        wanted: usize,
    },
    /// Bytes that are no text.
    #[error("{0} is no UTF-8 text: convert the file, for example with iconv -f latin1 -t utf-8")]
    NoText(Column),
    /// A field that goes on over the end of its line.
    #[error("{0} goes over several lines: is a quote left open? double a quote that is meant, or leave it out")]
    Lines(Column),
    /// No object.
    #[error("is no JSON object: {0}; write one object a line")]
    NoJson(String),
    /// Of no use for what the column holds.
    #[error("{column} can't be {found}: write {wanted}")]
    Value {
        /// Where.
        column: Column,
        /// What was there.
        found: String,
        /// What should be.
        wanted: &'static str,
    },
    /// Nobody knows when.
    #[error("has no start: leave such rows out")]
    NoStart,
    /// A time that is none.
    #[error("start can't be `{found}`: {why}")]
    Time {
        /// What was there.
        found: String,
        /// What is wrong and what to do.
        why: String,
    },
    /// Seconds among dates, or dates among seconds.
    #[error("start `{found}` is {this} where the rows before have {others}: write all of them in one way")]
    MixedTimes {
        /// What was there.
        found: String,
        /// What it is.
        this: &'static str,
        /// What the others are.
        others: &'static str,
    },
    /// The same call again.
    #[error("is line {of} again: leave one of them out")]
    Duplicate {
        /// The first.
        of: u64,
    },
}

impl Rejection {
    /// Of what kind it is, for counting.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Fields { .. } => "a wrong number of fields",
            Self::NoText(_) => "a wrong encoding",
            Self::Lines(_) => "a line break in a field",
            Self::NoJson(_) => "no JSON object",
            Self::NoStart => "no start",
            Self::Time { .. } => "an unknown time",
            Self::MixedTimes { .. } => "seconds and dates mixed",
            Self::Duplicate { .. } => "a duplicate",
            Self::Value { column: Column::Duration, .. } => "a wrong duration",
            Self::Value { column: Column::Ring, .. } => "a wrong ringing time",
            Self::Value { .. } => "wrong turns",
        }
    }
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { format!("`{}`", names.join("`, `")) }
}
