//! What a workload is made of: the meaning of a scenario's tenants, without their words.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::{Distribution, Span};

use super::Trace;

/// All traffic of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Traffic {
    /// Seed of every draw.
    pub seed: u64,
    /// Calls ring inside this window.
    pub duration: Span,
    /// In the order of the scenario file.
    pub tenants: Vec<TenantTraffic>,
}

/// The traffic of one tenant.
#[derive(Clone, Debug, PartialEq)]
pub struct TenantTraffic {
    /// Name; seeds the tenant's streams, so that adding a tenant changes no other's calls.
    pub name: String,
    /// Agent processes that take its calls. At least 1.
    pub workers: u16,
    /// How a call finds its worker.
    pub route: Route,
    /// Who calls.
    pub callers: Population,
    /// When.
    pub arrivals: Arrivals,
    /// How long a call lasts; one whose record says so itself lasts as long as that says.
    pub length: CallLength,
    /// From the start of a turn to the start of the next.
    pub turn_gap: Distribution,
    /// From the end of a recall to the start of its save: the assistant thinks and speaks.
    pub reply: Distribution,
}

/// How a call finds its worker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Route {
    /// By caller: the same one each time.
    #[default]
    Sticky,
    /// In turn, whoever calls.
    Spread,
}

/// Who calls.
#[derive(Clone, Debug, PartialEq)]
pub struct Population {
    /// Known callers. May be 0 where every caller is new.
    pub size: u32,
    /// Zipf slope of their popularity; 0 is uniform.
    pub zipf: f64,
    /// Share of calls by callers never heard of before, 0 to 1.
    pub new_share: f64,
}

/// Calls per second.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize)]
pub struct Rate(pub f64);

/// When calls arrive.
#[derive(Clone, Debug, PartialEq)]
pub enum Arrivals {
    /// Evenly spaced.
    Constant(Rate),
    /// Independently of each other.
    Poisson(Rate),
    /// Poisson with a rate that ramps linearly from stage to stage.
    Stages(Vec<Stage>),
    /// Poisson with a rate for each hour, repeating after the 24th.
    Profile([Rate; 24]),
    /// A storm on top of a Poisson rate.
    Burst {
        /// The rate below it.
        rate: Rate,
        /// When the storm begins.
        at: Span,
        /// How many calls it brings.
        calls: u32,
        /// Over how long they are spread, evenly at random.
        over: Span,
    },
    /// So many distinct callers on the line all the time.
    Closed {
        /// How many.
        callers: u32,
        /// Between one's calls.
        redial: Distribution,
    },
    /// As call records have it. The tenant's population is theirs.
    Trace(Arc<Trace>),
}

/// A point the rate ramps to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage {
    /// When the rate is reached.
    pub until: Span,
    /// The rate at that time. The first stage starts at its own rate.
    pub rate: Rate,
}

/// How long a call lasts.
#[derive(Clone, Debug, PartialEq)]
pub enum CallLength {
    /// So long after it rang; a turn under way is finished.
    Lasting(Distribution),
    /// So many turns.
    Turns(u32),
}
