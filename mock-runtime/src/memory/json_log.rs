//! A file of JSON lines that is only appended to.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use super::atomic;

/// An append-only file of JSON lines.
#[derive(Debug)]
pub(crate) struct JsonLog {
    path: PathBuf,
    file: File,
    /// Bytes of whole lines; what stands behind them is torn.
    length: u64,
}

/// A log that cannot be read or written.
#[derive(Debug, Error)]
#[error("cannot keep {path}: {source}; see to its folder and its disk")]
pub(crate) struct LogError {
    path: PathBuf,
    source: io::Error,
}

impl JsonLog {
    /// Opens or creates the log and reads its lines. A torn last line, left by a death in mid-write, is cut off; a line
    /// that is no `T` is passed over, so that one bad line does not cost all others.
    pub(crate) fn open<T: DeserializeOwned>(path: PathBuf) -> Result<(Self, Vec<T>), LogError> {
        let opened = OpenOptions::new().read(true).append(true).create(true).open(&path);
        let (file, text) = match opened.and_then(|mut file| read(&mut file).map(|text| (file, text))) {
            Ok(found) => found,
            Err(source) => return Err(LogError { path, source }),
        };
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        let mut log = Self { path, file, length: whole as u64 };
        if whole < text.len() {
            log.cut()?;
        }
        let lines = text[..whole].split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        Ok((log, lines.filter_map(|line| serde_json::from_slice(line).ok()).collect()))
    }

    /// Adds one line; it is whole or not there at all.
    pub(crate) fn append(&mut self, entry: &impl Serialize) -> Result<(), LogError> {
        let mut line = serde_json::to_vec(entry).expect("an entry of text, numbers and JSON values is JSON");
        line.push(b'\n');
        if let Err(source) = self.file.write_all(&line) {
            // A half-written line would swallow the next one.
            self.cut()?;
            return Err(self.failed(source));
        }
        self.length += line.len() as u64;
        Ok(())
    }

    /// Replaces all lines, in one step.
    pub(crate) fn rewrite<'e, T: Serialize + 'e>(
        &mut self,
        entries: impl Iterator<Item = &'e T>,
    ) -> Result<(), LogError> {
        let mut text = Vec::new();
        for entry in entries {
            serde_json::to_writer(&mut text, entry).expect("an entry of text, numbers and JSON values is JSON");
            text.push(b'\n');
        }
        let replaced = atomic::replace(&self.path, &text);
        let reopened = replaced.and_then(|()| OpenOptions::new().append(true).open(&self.path));
        self.file = reopened.map_err(|source| self.failed(source))?;
        self.length = text.len() as u64;
        Ok(())
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) -> Result<(), LogError> {
        self.length = 0;
        self.cut()
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    fn cut(&mut self) -> Result<(), LogError> {
        self.file.set_len(self.length).map_err(|source| self.failed(source))
    }

    fn failed(&self, source: io::Error) -> LogError {
        LogError { path: self.path.clone(), source }
    }
}

fn read(file: &mut File) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    file.read_to_end(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_its_lines_and_cuts_a_torn_one() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("log.jsonl");
        let (mut log, none) = JsonLog::open::<u32>(path.clone()).expect("opened");
        assert!(none.is_empty());
        log.append(&1).expect("written");
        log.file.write_all(b"12").expect("torn");
        let (mut log, lines) = JsonLog::open::<u32>(path.clone()).expect("opened");
        assert_eq!(lines, [1]);
        log.append(&2).expect("written");
        assert_eq!(JsonLog::open::<u32>(path).expect("opened").1, [1, 2]);
    }

    #[test]
    fn one_bad_line_does_not_cost_the_others() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("log.jsonl");
        std::fs::write(&path, "1\nnonsense\n\n3\n").expect("written");
        assert_eq!(JsonLog::open::<u32>(path).expect("opened").1, [1, 3]);
    }

    #[test]
    fn a_cleared_log_is_empty_and_goes_on() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("log.jsonl");
        let (mut log, _) = JsonLog::open::<u32>(path.clone()).expect("opened");
        log.append(&1).expect("written");
        log.clear().expect("cleared");
        log.append(&2).expect("written");
        assert_eq!(JsonLog::open::<u32>(path.clone()).expect("opened").1, [2]);
        log.rewrite([7, 8].iter()).expect("rewritten");
        log.append(&9).expect("written");
        assert_eq!(JsonLog::open::<u32>(path).expect("opened").1, [7, 8, 9]);
    }
}
