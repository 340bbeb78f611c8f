//! The caller's folder, and the right to use it.

use std::fs::{File, OpenOptions, TryLockError, create_dir_all};
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

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
    Held { folder: PathBuf, holder: u32 },
    /// It belongs to someone whose encoded id looks the same, as on a file system that ignores case.
    #[error("{folder} holds the memory of `{user}` of `{project}`: use another storage root")]
    Stranger { folder: PathBuf, project: String, user: String },
    /// The file system said no.
    #[error("cannot use {path}: {source}; choose a storage root that can be written to")]
    Io { path: PathBuf, source: io::Error },
}

/// `owner.json`.
#[derive(Debug, Serialize, Deserialize)]
struct Owner {
    project: String,
    user: String,
    /// How many runtimes have lived here, the present one included.
    lives: u64,
    /// The process that has the folder, or had it last.
    pid: u32,
}

impl Folder {
    /// Takes possession of the folder of (`project`, `user`) under `root`, creating it where it is missing, and counts
    /// this life. Fails at once where another process has it.
    pub(crate) fn claim(root: &Path, project: &str, user: &str) -> Result<Self, ClaimError> {
        let path = root.join(folder_name(project)).join(folder_name(user));
        create_dir_all(&path).map_err(|source| ClaimError::Io { path: path.clone(), source })?;
        let file_path = path.join("owner.json");
        let failed = |source| ClaimError::Io { path: file_path.clone(), source };
        let mut file = open(&file_path).map_err(failed)?;
        let locked = lock(&file).map_err(failed)?;
        let former = read(&mut file).map_err(failed)?;
        if !locked {
            return Err(ClaimError::Held { folder: path, holder: former.map_or(0, |former| former.pid) });
        }
        let life = former_lives(&path, former, project, user)?;
        let owner = Owner { project: project.into(), user: user.into(), lives: life + 1, pid: std::process::id() };
        write(&mut file, &owner).map_err(failed)?;
        Ok(Self { path, life, _lock: file })
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

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
}

/// Whether the lock is ours now.
fn lock(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// What the file says, if it can be read. Behind the record there may be the rest of a longer one.
fn read(file: &mut File) -> io::Result<Option<Owner>> {
    let mut text = Vec::new();
    file.read_to_end(&mut text)?;
    Ok(serde_json::Deserializer::from_slice(&text).into_iter().next().and_then(Result::ok))
}

/// In place, because the lock is on this very file. A death between the two steps leaves a record that can be read.
fn write(file: &mut File, owner: &Owner) -> io::Result<()> {
    let json = serde_json::to_vec(owner).expect("two strings and two numbers are JSON");
    file.write_all_at(&json, 0)?;
    file.set_len(json.len() as u64)
}

/// The count of a former owner; nothing where there is none, which only restarts the random streams.
fn former_lives(folder: &Path, former: Option<Owner>, project: &str, user: &str) -> Result<u64, ClaimError> {
    match former {
        None => Ok(0),
        Some(Owner { project: own, user: me, lives, .. }) if own == project && me == user => Ok(lives),
        Some(Owner { project, user, .. }) => Err(ClaimError::Stranger { folder: folder.to_owned(), project, user }),
    }
}

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
    fn a_record_with_the_rest_of_a_longer_one_behind_it_is_still_read() {
        let root = tempfile::tempdir().expect("a temporary folder");
        drop(Folder::claim(root.path(), "p", "u").expect("free"));
        let file = root.path().join("p/u/owner.json");
        let torn = std::fs::read_to_string(&file).expect("read") + "7}";
        std::fs::write(&file, torn).expect("written");
        assert_eq!(Folder::claim(root.path(), "p", "u").expect("free").life(), 1);
    }

    #[test]
    fn a_root_that_is_a_file_is_named() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        let error = Folder::claim(file.path(), "p", "u").expect_err("no folder").to_string();
        assert!(error.contains(&file.path().display().to_string()), "{error}");
    }
}
