//! What the harness knows about itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the harness knows about itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Harness {
    /// Lag beyond which the harness, not the pool, was measured; `null` where time is virtual.
    pub lag_limit_ms: Option<f64>,
    /// Arrivals that were due and could not be played.
    pub arrivals_dropped: u64,
    /// Most operations under way at one instant.
    pub in_flight_peak: u64,
    /// Processor seconds the harness itself used; `null` where time is virtual.
    pub cpu_s: Option<f64>,
    /// The part of all processor time it could have had; `null` where time is virtual.
    #[serde(default)]
    pub cpu_share: Option<f64>,
    /// The part beyond which it was the bottleneck; `null` where time is virtual.
    #[serde(default)]
    pub cpu_share_limit: Option<f64>,
    /// What the system refused the harness.
    #[serde(default)]
    pub shortages: Shortages,
    /// How far the wall clock ran away from the monotonic one, in either direction; `null` where time is virtual.
    #[serde(default)]
    pub clock_jump_ms: Option<f64>,
    /// How long the machine slept; `null` where time is virtual.
    #[serde(default)]
    pub suspended_ms: Option<f64>,
    /// Reports of runtimes that got lost on their way: what they held was not checked.
    pub witness_gaps: u64,
    /// Runtimes that reported what they did; `null` where time is virtual. Where none did, nobody knows of misdeeds, and of
    /// broken laws only what answers, saves and processes show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witnessed: Option<u64>,
    /// Why the run is invalid, in words; empty where it is valid.
    pub invalid: Vec<String>,
}

/// What a system refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortage {
    /// To open a file, pipe or socket.
    OpenFiles,
    /// A port for an outgoing connection.
    ConnectionPorts,
    /// To start a process.
    Processes,
    /// A port for a runtime, because another program has it.
    ForeignPorts,
}

impl Shortages {
    /// One more.
    pub fn count(&mut self, shortage: Shortage) {
        let count = match shortage {
            Shortage::OpenFiles => &mut self.open_files,
            Shortage::ConnectionPorts => &mut self.connection_ports,
            Shortage::Processes => &mut self.processes,
            Shortage::ForeignPorts => &mut self.foreign_ports,
        };
        *count += 1;
    }
}

/// How often the system refused the harness what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Shortages {
    /// A file, pipe or socket could not be opened: too many are.
    pub open_files: u64,
    /// A connection could not be made: every port for outgoing ones is taken.
    pub connection_ports: u64,
    /// A process could not be started: too many are running, or there is no memory for it.
    pub processes: u64,
    /// A runtime's port was held by another program, faults of the scenario aside, and a caller was refused for it.
    pub foreign_ports: u64,
}
