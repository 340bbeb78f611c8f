//! How quick and how small: start-up time and memory of runtimes, one by one and by the thousand.
//!
//! `cargo bench -p mock-runtime --bench start` measures `voice-runtime`. Another executable that honours the same
//! environment, with its arguments, can be given behind `--`:
//! `cargo bench -p mock-runtime --bench start -- target/release/busyhour runtime`.
//!
//! A start counts from just before the process is spawned to its first answered health probe; connecting is tried
//! again every 50 µs. There is no cloud and no drawn boot time: what is measured is the process. Private memory is
//! `Private_Clean` + `Private_Dirty` of `/proc/PID/smaps_rollup`. Every process hangs on one pipe, so that none
//! survives this program however it ends.

use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use mock_runtime::wire::{environment, loopback};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

fn main() {
    let command = command();
    println!("{}", command.join(" "));
    raise_descriptor_limit();
    one_by_one(&command);
    by_the_thousand(&command);
}

/// The p50 must stay under 3 ms.
fn one_by_one(command: &[String]) {
    let mut fleet = Fleet::new(command);
    let mut took: Vec<Duration> = (0..ONE_BY_ONE)
        .map(|_| {
            let began = Instant::now();
            let port = fleet.launch();
            answer(port, &health());
            let took = began.elapsed();
            fleet.kill();
            took
        })
        .collect();
    took.sort_unstable();
    let ms = |share: usize| took[(took.len() - 1) * share / 100].as_secs_f64() * 1e3;
    println!(
        "exec to first health   p50 {:.2} ms   p90 {:.2} ms   p99 {:.2} ms   (n = {ONE_BY_ONE})",
        ms(50),
        ms(90),
        ms(99)
    );
}

/// 1,000 must be up in 1.5 s and stay under 1 MB each; 3,000 must live side by side.
fn by_the_thousand(command: &[String]) {
    let mut fleet = Fleet::new(command);
    let began = Instant::now();
    fleet.launch_and_await(THOUSAND);
    println!("1,000 booted           {:.2} s", began.elapsed().as_secs_f64());
    fleet.report_memory("private memory, idle ");
    for port in fleet.ports() {
        one_turn(port);
    }
    fleet.report_memory("after a turn         ");
    let more = Instant::now();
    fleet.launch_and_await(2 * THOUSAND);
    println!("3,000 live at once     the last 2,000 in {:.2} s", more.elapsed().as_secs_f64());
    let killing = Instant::now();
    fleet.kill();
    println!("3,000 killed and gone  {:.2} s", killing.elapsed().as_secs_f64());
}

/// Processes under way, all killed when this is dropped.
struct Fleet<'c> {
    command: &'c [String],
    storage: tempfile::TempDir,
    running: Vec<(u16, Child)>,
    next_port: u16,
    /// The end the processes watch, and the end whose closing they would see.
    lifeline: (PipeReader, PipeWriter),
}

impl<'c> Fleet<'c> {
    fn new(command: &'c [String]) -> Self {
        let storage = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder");
        let lifeline = io::pipe().expect("a pipe");
        Self { command, storage, running: Vec::new(), next_port: FIRST_PORT, lifeline }
    }

    /// Starts one more process and returns its port.
    fn launch(&mut self) -> u16 {
        let port = self.next_port;
        self.next_port += 1;
        let child = Command::new(&self.command[0])
            .args(&self.command[1..])
            .env(environment::PROJECT_ID, PROJECT)
            .env(environment::USER_ID, user(port))
            .env(environment::BIND_ADDR, format!("127.0.0.1:{port}"))
            .env(environment::STORAGE_ROOT, self.storage.path())
            .env(environment::LIFELINE, "stdin")
            .env_remove(environment::CLOUD_BASE_URL)
            .stdin(self.lifeline.0.try_clone().expect("another descriptor"))
            .stderr(Stdio::null())
            .spawn()
            .expect("the executable starts");
        self.running.push((port, child));
        port
    }

    fn launch_and_await(&mut self, count: usize) {
        let ports: Vec<u16> = (0..count).map(|_| self.launch()).collect();
        for port in ports {
            answer(port, &health());
        }
    }

    fn ports(&self) -> Vec<u16> {
        self.running.iter().map(|(port, _)| *port).collect()
    }

    fn report_memory(&self, what: &str) {
        let mut private: Vec<u64> = self.running.iter().map(|(_, child)| kilobytes(child, "Private_")).collect();
        private.sort_unstable();
        let share: u64 = self.running.iter().map(|(_, child)| kilobytes(child, "Pss:")).sum();
        let (median, largest) = (private[private.len() / 2], private[private.len() - 1]);
        println!(
            "{what}  p50 {median} kB   max {largest} kB   share of all memory {} kB each",
            share / private.len() as u64
        );
    }

    fn kill(&mut self) {
        for (_, child) in &mut self.running {
            // Fails only where the process is gone already.
            drop(child.kill());
        }
        for (_, mut child) in self.running.drain(..) {
            drop(child.wait());
        }
    }
}

impl Drop for Fleet<'_> {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A session, a search and a save, as a caller's first turn has them.
fn one_turn(port: u16) {
    let user = user(port);
    let start = format!("{{\"sessionId\":\"s\",\"workspaceId\":\"{PROJECT}\",\"userId\":\"{user}\"}}");
    answer(port, &post(loopback::SESSION_START, &start));
    answer(port, &post(loopback::SEARCH_MEMORY, "{\"sessionId\":\"s\",\"query\":\"boots\"}"));
    answer(
        port,
        &post(loopback::TURN_AFTER, "{\"sessionId\":\"s\",\"userText\":\"boots?\",\"assistantText\":\"yes\"}"),
    );
}

fn user(port: u16) -> String {
    format!("caller-{port}")
}

fn health() -> String {
    format!("GET {} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n", loopback::HEALTH)
}

fn post(path: &str, body: &str) -> String {
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}")
}

/// Asks until there is an answer, which must be a 200.
fn answer(port: u16, request: &str) {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        match exchange(port, request) {
            Ok(answer) if answer.starts_with("HTTP/1.1 200") => return,
            Ok(answer) => panic!("port {port} answered {answer}"),
            Err(error) => assert!(Instant::now() < deadline, "port {port} does not answer: {error}"),
        }
        std::thread::sleep(RETRY_EVERY);
    }
}

fn exchange(port: u16, request: &str) -> io::Result<String> {
    let mut connection = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port)))?;
    connection.set_nodelay(true)?;
    connection.write_all(request.as_bytes())?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    Ok(answer)
}

/// The sum of a process's memory lines that begin with `field`.
fn kilobytes(child: &Child, field: &str) -> u64 {
    let path = format!("/proc/{}/smaps_rollup", child.id());
    let text = std::fs::read_to_string(path).expect("the process is still there");
    let lines = text.lines().filter(|line| line.starts_with(field) && !line.starts_with("Private_Hugetlb"));
    lines.filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).sum()
}

/// What stands behind `--`, or the binary of this package. `cargo bench` adds a `--bench` of its own.
fn command() -> Vec<String> {
    let given: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if given.is_empty() { vec![env!("CARGO_BIN_EXE_voice-runtime").to_owned()] } else { given }
}

/// One descriptor per process that is being started, and some.
fn raise_descriptor_limit() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).expect("the soft limit may rise to the hard one");
}

const PROJECT: &str = "proj_bench";
const ONE_BY_ONE: usize = 300;
const THOUSAND: usize = 1_000;
/// Below the range from which the kernel takes ports for outgoing connections.
const FIRST_PORT: u16 = 20_000;
const RETRY_EVERY: Duration = Duration::from_micros(50);
