//! `busyhour mock` as the owner of a bot meets it: the real program, and bots of the real SDK that know nothing of it.

mod commands;
mod expectations;
mod refusals;
mod settings;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::python::sdk_python;
use crate::rig::{Ports, eventually, processes_of};

/// The bot the README shows.
const BOT: &str = include_str!("../../../examples/mock/bot.py");

/// Where one test plays.
struct Desk {
    folder: TempDir,
    ports: Ports,
}

impl Desk {
    fn new() -> Self {
        Self::on(Ports::claim())
    }

    fn on(ports: Ports) -> Self {
        // Short, because sockets are made in it.
        let folder = tempfile::Builder::new().prefix("bh-").tempdir().expect("a temporary folder can be made");
        Self { folder, ports }
    }

    /// Writes a file and gives back its path.
    fn file(&self, name: &str, text: &str) -> PathBuf {
        let file = self.folder.path().join(name);
        fs::write(&file, text).expect("the folder is ours");
        file
    }

    /// The README's bot, on this desk's ports and otherwise as it is, with one passage replaced by another.
    fn bot(&self, passage: &str, other: &str) -> PathBuf {
        let range = format!("user_id=ANN[\"id\"], runtime_port_range=({0}, {0} + 99)", self.ports.first);
        let bot = replaced(BOT, "user_id=ANN[\"id\"]", &range);
        self.file("bot.py", &replaced(&bot, passage, other))
    }

    /// `busyhour mock` and these arguments, ready to be started.
    fn mock(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_busyhour"));
        command.arg("mock").args(arguments).env("TMPDIR", self.folder.path()).stdin(Stdio::null());
        // A proxy would change what is printed.
        for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
            command.env_remove(name);
        }
        command
    }

    /// Runs a Python program against the double.
    fn play(&self, arguments: &[&str], program: &Path) -> Ended {
        Ended::of(&self.mock(arguments).arg("--").arg(sdk_python()).arg(program).output().expect("it can be started"))
    }

    /// Starts the double, and waits for what it says on standard output.
    fn serve(&self, arguments: &[&str]) -> Serving {
        let file = self.folder.path().join("settings");
        let said = fs::File::create(&file).expect("the folder is ours");
        let child = self.mock(arguments).stdout(said).stderr(Stdio::piped()).spawn().expect("it can be started");
        let mut serving = Serving { child, said: String::new(), file };
        eventually("the settings are printed", PATIENCE, || {
            serving.said = fs::read_to_string(&serving.file).expect("it is there");
            serving.said.ends_with("}\n") || serving.said.contains("# It knows:\n\n#")
        });
        serving
    }

    /// Nothing that was started here runs, and nothing is left in the folder for temporary files.
    #[track_caller]
    fn assert_clean(&self) {
        eventually("every process is gone", PATIENCE, || processes_of(self.folder.path()).is_empty());
        let left = fs::read_dir(self.folder.path()).expect("it is there").flatten().map(|entry| entry.file_name());
        let left: Vec<_> = left.filter(|name| name.to_string_lossy().starts_with("busyhour-mock-")).collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

/// A double that waits to be told to end.
struct Serving {
    child: Child,
    said: String,
    file: PathBuf,
}

impl Serving {
    fn end(mut self, signal: rustix::process::Signal) -> Ended {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).expect("it runs");
        let stderr = self.child.stderr.take().expect("it is a pipe");
        let code = self.child.wait().expect("it is our child").code();
        let text = |read: std::io::Result<String>| read.expect("it is text");
        let printed = text(fs::read_to_string(&self.file));
        let stdout = printed.strip_prefix(self.said.as_str()).unwrap_or(&printed).to_owned();
        Ended { code, stdout, stderr: text(std::io::read_to_string(stderr)) }
    }
}

/// How it ended, and what it said.
#[derive(Debug)]
struct Ended {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Ended {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }

    /// The lines of the log that tell of a path, and not of its end.
    fn lines_of(&self, path: &str) -> Vec<&str> {
        self.stderr.lines().filter(|line| line.contains(&format!(" {path} "))).collect()
    }
}

#[track_caller]
fn replaced(text: &str, passage: &str, other: &str) -> String {
    assert!(text.contains(passage), "there is no {passage:?} to replace");
    text.replace(passage, other)
}

const PATIENCE: Duration = Duration::from_secs(20);
