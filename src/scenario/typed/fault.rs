//! Something that breaks.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Duration, Place, Placed, Share, Written};

/// Something that breaks at a given time.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Fault {
    /// When, counted from the start of the run.
    pub(in crate::scenario) at: Written<Duration>,
    /// What breaks.
    pub(in crate::scenario) kind: Placed<FaultKind>,
    /// Runtime faults: whom it hits. Default: every tenant.
    pub(in crate::scenario) tenant: Option<Placed<String>>,
    /// Runtime faults: the share of runtimes it hits. Default: 100%.
    pub(in crate::scenario) share: Option<Written<Share>>,
    /// How long it lasts; a crash is over at once. Default: to the end of the run.
    #[serde(rename = "for")]
    pub(in crate::scenario) lasting: Option<Written<Duration>>,
    /// `runtime.slow`: by how much everything takes longer. Default: 10.
    pub(in crate::scenario) factor: Option<Placed<f64>>,
    /// `cloud.slow`: time added to every answer. Default: 1s.
    pub(in crate::scenario) by: Option<Written<Duration>>,
    /// `ports.squat`: how many ports of the range a stranger takes, highest first. Default: 1.
    pub(in crate::scenario) count: Option<Placed<i64>>,
    /// `runtime.boot_fail`: whether starting runtimes hang instead of exiting. Default: false.
    pub(in crate::scenario) hang: Option<Placed<bool>>,
}

/// What breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub(in crate::scenario) enum FaultKind {
    /// Live runtimes are killed.
    #[serde(rename = "runtime.crash")]
    RuntimeCrash,
    /// Live runtimes stop, keeping their connections open, and then go on.
    #[serde(rename = "runtime.hang")]
    RuntimeHang,
    /// Everything a runtime does takes longer.
    #[serde(rename = "runtime.slow")]
    RuntimeSlow,
    /// Starting runtimes fail.
    #[serde(rename = "runtime.boot_fail")]
    RuntimeBootFail,
    /// The cloud answers nothing but 503.
    #[serde(rename = "cloud.down")]
    CloudDown,
    /// The cloud answers later.
    #[serde(rename = "cloud.slow")]
    CloudSlow,
    /// A stranger takes ports of the range.
    #[serde(rename = "ports.squat")]
    PortsSquat,
}

impl Fault {
    /// The parameters that were given beside `at` and `kind`, and where.
    pub(in crate::scenario) fn given(&self) -> Vec<(&'static str, Place)> {
        let places = [
            ("tenant", self.tenant.as_ref().map(|tenant| &tenant.place)),
            ("share", self.share.as_ref().map(|share| &share.place)),
            ("for", self.lasting.as_ref().map(|lasting| &lasting.place)),
            ("factor", self.factor.as_ref().map(|factor| &factor.place)),
            ("by", self.by.as_ref().map(|by| &by.place)),
            ("count", self.count.as_ref().map(|count| &count.place)),
            ("hang", self.hang.as_ref().map(|hang| &hang.place)),
        ];
        places.into_iter().filter_map(|(key, place)| Some((key, place?.clone()))).collect()
    }
}
