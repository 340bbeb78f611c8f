//! The driver that comes with this program, and where its client is installed.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use crate::run::error::RunError;

/// A driver that comes with this program, for a client that is installed beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShippedDriver {
    /// What it is called.
    pub name: &'static str,
    /// What Python's package index calls the client, and of which version.
    pub requirement: &'static str,
    file: &'static str,
    text: &'static str,
}

/// All of them.
pub const DRIVERS: [ShippedDriver; 1] = [ShippedDriver::MEMOAIR_VOICE];

impl ShippedDriver {
    /// The official Python SDK's.
    pub const MEMOAIR_VOICE: Self = Self {
        name: "memoair-voice",
        requirement: "memoair-voice==0.3.2",
        file: "memoair_voice_driver.py",
        text: include_str!("../../../tests/drivers/memoair_voice_driver.py"),
    };

    /// Where the client is installed: a virtual environment below `BUSYHOUR_DRIVERS`, or else below the user's data.
    pub fn environment(&self) -> io::Result<PathBuf> {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let root = set(ROOT)
            .or_else(|| Some(set("XDG_DATA_HOME")?.join("busyhour/drivers")))
            .or_else(|| Some(set("HOME")?.join(".local/share/busyhour/drivers")));
        let root = root.ok_or_else(|| io::Error::other(format!("set {ROOT} to a folder: there is no HOME")))?;
        Ok(std::path::absolute(root)?.join(self.name))
    }

    /// The Python of that environment, if it is there.
    pub fn python(&self) -> Result<PathBuf, RunError> {
        let failed = |source| RunError::System { what: "a folder for drivers", source };
        let python = self.environment().map_err(failed)?.join("bin/python");
        if python.exists() { Ok(python) } else { Err(RunError::NotInstalled { name: self.name, python }) }
    }

    /// The command that starts it, its text written to `folder`: so it always speaks this program's protocol.
    pub(crate) fn command(&self, folder: &Path) -> Result<Vec<OsString>, RunError> {
        let failed = |source| RunError::Folder { path: folder.to_owned(), source };
        let python = self.python()?;
        std::fs::create_dir_all(folder).map_err(failed)?;
        let file = folder.join(self.file);
        std::fs::write(&file, self.text).map_err(failed)?;
        Ok(vec![python.into(), file.into()])
    }
}

const ROOT: &str = "BUSYHOUR_DRIVERS";
