//! Thresholds: `metric[.stat] op value`, judged on a summary.
//!
//! `recall.p99 <= 250ms`, `budget.met >= 99%`, `tenant.acme.search.p95 < 50ms`, `phase.storm.recall.p99 <= 1s`,
//! `saves.lost == 0`. A threshold that cannot be evaluated does not hold: nothing ever passes on no samples, on too few
//! for its percentile, or on a tenant or phase that is not there. One that [ends the run early](Threshold::aborting) is
//! judged while it goes on, too.

mod aborting;
mod catalogue;
mod counted;
mod judged;
mod metric;
mod operator;
mod parse;
mod standing;
mod subject;
mod value;

use super::{Figures, Summary};
use crate::base::Span;
pub(in crate::measure) use aborting::SoFar;
pub use catalogue::metric_names;
pub use judged::Judged;
use metric::{Metric, Observation, Unobserved};
use operator::Operator;
pub(super) use parse::nearest;
pub use standing::Standing;
use subject::Subject;
pub use value::Dimension;

/// A comparison of one figure with a limit.
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    expression: String,
    subject: Subject,
    operator: Operator,
    /// In milliseconds, as a share of 1, or as a number: as the figure's dimension wants.
    limit: f64,
    /// From when on it ends the run where it does not hold; absent where it never does.
    aborts_after: Option<Span>,
}

/// Why an expression is no threshold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}{}", remedy(suggestion.as_deref()))]
pub struct ThresholdError {
    /// What is wrong, lowercase.
    pub message: String,
    /// Where it begins in the expression, in bytes.
    pub offset: usize,
    /// How many bytes it covers; 0 where something is missing.
    pub length: usize,
    /// What was probably meant in its place.
    pub suggestion: Option<String>,
}

impl Threshold {
    /// Reads `metric[.stat] op value`.
    pub fn parse(expression: &str) -> Result<Self, ThresholdError> {
        parse::threshold(expression)
    }

    /// Whether the tenant it names, if it names one, is among `names`.
    pub fn check_tenant<'n>(&self, names: impl IntoIterator<Item = &'n str> + Clone) -> Result<(), ThresholdError> {
        let known = |tenant: &str| names.clone().into_iter().any(|name| name == tenant);
        match self.subject.choose(known) {
            Ok(_) => Ok(()),
            Err(tenant) => Err(parse::unknown_tenant(&self.expression, tenant, names)),
        }
    }

    /// Whether the phase it names, if it names one, is among `names`.
    pub fn check_phase<'n>(&self, names: impl IntoIterator<Item = &'n str> + Clone) -> Result<(), ThresholdError> {
        match self.subject.phase() {
            Some(phase) if names.clone().into_iter().all(|name| name != phase) => {
                Err(parse::unknown_phase(&self.expression, phase, names))
            }
            _ => Ok(()),
        }
    }

    /// As written.
    pub fn expression(&self) -> &str {
        &self.expression
    }

    /// What is left of the operator: the figure's name.
    pub fn figure(&self) -> &str {
        parse::split(&self.expression).expect("it was split when it was read").0
    }

    /// What is right of it, the operator included: `<= 250ms`.
    pub fn demand(&self) -> String {
        let (_, symbol, limit) = parse::split(&self.expression).expect("it was split when it was read");
        format!("{symbol} {limit}")
    }

    /// The limit: in milliseconds, as a share of 1, or as a number.
    pub fn limit(&self) -> f64 {
        self.limit
    }

    /// In what its figure is measured.
    pub fn dimension(&self) -> Dimension {
        self.subject.dimension()
    }

    /// Compares what the summary says with the limit.
    pub fn judge(&self, summary: &Summary) -> Judged {
        self.judged(self.observe(summary))
    }

    /// Whether the run was too short to say: there are too few samples for the percentile.
    pub(super) fn lacks_samples(&self, summary: &Summary) -> bool {
        self.observe(summary).is_err_and(|unobserved| unobserved.is_shortage)
    }

    fn observe(&self, summary: &Summary) -> Result<Observation, Unobserved> {
        let (figures, metric, measured_s) = self.subject.within(summary)?;
        match metric.unseen(summary) {
            Some(reason) => Err(Unobserved::because(reason.to_owned())),
            None => metric.observe(figures, measured_s),
        }
    }
}

/// In what the figure of that name is measured; nothing where there is none.
pub fn dimension_of(name: &str) -> Option<Dimension> {
    catalogue::metric_named(name).map(Metric::dimension)
}

/// The figure of that name, where it could be observed.
pub(super) fn observed(name: &str, figures: &Figures, measured_s: f64) -> Option<f64> {
    let observation = catalogue::metric_named(name)?.observe(figures, measured_s);
    observation.ok().map(|observation| observation.value)
}

fn remedy(suggestion: Option<&str>) -> String {
    suggestion.map(|suggestion| format!("; did you mean `{suggestion}`?")).unwrap_or_default()
}

#[cfg(test)]
mod tests;
