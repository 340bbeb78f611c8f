//! What a scenario means: complete, valid, immutable.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use mock_runtime::behaviour::Behaviour;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ClientModel, Computing};
use crate::base::{Distribution, Span, TenantIndex};
use crate::measure::{Phase, Threshold};
use crate::pool;
use crate::workload::Traffic;

/// A checked scenario. Every default is filled in, every number is in range, every name resolves.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// Name, fit for a file name.
    pub name: String,
    /// The question it asks, in a sentence.
    pub about: String,
    /// Where it was read from.
    pub file: PathBuf,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// What it said, to show in it what cannot be played.
    pub text: Arc<str>,
    /// Seed of every draw.
    pub seed: u64,
    /// Calls ring inside this window.
    pub duration: Span,
    /// Then those in progress may finish.
    pub grace: Span,
    /// What falls into it is played but not counted.
    pub warm_up: Span,
    /// Recall budget of a turn, and the search timeout.
    pub budget: Span,
    /// Settings of every worker's pool.
    pub pool: pool::Settings,
    /// Whose rules it follows.
    pub profile: pool::Profile,
    /// Where the file says so; its name where it does not.
    pub profile_place: Range<usize>,
    /// How a runtime behaves.
    pub runtime: RuntimeModel,
    /// How the cloud behaves.
    pub cloud: CloudModel,
    /// What the call router does with a refusal.
    pub on_refusal: Refusal,
    /// Which client is put under load.
    pub client: ClientModel,
    /// Hosts; workers are placed on them in turn.
    pub hosts: u16,
    /// Processor cores of each host, for simulation; unlimited where absent.
    pub cores: Option<u16>,
    /// In the order of the file; `traffic.tenants` has the same order.
    pub tenants: Vec<Tenant>,
    /// Who calls when.
    pub traffic: Traffic,
    /// In the order of their times.
    pub faults: Vec<Fault>,
    /// In the order of the file.
    pub thresholds: Vec<Threshold>,
    /// Parts of the run that thresholds can speak of, in the order of the file.
    pub phases: Vec<Phase>,
}

/// Names and lease of one tenant; its traffic stands in [`Traffic`].
#[derive(Clone, Debug, PartialEq)]
pub struct Tenant {
    /// Unique within the scenario.
    pub name: String,
    /// Project id; absent where the tenant is onboarded through the partner API.
    pub project: Option<String>,
    /// Agent ids; empty where the tenant is onboarded. Worker `i` runs agent `i` modulo their number.
    pub agents: Vec<String>,
    /// How long a lease is held.
    pub lease: Lease,
}

/// How long a lease is held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Lease {
    /// For one turn's recall, and again for its save.
    #[default]
    Turn,
    /// From the ring to the end of the call.
    Call,
}

/// What is started for a caller.
#[derive(Clone, Debug, PartialEq)]
pub struct RuntimeModel {
    /// The mock, or another executable.
    pub program: Program,
    /// `--runtime-binary` named it.
    pub asked: bool,
    /// How the mock behaves. `seed` is set from the scenario; `origin_ns` is the engine's to fill in.
    pub behaviour: Behaviour,
    /// What of its work is computing, for simulation: the mock only waits.
    pub computing: Computing,
    /// Keys of the laws that the file leaves to the mock's defaults: nobody knows them of another executable.
    pub assumed: Vec<&'static str>,
    /// Where the file names the executable; its name where it names none.
    pub place: Range<usize>,
}

/// What is started for a caller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Program {
    /// The mock inside this binary.
    #[default]
    Mock,
    /// An executable that honours the same environment contract.
    Binary(PathBuf),
}

/// How the mock cloud behaves.
#[derive(Clone, Debug, PartialEq)]
pub struct CloudModel {
    /// Added to every answer.
    pub latency: Distribution,
    /// Facts the cloud knows about each caller, canary included.
    pub facts_per_caller: u32,
    /// Chunks of organisation knowledge in each project, canary included.
    pub org_chunks: u32,
}

/// What the call router does on `pool.exhausted` and `pool.port_exhausted`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Refusal {
    /// The call is turned away.
    #[default]
    Shed,
    /// The turn goes on without memory.
    Degrade,
    /// The recall is tried again; when all attempts are used up, the turn goes on without memory.
    Retry {
        /// Between attempts.
        after: Span,
        /// Attempts in all, the first included. At least 2.
        attempts: u32,
    },
}

/// Something that breaks at a given time.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// When, counted from the start of the run.
    pub at: Span,
    /// Whom it hits; every tenant where absent.
    pub tenant: Option<TenantIndex>,
    /// What breaks.
    pub kind: FaultKind,
}

/// What breaks.
#[derive(Clone, Debug, PartialEq)]
pub enum FaultKind {
    /// Live runtimes are killed.
    RuntimeCrash {
        /// Share of them, rounded up.
        share: f64,
    },
    /// Live runtimes stop, keeping their connections open, and then go on.
    RuntimeHang {
        /// Share of them, rounded up.
        share: f64,
        /// For how long.
        lasting: Span,
    },
    /// Everything a runtime does takes longer.
    RuntimeSlow {
        /// Share of them.
        share: f64,
        /// By how much.
        factor: f64,
        /// For how long.
        lasting: Span,
    },
    /// Starting runtimes fail.
    RuntimeBootFail {
        /// Share of them.
        share: f64,
        /// They hang instead of exiting.
        hang: bool,
        /// For how long.
        lasting: Span,
    },
    /// The cloud answers nothing but 503.
    CloudDown {
        /// For how long.
        lasting: Span,
    },
    /// The cloud answers later.
    CloudSlow {
        /// Added to every answer.
        by: Span,
        /// For how long.
        lasting: Span,
    },
    /// A stranger takes ports of the range, highest first.
    PortsSquat {
        /// How many.
        count: u16,
        /// For how long.
        lasting: Span,
    },
}

impl Scenario {
    /// The same scenario as though nobody but some tenants were in it: one for each group of their places, on so many
    /// hosts.
    ///
    /// # Panics
    /// Where the scenario has faults: they speak of tenants by their places.
    pub fn of_groups<'g>(&self, groups: impl IntoIterator<Item = (&'g [usize], usize)>) -> Vec<Self> {
        assert!(self.faults.is_empty(), "a scenario with faults is played as a whole");
        let mut bare = self.clone();
        (bare.tenants, bare.traffic.tenants) = (Vec::new(), Vec::new());
        let of_group = |(tenants, hosts): (&[usize], usize)| {
            let mut part = bare.clone();
            part.hosts = u16::try_from(hosts).expect("no more hosts than before");
            part.tenants = tenants.iter().map(|tenant| self.tenants[*tenant].clone()).collect();
            part.traffic.tenants = tenants.iter().map(|tenant| self.traffic.tenants[*tenant].clone()).collect();
            part
        };
        groups.into_iter().map(of_group).collect()
    }

    /// The same scenario, drawn from another seed.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self.traffic.seed = seed;
        self.runtime.behaviour.seed = seed;
        self
    }
}
