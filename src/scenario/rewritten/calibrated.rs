//! A scenario whose laws are measurements.
//!
//! What was measured is what the client saw: HTTP and the kernel are in it, the cloud's time is in the boots and in the
//! drains. So a calibrated scenario's drain is one `flush` that has all of it, and `terminate` and the cloud take no
//! time of their own. Such a scenario is for simulations: a live run would pay everything twice.

use std::collections::BTreeMap;

use serde::Serialize;
use toml_edit::{InlineTable, Value};

use super::{document, set, table};
use crate::measure::Deed;
use crate::scenario::Scenario;

/// A scenario with measured laws.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calibration {
    /// The text of its file.
    pub text: String,
    /// Where each law comes from, in the order of the scenario's keys.
    pub laws: Vec<LawSource>,
}

/// Where a law comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LawSource {
    /// Its key under `[runtime]`.
    pub law: &'static str,
    /// Samples it was measured from; 0 where it is still the scenario's own.
    pub samples: u64,
    /// Tag of the samples in the log; absent where the law is still the scenario's own.
    pub tag: Option<&'static str>,
}

impl LawSource {
    /// With fewer, a law says little of its tail: a p90 needs as many (the rule of three).
    pub const FEW: u64 = 30;

    /// Whether there are samples, but few.
    pub fn is_thin(&self) -> bool {
        (1..Self::FEW).contains(&self.samples)
    }
}

impl Scenario {
    /// This scenario with laws from the interval log `log`, named as the scenario file shall name it, that holds so many
    /// samples of each tag. A law without samples stays as it is. The runtime is the mock: what was measured stands
    /// in for another one.
    pub fn calibrated(&self, log: &str, samples: &BTreeMap<String, u64>) -> Calibration {
        let of = |tag: &str| samples.get(tag).copied().unwrap_or(0);
        let mut document = document(self);
        let runtime = table(&mut document, "runtime");
        runtime.remove("binary");
        let laws: Vec<LawSource> = LAWS
            .into_iter()
            .map(|(law, tags)| match tags.iter().find(|tag| of(tag) > 0) {
                Some(tag) => {
                    set(runtime, law, empirical(log, tag), &format!("{} samples", of(tag)));
                    LawSource { law, samples: of(tag), tag: Some(tag) }
                }
                None => LawSource { law, samples: 0, tag: None },
            })
            .collect();
        if laws.iter().any(|source| source.law == FLUSH && source.samples > 0) {
            set(runtime, "terminate", "0s", "in the measured flush");
            set(table(&mut document, "cloud"), "latency", "0s", "in the measured boots and flush");
        }
        Calibration { text: document.to_string(), laws }
    }
}

fn empirical(log: &str, tag: &str) -> Value {
    let mut law = InlineTable::new();
    law.insert("dist", "empirical".into());
    law.insert("file", log.into());
    law.insert("tag", tag.into());
    Value::InlineTable(law)
}

/// Each law, and the tags it is measured by: the first that has samples. What was counted goes before the warm-up, and
/// drains at the end come last, because all runtimes go at once then and calls never wait for them.
const LAWS: [(&str, &[&str]); 6] = [
    ("boot_cold", &[Deed::BootCold.name(), Deed::BootCold.warm_up_name()]),
    ("boot_warm", &[Deed::BootWarm.name(), Deed::BootWarm.warm_up_name()]),
    ("session_start", &[Deed::SessionStart.name(), Deed::SessionStart.warm_up_name()]),
    ("search", &[Deed::Search.name(), Deed::Search.warm_up_name()]),
    ("save", &[Deed::Save.name(), Deed::Save.warm_up_name()]),
    (FLUSH, &[Deed::Drain.name(), Deed::Drain.warm_up_name(), Deed::DrainClose.name()]),
];
const FLUSH: &str = "flush";
