//! How often what happened.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How often what happened, warm-up left out. Saves, leaks and violations are of the whole run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Calls that rang.
    pub calls: u64,
    /// Of them, those the router turned away after a refusal.
    pub calls_shed: u64,
    /// Of them, those still going after the grace period.
    pub calls_cut: u64,
    /// Turns: each attempted one recall.
    pub turns: u64,
    /// Recalls that were answered, however late.
    pub recalls_ok: u64,
    /// Recalls that ended in an error.
    pub recalls_failed: u64,
    /// Of them, those whose search exceeded its timeout.
    pub search_timeouts: u64,
    /// Leases granted, by what that meant: for recalls, saves, and calls that hold one throughout.
    pub admissions: Admissions,
    /// Runtimes that were drained, by reason.
    pub drains: Drains,
    /// Errors by code, as recalls and saves got them in the end.
    pub errors: BTreeMap<String, u64>,
    /// The ledger of saves, whole run.
    pub saves: Saves,
    /// Runtimes that survived the harness, whole run.
    pub leaks: u64,
    /// Broken laws, whole run.
    pub violations: u64,
}

impl Counts {
    /// Recalls that were attempted.
    pub fn recalls(&self) -> u64 {
        self.recalls_ok + self.recalls_failed
    }

    /// Saves that were attempted.
    pub fn saves_attempted(&self) -> u64 {
        self.saves.acked + self.saves.refused
    }
}

impl AddAssign<&Self> for Counts {
    fn add_assign(&mut self, other: &Self) {
        self.calls += other.calls;
        self.calls_shed += other.calls_shed;
        self.calls_cut += other.calls_cut;
        self.turns += other.turns;
        self.recalls_ok += other.recalls_ok;
        self.recalls_failed += other.recalls_failed;
        self.search_timeouts += other.search_timeouts;
        self.admissions += other.admissions;
        self.drains += other.drains;
        for (code, count) in &other.errors {
            *self.errors.entry(code.clone()).or_default() += count;
        }
        self.saves += other.saves;
        self.leaks += other.leaks;
        self.violations += other.violations;
    }
}

/// Leases granted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Admissions {
    /// The runtime was live.
    pub reuse: u64,
    /// Someone was already booting it.
    pub join: u64,
    /// It was booted from this host's disk.
    pub warm: u64,
    /// It was booted from the cloud.
    pub cold: u64,
}

impl Admissions {
    /// All of them.
    pub fn all(&self) -> u64 {
        self.reuse + self.join + self.warm + self.cold
    }
}

impl AddAssign for Admissions {
    fn add_assign(&mut self, other: Self) {
        self.reuse += other.reuse;
        self.join += other.join;
        self.warm += other.warm;
        self.cold += other.cold;
    }
}

/// Runtimes that were drained.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Drains {
    /// As the least recently used idle one, to make room.
    pub lru: u64,
    /// After the TTL.
    pub idle: u64,
    /// When the pool closed.
    pub close: u64,
    /// After a crash or a failed boot.
    pub crash: u64,
}

impl AddAssign for Drains {
    fn add_assign(&mut self, other: Self) {
        self.lru += other.lru;
        self.idle += other.idle;
        self.close += other.close;
        self.crash += other.crash;
    }
}

/// The ledger of saves. `acked` = `delivered` + `lost`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Saves {
    /// Acknowledged to the caller's agent.
    pub acked: u64,
    /// Of them, those that reached the cloud, or are safe on disk for the next boot.
    pub delivered: u64,
    /// Of them, those that did not: a broken law.
    pub lost: u64,
    /// Accepted by the cloud more than once: a broken law.
    pub duplicated: u64,
    /// Not acknowledged.
    pub refused: u64,
}

impl AddAssign for Saves {
    fn add_assign(&mut self, other: Self) {
        self.acked += other.acked;
        self.delivered += other.delivered;
        self.lost += other.lost;
        self.duplicated += other.duplicated;
        self.refused += other.refused;
    }
}
