//! Everything a mock runtime decides about time and failure, as data and pure code.
//!
//! The process gets a [`Behaviour`] as JSON in [`BEHAVIOUR`](crate::wire::environment::BEHAVIOUR) and plays it in
//! real time; a simulator can play the same one in virtual time: both ask a [`Conduct`]. Times of [`Window`]s count in nanoseconds of
//! the machine's monotonic clock, shifted by [`Behaviour::origin_ns`], so that every process of a run agrees on them.

mod check;
mod conduct;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::distribution::Distribution;

pub use check::BehaviourError;
pub use conduct::{BootOutcome, Conduct, Life, Work};

/// How a mock runtime behaves. Times are durations of the work itself, without network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Behaviour {
    /// Seed of every draw; a process adds its project, its user and the number of its life to it.
    pub seed: u64,
    /// Reading of the monotonic clock that windows call zero.
    pub origin_ns: u64,
    /// From process start to ready, where the projection must come from the cloud.
    pub boot_cold: Distribution,
    /// From process start to ready, where the projection is on disk.
    pub boot_warm: Distribution,
    /// One `session/start`.
    pub session_start: Distribution,
    /// One `search_memory`.
    pub search: Distribution,
    /// One `turn/after`.
    pub save: Distribution,
    /// One `sync/flush`, on top of the cloud's own time.
    pub flush: Distribution,
    /// From SIGTERM to exit.
    pub terminate: Distribution,
    /// Bytes of memory to hold and touch, as a real runtime's models would.
    pub ballast_bytes: u64,
    /// What a session id this process never started gets.
    pub unknown_session: UnknownSession,
    /// What health probes meet before the boot is over.
    pub before_ready: BeforeReady,
    /// Whether SIGTERM is ignored.
    pub ignore_terminate: bool,
    /// Times at which a starting runtime fails.
    pub boot_failures: Vec<BootFailure>,
    /// Times at which every duration is stretched.
    pub slow: Vec<Slow>,
}

/// What search, save and end answer to a session this process never started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum UnknownSession {
    /// 404 `runtime.unknown_session`.
    #[default]
    Strict,
    /// The request is served as if the session had been started.
    Lenient,
}

/// What a health probe meets before the boot is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum BeforeReady {
    /// It is accepted at once and answered when the runtime is ready.
    #[default]
    Hold,
    /// 503, come back later.
    Unready,
    /// The connection is refused: the port is bound only when the runtime is ready.
    Refuse,
}

/// A stretch of time, half open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// First instant inside, in nanoseconds after [`Behaviour::origin_ns`].
    pub from_ns: u64,
    /// First instant after it.
    pub until_ns: u64,
}

/// A time at which a starting runtime fails.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BootFailure {
    /// When.
    pub window: Window,
    /// Only runtimes of this project; of every project where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// Share of the boots that fail, 0 to 1.
    pub share: f64,
    /// In what way.
    pub how: FailureMode,
}

/// In what way a boot fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FailureMode {
    /// The process exits with status 1 before it is ready.
    Exit,
    /// The process never becomes ready.
    Hang,
}

/// A time at which every duration is multiplied.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slow {
    /// When.
    pub window: Window,
    /// Only runtimes of this project; of every project where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// Share of the runtimes that are slowed, 0 to 1.
    pub share: f64,
    /// By how much.
    pub factor: f64,
}

impl Window {
    /// Whether `at_ns`, counted as the window's own ends are, lies inside.
    pub fn contains(&self, at_ns: u64) -> bool {
        (self.from_ns..self.until_ns).contains(&at_ns)
    }
}

impl Default for Behaviour {
    /// As fast as the machine allows.
    fn default() -> Self {
        let none = Distribution::Constant { ns: 0 };
        Self {
            seed: 0,
            origin_ns: 0,
            boot_cold: none.clone(),
            boot_warm: none.clone(),
            session_start: none.clone(),
            search: none.clone(),
            save: none.clone(),
            flush: none.clone(),
            terminate: none,
            ballast_bytes: 0,
            unknown_session: UnknownSession::default(),
            before_ready: BeforeReady::default(),
            ignore_terminate: false,
            boot_failures: Vec::new(),
            slow: Vec::new(),
        }
    }
}
