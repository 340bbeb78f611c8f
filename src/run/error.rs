//! Why a run could not be played at all.

use std::path::PathBuf;

use thiserror::Error;

use crate::client::VoiceError;
use crate::cloud::CloudError;

/// Why a run could not be played at all. What goes wrong *during* a run is counted, not raised.
#[derive(Debug, Error)]
pub enum RunError {
    /// A folder or file the run needs cannot be used.
    #[error("cannot use {path}: {source}; choose another folder with --work-dir")]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The runtimes' reports cannot be listened to.
    #[error(
        "cannot listen for the runtimes' reports in {folder}: {source}; set TMPDIR to a short path of another folder"
    )]
    Sockets {
        /// Where the sockets were to lie.
        folder: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The mock cloud did not start.
    #[error("the mock cloud did not start: {0}")]
    Cloud(#[from] CloudError),
    /// A tenant could not be onboarded.
    #[error("tenant `{tenant}` could not be onboarded: {error}")]
    Onboarding {
        /// Its name.
        tenant: String,
        /// Why.
        error: VoiceError,
    },
    /// A worker's client could not be built.
    #[error("the client of tenant `{tenant}` could not be built: {error}")]
    Client {
        /// Its name.
        tenant: String,
        /// Why.
        error: VoiceError,
    },
    /// A driver could not be started.
    #[error(
        "the driver {name} cannot be started: {source}; `[client] driver` and --client take builtin, memoair-voice, or the \
         path of a program that speaks the protocol of tests/drivers/README.md"
    )]
    Driver {
        /// Its command.
        name: String,
        /// Why.
        source: std::io::Error,
    },
    /// The client of a shipped driver is not installed.
    #[error("the driver {name} is not installed: there is no {python}; run `busyhour drivers install`")]
    NotInstalled {
        /// Its name.
        name: &'static str,
        /// What should be there.
        python: PathBuf,
    },
    /// Somebody stopped the run before the first call could ring.
    #[error("stopped before the first call rang: there is nothing to report")]
    Interrupted,
    /// The trial runtime did not serve.
    #[error("{program}, tried out before the run, did not serve: {error}; {remedy}{log}")]
    Trial {
        /// What was started, in words.
        program: String,
        /// Why.
        error: Box<VoiceError>,
        /// What to do.
        remedy: &'static str,
        /// The last lines it wrote to standard error, with a heading; empty where it wrote none.
        log: String,
    },
    /// The process may not open enough files.
    #[error(
        "this run needs some {needed} open files and the system allows {allowed}: raise the hard limit (`ulimit -Hn \
         {needed}`), or lower max_concurrent_users or the number of callers"
    )]
    OpenFiles {
        /// Estimated need.
        needed: u64,
        /// The hard limit.
        allowed: u64,
    },
    /// The operating system refused something basic.
    #[error("the operating system refused {what}: {source}")]
    System {
        /// What.
        what: &'static str,
        /// Why.
        source: std::io::Error,
    },
}
