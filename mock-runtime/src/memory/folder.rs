//! The caller's folder, and the right to use it.

use std::fs::{File, OpenOptions, TryLockError, create_dir_all, read_to_string};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::atomic;
use super::folder_name::folder_name;

/// A folder this process owns until it ends.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    life: u64,
    /// The kernel gives the lock back when the process is gone, however it went.
    _lock: File,
}

/// A folder that cannot be used.
#[derive(Debug, Error)]
pub(crate) enum ClaimError {
    /// Another process owns it.
    #[error("{folder} belongs to process {holder}: one runtime per caller; stop that one first")]
    Held { folder: PathBuf, holder: String },
    /// It belongs to someone whose encoded id looks the same, as on a file system that ignores case.
    #[error("{folder} holds the memory of `{user}` of `{project}`: use another storage root")]
    Stranger { folder: PathBuf, project: String, user: String },
    /// The file system said no.
    #[error("cannot use {path}: {source}; choose a storage root that can be written to")]
    Io { path: PathBuf, source: io::Error },
}

/// `life.json`.
#[derive(Debug, Serialize, Deserialize)]
struct LifeRecord {
    project: String,
    user: String,
    lives: u64,
}

impl Folder {
    /// Takes possession of the folder of (`project`, `user`) under `root`, creating it where it is missing, and counts
    /// this life. Fails at once where another process has it.
    pub(crate) fn claim(root: &Path, project: &str, user: &str) -> Result<Self, ClaimError> {
        let path = root.join(folder_name(project)).join(folder_name(user));
        let failed = |source| ClaimError::Io { path: path.clone(), source };
        create_dir_all(&path).map_err(failed)?;
        let lock = lock(&path)?;
        let lives = former_lives(&path, project, user)?;
        let record = LifeRecord { project: project.to_owned(), user: user.to_owned(), lives: lives + 1 };
        let json = serde_json::to_vec(&record).expect("two strings and a number are JSON");
        atomic::replace(&path.join(LIFE), &json).map_err(failed)?;
        Ok(Self { path, life: lives, _lock: lock })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// How many lives were before this one.
    pub(crate) fn life(&self) -> u64 {
        self.life
    }
}

fn lock(folder: &Path) -> Result<File, ClaimError> {
    let path = folder.join("runtime.lock");
    let failed = |source| ClaimError::Io { path: path.clone(), source };
    let mut file =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            file.read_to_string(&mut holder).map_err(failed)?;
            return Err(ClaimError::Held { folder: folder.to_owned(), holder: holder.trim().to_owned() });
        }
        Err(TryLockError::Error(source)) => return Err(failed(source)),
    }
    file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id())).map_err(failed)?;
    Ok(file)
}

/// The count in `life.json`; nothing where it is missing or unreadable, which only restarts the random streams.
fn former_lives(folder: &Path, project: &str, user: &str) -> Result<u64, ClaimError> {
    let record = read_to_string(folder.join(LIFE)).ok().and_then(|json| serde_json::from_str(&json).ok());
    match record {
        None => Ok(0),
        Some(LifeRecord { project: own, user: me, lives }) if own == project && me == user => Ok(lives),
        Some(LifeRecord { project, user, .. }) => {
            Err(ClaimError::Stranger { folder: folder.to_owned(), project, user })
        }
    }
}

const LIFE: &str = "life.json";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_the_lives_of_one_caller() {
        let root = tempfile::tempdir().expect("a temporary folder");
        for life in 0..3 {
            assert_eq!(Folder::claim(root.path(), "p", "u").expect("free").life(), life);
        }
        assert_eq!(Folder::claim(root.path(), "p", "v").expect("free").life(), 0);
    }

    #[test]
    fn a_second_owner_is_told_who_the_first_is() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let _first = Folder::claim(root.path(), "p", "u").expect("free");
        let error = Folder::claim(root.path(), "p", "u").expect_err("held").to_string();
        assert!(error.contains(&format!("process {}", std::process::id())), "{error}");
    }

    #[test]
    fn a_folder_of_someone_else_is_refused() {
        let root = tempfile::tempdir().expect("a temporary folder");
        drop(Folder::claim(root.path(), "p", "ann").expect("free"));
        // What a file system that ignores case would do to `Ann`.
        std::fs::rename(root.path().join("p/ann"), root.path().join("p/Ann")).expect("renamed");
        let error = Folder::claim(root.path(), "p", "Ann").expect_err("not hers").to_string();
        assert!(error.contains("`ann`"), "{error}");
    }

    #[test]
    fn a_root_that_is_a_file_is_named() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        let error = Folder::claim(file.path(), "p", "u").expect_err("no folder").to_string();
        assert!(error.contains(&file.path().display().to_string()), "{error}");
    }
}
