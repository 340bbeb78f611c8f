//! What can be set about the mock cloud.

use std::net::{Ipv4Addr, SocketAddr};

use super::error::CloudError;
use crate::base::Distribution;

/// Settings of one mock cloud.
#[derive(Clone, Debug, PartialEq)]
pub struct CloudSettings {
    /// The bearer every call must carry.
    pub account_key: String,
    /// Between a call's work and its answer.
    pub latency: Distribution,
    /// Facts known about every caller from the start, each with the caller's canary.
    pub facts_per_caller: u32,
    /// Chunks of organisation knowledge in every project from the start, each with the project's canary.
    pub org_chunks: u32,
    /// Whether everybody has a profile from the start, with the caller's canary.
    pub profiles: bool,
    /// Seed of ids, facts and latencies.
    pub seed: u64,
    /// Where to listen; must be loopback. Port 0 lets the system choose.
    pub bind: SocketAddr,
}

impl CloudSettings {
    pub(super) fn check(&self) -> Result<(), CloudError> {
        if self.account_key.trim().is_empty() {
            return Err(CloudError::BlankAccountKey);
        }
        if !self.bind.ip().is_loopback() {
            return Err(CloudError::NotLoopback { bind: self.bind });
        }
        Ok(())
    }
}

impl Default for CloudSettings {
    /// An instant answer on any free port of loopback.
    fn default() -> Self {
        Self {
            account_key: "memoair_pk_busyhour".to_owned(),
            latency: Distribution::Constant { ns: 0 },
            facts_per_caller: 4,
            org_chunks: 8,
            profiles: true,
            seed: 1,
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        }
    }
}
