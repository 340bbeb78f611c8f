//! Capacity planning: from traffic to settings.
//!
//! [`surface`] plays a scenario's turns once, without a pool, and says which share of them would have found a live runtime
//! for *every* cap and any number of idle TTLs at once: each turn's stack distance says from which cap on, and the idle
//! time before it from which TTL on. It is exact where boots, searches and drains take no time and nobody is refused; where
//! they do it says which settings are worth a simulation, which is what judges them.
//!
//! A [`Judge`] plays candidates with the same seeds, so that they differ by their settings alone, and plays more until each
//! threshold's interval lies on one side of its limit. [`plan`] finds the smallest cap of which every threshold holds with
//! confidence, looks beside and beyond it, and says how much more traffic it would carry.
//!
//! Nothing here reads a file, prints or knows a clock: a plan is a function of the scenario and of what was asked.

mod advice;
mod bounds;
mod cliff;
mod cross_check;
#[cfg(test)]
pub(crate) mod fixture;
mod heat;
mod judge;
mod lever;
mod loss_system;
mod margin;
mod observations;
mod order;
mod plays;
mod pools;
mod search;
mod stack;
mod surface;
mod ttl;
mod uses;
mod variations;
mod workers;

pub use advice::{Advice, Binding, Plan, plan};
pub use bounds::{Bounds, Limits};
pub use cliff::Cliff;
pub use cross_check::CrossCheck;
pub use heat::{Heat, HeatRow, usual_caps};
pub use judge::{Effort, Judge, Judgement, Shortfall};
pub use lever::{Lever, LeverError};
pub use margin::Margin;
pub use pools::{TenantSurface, surface};
pub use search::Point;
pub use stack::{Found, Stack};
pub use surface::{Surface, Tally, Ticks};
pub use ttl::{LongerTtl, ShorterTtl};
pub use uses::{Use, What, uses};
pub use variations::{Outcome, Payoff, payoffs, vary};
pub use workers::FewestWorkers;

#[cfg(test)]
mod tests;
