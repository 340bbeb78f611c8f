//! Where the browser is.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// A headless Chromium or Chrome; fetched where there is none.
pub(crate) fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| named().or_else(on_the_path).unwrap_or_else(fetched))
}

fn named() -> Option<PathBuf> {
    env::var_os("BUSYHOUR_BROWSER").map(PathBuf::from)
}

fn on_the_path() -> Option<PathBuf> {
    let names = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome-headless-shell"];
    let folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect();
    names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|program| program.is_file())
}

fn fetched() -> PathBuf {
    let program = Path::new(FOLDER).join("chromium");
    if !program.is_file() {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser/fetch-chromium.sh");
        let fetching = Command::new("sh").arg(script).arg(FOLDER).output();
        let fetched = fetching.as_ref().is_ok_and(|fetching| fetching.status.success());
        assert!(fetched, "no browser was found, and {script} could not fetch one ({fetching:?}). {REMEDY}");
    }
    program
}

/// What stays from test to test.
pub(crate) const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/browser");
const REMEDY: &str = "Install chromium (Debian: apt-get install chromium-headless-shell), or name any Chromium or Chrome in \
    the environment variable BUSYHOUR_BROWSER, and test again.";
