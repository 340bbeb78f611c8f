//! What pools were told and decided, in words.

use crate::scenario::Scenario;
use crate::sim::{Entry, Fact};

/// One line: when, at whose pool, what. Callers go by the key under which the pool knows them.
pub(super) fn line(scenario: &Scenario, entry: &Entry) -> String {
    let tenant = &scenario.tenants[entry.tenant.index()].name;
    let (secs, ns) = (entry.at.ns() / 1_000_000_000, entry.at.ns() % 1_000_000_000);
    let tenant: String = tenant.chars().filter(|sign| !sign.is_control()).take(LONGEST_NAME).collect();
    format!("{secs:>6}.{ns:09} s  {tenant}, worker {}: {}", entry.worker, sentence(&entry.fact))
}

fn sentence(fact: &Fact) -> String {
    match fact {
        Fact::Rang { number, caller, key } => {
            format!("call {number} of caller {} rings, under key {}", caller.0, key.0)
        }
        Fact::HungUp { number, key, .. } => format!("call {number}, key {}, is over", key.0),
        Fact::Reused { key, runtime, .. } => format!("key {} asks and gets {runtime}, which is live", key.0),
        Fact::Waits { key, .. } => format!("key {} asks and waits", key.0),
        Fact::Refused { key, error, .. } => format!("key {} asks and is refused ({})", key.0, error.code()),
        Fact::Cancelled { key, .. } => format!("key {} waits no longer", key.0),
        Fact::Released { runtime, .. } => format!("a lease on {runtime} is given back"),
        Fact::Spawned { runtime, key, port } => format!("{runtime} is started for key {} on port {port}", key.0),
        Fact::PortTaken { runtime } => format!("the port of {runtime} is a stranger's"),
        Fact::Started { runtime, kind } => format!("{runtime} is ready ({})", word(kind)),
        Fact::Granted { key, runtime, admission, .. } => format!("key {} gets {runtime} ({})", key.0, word(admission)),
        Fact::Denied { key, error, .. } => format!("key {} waited and is refused ({})", key.0, error.code()),
        Fact::Draining { runtime, reason } => format!("{runtime} is drained ({})", word(reason)),
        Fact::Drained { runtime } => format!("{runtime} is gone"),
        Fact::Exited { runtime } => format!("{runtime} has ended by itself"),
        Fact::Ticked => "the pool looks at its deadlines".to_owned(),
        Fact::Closed => "the pool is closed".to_owned(),
    }
}

fn word(word: &impl std::fmt::Debug) -> String {
    format!("{word:?}").to_lowercase()
}

const LONGEST_NAME: usize = 40;
