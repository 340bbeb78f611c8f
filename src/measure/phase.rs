//! A named part of a run.

use crate::base::Span;

/// A named part of a run, which has figures of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phase {
    /// Letters, digits, `-` and `_`; unique.
    pub name: String,
    /// Its beginning, counted from the run's.
    pub from: Span,
    /// Its end, counted from the run's beginning; what begins then is not in it.
    pub until: Span,
}
