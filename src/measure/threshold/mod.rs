//! Thresholds: `metric[.stat] op value`, judged on a summary.
//!
//! `recall.p99 <= 250ms`, `budget.met >= 99%`, `tenant.acme.search.p95 < 50ms`, `saves.lost == 0`. A threshold that
//! cannot be evaluated does not hold: nothing ever passes on no samples, on too few for its percentile, or on a
//! tenant that is not there.

mod catalogue;
mod counted;
mod metric;
mod parse;
mod standing;
mod value;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Figures, Summary};
pub use catalogue::metric_names;
use metric::{Metric, Observation, Unobserved};
pub use standing::Standing;
pub use value::Dimension;

/// A comparison of one figure with a limit.
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    expression: String,
    subject: Subject,
    operator: Operator,
    /// In milliseconds, as a share of 1, or as a number: as the figure's dimension wants.
    limit: f64,
}

/// What became of a threshold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Judged {
    /// As written.
    pub expression: String,
    /// What was observed: latencies in milliseconds, shares and rates as parts of 1; `null` where nothing was.
    pub observed: Option<f64>,
    /// What stands behind it: samples of a latency, or what a count or rate is counted among; `null` for levels and
    /// for `calls` and `turns` themselves.
    pub samples: Option<u64>,
    /// Whether it holds.
    pub ok: bool,
    /// Why it could not be evaluated; `null` where it was.
    pub reason: Option<String>,
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
        let Subject::Tenant(readings) = &self.subject else { return Ok(()) };
        if readings.iter().any(|reading| names.clone().into_iter().any(|name| name == reading.tenant)) {
            return Ok(());
        }
        Err(parse::unknown_tenant(&self.expression, shortest_name(readings), names))
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
        let expression = self.expression.clone();
        match self.observe(summary) {
            Ok(Observation { value, samples }) => Judged {
                expression,
                observed: Some(value),
                samples,
                ok: self.operator.holds(value, self.limit),
                reason: None,
            },
            Err(Unobserved { reason, samples }) => {
                Judged { expression, observed: None, samples, ok: false, reason: Some(reason) }
            }
        }
    }

    fn observe(&self, summary: &Summary) -> Result<Observation, Unobserved> {
        let (figures, metric) = self.subject.resolve(summary)?;
        metric.observe(figures, summary.window.measured_s)
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

/// Whose figure.
#[derive(Clone, Debug, PartialEq)]
enum Subject {
    /// The whole run's.
    Run(Metric),
    /// A tenant's. Names may hold dots, so there may be several ways to tell the name from the metric; the longest
    /// name that is a tenant's counts, and they stand in that order.
    Tenant(Vec<Reading>),
}

/// One way to read `tenant.NAME.metric`.
#[derive(Clone, Debug, PartialEq)]
struct Reading {
    tenant: String,
    metric: Metric,
}

impl Subject {
    /// All readings end in the same statistic, so that the first speaks for all.
    fn dimension(&self) -> Dimension {
        match self {
            Self::Run(metric) => metric.dimension(),
            Self::Tenant(readings) => readings[0].metric.dimension(),
        }
    }

    fn resolve<'s>(&self, summary: &'s Summary) -> Result<(&'s Figures, Metric), Unobserved> {
        match self {
            Self::Run(metric) => Ok((&summary.total, *metric)),
            Self::Tenant(readings) => readings
                .iter()
                .find_map(|reading| Some((summary.tenants.get(&reading.tenant)?, reading.metric)))
                .ok_or_else(|| Unobserved {
                    reason: format!("there is no tenant `{}` in this run", shortest_name(readings)),
                    samples: None,
                }),
        }
    }
}

/// Where no reading names a tenant, the one with the longest metric was most probably meant.
fn shortest_name(readings: &[Reading]) -> &str {
    &readings.last().expect("a tenant's figure has at least one reading").tenant
}

/// How a figure is compared with its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    AtMost,
    Below,
    AtLeast,
    Above,
    Equal,
    Unequal,
}

impl Operator {
    const ALL: [Self; 6] = [Self::AtMost, Self::Below, Self::AtLeast, Self::Above, Self::Equal, Self::Unequal];

    const fn symbol(self) -> &'static str {
        match self {
            Self::AtMost => "<=",
            Self::Below => "<",
            Self::AtLeast => ">=",
            Self::Above => ">",
            Self::Equal => "==",
            Self::Unequal => "!=",
        }
    }

    /// Figures and limits are integers, or one correctly rounded division of integers, so that `==` means what it
    /// says.
    #[expect(clippy::float_cmp, reason = "both sides are the same rounding of exact values")]
    fn holds(self, observed: f64, limit: f64) -> bool {
        match self {
            Self::AtMost => observed <= limit,
            Self::Below => observed < limit,
            Self::AtLeast => observed >= limit,
            Self::Above => observed > limit,
            Self::Equal => observed == limit,
            Self::Unequal => observed != limit,
        }
    }
}

fn remedy(suggestion: Option<&str>) -> String {
    suggestion.map(|suggestion| format!("; did you mean `{suggestion}`?")).unwrap_or_default()
}

#[cfg(test)]
mod tests;
