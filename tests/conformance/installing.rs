//! The SDK is there, or whoever runs the tests is told what to install.

use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::python::sdk_python;
use crate::scripts;

#[test]
fn the_sdk_that_is_tested_is_the_one_that_is_named() {
    let program = "from importlib.metadata import version; print(version('memoair-voice'), version('memoair-vapi'))";
    let asked = Command::new(sdk_python()).args(["-c", program]).output().expect("a Python can be started");
    assert_eq!(String::from_utf8_lossy(&asked.stdout).trim(), "0.3.2 0.1.0", "{asked:?}");
}

#[test]
fn where_python_is_missing_the_message_says_what_to_install() {
    let machine = Machine::with_python(None);
    machine.assert_refused("install Python 3.9 or newer");
}

#[test]
fn where_python_is_too_old_the_message_says_what_to_install() {
    // It says its version, and fails each question about it.
    let machine = Machine::with_python(Some("[ \"$1\" = --version ] && echo Python 3.6.1 || exit 1"));
    machine.assert_refused("Python 3.6.1 is too old: install Python 3.9 or newer");
}

#[test]
fn where_venv_is_missing_the_message_says_what_to_install() {
    let machine = Machine::with_python(Some("case \"$2\" in *venv*) exit 1 ;; esac"));
    machine.assert_refused("apt-get install python3-venv python3-pip");
}

#[test]
fn where_pypi_is_missing_the_message_says_so() {
    // It makes an environment whose pip reaches nothing.
    let machine = Machine::with_python(Some(
        "[ \"$1\" = -m ] || exit 0; /bin/mkdir -p \"$3/bin\"; printf '#!/bin/sh\\nexit 1\\n' >\"$3/bin/python\"; \
         /bin/chmod +x \"$3/bin/python\"",
    ));
    machine.assert_refused("it needs PyPI");
}

/// A machine that has little more than a shell, and perhaps a Python of the test's making.
struct Machine {
    folder: TempDir,
}

impl Machine {
    fn with_python(script: Option<&str>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        for tool in ["bash", "cat", "dirname", "env", "flock", "mkdir", "rm"] {
            symlink(on_path(tool), folder.path().join(tool)).expect("the folder is ours");
        }
        if let Some(script) = script {
            let python = folder.path().join("python3");
            scripts::write(&python, script);
        }
        Self { folder }
    }

    fn install(&self) -> Output {
        let mut command = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/python/install.sh"));
        command.env("PATH", self.folder.path()).env("CARGO_TARGET_DIR", self.folder.path().join("target"));
        command.output().expect("the script can be started")
    }

    /// Nothing is installed, and it is said why.
    #[track_caller]
    fn assert_refused(&self, says: &str) {
        let output = self.install();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), &*output.stdout), (Some(1), &b""[..]), "{said}");
        assert!(said.contains(says), "{said}");
    }
}

fn on_path(tool: &str) -> PathBuf {
    let path = std::env::var_os("PATH").expect("tests run in a shell's environment");
    let found = std::env::split_paths(&path).map(|folder| folder.join(tool)).find(|file| file.is_file());
    found.unwrap_or_else(|| panic!("{tool} is missing: install it"))
}
