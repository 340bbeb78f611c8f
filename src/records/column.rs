//! Which column of a file holds what.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// What a column can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// When the phone began to ring. Needed.
    Start,
    /// Who called. Needed, and blank where nobody knows.
    Caller,
    /// Whose customer.
    Tenant,
    /// How long the call lasted from its start, the ringing included.
    Duration,
    /// How many turns it had, or when they started.
    Turns,
    /// The agent that took it.
    Agent,
    /// How long it rang before it was answered.
    Ring,
}

/// What each column is called in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    named: [Option<String>; Column::ALL.len()],
}

/// A mapping that maps nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ColumnsError {
    /// No `=`, or nothing on one of its sides.
    #[error("`{0}` maps nothing: write what it is and what the file calls it, such as start=call_begin")]
    Shape(String),
    /// Something we have no use for.
    #[error("`{name}` is no column that is read: map one of {}", Column::listed())]
    Unknown {
        /// What was typed.
        name: String,
    },
}

impl Column {
    /// In the order in which they are written.
    pub const ALL: [Self; 7] =
        [Self::Start, Self::Caller, Self::Tenant, Self::Duration, Self::Turns, Self::Agent, Self::Ring];

    /// Its name in our own files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Caller => "caller",
            Self::Tenant => "tenant",
            Self::Duration => "duration",
            Self::Turns => "turns",
            Self::Agent => "agent",
            Self::Ring => "ring",
        }
    }

    /// Whether a trace cannot do without.
    pub const fn is_needed(self) -> bool {
        matches!(self, Self::Start | Self::Caller)
    }

    fn listed() -> String {
        Self::ALL.map(Self::name).join(", ")
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Column {
    type Err = ColumnsError;

    fn from_str(text: &str) -> Result<Self, ColumnsError> {
        Self::ALL
            .into_iter()
            .find(|column| column.name() == text)
            .ok_or_else(|| ColumnsError::Unknown { name: text.to_owned() })
    }
}

impl Columns {
    /// Takes mappings such as `start=call_begin`; a column without one is called by our own name for it.
    pub fn of<'t>(mappings: impl IntoIterator<Item = &'t str>) -> Result<Self, ColumnsError> {
        let mut columns = Self::default();
        for mapping in mappings {
            let (column, name) = mapping.split_once('=').ok_or_else(|| ColumnsError::Shape(mapping.to_owned()))?;
            let (column, name) = (column.trim(), name.trim());
            if column.is_empty() || name.is_empty() {
                return Err(ColumnsError::Shape(mapping.to_owned()));
            }
            columns.named[column.parse::<Column>()? as usize] = Some(name.to_owned());
        }
        Ok(columns)
    }

    /// What the file calls it.
    pub fn name(&self, column: Column) -> &str {
        self.named[column as usize].as_deref().unwrap_or(column.name())
    }

    /// Whether the file must have it.
    pub(super) fn must_have(&self, column: Column) -> bool {
        column.is_needed() || self.named[column as usize].is_some()
    }

    /// The column that a file's `header` is the name of.
    pub(super) fn find(&self, header: &str) -> Option<Column> {
        let header = header.trim();
        Column::ALL.into_iter().find(|column| match &self.named[*column as usize] {
            Some(named) => named == header,
            None => column.name().eq_ignore_ascii_case(header),
        })
    }
}
