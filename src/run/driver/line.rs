//! Lines of bounded length.

use std::io;

use tokio::io::{AsyncBufRead, AsyncBufReadExt};

/// Reads lines that are not longer than some limit.
pub(super) struct Lines<R> {
    reader: R,
    line: Vec<u8>,
    longest: usize,
}

/// What came of reading.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// A line, without its end.
    Line(Vec<u8>),
    /// More than the limit without an end.
    TooLong,
    /// Nothing will come any more; what stood after the last line's end is lost.
    End,
}

impl<R: AsyncBufRead + Unpin> Lines<R> {
    pub(super) fn new(reader: R, longest: usize) -> Self {
        Self { reader, line: Vec::new(), longest }
    }

    pub(super) async fn next(&mut self) -> io::Result<Read> {
        loop {
            let bytes = self.reader.fill_buf().await?;
            if bytes.is_empty() {
                return Ok(Read::End);
            }
            let end = bytes.iter().position(|byte| *byte == b'\n');
            self.line.extend_from_slice(&bytes[..end.unwrap_or(bytes.len())]);
            let read = end.map_or(bytes.len(), |end| end + 1);
            self.reader.consume(read);
            if self.line.len() > self.longest {
                self.line = Vec::new();
                return Ok(Read::TooLong);
            }
            if end.is_some() {
                return Ok(Read::Line(std::mem::take(&mut self.line)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn lines_are_read_up_to_a_limit() {
        let mut lines = Lines::new(&b"one\n\nthree\nmuch too long\nx"[..], 5);
        for expected in ["one", "", "three"] {
            assert_eq!(lines.next().await.expect("it can be read"), Read::Line(expected.into()));
        }
        assert_eq!(lines.next().await.expect("it can be read"), Read::TooLong);
        assert_eq!(lines.next().await.expect("it can be read"), Read::End);
    }
}
