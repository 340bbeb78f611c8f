//! What a runtime meets in these tests: a cloud, a harness, a client, and a disk.
//!
//! Everything that is started is stopped when its value is dropped, a panic included. Whoever waits here waits for an
//! event, and gives up after [`PATIENCE`].

mod cloud;
mod harness;
mod runtime;

use std::time::Duration;

pub(crate) use cloud::{Cloud, Mood};
pub(crate) use harness::Harness;
pub(crate) use runtime::{BINARY, Launch};

/// Longer than anything here takes on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// The future's outcome, or a panic that says what did not happen.
pub(crate) async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.unwrap_or_else(|late| panic!("{what}: {late} ({PATIENCE:?})"))
}

/// A disk of the test's own.
pub(crate) fn disk() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder")
}
