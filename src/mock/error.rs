//! Why there is no double.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::cloud::CloudError;

/// Why a double did not start.
#[derive(Debug, Error)]
pub enum MockError {
    /// The mock cloud did not start.
    #[error(transparent)]
    Cloud(#[from] CloudError),
    /// No place for the runtimes' memory and their way to report.
    #[error("cannot work in {}: {source}; set TMPDIR to a folder of yours with a short path", folder.display())]
    Folder {
        /// Where.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// What was written for the client to start cannot be started.
    #[error("{} cannot be executed: {source}; set TMPDIR to a folder on a filesystem that allows programs", file.display())]
    NotExecutable {
        /// The script.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The seed asks for an index the cloud would refuse.
    #[error("the index `{index}` of project `{project}` cannot be made: {reason}")]
    Index {
        /// Whose.
        project: String,
        /// Which.
        index: String,
        /// What the cloud says.
        reason: String,
    },
}
