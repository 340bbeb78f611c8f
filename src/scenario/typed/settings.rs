//! The tables that hold for all tenants.

use mock_runtime::behaviour::{BeforeReady, UnknownSession};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Duration, Law, Placed, Size, Written};

/// Settings of every worker's pool. The defaults are the official SDK's.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Pool {
    /// Whose rules it follows, for simulation: our own, or those of an official SDK. Default: builtin.
    pub(in crate::scenario) profile: Option<Placed<Profile>>,
    /// Runtimes that may exist at one instant, booting and draining ones included. Default: 20.
    pub(in crate::scenario) max_concurrent_users: Option<Placed<i64>>,
    /// How long a runtime may stay idle before the reaper takes it. Default: 300s.
    pub(in crate::scenario) runtime_idle_ttl: Option<Written<Duration>>,
    /// First and last loopback port; all workers on a host share the range. Default: [7878, 7977].
    #[schemars(length(equal = 2))]
    pub(in crate::scenario) runtime_port_range: Option<Placed<Vec<i64>>>,
    /// How often the reaper looks. Default: 30s.
    pub(in crate::scenario) reap_interval: Option<Written<Duration>>,
    /// How long a boot may take before it has failed. Default: 5s.
    pub(in crate::scenario) boot_timeout: Option<Written<Duration>>,
    /// How soon a port that was found to be a stranger's may be tried again. Default: 100ms.
    pub(in crate::scenario) port_recheck: Option<Written<Duration>>,
}

/// Whose rules a pool follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub(in crate::scenario) enum Profile {
    /// Our own, which `run` plays with its built-in client.
    #[default]
    #[serde(rename = "builtin")]
    Builtin,
    /// Those of the Python SDK `memoair-voice` 0.3.2.
    #[serde(rename = "sdk-0.3.2")]
    Sdk0_3_2,
}

/// How a runtime behaves. Times are durations of the work itself, without network; `cpu` beside one says what of it is
/// computing.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Runtime {
    /// Path of an executable to start instead of the mock; it must honour the same environment contract.
    pub(in crate::scenario) binary: Option<Placed<String>>,
    /// From process start to ready, where the projection comes from the cloud. Default: lognormal, median 400ms, CV 0.3.
    pub(in crate::scenario) boot_cold: Option<Law>,
    /// From process start to ready, where the projection is on disk. Default: lognormal, median 120ms, CV 0.3.
    pub(in crate::scenario) boot_warm: Option<Law>,
    /// One `session/start`. Default: 3ms.
    pub(in crate::scenario) session_start: Option<Law>,
    /// One `search_memory`. Default: lognormal, median 8ms, CV 0.5.
    pub(in crate::scenario) search: Option<Law>,
    /// One `turn/after`. Default: 2ms.
    pub(in crate::scenario) save: Option<Law>,
    /// One `sync/flush`, on top of the cloud's own time. Default: 20ms.
    pub(in crate::scenario) flush: Option<Law>,
    /// From SIGTERM to exit. Default: 5ms.
    pub(in crate::scenario) terminate: Option<Law>,
    /// Memory a runtime holds, as a real one's models would. Default: none beyond its own.
    pub(in crate::scenario) rss: Option<Written<Size>>,
    /// What a request with a session this runtime never started gets: `strict` refuses, `lenient` serves it. Default:
    /// strict.
    pub(in crate::scenario) unknown_session: Option<UnknownSession>,
    /// What health probes meet before the boot is over: `hold` the answer, `unready` (503), `refuse` the connection.
    /// Default: hold.
    pub(in crate::scenario) before_ready: Option<BeforeReady>,
    /// Whether SIGTERM is ignored. Default: false.
    #[serde(default)]
    pub(in crate::scenario) ignore_terminate: bool,
}

/// How the mock cloud behaves.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Cloud {
    /// Added to every answer. Default: 30ms.
    pub(in crate::scenario) latency: Option<Law>,
    /// Facts the cloud knows about each caller. Default: 8.
    pub(in crate::scenario) facts_per_caller: Option<Placed<i64>>,
    /// Chunks of organisation knowledge in each project. Default: 8.
    pub(in crate::scenario) org_chunks: Option<Placed<i64>>,
}

/// What the call router does on `pool.exhausted` and `pool.port_exhausted`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct OnRefusal {
    /// Default: shed.
    pub(in crate::scenario) action: Option<Placed<Action>>,
    /// `retry`: time between attempts. Default: 1s.
    pub(in crate::scenario) after: Option<Written<Duration>>,
    /// `retry`: attempts in all, the first included. Default: 3.
    pub(in crate::scenario) attempts: Option<Placed<i64>>,
}

/// What to do with a refusal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(in crate::scenario) enum Action {
    /// The call is turned away.
    #[default]
    Shed,
    /// The turn goes on without memory.
    Degrade,
    /// The recall is tried again, and goes on without memory in the end.
    Retry,
}

/// The machines the workers run on.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Host {
    /// How many; workers are placed on them in turn. Default: 1.
    pub(in crate::scenario) count: Option<Placed<i64>>,
    /// Processor cores of each, for simulation: shared evenly by whatever computes there at a time, as `cpu` under
    /// `[runtime]` says. Default: unlimited.
    pub(in crate::scenario) cores: Option<Placed<i64>>,
}

/// The client that is put under load.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Client {
    /// `builtin`, `memoair-voice` (the official SDK; install its driver by `busyhour drivers install`), or the command of
    /// another driver, in one text or word by word. Default: builtin.
    pub(in crate::scenario) driver: Option<Placed<DriverText>>,
    /// Where a driver's command is started, and looked for where it has a slash. Default: the scenario's folder.
    pub(in crate::scenario) folder: Option<Placed<String>>,
    /// How long a driver may keep silent while it owes an answer; then the run is invalid. Default: 15s.
    pub(in crate::scenario) patience: Option<Written<Duration>>,
}

/// A name, a command line, or its words.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "invalid type: this is no text, and no list of texts")]
#[schemars(inline)]
pub(in crate::scenario) enum DriverText {
    /// A name or a command line.
    Line(String),
    /// A command, word by word.
    Words(Vec<String>),
}
