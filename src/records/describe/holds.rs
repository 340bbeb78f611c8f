//! How long people talk, and which law that follows.

use schemars::JsonSchema;
use serde::Serialize;

use super::quantile;
use crate::base::Span;
use crate::records::{CallRecord, Records};

/// How long people talk, in seconds.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Holds {
    /// Calls whose records say.
    pub calls: u64,
    /// Of them, those of no length, which are in no fit.
    pub zero: u64,
    /// On average.
    pub mean_s: f64,
    /// Standard deviation over mean.
    pub cv: f64,
    /// Half of them are shorter.
    pub p50_s: f64,
    /// Nine of ten are shorter.
    pub p90_s: f64,
    /// 99 of a hundred are shorter.
    pub p99_s: f64,
    /// The longest.
    pub max_s: f64,
    /// The laws that were tried, likeliest first; none where all are alike.
    pub fits: Vec<Fit>,
}

/// A law fitted by maximum likelihood.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Fit {
    /// Which law.
    pub shape: Shape,
    /// Its mean in seconds.
    pub mean_s: f64,
    /// Its coefficient of variation.
    pub cv: f64,
    /// How much less likely it makes the average call than the best law does, as a logarithm: 0 for the best.
    pub behind: f64,
}

/// The laws that are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// Memoryless.
    Exponential,
    /// Its logarithm is normal.
    Lognormal,
    /// Gamma.
    Gamma,
}

impl Shape {
    /// As a scenario writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exponential => "exponential",
            Self::Lognormal => "lognormal",
            Self::Gamma => "gamma",
        }
    }
}

impl Holds {
    pub(super) fn of(records: &Records) -> Option<Self> {
        let mut sorted: Vec<f64> = records.calls.iter().filter_map(CallRecord::talk).map(Span::secs_f64).collect();
        if sorted.is_empty() {
            return None;
        }
        sorted.sort_by(f64::total_cmp);
        let zero = sorted.partition_point(|hold| *hold <= 0.0);
        let moments = Moments::of(&sorted);
        let at = |share| quantile(&sorted, share);
        Some(Self {
            calls: sorted.len() as u64,
            zero: zero as u64,
            mean_s: moments.mean,
            cv: moments.cv(),
            p50_s: at(0.5),
            p90_s: at(0.9),
            p99_s: at(0.99),
            max_s: at(1.0),
            fits: fits(&sorted[zero..]),
        })
    }
}

/// Of values.
struct Moments {
    mean: f64,
    variance: f64,
}

impl Moments {
    fn of(values: &[f64]) -> Self {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / values.len() as f64;
        Self { mean, variance }
    }

    fn cv(&self) -> f64 {
        if self.mean > 0.0 { self.variance.sqrt() / self.mean } else { 0.0 }
    }
}

/// The laws, likeliest first. Of values that hardly differ none is fitted: a constant says it.
fn fits(positive: &[f64]) -> Vec<Fit> {
    if positive.len() < FEWEST {
        return Vec::new();
    }
    let mean = Moments::of(positive).mean;
    let logs: Vec<f64> = positive.iter().map(|value| libm::log(*value)).collect();
    let logs = Moments::of(&logs);
    if logs.variance < 1e-6 {
        return Vec::new();
    }
    // For gamma, the approximation of T. Minka, "Estimating a Gamma distribution", 2002, good to 1.5 %.
    let s = libm::log(mean) - logs.mean;
    let k = (3.0 - s + libm::sqrt((s - 3.0) * (s - 3.0) + 24.0 * s)) / (12.0 * s);
    // Log-likelihoods of the average value.
    let exponential = -libm::log(mean) - 1.0;
    let lognormal = -logs.mean - 0.5 * (libm::log(std::f64::consts::TAU * logs.variance) + 1.0);
    let gamma = (k - 1.0) * logs.mean - k * libm::log(mean / k) - libm::lgamma(k) - k;
    let best = exponential.max(lognormal).max(gamma);
    let mut fits = [
        Fit { shape: Shape::Exponential, mean_s: mean, cv: 1.0, behind: best - exponential },
        Fit {
            shape: Shape::Lognormal,
            mean_s: libm::exp(logs.mean + logs.variance / 2.0),
            cv: libm::sqrt(libm::expm1(logs.variance)),
            behind: best - lognormal,
        },
        Fit { shape: Shape::Gamma, mean_s: mean, cv: 1.0 / libm::sqrt(k), behind: best - gamma },
    ];
    fits.sort_by(|a, b| a.behind.total_cmp(&b.behind));
    fits.to_vec()
}

/// Of fewer values nothing can be said.
const FEWEST: usize = 20;
