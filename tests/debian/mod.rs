//! Programs of Debian's that tests need: those on the path, or else fetched once into a folder under `target/`.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A program that a test needs.
pub(crate) struct Program<'p> {
    /// What it may be called on the path.
    pub(crate) names: &'p [&'p str],
    /// Where it lies in its package.
    pub(crate) file: &'p str,
    /// Debian's packages of it.
    pub(crate) packages: &'p [&'p str],
    /// Where it is put.
    pub(crate) folder: &'p str,
    /// What to do where it cannot be had.
    pub(crate) remedy: &'p str,
}

impl Program<'_> {
    /// Finds or fetches it.
    pub(crate) fn get(&self) -> PathBuf {
        self.installed().unwrap_or_else(|| self.fetched())
    }

    fn installed(&self) -> Option<PathBuf> {
        let folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect();
        let places = self.names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
        places.into_iter().find(|program| program.is_file())
    }

    fn fetched(&self) -> PathBuf {
        let name = Path::new(self.file).file_name().expect("it is a file");
        let program = Path::new(self.folder).join(name);
        if !program.is_file() {
            let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/debian/fetch.sh");
            let fetching = Command::new("sh").args([script, self.folder, self.file]).args(self.packages).output();
            let fetched = fetching.as_ref().is_ok_and(|fetching| fetching.status.success());
            assert!(
                fetched,
                "no {} was found, and {script} could not fetch one ({fetching:?}). {}",
                name.display(),
                self.remedy
            );
        }
        program
    }
}
