//! Capacity planning: from traffic to settings.
//!
//! A [`Judge`] plays candidates with the same seeds, so that they differ by their settings alone, and plays more until each
//! threshold's interval lies on one side of its limit. [`plan`] finds the smallest cap of which every threshold holds with
//! confidence, looks beside and beyond it, and says how much more traffic it would carry. Nothing here reads a file, prints
//! or knows a clock: a plan is a function of the scenario and of what was asked.

mod advice;
mod bounds;
mod cross_check;
mod judge;
mod levers;
mod margin;
mod search;

pub use advice::{Advice, Binding, Plan, ShorterTtl, plan};
pub use bounds::{Bounds, Limits};
pub use cross_check::CrossCheck;
pub use judge::{Effort, Judge, Judgement, Shortfall};
pub use levers::{Lever, LeverError, Outcome, vary};
pub use margin::Margin;
pub use search::Point;

#[cfg(test)]
mod tests;
