//! `busyhour drivers`: clients for the drivers that come with this program.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Failure;
use super::arguments::DriversOrder;
use crate::run::{DRIVERS, ShippedDriver};

pub(super) fn drivers(order: &DriversOrder) -> Result<u8, Failure> {
    let DriversOrder::Install { python, again } = order;
    for driver in DRIVERS {
        let folder = driver.environment().map_err(Failure::work)?;
        let own = folder.join("bin/python");
        if !again && has(&own, &driver) {
            super::print(&format!("{} is installed already, in {}\n", driver.requirement, folder.display()))?;
        } else {
            install(&driver, python, &folder)?;
            super::print(&format!(
                "{} is installed in {}\nTry it: busyhour run SCENARIO --client {}\n",
                driver.requirement,
                folder.display(),
                driver.name
            ))?;
        }
    }
    Ok(0)
}

/// Makes a virtual environment and installs the client there. What is half done is taken away again.
fn install(driver: &ShippedDriver, python: &Path, folder: &Path) -> Result<(), Failure> {
    check(python)?;
    super::tell(&format!("installing {} with {}", driver.requirement, python.display()));
    let done = std::fs::create_dir_all(folder)
        .map_err(|error| {
            Failure::work(format!("cannot use {}: {error}; set BUSYHOUR_DRIVERS to a folder", folder.display()))
        })
        .and_then(|()| {
            run(python, &["-m", "venv", "--clear"], folder.as_os_str()).map_err(|said| no_environment(&said))
        })
        .and_then(|()| {
            let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"];
            run(&folder.join("bin/python"), &pip, driver.requirement.as_ref())
                .map_err(|said| not_fetched(driver, &said))
        })
        .and_then(|()| {
            let imported = has(&folder.join("bin/python"), driver);
            let failed = || Failure::work(format!("pip installed {}, and it is not there", driver.requirement));
            imported.then_some(()).ok_or_else(failed)
        });
    if done.is_err() {
        // Nothing depends on it: it is made anew the next time.
        let _ = std::fs::remove_dir_all(folder);
    }
    done
}

/// Says what is missing before anything is made.
fn check(python: &Path) -> Result<(), Failure> {
    let name = python.display();
    let probe = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 9))";
    match output(python, &["-c", probe]) {
        Err(error) if error.kind() == ErrorKind::NotFound => Err(Failure::work(format!(
            "there is no {name}: install Python 3.9 or newer with venv and pip (Debian, Ubuntu: `apt install python3 \
             python3-venv python3-pip`; Fedora: `dnf install python3 python3-pip`), or name one with --python"
        ))),
        Err(error) => Err(Failure::work(format!("{name} cannot be started: {error}; name another with --python"))),
        Ok((true, _)) => Ok(()),
        Ok((false, said)) if said.contains("venv") || said.contains("ensurepip") => Err(no_environment(&said)),
        Ok((false, said)) => {
            Err(Failure::work(format!("{name} is no Python 3.9 or newer; name another with --python\n{}", said.trim())))
        }
    }
}

fn no_environment(said: &str) -> Failure {
    Failure::work(format!(
        "Python cannot make a virtual environment: install its venv and pip (Debian, Ubuntu: `apt install python3-venv \
         python3-pip`)\n{}",
        said.trim()
    ))
}

fn not_fetched(driver: &ShippedDriver, said: &str) -> Failure {
    Failure::work(format!(
        "pip could not install {}: see that PyPI or your own index can be reached (PIP_INDEX_URL, HTTPS_PROXY)\n{}",
        driver.requirement,
        said.trim()
    ))
}

/// Whether the client is there, in the version that is wanted.
fn has(python: &Path, driver: &ShippedDriver) -> bool {
    let (name, version) = driver.requirement.split_once("==").expect("a requirement names a version");
    let probe = "import sys, importlib.metadata as m; sys.exit(m.version(sys.argv[1]) != sys.argv[2])";
    output(python, &["-c", probe, name, version]).is_ok_and(|(good, _)| good)
}

/// Runs it to its end; what it said where it failed.
fn run(program: &Path, arguments: &[&str], last: &OsStr) -> Result<(), String> {
    let arguments: Vec<&OsStr> = arguments.iter().map(OsStr::new).chain([last]).collect();
    match output(program, &arguments) {
        Ok((true, _)) => Ok(()),
        Ok((false, said)) => Err(said),
        Err(error) => Err(error.to_string()),
    }
}

fn output(program: &Path, arguments: &[impl AsRef<OsStr>]) -> std::io::Result<(bool, String)> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output()?;
    let said = [output.stdout, output.stderr].concat();
    Ok((output.status.success(), String::from_utf8_lossy(&said).into_owned()))
}

/// Where Python is looked for unless another is named.
pub(super) fn default_python() -> PathBuf {
    "python3".into()
}
