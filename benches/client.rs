//! What the pool client costs, against real runtimes on loopback: `cargo bench --bench client [-- reuse|turns|cold|drain]`.
//!
//! Figures that can stand beside another one, taken in the same run, are printed as ratios: absolute times say as much
//! about the machine as about the client. The official SDK's figures were measured on two cores.

use std::fmt::Display;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use busyhour::client::{Executable, SaveOptions, SearchOptions, User, VoiceClient, VoiceClientBuilder};
use busyhour::cloud::{CloudSettings, MockCloud};
use mock_runtime::behaviour::Behaviour;
use mock_runtime::wire::environment::BEHAVIOUR;
use mock_runtime::wire::loopback::{SEARCH_MEMORY, SESSION_START};
use rustix::time::{ClockId, clock_gettime};
use serde_json::json;
use tempfile::TempDir;
use tokio::runtime::Builder;

fn main() {
    let argument = std::env::args().skip(1).find(|argument| !argument.starts_with("--bench")).unwrap_or_default();
    if argument == CLOUD {
        return serve_cloud();
    }
    let wanted = |name: &str| name.contains(&argument);
    let stage = Stage::new();
    // An agent may have either kind of event loop; the official SDK's has one thread.
    for (mut builder, threads) in
        [(Builder::new_current_thread(), "one thread"), (Builder::new_multi_thread(), "every core")]
    {
        let tokio = builder.enable_all().build().expect("an event loop can be made");
        println!("event loop on {threads}");
        if wanted("reuse") {
            tokio.block_on(reuse(&stage));
        }
        if wanted("turns") {
            tokio.block_on(turns(&stage));
        }
        if wanted("cold") {
            tokio.block_on(cold(&stage));
        }
        if wanted("drain") {
            tokio.block_on(drain(&stage));
        }
    }
}

/// A reuse recall beside the bare round trip to the same runtime, with the same body.
async fn reuse(stage: &Stage) {
    let client = stage.client(1, &Behaviour::default());
    recall(&client, "ann").await;
    let bare = Arc::new(Bare::beside(&client).await);
    let (mut p50s, mut cpus) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    for _ in 0..ROUNDS {
        let (client, bare) = (client.clone(), Arc::clone(&bare));
        let recalls = tokio::spawn(measure(move || recall_once(client.clone()))).await.expect("no panic");
        let round_trips = tokio::spawn(measure(move || Arc::clone(&bare).search())).await.expect("no panic");
        for (kind, (p50, cpu)) in [recalls, round_trips].into_iter().enumerate() {
            p50s[kind].push(p50);
            cpus[kind].push(cpu);
        }
    }
    let ([recall, bare], [recall_cpu, bare_cpu]) = (p50s.map(median), cpus.map(median));
    println!("reuse recall, one after another");
    print("p50", format_args!("{} µs, bare round trip {} µs", micros(recall), micros(bare)));
    target("ratio", recall.as_secs_f64() / bare.as_secs_f64(), 1.25);
    print("CPU", format_args!("{} µs, bare round trip {} µs", micros(recall_cpu), micros(bare_cpu)));
    target("CPU more, µs", (recall_cpu.as_secs_f64() - bare_cpu.as_secs_f64()) * 1e6, 20.0);
    client.close().await;
}

/// Turns of many callers at once, as fast as they go: what one process can carry.
async fn turns(stage: &Stage) {
    let client = stage.client(CALLERS, &Behaviour::default());
    let callers: Vec<User> = (0..CALLERS).map(|caller| user(&format!("caller {caller}"))).collect();
    let mut runs = Vec::new();
    // The first round boots the runtimes and does not count.
    for _ in 0..4 {
        let (began, cpu) = (Instant::now(), cpu());
        let tasks: Vec<_> = callers.iter().cloned().map(|caller| tokio::spawn(play(client.clone(), caller))).collect();
        for task in tasks {
            task.await.expect("the task ends");
        }
        let turns = u32::from(CALLERS) * TURNS;
        runs.push((cpu_since(cpu) / turns, f64::from(turns) / began.elapsed().as_secs_f64()));
    }
    let cpu = median(runs[1..].iter().map(|run| run.0).collect());
    let rate = runs[1..].iter().map(|run| run.1).fold(0.0, f64::max);
    println!("turns (a search and a save) of {CALLERS} callers at once");
    print("rate", format_args!("{rate:.0} turns/s with their runtimes on the same machine"));
    print("CPU", format_args!("{} µs a turn; memoair-voice 0.3.2 as measured on two cores: 1500 µs", micros(cpu)));
    target("share of the SDK's CPU", cpu.as_secs_f64() / 1500e-6, 1.0 / 15.0);
    client.close().await;
}

async fn play(client: VoiceClient, caller: User) {
    for _ in 0..TURNS {
        client.search_memory(QUESTION, &caller, &patient()).await.expect("answered");
        client.save_response("Hello?", "Hello!", &caller, &SaveOptions::default()).await.expect("accepted");
    }
}

/// From an acquire for a caller without a runtime to its first answer, with runtimes that boot as fast as they can.
async fn cold(stage: &Stage) {
    let client = stage.client(ROUNDS, &Behaviour::default());
    let mut alone = Vec::new();
    for caller in 0..ROUNDS {
        alone.push(timed(async || recall(&client, &format!("caller {caller}")).await).await);
    }
    client.close().await;
    let mut together = Vec::new();
    for round in 0..5 {
        let client = stage.client(20, &Behaviour::default());
        together.push(timed(async || recall_many(&client, &format!("round {round}"), 20).await).await);
        client.close().await;
    }
    println!("cold recall, boot time zero");
    target("p50 of one, ms", median(alone).as_secs_f64() * 1e3, 6.0);
    target("20 at once, all answered, ms", median(together).as_secs_f64() * 1e3, 80.0);
}

/// Reuse recalls while twenty runtimes that ignore SIGTERM are on their way out.
async fn drain(stage: &Stage) {
    let client = stage.client(21, &Behaviour { ignore_terminate: true, ..Behaviour::default() });
    recall_many(&client, "victim", 20).await;
    recall(&client, "keeper").await;
    let newcomers = {
        let client = client.clone();
        tokio::spawn(async move { recall_many(&client, "newcomer", 20).await })
    };
    while client.levels().draining < 20 {
        tokio::task::yield_now().await;
    }
    let mut recalls = Vec::new();
    while client.levels().draining > 0 {
        recalls.push(timed(async || recall(&client, "keeper").await).await);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    newcomers.await.expect("the task ends");
    recalls.sort_unstable();
    println!("reuse recalls during twenty drains of runtimes that ignore SIGTERM ({} recalls)", recalls.len());
    target("p99, ms", recalls[recalls.len() * 99 / 100].as_secs_f64() * 1e3, 10.0);
    client.close().await;
}

async fn recall_once(client: VoiceClient) {
    recall(&client, "ann").await;
}

async fn recall(client: &VoiceClient, caller: &str) {
    client.search_memory(QUESTION, &user(caller), &patient()).await.expect("answered");
}

async fn recall_many(client: &VoiceClient, name: &str, callers: usize) {
    let recalls = (0..callers).map(|caller| {
        let (client, caller) = (client.clone(), format!("{name} {caller}"));
        tokio::spawn(async move { recall(&client, &caller).await })
    });
    for recall in recalls.collect::<Vec<_>>() {
        recall.await.expect("the task ends");
    }
}

/// The bare round trip: the request a reuse recall makes, by reqwest alone.
struct Bare {
    client: reqwest::Client,
    url: String,
    body: String,
}

impl Bare {
    /// To the client's one runtime, on a session of its own.
    async fn beside(client: &VoiceClient) -> Self {
        assert_eq!(client.runtime_pids().len(), 1);
        let base = format!("http://127.0.0.1:{FIRST_PORT}");
        let client = reqwest::Client::builder().no_proxy().tcp_nodelay(true).build().expect("a client can be made");
        let start = json!({ "sessionId": "bare", "workspaceId": PROJECT, "userId": "ann" });
        let started = client.post(format!("{base}{SESSION_START}")).json(&start).send().await.expect("it answers");
        assert!(started.status().is_success(), "{}", started.status());
        let body =
            json!({ "sessionId": "bare", "query": QUESTION, "intent": "answer_current_user", "includeSources": true });
        Self { client, url: format!("{base}{SEARCH_MEMORY}"), body: body.to_string() }
    }

    async fn search(self: Arc<Self>) {
        let request = self.client.post(&self.url).header("content-type", "application/json").body(self.body.clone());
        let answer = request.send().await.expect("it answers");
        assert!(answer.status().is_success(), "{}", answer.status());
        assert!(!answer.bytes().await.expect("it has a body").is_empty());
    }
}

/// Median time and mean CPU time of a few hundred calls, one after another. To be run as a task, as an agent's calls
/// are: on a thread of the event loop.
async fn measure<F: Future<Output = ()>>(call: impl Fn() -> F) -> (Duration, Duration) {
    let (cpu, mut times) = (cpu(), Vec::new());
    for _ in 0..CALLS {
        let began = Instant::now();
        call().await;
        times.push(began.elapsed());
    }
    (median(times), cpu_since(cpu) / CALLS)
}

async fn timed(call: impl AsyncFn()) -> Duration {
    let began = Instant::now();
    call().await;
    began.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// CPU time of this process so far.
fn cpu() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).expect("CPU time does not run backwards")
}

fn cpu_since(before: Duration) -> Duration {
    cpu().saturating_sub(before)
}

fn micros(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1e6)
}

fn print(name: &str, what: impl Display) {
    println!("  {name}: {what}");
}

fn target(name: &str, value: f64, limit: f64) {
    let verdict = if value <= limit { "within" } else { "MISSED:" };
    print(name, format_args!("{value:.3}, {verdict} the target of {limit:.3}"));
}

/// A cloud in a process of its own, so that its CPU time is not taken for the client's, and a place for projections.
struct Stage {
    cloud: Child,
    cloud_url: String,
    storage: TempDir,
}

impl Stage {
    fn new() -> Self {
        let mut command = Command::new(std::env::current_exe().expect("a bench knows where it is"));
        let mut cloud = command.arg(CLOUD).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        let mut cloud_url = String::new();
        let output = cloud.stdout.take().expect("it is piped");
        BufReader::new(output).read_line(&mut cloud_url).expect("its first line is where it listens");
        Self { cloud, cloud_url, storage: tempfile::tempdir().expect("a temporary folder can be made") }
    }

    fn client(&self, slots: u16, behaviour: &Behaviour) -> VoiceClient {
        let builder: VoiceClientBuilder = VoiceClient::builder().api_key(KEY).project_id(PROJECT).agent_id(AGENT);
        let builder = builder.base_url(self.cloud_url.trim()).storage_root(self.storage.path());
        let builder = builder.max_concurrent_users(slots.into()).runtime_port_range(FIRST_PORT, FIRST_PORT + slots - 1);
        let behaviour = serde_json::to_string(behaviour).expect("a behaviour is JSON");
        let executable = Executable {
            path: env!("CARGO_BIN_EXE_busyhour").into(),
            arguments: vec![busyhour::run::EMBEDDED_RUNTIME.into()],
            variables: vec![(BEHAVIOUR.into(), behaviour.into())],
        };
        builder.executable(executable).build().expect("the settings are fine")
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // Its standard input ends with this, and it with that.
        drop(self.cloud.stdin.take());
        self.cloud.wait().expect("it was not waited for before");
    }
}

fn serve_cloud() {
    let settings = CloudSettings { account_key: KEY.to_owned(), ..CloudSettings::default() };
    let cloud = MockCloud::start(settings).expect("loopback has a free port");
    cloud.add_project(PROJECT, "Acme", &[AGENT]);
    println!("{}", cloud.base_url());
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).expect("a pipe can be read to its end");
}

fn user(id: &str) -> User {
    User::new(id).expect("the id is not blank")
}

fn patient() -> SearchOptions {
    SearchOptions { timeout: Duration::from_secs(10), ..SearchOptions::default() }
}

const CLOUD: &str = "cloud";
const KEY: &str = "memoair_pk_bench";
const PROJECT: &str = "proj_acme";
const AGENT: &str = "agent_acme";
const QUESTION: &str = "where do my parcels go";
/// Below the ports the kernel gives out by itself, and away from those of the tests.
const FIRST_PORT: u16 = 9_000;
const ROUNDS: u16 = 31;
const CALLS: u32 = 300;
const CALLERS: u16 = 16;
const TURNS: u32 = 400;
