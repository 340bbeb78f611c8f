//! What one caller's runtime keeps on disk, under `{storage_root}/{project}/{user}/`.
//!
//! | file | what |
//! |---|---|
//! | `owner.json` | whose folder this is; locked by the one process that may use it |
//! | `projection.json` | the caller's memory as the cloud last told it, sync token included |
//! | `outbox.jsonl` | events the cloud has not taken yet |
//! | `{session}/session.jsonl` | a session's turns |
//! | `{session}/working_brief.json` | what the session was about |
//!
//! Every file name of ours holds a dot and no [encoded id](folder_name) does, so no id can name one of them.
//!
//! Durability: what was written survives the death of the process however it dies, because the kernel has it; there
//! is no `fsync`, so a power failure may take the last seconds. Whole files are replaced by rename, logs are appended
//! to and tolerate a torn last line. Creating a file is by far the dearest thing a boot does, so logs and sessions are
//! created when the first thing is written to them.

mod atomic;
mod folder;
mod folder_name;
mod json_log;
mod outbox;
mod projection;
mod session_files;

pub(crate) use folder::Folder;
pub(crate) use json_log::LogError;
pub(crate) use outbox::Outbox;
pub(crate) use projection::{load, merge, store};
pub(crate) use session_files::{SavedTurn, SessionFiles, WorkingBrief, latest_turns};

use std::path::Path;

use crate::wire::cloud::CloudEvent;

/// What a caller's runtime has acknowledged and the cloud has not taken: it waits on disk for the runtime's next life.
/// To be asked when no runtime owns the folder; empty where there is no such folder.
pub fn undelivered(storage_root: &Path, project: &str, user: &str) -> Vec<CloudEvent> {
    let folder = storage_root.join(folder_name::folder_name(project)).join(folder_name::folder_name(user));
    if !folder.is_dir() {
        return Vec::new();
    }
    Outbox::open(&folder).map_or_else(|_| Vec::new(), |outbox| outbox.oldest(usize::MAX))
}
