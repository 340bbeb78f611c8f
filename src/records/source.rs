//! Bytes to lines of text of a known form.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use flate2::bufread::MultiGzDecoder;

use super::ReadError;

/// Text, and how its rows are written.
pub(super) struct Source<'r> {
    pub(super) text: Box<dyn BufRead + 'r>,
    pub(super) form: Form,
    /// Rows end with a carriage return alone, as on computers of long ago.
    pub(super) returns: bool,
    gzipped: bool,
}

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Values between separators, below a header.
    Separated(u8),
    /// An object a line.
    JsonLines,
}

impl<'r> Source<'r> {
    /// Finds out what `bytes` are.
    pub(super) fn of(bytes: impl Read + 'r) -> Result<Self, ReadError> {
        let mut bytes: Box<dyn BufRead + 'r> = Box::new(BufReader::with_capacity(CHUNK, bytes));
        let gzipped = start(&mut bytes, false)?.starts_with(GZIP);
        if gzipped {
            bytes = Box::new(BufReader::with_capacity(CHUNK, MultiGzDecoder::new(bytes)));
        }
        let begins = start(&mut bytes, gzipped)?;
        if begins.is_empty() {
            return Err(ReadError::Empty);
        }
        if let Some(what) = no_text(begins) {
            return Err(ReadError::NoText { line: 1, what });
        }
        if begins.starts_with(BYTE_ORDER_MARK) {
            bytes.consume(BYTE_ORDER_MARK.len());
        }
        let mut first = Vec::new();
        while first.trim_ascii().is_empty() {
            let read = (&mut bytes).take(LONGEST_LINE).read_until(b'\n', &mut first);
            if read.map_err(|reason| failed(gzipped, 0, reason))? == 0 {
                return Err(ReadError::Empty);
            }
        }
        let form = form(first.trim_ascii())?;
        let returns = !first.contains(&b'\n') && first.trim_ascii().contains(&b'\r');
        Ok(Self { text: Box::new(Cursor::new(first).chain(bytes)), form, returns, gzipped })
    }

    /// What it means that reading failed after `line`.
    pub(super) fn failed(gzipped: bool, line: u64, reason: io::Error) -> ReadError {
        failed(gzipped, line, reason)
    }

    pub(super) fn is_gzipped(&self) -> bool {
        self.gzipped
    }
}

fn failed(gzipped: bool, line: u64, reason: io::Error) -> ReadError {
    if gzipped { ReadError::Gzip { line, reason } } else { ReadError::Unreadable { line, reason } }
}

fn start<'b>(bytes: &'b mut Box<dyn BufRead + '_>, gzipped: bool) -> Result<&'b [u8], ReadError> {
    bytes.fill_buf().map_err(|reason| failed(gzipped, 0, reason))
}

/// What it is instead of text.
fn no_text(begins: &[u8]) -> Option<&'static str> {
    match begins {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("UTF-16: convert it with iconv -f utf-16 -t utf-8"),
        [b'P', b'K', 3, 4, ..] => Some("a zip archive or a spreadsheet: unpack it, or export it as CSV"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some("compressed by zstd: unpack it, or compress it by gzip"),
        _ if begins.contains(&0) => Some("no text: export the records as CSV or JSON lines in UTF-8"),
        _ => None,
    }
}

fn form(first: &[u8]) -> Result<Form, ReadError> {
    let count = |separator: u8| first.split(|byte| *byte == separator).count();
    match first {
        [b'{', ..] => Ok(Form::JsonLines),
        [b'[', ..] => Err(ReadError::NoText {
            line: 1,
            what: "a JSON array: write one object a line, for example by jq -c '.[]'",
        }),
        // The first of those that are equally many.
        _ => Ok(Form::Separated(b",;\t|".iter().copied().rev().max_by_key(|byte| count(*byte)).unwrap_or(b','))),
    }
}

const CHUNK: usize = 1 << 16;
/// A header beyond it is none.
const LONGEST_LINE: u64 = 1 << 20;
const GZIP: &[u8] = &[0x1f, 0x8b];
const BYTE_ORDER_MARK: &[u8] = &[0xef, 0xbb, 0xbf];
