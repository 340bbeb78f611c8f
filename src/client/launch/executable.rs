//! Which file to start for a caller.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::client::VoiceError;

/// A runtime executable and what to put before the environment contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Executable {
    /// The file.
    pub path: PathBuf,
    /// Arguments; none for a real runtime.
    pub arguments: Vec<OsString>,
    /// Variables on top of the contract's.
    pub variables: Vec<(OsString, OsString)>,
}

impl Executable {
    /// A file without arguments.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), arguments: Vec::new(), variables: Vec::new() }
    }

    /// Finds the runtime as the official SDK does: the environment's, then one on the search path, then the newest in
    /// the cache. Unlike the SDK this never downloads one.
    pub fn find() -> Result<Self, VoiceError> {
        if let Some(path) = std::env::var_os("MEMOAIR_RUNTIME_BINARY").filter(|path| !path.is_empty()) {
            return Self::file(path).checked();
        }
        let on_path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::env::split_paths(&on_path).chain(cache_folders());
        let candidates = folders.flat_map(|folder| NAMES.map(|name| folder.join(name)));
        let found = candidates.into_iter().find(|file| is_executable(file));
        found.map(Self::file).ok_or_else(|| {
            VoiceError::NotFound(
                "set MEMOAIR_RUNTIME_BINARY, put voice-runtime on the PATH, or name the file in the builder".to_owned(),
            )
        })
    }

    /// Itself, if the file is there and may be executed.
    pub fn checked(self) -> Result<Self, VoiceError> {
        let path = self.path.display();
        if !self.path.exists() {
            return Err(VoiceError::NotFound(format!("{path} does not exist: check the path")));
        }
        if !is_executable(&self.path) {
            return Err(VoiceError::NotFound(format!("{path} is not an executable file: chmod +x it")));
        }
        Ok(self)
    }
}

/// The SDK's cache folders for this platform, `{cache}/{version}/{target}`, newest version first.
fn cache_folders() -> Vec<PathBuf> {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let cache = std::env::var_os("MEMOAIR_RUNTIME_CACHE_DIR").map(PathBuf::from);
    let Some(cache) = cache.or_else(|| Some(home?.join(".cache/memoair/runtime"))) else { return Vec::new() };
    let entries = std::fs::read_dir(cache).into_iter().flatten().flatten();
    let mut versions: Vec<PathBuf> = entries.map(|entry| entry.path().join(TARGET)).collect();
    versions.sort_unstable_by(|one, other| other.cmp(one));
    versions
}

fn is_executable(file: &Path) -> bool {
    file.is_file() && rustix::fs::access(file, rustix::fs::Access::EXEC_OK).is_ok()
}

const NAMES: [&str; 2] = ["voice-runtime", "memoair-runtime"];

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
const TARGET: &str = "x86_64-unknown-linux-gnu";
#[cfg(all(target_os = "linux", target_arch = "aarch64"))]
const TARGET: &str = "aarch64-unknown-linux-gnu";
#[cfg(all(target_os = "macos", target_arch = "x86_64"))]
const TARGET: &str = "x86_64-apple-darwin";
#[cfg(all(target_os = "macos", target_arch = "aarch64"))]
const TARGET: &str = "aarch64-apple-darwin";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_or_plain_file_is_named_with_the_remedy() {
        let missing = Executable::file("/nowhere/voice-runtime").checked().expect_err("it is not there");
        assert!(missing.to_string().contains("/nowhere/voice-runtime does not exist"), "{missing}");
        let plain = Executable::file(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
            .checked()
            .expect_err("it is no program");
        assert!(plain.to_string().contains("chmod +x"), "{plain}");
        assert_eq!(plain.code(), "runtime.not_found");
    }
}
