//! What an operator can set.

use std::ops::RangeInclusive;

use super::experimental::Experimental;
use crate::base::{Span, Time};

/// Settings of one pool. The defaults are the official SDK's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Runtimes that may exist at one instant, booting and draining ones included. At least 1.
    pub max_concurrent_users: u32,
    /// How long a runtime may stay idle before the reaper takes it.
    pub runtime_idle_ttl: Span,
    /// Loopback ports, both ends included.
    pub runtime_port_range: RangeInclusive<u16>,
    /// How often the reaper looks. An idle runtime is gone by the TTL plus this.
    pub reap_interval: Span,
    /// How long a boot may take before it has failed.
    pub boot_timeout: Span,
    /// How soon a port that was found to be a stranger's may be tried again.
    pub port_recheck: Span,
    /// What the official SDK does not have. Nothing, unless somebody wants to know what it would bring.
    pub experimental: Experimental,
}

impl Settings {
    /// The first tick of a reaper born then at which a runtime idle since then has outlived its TTL.
    pub fn reaped_at(&self, born: Time, idle_since: Time) -> Time {
        let interval = self.reap_interval.ns().max(1);
        let deadline = (idle_since + self.runtime_idle_ttl).since(born).ns();
        born + Span::from_ns(deadline.div_ceil(interval).saturating_mul(interval))
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_concurrent_users: 20,
            runtime_idle_ttl: Span::from_secs(300),
            runtime_port_range: 7878..=7977,
            reap_interval: Span::from_secs(30),
            boot_timeout: Span::from_secs(5),
            port_recheck: Span::from_ms(100),
            experimental: Experimental::default(),
        }
    }
}
