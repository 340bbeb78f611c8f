//! One worker's turns per second and processor time per turn: the built-in client beside the official SDK. `cargo bench
//! --bench drivers`. Needs Python and its package index, from which the SDK is installed once.
//!
//! Both are played by drivers, so both pay for the same protocol, with the same scenario against the same runtimes, in one
//! run: callers who never think, a turn being a search and a save. What is printed last is the ratio, which says less
//! about the machine than the figures do. Expected on two cores: ten times the turns or more, at a tenth of the processor
//! time a turn or less.

use std::io::Write;
use std::os::fd::AsFd;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use busyhour::client::{Executable, SaveOptions, SearchOptions, User, VoiceClient};
use busyhour::measure::Summary;
use busyhour::run::{EMBEDDED_RUNTIME, Options, Progress, RUNTIME_NAME, Stop};
use busyhour::scenario::Scenario;
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::sync::watch;

#[path = "../tests/python/mod.rs"]
mod python;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments[0].ends_with(RUNTIME_NAME) || arguments.get(1).is_some_and(|argument| argument == EMBEDDED_RUNTIME) {
        return mock_runtime::main_from_environment();
    }
    if arguments.get(1).is_some_and(|argument| argument == DRIVER) {
        let tokio =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("an event loop can be made");
        tokio.block_on(drive());
        return ExitCode::SUCCESS;
    }
    let this = std::env::current_exe().expect("a running program knows its file");
    let sdk = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/drivers/memoair_voice_driver.py");
    println!("one worker, {CALLERS} callers who never think, {SECONDS} s each");
    println!("{:<24}{:>10}{:>16}", "", "turns/s", "CPU us/turn");
    let builtin = figures("built-in client", &[this.to_string_lossy().as_ref(), DRIVER]);
    let official = figures("memoair-voice 0.3.2", &[&python::sdk_python().to_string_lossy(), &sdk.to_string_lossy()]);
    println!("{:<24}{:>9.1}x{:>15.3}x", "ratio", builtin.0 / official.0, builtin.1 / official.1);
    println!("a turn of the official SDK takes {:.0} times as much processor time", official.1 / builtin.1);
    ExitCode::SUCCESS
}

/// Turns per second and processor time per turn, in microseconds.
fn figures(name: &str, command: &[&str]) -> (f64, f64) {
    let summary = play(command);
    let (turns, cpu_s) = (summary.total.counts.turns as f64, summary.client.and_then(|client| client.cpu_s));
    assert!(turns > 0.0 && summary.harness.arrivals_dropped == 0, "nothing was played");
    let (rate, cost) = (turns / SECONDS, cpu_s.expect("Linux tells") * 1e6 / turns);
    println!("{name:<24}{rate:>10.0}{cost:>16.0}");
    (rate, cost)
}

fn play(command: &[&str]) -> Summary {
    let text = format!(
        "name = \"drivers\"\nduration = \"{SECONDS}s\"\ngrace = \"0s\"\n\
         [client]\ndriver = {}\n[pool]\nmax_concurrent_users = 30\nruntime_port_range = [18200, 18240]\n\
         [runtime]\nboot_cold = \"0s\"\nsession_start = \"0s\"\nsearch = \"0s\"\nsave = \"0s\"\nflush = \"0s\"\n\
         terminate = \"0s\"\n[cloud]\nlatency = \"0s\"\n[[tenant]]\nname = \"acme\"\n\
         arrivals = {{ model = \"closed\", callers = {CALLERS}, redial = \"10ms\" }}\n\
         call = {{ turns = 1000000 }}\nturn_gap = \"0s\"\nreply = \"0s\"\n",
        json!(command)
    );
    let scenario = Scenario::from_text(Path::new("drivers.toml"), text).expect("it is a scenario");
    let (_ask, stop) = watch::channel(Stop::default());
    let options = Options { work_dir: None, max_calls: 1_000, lag_limit_ms: 1e9, cpu_share_limit: 1.0, stop };
    let tokio = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("an event loop can be made");
    let played = tokio.block_on(busyhour::run::play(Arc::new(scenario), options, Progress::default()));
    played.expect("it can be played").summary
}

/// A driver of the built-in client.
async fn drive() {
    let input = std::io::stdin().as_fd().try_clone_to_owned().expect("standard input is open");
    let orders = tokio::net::unix::pipe::Receiver::from_owned_fd(input).expect("the harness gives a pipe");
    let (mut client, mut lines) = (None::<VoiceClient>, BufReader::new(orders).lines());
    while let Ok(Some(line)) = lines.next_line().await {
        let order: Value = serde_json::from_str(&line).expect("the harness speaks JSON");
        match order["type"].as_str().unwrap_or_default() {
            "hello" => say(&json!({
                "type": "hello", "protocol": "busyhour.driver", "version": 1, "name": "builtin", "max_in_flight": 4096,
            })),
            "ping" => say(&json!({ "type": "pong", "id": order["id"], "now_ns": now_ns() })),
            "open" => {
                client = Some(build(&order["settings"]));
                say(&json!({ "type": "opened" }));
            }
            "recall" | "save" => drop(tokio::spawn(operate(client.clone().expect("it was opened"), order))),
            "close" => {
                client.take().expect("it was opened").close().await;
                while UNDER_WAY.load(std::sync::atomic::Ordering::SeqCst) > 0 {
                    tokio::task::yield_now().await;
                }
                say(&json!({ "type": "closed" }));
            }
            _ => {}
        }
    }
}

static UNDER_WAY: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);

fn build(settings: &Value) -> VoiceClient {
    let text = |key: &str| settings[key].as_str().expect("a setting is text").to_owned();
    let number = |value: &Value| u16::try_from(value.as_u64().expect("it is a number")).expect("of 16 bits");
    let variables = settings["environment"].as_object().expect("an object").iter();
    let variables = variables.map(|(name, value)| (name.into(), value.as_str().expect("text").into())).collect();
    let ports = &settings["runtime_port_range"];
    let pool = busyhour::pool::Settings {
        max_concurrent_users: u32::from(number(&settings["max_concurrent_users"])),
        runtime_port_range: number(&ports[0])..=number(&ports[1]),
        ..Default::default()
    };
    let built = VoiceClient::builder()
        .api_key(text("api_key"))
        .project_id(text("project_id"))
        .agent_id(text("agent_id"))
        .base_url(text("base_url"))
        .storage_root(text("storage_root"))
        .executable(Executable { variables, ..Executable::file(text("runtime_binary")) })
        .pool(pool)
        .build();
    built.expect("the settings are good")
}

async fn operate(client: VoiceClient, order: Value) {
    UNDER_WAY.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    let text = |key: &str| order[key].as_str().unwrap_or_default();
    let started = now_ns();
    let user = User::new(order["user"]["id"].as_str().unwrap_or_default()).expect("ids are not blank");
    let mut answer = if order["type"] == "recall" {
        let timeout = std::time::Duration::from_millis(order["timeout_ms"].as_u64().unwrap_or(250));
        let options = SearchOptions { timeout, ..Default::default() };
        match client.search_memory(text("query"), &user, &options).await {
            Ok(memory) => json!({ "memory": memory }),
            Err(error) => json!({ "error": { "code": error.code(), "message": error.to_string() } }),
        }
    } else {
        let options = SaveOptions { turn_id: Some(text("turn_id").to_owned()), ..Default::default() };
        match client.save_response(text("user_text"), text("assistant_text"), &user, &options).await {
            Ok(event) => json!({ "saved": event.is_some() }),
            Err(error) => json!({ "error": { "code": error.code(), "message": error.to_string() } }),
        }
    };
    let done = json!({ "type": "done", "id": order["id"], "started_ns": started, "finished_ns": now_ns() });
    answer.as_object_mut().expect("it is one").extend(done.as_object().expect("it is one").clone());
    UNDER_WAY.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
    say(&answer);
}

fn say(word: &Value) {
    let mut line = word.to_string();
    line.push('\n');
    // A harness that is gone needs no answer.
    let _ = std::io::stdout().lock().write_all(line.as_bytes());
}

fn now_ns() -> i64 {
    let now = clock_gettime(ClockId::Monotonic);
    now.tv_sec * 1_000_000_000 + now.tv_nsec
}

const DRIVER: &str = "--drive";
const CALLERS: u32 = 20;
const SECONDS: f64 = 6.0;
