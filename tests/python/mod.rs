//! The official Python SDK, installed once into `target/python-sdk` for all tests.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

/// A Python that has the official SDK. Where it cannot be had, the test fails and says what to install.
pub(crate) fn sdk_python() -> PathBuf {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| installed().unwrap_or_else(|why| panic!("{why}"))).clone()
}

fn installed() -> Result<PathBuf, String> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/python/install.sh");
    let installing = Command::new(script).output().map_err(|error| format!("{script} needs bash: {error}"))?;
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if installing.status.success() { Ok(said(&installing.stdout).into()) } else { Err(said(&installing.stderr)) }
}
