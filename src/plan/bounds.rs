//! How large a cap can be at all.

use schemars::JsonSchema;
use serde::Serialize;

use crate::scenario::{Profile, Scenario};

/// What the operator cannot exceed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a host that runtimes may take; without limit where absent, or where a runtime's size is not known.
    pub memory_per_host: Option<u64>,
}

/// The largest caps there can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Bounds {
    /// By the ports from the range's first one to the last there is.
    pub by_ports: u32,
    /// By memory; absent where nobody limits it or knows a runtime's size.
    pub by_memory: Option<u32>,
}

impl Bounds {
    /// Of the scenario's workers, each with a pool as large.
    pub fn of(scenario: &Scenario, limits: &Limits) -> Self {
        let (workers, rss) = (scenario.workers_on_a_host(), scenario.runtime.behaviour.ballast_bytes);
        let ports = u64::from(u16::MAX - scenario.pool.runtime_port_range.start()) + 1;
        let ports = if scenario.profile == Profile::Builtin { ports } else { (ports - 1) / 2 };
        let by_memory = limits.memory_per_host.filter(|_| rss > 0).map(|bytes| cap(bytes / rss, workers));
        Self { by_ports: cap(ports, workers), by_memory }
    }

    /// Both together; 0 where not a single runtime for each worker fits.
    pub fn largest(&self) -> u32 {
        self.by_memory.map_or(self.by_ports, |memory| memory.min(self.by_ports))
    }
}

fn cap(runtimes: u64, workers: u64) -> u32 {
    u32::try_from(runtimes / workers.max(1)).unwrap_or(u32::MAX)
}
