//! A file of call records, row by row.

mod json;

use std::io::{self, BufRead, Read};

use csv::{ByteRecord, ReaderBuilder, Terminator};

use super::quantity::decimal_ns;
use super::row::{Fields, Taker};
use super::source::{Form, Source};
use super::{Account, Clock, Column, Columns, ReadError, Records, Rejection};

/// How to read a file of call records.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    /// What its columns are called.
    pub columns: Columns,
    /// How its times are written.
    pub clock: Clock,
    /// Whether the first row that cannot be taken is the end.
    pub strict: bool,
    /// Remarks that are kept word for word; the others are counted.
    pub remarks_kept: usize,
}

/// What was read.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The calls, those left out that nobody answered.
    pub records: Records,
    /// Rows that could not be taken.
    pub rejected: Account,
    /// Rows that were taken with a doubt.
    pub remarks: Account,
    /// Rows that stood after one of a later time, and were put in order.
    pub late: u64,
    /// Calls that ended while they rang, and were left out.
    pub unanswered: u64,
}

impl Reader {
    /// Reads everything.
    pub fn read<'r>(&self, bytes: impl io::Read + 'r) -> Result<Reading, ReadError> {
        let source = Source::of(bytes)?;
        let mut rows = Rows {
            strict: self.strict,
            taker: Taker::new(&self.clock, self.remarks_kept),
            rejected: Account::keeping(self.remarks_kept),
        };
        match source.form {
            Form::Separated(separator) => self.read_separated(source, separator, &mut rows)?,
            Form::JsonLines => self.read_json(source, &mut rows)?,
        }
        rows.finish()
    }

    fn read_separated(&self, source: Source<'_>, separator: u8, rows: &mut Rows<'_>) -> Result<(), ReadError> {
        let (gzipped, returns) = (source.is_gzipped(), source.returns);
        // A row ends where its line does, so that its number is known: the last line has an end, too, and the carriage return
        // that stands before it is space at the end of the last field.
        let mut reader = ReaderBuilder::new()
            .delimiter(separator)
            .has_headers(false)
            .flexible(true)
            .terminator(Terminator::Any(if returns { b'\r' } else { b'\n' }))
            .buffer_capacity(CHUNK)
            .from_reader(source.text.chain(if returns { b"\r" } else { b"\n" }.as_slice()));
        let mut row = ByteRecord::new();
        let mut line = 0;
        let mut next = |row: &mut ByteRecord| {
            loop {
                if !reader.read_byte_record(row).map_err(|error| Source::failed(gzipped, line, error.into()))? {
                    return Ok::<_, ReadError>(None);
                }
                line = if returns { line + 1 } else { first_line(row, reader.position().line()) };
                if row.len() > 1 || !row.as_slice().trim_ascii().is_empty() {
                    return Ok(Some(line));
                }
            }
        };
        if next(&mut row)?.is_none() {
            return Err(ReadError::Empty);
        }
        let header = self.header(&row)?;
        while let Some(line) = next(&mut row)? {
            rows.take(line, || header.fields(&row))?;
        }
        Ok(())
    }

    /// Which field is which column.
    fn header(&self, row: &ByteRecord) -> Result<Header, ReadError> {
        let there: Vec<String> = row.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
        let mut header = Header { places: [None; Column::ALL.len()], width: there.len() };
        for (place, name) in there.iter().enumerate() {
            let Some(column) = self.columns.find(name) else { continue };
            if header.places[column as usize].replace(place).is_some() {
                return Err(ReadError::TwoColumns { name: name.clone() });
            }
        }
        match Column::ALL.into_iter().find(|column| self.is_missing(*column, header.places[*column as usize].is_some()))
        {
            None => Ok(header),
            Some(_) if there.iter().any(|name| self.is_value(name)) => {
                Err(ReadError::NoHeader { found: there.join(", ") })
            }
            Some(column) => Err(self.no_column(1, column, there)),
        }
    }

    fn is_missing(&self, column: Column, found: bool) -> bool {
        !found && self.columns.must_have(column)
    }

    fn is_value(&self, name: &str) -> bool {
        decimal_ns(name).is_some() || (name.len() > 10 && self.clock.read(name).is_ok())
    }

    fn no_column(&self, line: u64, column: Column, there: Vec<String>) -> ReadError {
        ReadError::NoColumn { line, column, name: self.columns.name(column).to_owned(), there }
    }
}

/// Where each column stands.
struct Header {
    places: [Option<usize>; Column::ALL.len()],
    width: usize,
}

impl Header {
    fn fields<'r>(&self, row: &'r ByteRecord) -> Result<Fields<'r>, Rejection> {
        if row.len() != self.width {
            return Err(Rejection::Fields { found: row.len(), wanted: self.width });
        }
        Ok(self.places.map(|place| row.get(place?)))
    }
}

/// Rows as they come in.
struct Rows<'c> {
    strict: bool,
    taker: Taker<'c>,
    rejected: Account,
}

impl Rows<'_> {
    fn take<'r>(&mut self, line: u64, fields: impl FnOnce() -> Result<Fields<'r>, Rejection>) -> Result<(), ReadError> {
        if self.taker.len() >= MOST_CALLS as usize {
            return Err(ReadError::TooMany(MOST_CALLS));
        }
        match fields().and_then(|fields| self.taker.take(line, &fields)) {
            Err(reason) if self.strict => return Err(ReadError::Strict { line, reason }),
            Err(reason) => self.rejected.add(line, reason.kind(), || reason.to_string()),
            Ok(()) => {}
        }
        Ok(())
    }

    fn finish(self) -> Result<Reading, ReadError> {
        if self.taker.len() == 0 && self.rejected.total() == 0 {
            return Err(ReadError::NoCalls);
        }
        let (mut records, late, remarks) = self.taker.finish();
        let all = records.calls.len();
        records.calls.retain(|call| !call.is_unanswered());
        let unanswered = (all - records.calls.len()) as u64;
        Ok(Reading { records, rejected: self.rejected, remarks, late, unanswered })
    }
}

/// The line a row begins on, from the one that follows it: a quoted field may go over several.
fn first_line(row: &ByteRecord, following: u64) -> u64 {
    let breaks = row.as_slice().split(|byte| *byte == b'\n').count() as u64 - 1;
    // A quote that is left open takes the end of the file into its field, and then no line follows.
    let open = row.as_slice().ends_with(b"\n");
    (following + u64::from(open)).saturating_sub(1 + breaks).max(1)
}

/// Reads lines until there are none. Gives back whether there was one.
fn next_line(text: &mut dyn BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    Ok(text.read_until(b'\n', line)? > 0)
}

const CHUNK: usize = 1 << 16;
/// Calls are numbered by 32 bits; the rest is margin.
const MOST_CALLS: u32 = 1 << 30;
