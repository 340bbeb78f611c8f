//! A folder, ports, the program, and what it had to say.

use std::fs;
use std::io::Read;
use std::ops::RangeInclusive;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

/// Where one test plays.
pub(crate) struct Rig {
    pub(crate) folder: TempDir,
    pub(crate) ports: RangeInclusive<u16>,
    /// Nobody else on this machine plays on these ports while this is held.
    _claim: UnixListener,
}

/// How a run ended and what it said.
pub(crate) struct Played {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) took: Duration,
}

/// A run under way.
pub(crate) struct Playing {
    child: Child,
    began: Instant,
}

impl Rig {
    pub(crate) fn new() -> Self {
        let blocks = (FIRST_PORT..LAST_PORT).step_by(usize::from(PORTS));
        let (first, claim) = blocks.into_iter().find_map(|first| Some((first, claim(first)?))).expect("ports are left");
        let folder = tempfile::Builder::new().prefix("bh-test-").tempdir().expect("a temporary folder can be made");
        Self { folder, ports: first..=first + PORTS - 1, _claim: claim }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a scenario of quick runtimes on this rig's ports; `head` stands before the first table.
    pub(crate) fn scenario(&self, head: &str, tables: &str) -> PathBuf {
        self.scenario_with("", head, tables)
    }

    /// The same with more settings of the pool.
    pub(crate) fn scenario_with(&self, pool: &str, head: &str, tables: &str) -> PathBuf {
        let (first, last) = (self.ports.start(), self.ports.end());
        let ports = if pool.contains("runtime_port_range") { String::new() } else { format!("[{first}, {last}]") };
        let ports = if ports.is_empty() { ports } else { format!("runtime_port_range = {ports}\n") };
        let runtime = if tables.contains("[runtime]") { "" } else { QUICK };
        let text = format!(
            "name = \"small\"\nabout = \"A test.\"\nseed = 1\n{head}\n[pool]\n{ports}{pool}\n{runtime}\n{tables}\n"
        );
        let file = self.path("small.toml");
        fs::write(&file, text).expect("the folder can be written");
        file
    }

    /// The program, ready to play a scenario into this rig's folder.
    pub(crate) fn command(&self, scenario: &Path) -> Command {
        self.command_to(scenario, &self.path("out"))
    }

    /// As [`Rig::command`], for another command that plays.
    pub(crate) fn command_named(&self, name: &str, scenario: &Path) -> Command {
        self.marked(Command::new(env!("CARGO_BIN_EXE_busyhour")), name, scenario, &self.path("out"))
    }

    /// The program, ready for a command that plays nothing.
    pub(crate) fn bare(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_busyhour"));
        command.args(arguments).env(MARKER, self.folder.path()).env("TMPDIR", self.folder.path());
        without_workflow(&mut command);
        command
    }

    /// The only folder of a run that was filed.
    pub(crate) fn run_folder(&self) -> PathBuf {
        let mut folders = fs::read_dir(self.path("out")).expect("runs were filed").flatten();
        let folder = folders.next().expect("a run was filed").path();
        assert!(folders.next().is_none(), "only one was filed");
        folder
    }

    /// As [`Rig::command`], with another folder for the summaries.
    pub(crate) fn command_to(&self, scenario: &Path, out: &Path) -> Command {
        self.marked(Command::new(env!("CARGO_BIN_EXE_busyhour")), "run", scenario, out)
    }

    /// As [`Rig::command`], started by a line of shell that ends in `exec "$@"`.
    pub(crate) fn shell(&self, line: &str, scenario: &Path) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", line, "sh", env!("CARGO_BIN_EXE_busyhour")]);
        self.marked(command, "run", scenario, &self.path("out"))
    }

    pub(crate) fn play(&self, scenario: &Path, arguments: &[&str]) -> Played {
        self.finish(Playing::start(self.command(scenario).args(arguments)))
    }

    /// Plays it and gives the summary.
    pub(crate) fn summary(&self, scenario: &Path, arguments: &[&str]) -> Value {
        let played = self.play(scenario, &[arguments, &["--format", "json", "--quiet"]].concat());
        serde_json::from_str(&played.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}{}", played.stdout, played.stderr))
    }

    /// How many summaries were written.
    pub(crate) fn reports(&self) -> usize {
        fs::read_dir(self.path("out")).map_or(0, Iterator::count)
    }

    /// Waits for the end, and until nobody is left.
    pub(crate) fn finish(&self, playing: Playing) -> Played {
        let Playing { child, began } = playing;
        let Output { status, stdout, stderr } = child.wait_with_output().expect("it can be waited for");
        let took = began.elapsed();
        self.until_nobody_is_left();
        let text = |bytes| String::from_utf8(bytes).expect("the program speaks UTF-8");
        Played { code: status.code(), stdout: text(stdout), stderr: text(stderr), took }
    }

    pub(crate) fn until_nobody_is_left(&self) {
        until("nobody is left", || self.processes().is_empty());
    }

    /// Everything that was started for this rig, runtimes and helpers included.
    pub(crate) fn processes(&self) -> Vec<u32> {
        let marker = format!("{MARKER}={}\0", self.folder.path().display());
        running()
            .filter(|pid| environment(*pid).windows(marker.len()).any(|window| window == marker.as_bytes()))
            .collect()
    }

    /// Of them, those that run a program of that name.
    pub(crate) fn named(&self, program: &str) -> Vec<u32> {
        let name = |pid: &u32| fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        self.processes().into_iter().filter(|pid| name(pid).trim_end() == program).collect()
    }

    /// Of them, the runtimes.
    pub(crate) fn runtimes(&self) -> Vec<u32> {
        let is_runtime =
            |pid: &u32| environment(*pid).windows(CONTRACT.len()).any(|window| window == CONTRACT.as_bytes());
        self.processes().into_iter().filter(is_runtime).collect()
    }

    fn marked(&self, mut command: Command, name: &str, scenario: &Path, out: &Path) -> Command {
        command.arg(name).arg(scenario).arg("--out").arg(out);
        // What is judged here is what happens, not how quickly: the machine may be busy with other tests.
        command.args(["--lag-limit", "10000", "--cpu-limit", "1"]);
        without_workflow(&mut command);
        // A program that is killed cannot take its temporary folders along; this rig does.
        command.env(MARKER, self.folder.path()).env("TMPDIR", self.folder.path());
        command
    }
}

impl Playing {
    pub(crate) fn start(command: &mut Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self { child: command.spawn().expect("the program can be started"), began: Instant::now() }
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("it runs");
    }

    pub(crate) fn pid(&self) -> Pid {
        i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).expect("a pid is a positive number")
    }

    /// The next line of its standard error.
    pub(crate) fn line(&mut self) -> String {
        let stderr = self.child.stderr.as_mut().expect("it is piped");
        let (mut line, mut byte) = (Vec::new(), [0]);
        // Byte by byte, so that nothing of the next line is taken from whoever reads that.
        while stderr.read(&mut byte).expect("it can be read") == 1 && byte != *b"\n" {
            line.push(byte[0]);
        }
        String::from_utf8(line).expect("the program speaks UTF-8")
    }

    /// Stops reading what it prints and says.
    pub(crate) fn close_its_outputs(&mut self) {
        drop((self.child.stdout.take(), self.child.stderr.take()));
    }

    /// The next byte of its standard error: it is up to something.
    pub(crate) fn until_it_speaks(&mut self) {
        let stderr = self.child.stderr.as_mut().expect("it is piped");
        stderr.read_exact(&mut [0]).expect("it speaks before it ends");
    }
}

/// Waits until it is so; ten seconds at most.
#[track_caller]
pub(crate) fn until(what: &str, mut so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !so() {
        assert!(began.elapsed() < Duration::from_secs(10), "waited ten seconds in vain until {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A figure of a summary.
#[track_caller]
pub(crate) fn figure(summary: &Value, path: &str) -> f64 {
    let found = path.split('/').try_fold(summary, |value, key| value.get(key));
    found.and_then(Value::as_f64).unwrap_or_else(|| panic!("no {path} in {summary:#}"))
}

/// How often an error was counted; an error that never occurred does not stand in the summary.
pub(crate) fn errors(summary: &Value, code: &str) -> u64 {
    summary["counts"]["errors"].get(code).and_then(Value::as_u64).unwrap_or(0)
}

/// Nothing was lost, nobody left behind, no law broken.
#[track_caller]
pub(crate) fn assert_sound(summary: &Value) {
    for path in ["counts/leaks", "counts/violations", "counts/saves/lost", "counts/saves/duplicated"] {
        assert!(figure(summary, path) == 0.0, "{path} in {summary:#}");
    }
}

/// These tests may run in a workflow of GitHub's, whose pages and annotations are none of theirs.
fn without_workflow(command: &mut Command) {
    command.env_remove("GITHUB_ACTIONS").env_remove("GITHUB_STEP_SUMMARY");
}

fn claim(first: u16) -> Option<UnixListener> {
    let name = SocketAddr::from_abstract_name(format!("busyhour-test-ports-{first}")).expect("the name is short");
    UnixListener::bind_addr(&name).ok()
}

/// Processes that run; a zombie does not.
fn running() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").expect("tests run on Linux").flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| {
        let status = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        status.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with('Z'))
    })
}

fn environment(pid: u32) -> Vec<u8> {
    fs::read(format!("/proc/{pid}/environ")).unwrap_or_default()
}

const QUICK: &str = "[runtime]\nboot_cold = \"20ms\"\nboot_warm = \"5ms\"\nsession_start = \"1ms\"\nsearch = \"3ms\"\n\
    save = \"1ms\"\nflush = \"1ms\"\nterminate = \"1ms\"\n[cloud]\nlatency = \"1ms\"\nfacts_per_caller = 2\norg_chunks = 2";
/// Set for the program and inherited by everything it starts.
const MARKER: &str = "BUSYHOUR_TEST_RIG";
const CONTRACT: &str = "MEMOAIR_RUNTIME_BIND_ADDR=";
const PORTS: u16 = 50;
/// Below the ports the kernel hands out to connections.
const FIRST_PORT: u16 = 22_000;
const LAST_PORT: u16 = 32_000;
