//! The executable a client starts in the place of a voice runtime.

use std::fs::{self, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use mock_runtime::wire::environment::{CLOUD_BASE_URL, STORAGE_ROOT, TESTIMONY, WITNESS};

use super::error::MockError;

/// What a runtime is to be told that its client does not tell it.
pub(super) struct Launcher<'l> {
    /// The program to become, and its arguments.
    pub(super) program: &'l [PathBuf],
    /// The mock cloud.
    pub(super) cloud: &'l str,
    /// Where to report.
    pub(super) witness: &'l Path,
    /// Where to keep memory unless the client says so.
    pub(super) storage: &'l Path,
}

impl Launcher<'_> {
    /// Writes the executable into `folder`, and sees that it starts.
    pub(super) fn write(&self, folder: &Path) -> Result<PathBuf, MockError> {
        let file = folder.join(NAME);
        let written = write_executable(&file, &self.script());
        written.map_err(|source| MockError::Folder { folder: folder.to_owned(), source })?;
        try_out(&file).map_err(|source| MockError::NotExecutable { file: file.clone(), source })?;
        Ok(file)
    }

    /// The client's word counts for whom to serve and where to keep memory, ours for which cloud to ask and whom to tell.
    fn script(&self) -> String {
        let path = |path: &Path| quoted(&path.to_string_lossy());
        let program: Vec<String> = self.program.iter().map(|part| path(part)).collect();
        format!(
            "#!/bin/sh\n# A mock voice runtime, by `busyhour mock`.\n\
             export {CLOUD_BASE_URL}={}\nexport {WITNESS}={} {TESTIMONY}=requests\n\
             [ -n \"${STORAGE_ROOT}\" ] || export {STORAGE_ROOT}={}\nexec {}\n",
            quoted(self.cloud),
            path(self.witness),
            path(self.storage),
            program.join(" ")
        )
    }
}

/// Closed before it is tried out: a file that is open for writing is "busy".
fn write_executable(file: &Path, script: &str) -> io::Result<()> {
    fs::OpenOptions::new().write(true).create_new(true).mode(0o700).open(file)?.write_all(script.as_bytes())?;
    fs::set_permissions(file, Permissions::from_mode(0o700))
}

/// Whoever it would serve is missing from this environment, so it ends at once.
///
/// A child that another thread forked while the file was written holds it open, and so "busy", until it has become another
/// program. Once the file has been executed nobody holds it, nor will anybody again.
fn try_out(file: &Path) -> io::Result<()> {
    let mut command = Command::new(file);
    command.env_clear().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let began = Instant::now();
    let ended = loop {
        match command.output() {
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy && began.elapsed() < PATIENCE => {
                thread::sleep(PAUSE);
            }
            ended => break ended?,
        }
    };
    if ended.status.code() == Some(NOBODY_TO_SERVE) {
        return Ok(());
    }
    Err(io::Error::other(format!("{}: {}", ended.status, String::from_utf8_lossy(&ended.stderr).trim())))
}

/// As one word of a shell.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// What clients look for on the search path.
const NAME: &str = "voice-runtime";
/// Exit code of a mock runtime whose environment does not say who to be.
const NOBODY_TO_SERVE: i32 = 2;
/// How long a forked child may take to become another program.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two looks at a busy file.
const PAUSE: Duration = Duration::from_millis(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_with_quotes_stays_a_word() {
        let word = "it's a \"$folder\"";
        let echoed = Command::new("/bin/sh").args(["-c", &format!("printf %s {}", quoted(word))]).output();
        assert_eq!(echoed.expect("there is a shell").stdout, word.as_bytes());
    }

    #[test]
    fn a_file_that_a_forked_child_holds_open_is_waited_for() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let file = folder.path().join(NAME);
        write_executable(&file, &format!("#!/bin/sh\nexit {NOBODY_TO_SERVE}\n")).expect("the folder is ours");
        let held = fs::OpenOptions::new().append(true).open(&file).expect("it is ours");
        let busy = Command::new(&file).status().expect_err("it is open for writing");
        assert_eq!(busy.kind(), ErrorKind::ExecutableFileBusy);
        thread::scope(|scope| {
            let tried = scope.spawn(|| try_out(&file));
            thread::sleep(20 * PAUSE);
            drop(held);
            tried.join().expect("it does not panic").expect("nobody holds it any more");
        });
    }

    #[test]
    fn a_program_that_does_not_start_is_found_before_a_client_finds_it() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let program = [PathBuf::from("/nowhere/busyhour")];
        let (witness, storage) = (folder.path().join("w"), folder.path().join("memory"));
        let launcher =
            Launcher { program: &program, cloud: "http://127.0.0.1:1", witness: &witness, storage: &storage };
        let error = launcher.write(folder.path()).expect_err("there is no such program");
        assert!(error.to_string().contains("voice-runtime cannot be executed"), "{error}");
    }
}
