//! A file of JSON lines that is only appended to.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use super::atomic;

/// An append-only file of JSON lines. It is created, with its folder, when the first line is written.
#[derive(Debug)]
pub(crate) struct JsonLog {
    path: PathBuf,
    file: Option<File>,
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
    /// Reads the lines that are there. A torn last line, left by a death in mid-write, is cut off; a line that is no `T`
    /// is passed over, so that one bad line does not cost all others.
    pub(crate) fn open<T: DeserializeOwned>(path: PathBuf) -> Result<(Self, Vec<T>), LogError> {
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Ok((Self { path, file: None, length: 0 }, Vec::new()));
            }
            Err(source) => return Err(LogError { path, source }),
        };
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        let mut log = Self { path, file: None, length: whole as u64 };
        if whole < text.len() {
            log.written(Self::cut)?;
        }
        let lines = text[..whole].split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        Ok((log, lines.filter_map(|line| serde_json::from_slice(line).ok()).collect()))
    }

    /// Adds one line; it is whole or not there at all.
    pub(crate) fn append(&mut self, entry: &impl Serialize) -> Result<(), LogError> {
        let line = line(entry);
        self.written(|log| {
            log.file()?.write_all(&line).inspect_err(|_| {
                // A half-written line would swallow the next one. Where even that fails, reading passes over both.
                drop(log.cut());
            })
        })?;
        self.length += line.len() as u64;
        Ok(())
    }

    /// Replaces all lines, in one step.
    pub(crate) fn rewrite<'e, T: Serialize + 'e>(
        &mut self,
        entries: impl Iterator<Item = &'e T>,
    ) -> Result<(), LogError> {
        let text: Vec<u8> = entries.flat_map(line).collect();
        self.written(|log| atomic::replace(&log.path, &text))?;
        // The open file is the one that was replaced.
        self.file = None;
        self.length = text.len() as u64;
        Ok(())
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) -> Result<(), LogError> {
        self.length = 0;
        self.written(Self::cut)
    }

    /// Where it is, or will be.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    fn cut(&mut self) -> io::Result<()> {
        let length = self.length;
        self.file()?.set_len(length)
    }

    fn file(&mut self) -> io::Result<&mut File> {
        if self.file.is_none() {
            self.file = Some(open_to_append(&self.path)?);
        }
        Ok(self.file.as_mut().expect("opened just above"))
    }

    fn written(&mut self, write: impl FnOnce(&mut Self) -> io::Result<()>) -> Result<(), LogError> {
        write(self).map_err(|source| LogError { path: self.path.clone(), source })
    }
}

fn open_to_append(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    match (options.open(path), path.parent()) {
        (Err(error), Some(folder)) if error.kind() == ErrorKind::NotFound => {
            fs::create_dir_all(folder)?;
            options.open(path)
        }
        (opened, _) => opened,
    }
}

fn line(entry: &impl Serialize) -> Vec<u8> {
    let mut line = serde_json::to_vec(entry).expect("an entry of text, numbers and JSON values is JSON");
    line.push(b'\n');
    line
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
        log.file().expect("open").write_all(b"12").expect("torn");
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
