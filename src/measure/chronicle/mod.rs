//! What a summary does not hold: how a run went over time, by admission kind, its slowest turns, and who evicted whom.
//!
//! A [`Chronicler`] hears the same [`Event`](super::Event)s as a recorder and makes a [`Chronicle`] of them. Nobody has to
//! have one: a simulation without costs nothing. Memory is bounded however long a run lasts: there is a fixed number of
//! stretches of time, whose width doubles when they are used up, and fixed numbers of slow turns and of pairs of callers.
//! What is said of the warm-up is marked by its time; curves, slow turns and pairs leave it out, as a summary does.

mod bins;
mod bucket;
mod chronicler;
mod curves;
mod document;
mod evictions;
mod slowest;
mod timeline;

pub use chronicler::{ChronicleSettings, Chronicler};
pub use document::{Chronicle, Curve, Evictions, Kind, Limits, Moment, Pair, Parts, SlowTurn};

#[cfg(test)]
mod tests;
