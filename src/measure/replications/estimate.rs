//! What several plays together say of one figure.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::student;

/// What several plays together say of one figure. Latencies are in milliseconds, shares and rates are parts of 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Estimate {
    /// Plays in which the figure could be observed.
    pub replications: u64,
    /// Their mean; `null` where there is none.
    pub mean: Option<f64>,
    /// Lower end of the mean's 95 % confidence interval; `null` with fewer than two plays. A share's interval may reach
    /// beyond 0 and 1.
    pub low: Option<f64>,
    /// Its upper end.
    pub high: Option<f64>,
    /// The smallest.
    pub min: Option<f64>,
    /// The largest.
    pub max: Option<f64>,
}

impl Estimate {
    /// The mean's interval with another confidence than the one that is written down; nothing with fewer than two plays.
    pub fn interval(&self, confidence: f64) -> Option<(f64, f64)> {
        let (mean, high) = (self.mean?, self.high?);
        let degrees = self.replications - 1;
        let half = (high - mean) / student::two_sided(CONFIDENCE, degrees) * student::two_sided(confidence, degrees);
        Some((mean - half, mean + half))
    }
}

/// Observations of one figure, one a play. The order in which they come decides the last digit, so it must be that of the
/// seeds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Observations {
    count: u64,
    mean: f64,
    /// The sum of squared distances from the mean.
    squares: f64,
    min: f64,
    max: f64,
}

impl Observations {
    /// One more. Welford's method (Technometrics 4, 1962; Knuth, TAOCP 2, 4.2.2), which loses no digits to large means.
    pub(super) fn add(&mut self, value: f64) {
        (self.min, self.max) =
            if self.count == 0 { (value, value) } else { (self.min.min(value), self.max.max(value)) };
        self.count += 1;
        let distance = value - self.mean;
        self.mean += distance / self.count as f64;
        self.squares += distance * (value - self.mean);
    }

    /// Mean ± t √(variance / n) with n − 1 degrees of freedom.
    pub(super) fn estimate(&self) -> Estimate {
        if self.count == 0 {
            return Estimate::default();
        }
        let half = (self.count > 1).then(|| {
            let degrees = self.count - 1;
            let variance = self.squares / degrees as f64;
            student::two_sided(CONFIDENCE, degrees) * (variance / self.count as f64).sqrt()
        });
        Estimate {
            replications: self.count,
            mean: Some(self.mean),
            low: half.map(|half| self.mean - half),
            high: half.map(|half| self.mean + half),
            min: Some(self.min),
            max: Some(self.max),
        }
    }
}

/// How often such an interval holds the true mean, where replications are independent and nearly normal.
pub(super) const CONFIDENCE: f64 = 0.95;

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(values: &[f64]) -> Estimate {
        let mut observations = Observations::default();
        for value in values {
            observations.add(*value);
        }
        observations.estimate()
    }

    #[test]
    fn five_known_values_give_a_hand_checked_interval() {
        // Mean 6, variance 10, standard error √2; t of 4 degrees is 2.776445.
        let estimate = estimate(&[2.0, 4.0, 6.0, 8.0, 10.0]);
        assert_eq!((estimate.replications, estimate.mean), (5, Some(6.0)));
        assert_eq!((estimate.min, estimate.max), (Some(2.0), Some(10.0)));
        let half = 2.776_445_105 * 2.0_f64.sqrt();
        assert!((estimate.low.unwrap() - (6.0 - half)).abs() < 1e-8, "{estimate:?}");
        assert!((estimate.high.unwrap() - (6.0 + half)).abs() < 1e-8, "{estimate:?}");
    }

    #[test]
    fn one_value_has_a_mean_but_no_interval_and_none_has_nothing() {
        let one = estimate(&[-3.0]);
        assert_eq!((one.mean, one.low, one.high, one.min, one.max), (Some(-3.0), None, None, Some(-3.0), Some(-3.0)));
        assert_eq!(estimate(&[]), Estimate::default());
    }

    #[test]
    fn another_confidence_widens_the_interval_by_the_quotient_of_its_quantiles() {
        // t of 4 degrees: 2.776445 for 95 %, 4.604095 for 99 %.
        let (low, high) = estimate(&[2.0, 4.0, 6.0, 8.0, 10.0]).interval(0.99).unwrap();
        let half = 4.604_094_871 * 2.0_f64.sqrt();
        assert!((low - (6.0 - half)).abs() < 1e-8 && (high - (6.0 + half)).abs() < 1e-8, "{low} {high}");
        assert_eq!(estimate(&[-3.0]).interval(0.99), None);
    }

    #[test]
    fn a_large_mean_costs_no_digits() {
        let near = estimate(&[1e9 + 2.0, 1e9 + 4.0, 1e9 + 6.0, 1e9 + 8.0, 1e9 + 10.0]);
        assert!((near.high.unwrap() - near.low.unwrap() - 2.0 * 2.776_445_105 * 2.0_f64.sqrt()).abs() < 1e-5);
    }

    #[test]
    fn nineteen_intervals_in_twenty_hold_the_true_mean() {
        use crate::base::Stream;
        let held = |seed| {
            let mut stream = Stream::named(seed, "replications", 0);
            // Sums of twelve uniform draws are nearly normal, with a mean of 6.
            let mut draw = || (0..12).map(|_| stream.below(1 << 32) as f64 / f64::from(1_u32 << 31) / 2.0).sum::<f64>();
            let values: Vec<f64> = (0..6).map(|_| draw()).collect();
            let estimate = estimate(&values);
            estimate.low.unwrap() <= 6.0 && 6.0 <= estimate.high.unwrap()
        };
        let share = (0..4_000).filter(|seed| held(*seed)).count() as f64 / 4_000.0;
        assert!((share - 0.95).abs() < 0.014, "four standard errors: {share}");
    }
}
