//! What was typed: a mirror of the scenario file, keys and types only.
//!
//! Every value remembers where it stands, so that whatever turns out to be wrong with it can be shown there. The
//! doc comments of the fields are the descriptions of the JSON Schema.

mod fault;
mod law;
mod phase;
mod placed;
mod quantity;
mod settings;
mod tenant;
mod threshold;

use schemars::JsonSchema;
use serde::Deserialize;

pub(super) use fault::{Fault, FaultKind};
pub(super) use law::{Law, LawKind, LawTable, Typed, Unit};
pub(super) use phase::Phase;
pub(super) use placed::{Place, Placed};
pub(super) use quantity::{Duration, LONGEST, PerTime, Quantity, Share, Size, Written};
pub(super) use settings::{Action, Client, Cloud, DriverText, Host, OnRefusal, Pool, Profile, Runtime};
pub(super) use tenant::{ArrivalModel, Arrivals, Call, Tenant};
pub(super) use threshold::Threshold;

/// A busyhour scenario: who calls when, what the pool and its runtimes are like, what breaks, and what must hold.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Scenario")]
pub(super) struct Document {
    /// Name of the scenario, fit for a file name: letters, digits, `-`, `_` and `.`.
    pub(super) name: Placed<String>,
    /// The question the scenario asks, in a sentence.
    #[serde(default)]
    pub(super) about: String,
    /// Seed of every draw. Default: 1.
    pub(super) seed: Option<Placed<i64>>,
    /// Calls ring inside this window.
    pub(super) duration: Written<Duration>,
    /// After the window, calls in progress may go on so long; who is still talking then is hung up. Default: 30s.
    pub(super) grace: Option<Written<Duration>>,
    /// Calls that ring and turns that fall into this first part of the window are played but not counted. Default: 0s.
    pub(super) warm_up: Option<Written<Duration>>,
    /// Recall budget of a turn, and the search timeout. Default: 250ms.
    pub(super) budget: Option<Written<Duration>>,
    /// What must hold, for example `recall.p99 <= 250ms`.
    #[serde(default)]
    pub(super) thresholds: Vec<Threshold>,
    /// Settings of every worker's pool. The defaults are the official SDK's.
    #[serde(default)]
    pub(super) pool: Pool,
    /// How a runtime behaves.
    #[serde(default)]
    pub(super) runtime: Runtime,
    /// How the mock cloud behaves.
    #[serde(default)]
    pub(super) cloud: Cloud,
    /// What the call router does on `pool.exhausted` and `pool.port_exhausted`.
    #[serde(default)]
    pub(super) on_refusal: OnRefusal,
    /// The machines the workers run on.
    #[serde(default)]
    pub(super) host: Host,
    /// The client that is put under load.
    #[serde(default)]
    pub(super) client: Client,
    /// The customers, each with a project, agents and callers of its own. At least one.
    #[serde(default)]
    pub(super) tenant: Vec<Tenant>,
    /// Parts of the run that thresholds can speak of.
    #[serde(default)]
    pub(super) phase: Vec<Phase>,
    /// What breaks, and when.
    #[serde(default)]
    pub(super) fault: Vec<Fault>,
}
