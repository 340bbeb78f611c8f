//! Where `--events` goes: a file that is there completely or not at all, or straight into a pipe or a device.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::Failure;
use super::unfinished::Unfinished;
use crate::measure::log::LogLine;
use crate::report;

/// A log being written. The first thing that goes wrong is kept until the end: a play cannot be stopped in its middle.
pub(super) struct EventFile {
    /// As it was given.
    named: PathBuf,
    target: Target,
    went_wrong: Option<io::Error>,
}

enum Target {
    /// A file beside the place it is for, that place, and who takes the file away if the play is interrupted.
    Temporary(BufWriter<NamedTempFile>, PathBuf, Unfinished),
    /// Something that is no file: nothing could take its place.
    Direct(BufWriter<File>),
}

impl EventFile {
    /// Opens it; what is there stays as it is for now.
    pub(super) fn open(named: &Path) -> Result<Self, Failure> {
        if named == Path::new("-") {
            return Err(Failure::Question(miette::miette!(
                help = "name a file; in a shell `--events >(jq .)` is one, too",
                "`--events -` would mix the events with the result, which goes to standard output"
            )));
        }
        let target = Target::open(named).map_err(|error| unwritable(named, &error))?;
        Ok(Self { named: named.to_owned(), target, went_wrong: None })
    }

    /// Writes the line, unless something went wrong before.
    pub(super) fn write(&mut self, line: &LogLine<'_>) {
        if self.went_wrong.is_none() {
            self.went_wrong = report::log_line(self.target.writer(), line).err();
        }
    }

    /// Puts the complete file in its place, or says what went wrong.
    pub(super) fn close(self) -> Result<(), Failure> {
        let written = self.went_wrong.map_or_else(|| self.target.close(), Err);
        match written {
            // Whoever read has seen enough.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            written => written.map_err(|error| unwritable(&self.named, &error)),
        }
    }
}

impl Target {
    fn open(named: &Path) -> io::Result<Self> {
        let place = match fs::metadata(named) {
            Ok(there) if there.is_dir() => return Err(ErrorKind::IsADirectory.into()),
            Ok(there) if !there.is_file() => {
                return OpenOptions::new().write(true).open(named).map(|file| Self::Direct(BufWriter::new(file)));
            }
            // Behind a link stands a file: that is what is replaced.
            Ok(_) => fs::canonicalize(named)?,
            Err(error) if error.kind() == ErrorKind::NotFound => std::path::absolute(named)?,
            Err(error) => return Err(error),
        };
        let (Some(folder), Some(name)) = (place.parent(), place.file_name()) else {
            return Err(ErrorKind::IsADirectory.into());
        };
        let unfinished = Unfinished::watch()?;
        let beside = || {
            tempfile::Builder::new()
                .prefix(&format!(".{}.", name.to_string_lossy()))
                .suffix(".part")
                // As any program makes a file: the user's mask decides who may read it.
                .permissions(Permissions::from_mode(0o666))
                .tempfile_in(folder)
        };
        let temporary = unfinished.begin(beside, NamedTempFile::path)?;
        Ok(Self::Temporary(BufWriter::new(temporary), place, unfinished))
    }

    fn writer(&mut self) -> &mut dyn Write {
        match self {
            Self::Temporary(writer, ..) => writer,
            Self::Direct(writer) => writer,
        }
    }

    fn close(self) -> io::Result<()> {
        match self {
            Self::Direct(mut writer) => writer.flush(),
            Self::Temporary(writer, place, unfinished) => {
                let file = writer.into_inner().map_err(io::IntoInnerError::into_error)?;
                unfinished.finish(|| file.persist(place).map(drop).map_err(|error| error.error))
            }
        }
    }
}

fn unwritable(named: &Path, error: &io::Error) -> Failure {
    Failure::work(format!(
        "the events cannot be written to {}: {error}; choose another place with --events",
        named.display()
    ))
}
