//! Whole files, replaced in one step.

use std::fs;
use std::io;
use std::path::Path;

/// Replaces `path` by `content`: a reader, or the next life, finds the old content or the new, never a mixture.
///
/// The temporary file is always the same one, which is safe because its folder has one owner.
pub(super) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension("new");
    fs::write(&temporary, content).and_then(|()| fs::rename(&temporary, path)).inspect_err(|_| {
        // Gone or never there: the error that matters is the one being returned.
        drop(fs::remove_file(&temporary));
    })
}
