//! The client under test, where it is somebody else's.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Latency;

/// The client under test, where it is somebody else's and played by drivers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClientUnderTest {
    /// What it is, as its driver says: `memoair-voice`.
    pub name: String,
    /// Its version, as its driver says.
    pub version: Option<String>,
    /// What `--client` or `[client] driver` called it.
    pub driver: String,
    /// The command that starts the driver.
    pub command: Vec<String>,
    /// Drivers, one for each worker.
    pub drivers: u64,
    /// Operations that a driver takes on at once; more wait in the harness, and their wait is part of `lag`.
    pub max_in_flight: Option<u32>,
    /// From an operation's handing over to its true beginning, by the driver's clock. It is part of what a caller waits
    /// for, and no lag of the harness: a client whose event loop stands still begins late.
    pub lag_ms: Latency,
    /// How far the drivers' times may be off at most.
    pub clock_uncertainty_ms: Option<f64>,
    /// Processor seconds the drivers used since they were asked to open, runtimes left out; `null` where it was not measured.
    pub cpu_s: Option<f64>,
    /// The last lines of a driver's standard error, the oldest first; empty unless it was in trouble.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub last_words: Vec<String>,
}
