//! What a pool did wrong, told from what its runtimes reported.
//!
//! A law says what must never be; a misdeed says what a client did, to whom, when, and what proves it. Some misdeeds
//! break a law, others only make callers wait for nothing.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Law;
use crate::base::{TenantIndex, Time};

/// A kind of misdeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Wrong {
    /// A request carried a session that its runtime never started, or had ended.
    StaleSession,
    /// One caller had two live processes.
    TwoRuntimes,
    /// A worker had more processes than its cap.
    OverCap,
    /// A process, and with it a port, was left behind.
    LeftBehind,
    /// A runtime was ended without a word that its session was over.
    SessionNotEnded,
    /// A caller with a runtime of his own waited for another's to end.
    WaitedForDrain,
    /// A runtime was evicted although another had been idle for longer, and was booted again.
    Thrash,
}

/// A misdeed as an engine reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which kind.
    pub wrong: Wrong,
    /// Whose caller.
    pub tenant: TenantIndex,
    /// When it was first seen.
    pub at: Time,
    /// Whom it befell.
    pub caller: String,
    /// Process id of the runtime.
    pub pid: u32,
    /// Its port.
    pub port: u16,
    /// How often it was seen of this runtime, or for the cap, of this worker.
    pub times: u64,
    /// What happened, in words.
    pub what: String,
    /// What proves it, a sentence each.
    pub evidence: Vec<String>,
}

/// A misdeed as a summary tells it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Misdeed {
    /// Which kind.
    pub kind: Wrong,
    /// Whose caller.
    pub tenant: String,
    /// Seconds after the run's beginning, when it was first seen.
    pub at_s: f64,
    /// Whom it befell.
    pub caller: String,
    /// The runtime.
    pub runtime: AccusedRuntime,
    /// How often it was seen of this runtime, or for the cap, of this worker.
    pub times: u64,
    /// What happened, in words.
    pub what: String,
    /// What proves it: requests, sessions, processes and times as the runtimes reported them.
    pub evidence: Vec<String>,
}

/// A runtime that is spoken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AccusedRuntime {
    /// Process id.
    pub pid: u32,
    /// Port on loopback.
    pub port: u16,
}

impl Wrong {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::StaleSession,
        Self::TwoRuntimes,
        Self::OverCap,
        Self::LeftBehind,
        Self::SessionNotEnded,
        Self::WaitedForDrain,
        Self::Thrash,
    ];

    /// Its name in files and thresholds.
    pub const fn name(self) -> &'static str {
        match self {
            Self::StaleSession => "stale_session",
            Self::TwoRuntimes => "two_runtimes",
            Self::OverCap => "over_cap",
            Self::LeftBehind => "left_behind",
            Self::SessionNotEnded => "session_not_ended",
            Self::WaitedForDrain => "waited_for_drain",
            Self::Thrash => "thrash",
        }
    }

    /// What is wrong about it, for people.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::StaleSession => "a runtime was asked in a session that is not its own",
            Self::TwoRuntimes => "a caller had two live runtimes",
            Self::OverCap => "there were more processes than the cap allows",
            Self::LeftBehind => "a process was left behind, and its port with it",
            Self::SessionNotEnded => "a runtime was ended without the end of its session",
            Self::WaitedForDrain => "a caller with a live runtime waited for another caller's to end",
            Self::Thrash => "a caller's runtime was evicted before one that had been idle for longer",
        }
    }

    /// The law it breaks, if it breaks one.
    pub const fn law(self) -> Option<Law> {
        match self {
            Self::StaleSession => Some(Law::Memory),
            Self::TwoRuntimes => Some(Law::Identity),
            Self::OverCap => Some(Law::Cap),
            Self::LeftBehind => Some(Law::Survivor),
            Self::SessionNotEnded | Self::WaitedForDrain | Self::Thrash => None,
        }
    }
}

impl Misdeed {
    /// A broken pool does the same thing by the thousand; the first ones tell the story. All are counted.
    pub const KEPT: usize = 20;
}

/// The first of each kind, told with the names of the tenants.
pub(super) fn told(mut findings: Vec<Finding>, tenants: &[String]) -> Vec<Misdeed> {
    findings.sort_by_key(|finding| finding.at);
    let mut seen = BTreeMap::<Wrong, usize>::new();
    findings.retain(|finding| {
        let seen = seen.entry(finding.wrong).or_default();
        *seen += 1;
        *seen <= Misdeed::KEPT
    });
    findings.into_iter().map(|finding| finding.told(tenants)).collect()
}

impl Finding {
    fn told(self, tenants: &[String]) -> Misdeed {
        Misdeed {
            kind: self.wrong,
            tenant: tenants[self.tenant.index()].clone(),
            at_s: self.at.secs_f64(),
            caller: self.caller,
            runtime: AccusedRuntime { pid: self.pid, port: self.port },
            times: self.times,
            what: self.what,
            evidence: self.evidence,
        }
    }
}

/// How often each kind was found among those that are meant.
pub(super) fn counts(findings: &[Finding], is_meant: impl Fn(&Finding) -> bool) -> BTreeMap<Wrong, u64> {
    let mut counts = BTreeMap::new();
    for finding in findings.iter().filter(|finding| is_meant(finding)) {
        *counts.entry(finding.wrong).or_default() += finding.times;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Span;

    fn finding(wrong: Wrong, tenant: u16, at_s: u64, times: u64) -> Finding {
        let (caller, what) = (format!("caller at {at_s}"), String::new());
        let at = Time::ZERO + Span::from_secs(at_s);
        Finding {
            wrong,
            tenant: TenantIndex(tenant),
            at,
            caller,
            pid: 7,
            port: 7878,
            times,
            what,
            evidence: Vec::new(),
        }
    }

    #[test]
    fn the_first_of_each_kind_are_told_in_the_order_of_time_with_the_names_of_their_tenants() {
        let many = (0..100).rev().map(|at| finding(Wrong::Thrash, 1, at, 1));
        let told = told(many.chain([finding(Wrong::OverCap, 0, 500, 3)]).collect(), &["acme".into(), "bank".into()]);
        let at: Vec<f64> = told.iter().map(|misdeed| misdeed.at_s).collect();
        let first: Vec<f64> = (0..20).map(f64::from).chain([500.0]).collect();
        assert_eq!(at, first, "many of one kind do not hide another");
        assert_eq!((told[0].tenant.as_str(), told[20].tenant.as_str(), told[20].times), ("bank", "acme", 3));
    }

    #[test]
    fn each_time_of_those_that_are_meant_is_counted_by_kind() {
        let findings = [
            finding(Wrong::Thrash, 0, 1, 2),
            finding(Wrong::Thrash, 0, 2, 5),
            finding(Wrong::OverCap, 0, 3, 1),
            finding(Wrong::Thrash, 1, 4, 100),
        ];
        let counts = |tenant| counts(&findings, |finding| finding.tenant == TenantIndex(tenant));
        assert_eq!(counts(0), BTreeMap::from([(Wrong::Thrash, 7), (Wrong::OverCap, 1)]));
        assert_eq!(counts(2), BTreeMap::new());
    }
}
