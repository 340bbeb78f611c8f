//! Where the browser is.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::debian::Program;

/// A headless Chromium or Chrome; fetched where there is none.
pub(crate) fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| named().unwrap_or_else(|| CHROMIUM.get()))
}

fn named() -> Option<PathBuf> {
    env::var_os("BUSYHOUR_BROWSER").map(PathBuf::from)
}

/// What stays from test to test.
pub(crate) const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/browser");
const CHROMIUM: Program<'_> = Program {
    names: &["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome-headless-shell"],
    file: "usr/lib/chromium/chromium-headless-shell",
    packages: &["chromium-headless-shell", "fonts-dejavu-core"],
    folder: FOLDER,
    remedy: "Install chromium (Debian: apt-get install chromium-headless-shell), or name any Chromium or Chrome in the \
             environment variable BUSYHOUR_BROWSER, and test again.",
};
