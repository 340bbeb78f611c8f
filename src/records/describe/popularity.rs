//! How calls are spread among known callers.

use schemars::JsonSchema;
use serde::Serialize;

use crate::records::Records;

/// How calls are spread among known callers.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Popularity {
    /// Share of callers who called once only.
    pub once: f64,
    /// Calls of the one who called most.
    pub most: u64,
    /// Share of known callers' calls that the hundredth part of them who call most made.
    pub by_top_1: f64,
    /// Share of known callers' calls that the tenth of them who call most made.
    pub by_top_10: f64,
    /// Slope of Zipf's law by maximum likelihood: the n-th caller by calls calls n^-slope times as often as the first.
    pub zipf: f64,
}

/// Calls of each caller, by number.
pub(super) fn counts(records: &Records) -> Vec<u32> {
    let mut counts = vec![0; records.callers.len()];
    records.calls.iter().filter_map(|call| call.caller).for_each(|caller| counts[caller as usize] += 1);
    counts
}

impl Popularity {
    pub(super) fn of(mut counts: Vec<u32>) -> Option<Self> {
        counts.retain(|count| *count > 0);
        counts.sort_unstable_by(|a, b| b.cmp(a));
        let callers = counts.len() as f64;
        let calls: f64 = counts.iter().copied().map(f64::from).sum();
        let by_top = |part: usize| {
            let top = counts.len().div_ceil(part);
            counts[..top].iter().copied().map(f64::from).sum::<f64>() / calls
        };
        Some(Self {
            once: counts.iter().filter(|count| **count == 1).count() as f64 / callers,
            most: u64::from(*counts.first()?),
            by_top_1: by_top(100),
            by_top_10: by_top(10),
            zipf: zipf(&counts, calls),
        })
    }
}

/// Where the mean logarithm of the rank is what it is of the calls: the likelihood's maximum, by bisection. Ranks go by
/// the very calls they explain, which makes few calls look a little steeper than they are.
fn zipf(sorted: &[u32], calls: f64) -> f64 {
    let logs: Vec<f64> = (1..=sorted.len()).map(|rank| libm::log(rank as f64)).collect();
    let observed = sorted.iter().zip(&logs).map(|(count, log)| f64::from(*count) * log).sum::<f64>() / calls;
    let expected = |slope: f64| {
        let (mut weights, mut sum) = (0.0, 0.0);
        for log in &logs {
            let weight = libm::exp(-slope * log);
            weights += weight;
            sum += weight * log;
        }
        sum / weights
    };
    let (mut low, mut high) = (0.0, STEEPEST);
    for _ in 0..STEPS {
        let middle = f64::midpoint(low, high);
        if expected(middle) > observed { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

const STEEPEST: f64 = 10.0;
/// Until the slope is good to a ten-thousandth.
const STEPS: u32 = 17;
