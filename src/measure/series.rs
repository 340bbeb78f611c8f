//! What is known of one latency: everything that can be exact, and percentiles.
//!
//! Count, extremes, mean and the number of samples within the budget are exact, and a percentile that lies in the
//! budget's own histogram bucket is reported on the side of the budget where the true sample lies.

use std::cmp::Ordering;

use hdrhistogram::{Counter, Histogram};

use super::Latency;
use super::samples::Samples;
use crate::base::Span;

/// Samples of one latency. Counters of type `C` per bucket: `u32` for one tenant, `u64` for all together.
#[derive(Clone, Debug)]
pub(super) struct Series<C: Counter> {
    count: u64,
    within_budget: u64,
    sum_ns: u128,
    min_ns: u64,
    max_ns: u64,
    samples: Samples<C>,
}

impl<C: Counter> Default for Series<C> {
    fn default() -> Self {
        Self { count: 0, within_budget: 0, sum_ns: 0, min_ns: u64::MAX, max_ns: 0, samples: Samples::default() }
    }
}

impl<C: Counter> Series<C> {
    /// Adds samples, each value with how often it came, once at least. Costs a few nanoseconds each; allocates now and then.
    pub(super) fn record_all(&mut self, samples: impl IntoIterator<Item = (Span, u32)>, budget: Span) {
        let Self { mut count, mut within_budget, mut sum_ns, mut min_ns, mut max_ns, .. } = *self;
        for (sample, times) in samples {
            let ns = sample.ns();
            count += u64::from(times);
            within_budget += u64::from(times) * u64::from(sample <= budget);
            sum_ns += u128::from(ns) * u128::from(times);
            min_ns = min_ns.min(ns);
            max_ns = max_ns.max(ns);
            self.samples.add(ns, times);
        }
        (self.count, self.within_budget, self.sum_ns) = (count, within_budget, sum_ns);
        (self.min_ns, self.max_ns) = (min_ns, max_ns);
    }

    /// What a summary says about these samples.
    pub(super) fn latency(&self, budget: Span) -> Latency {
        if self.count == 0 {
            return Latency::default();
        }
        let [p50, p90, p95, p99, p999] = self.percentiles(budget);
        let mean_ns = (self.sum_ns + u128::from(self.count / 2)) / u128::from(self.count);
        Latency {
            count: self.count,
            min: Some(Span::from_ns(self.min_ns).ms_f64()),
            mean: Some(mean_ns as f64 / 1e6),
            p50,
            p90,
            p95,
            p99,
            p999,
            max: Some(Span::from_ns(self.max_ns).ms_f64()),
        }
    }

    /// In milliseconds, in the order of [`PER_MILLE`]; nothing where there are too few samples.
    fn percentiles(&self, budget: Span) -> [Option<f64>; PER_MILLE.len()] {
        let ranks = PER_MILLE.map(|per_mille| rank(per_mille, self.count));
        let values_ns = self.samples.of_ranks(ranks);
        values_ns.map(|found| {
            let (rank, ns) = found?;
            let highest = if rank <= self.within_budget { self.max_ns.min(budget.ns()) } else { self.max_ns };
            Some(Span::from_ns(ns.min(highest)).ms_f64())
        })
    }
}

impl Series<u64> {
    /// Samples.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// All of them together, in seconds.
    pub(super) fn sum_s(&self) -> f64 {
        self.sum_ns as f64 / 1e9
    }

    /// How many samples do not exceed each of the bounds, which ascend; exact for the budget, and for all others but for
    /// samples within 0.1 % and 512 ns of them.
    pub(super) fn at_most(&self, bounds_ns: &[u64], budget: Span) -> Vec<u64> {
        let mut counts = self.samples.at_most(bounds_ns);
        for (bound, count) in bounds_ns.iter().zip(&mut counts) {
            *count = match bound.cmp(&budget.ns()) {
                Ordering::Less => (*count).min(self.within_budget),
                Ordering::Equal => self.within_budget,
                Ordering::Greater => (*count).max(self.within_budget),
            };
        }
        counts
    }

    /// All samples as a histogram; nothing where there are none.
    pub(super) fn histogram(&self) -> Option<Histogram<u64>> {
        (self.count > 0).then(|| self.samples.histogram())
    }

    /// Adds another's samples.
    pub(super) fn absorb(&mut self, other: &Series<u32>) {
        self.count += other.count;
        self.within_budget += other.within_budget;
        self.sum_ns += other.sum_ns;
        self.min_ns = self.min_ns.min(other.min_ns);
        self.max_ns = self.max_ns.max(other.max_ns);
        self.samples.absorb(&other.samples);
    }
}

/// Samples a percentile needs: by the rule of three, with fewer than 3 / (1 − q) the chance that not one of them lies
/// beyond the quantile q exceeds 5 %.
pub(super) fn samples_needed(per_mille: u64) -> u64 {
    3_000_u64.div_ceil(1_000 - per_mille)
}

/// The place of the quantile among the samples in ascending order, from 1.
pub(super) fn rank(per_mille: u64, count: u64) -> Option<u64> {
    (count >= samples_needed(per_mille)).then(|| (count * per_mille).div_ceil(1_000))
}

/// The percentiles of a summary, in thousandths.
const PER_MILLE: [u64; 5] = [500, 900, 950, 990, 999];

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    const BUDGET: Span = Span::from_ms(250);

    fn series(samples: impl IntoIterator<Item = Span>) -> Series<u32> {
        let mut series = Series::default();
        series.record_all(samples.into_iter().map(|sample| (sample, 1)), BUDGET);
        series
    }

    fn latency_of_ms(samples: impl IntoIterator<Item = u64>) -> Latency {
        series(samples.into_iter().map(Span::from_ms)).latency(BUDGET)
    }

    /// A bucket's upper end is reported: never less than the truth, and at most a 1,024th and 512 ns more.
    fn assert_near(reported: Option<f64>, truth_ms: f64) {
        let reported = reported.unwrap();
        assert!(reported >= truth_ms && reported <= truth_ms * (1.0 + 1.0 / 1_024.0) + 0.000_512, "{reported}");
    }

    #[test]
    fn ten_known_samples_give_hand_checked_figures() {
        let latency = latency_of_ms([7, 3, 9, 1, 10, 2, 8, 4, 6, 5]);
        assert_eq!((latency.count, latency.min, latency.max), (10, Some(1.0), Some(10.0)));
        assert_eq!(latency.mean, Some(5.5));
        assert_near(latency.p50, 5.0);
        assert_eq!((latency.p90, latency.p95, latency.p99, latency.p999), (None, None, None, None));
    }

    #[test]
    fn no_samples_give_a_count_of_zero_and_nothing_else() {
        assert_eq!(series([]).latency(BUDGET), Latency::default());
    }

    #[test]
    fn a_percentile_needs_three_samples_beyond_it_on_average() {
        let needed: Vec<u64> = PER_MILLE.into_iter().map(samples_needed).collect();
        assert_eq!(needed, [6, 30, 60, 300, 3_000]);
        assert_eq!(latency_of_ms(1..=299).p99, None);
        assert_near(latency_of_ms(1..=300).p99, 297.0);
        assert_eq!(latency_of_ms(1..=2_999).p999, None);
        assert_near(latency_of_ms(1..=3_000).p999, 2_997.0);
        assert_eq!(latency_of_ms(1..=5).p50, None);
        assert_near(latency_of_ms(1..=6).p50, 3.0);
        assert_eq!(latency_of_ms(1..=29).p90, None);
        assert_near(latency_of_ms(1..=30).p90, 27.0);
        assert_eq!(latency_of_ms(1..=59).p95, None);
        assert_near(latency_of_ms(1..=60).p95, 57.0);
    }

    #[test]
    fn a_percentile_in_the_budgets_bucket_lies_on_the_true_side_of_the_budget() {
        let just_over = Span::from_ns(BUDGET.ns() + 1);
        for samples in [300, 3_000] {
            let needed = samples / 100 * 99;
            let p99 = |within| {
                let samples = (0..samples).map(|place| if place < within { BUDGET } else { just_over });
                series(samples).latency(BUDGET).p99
            };
            assert_eq!(p99(needed), Some(250.0));
            assert_eq!(p99(needed - 1), Some(250.000_001));
        }
    }

    proptest! {
        #[test]
        fn percentiles_agree_with_sorting(mut samples in vec(near_the_budget(), 6..4_000)) {
            let latency = series(samples.iter().copied()).latency(BUDGET);
            samples.sort_unstable();
            let reported = [latency.p50, latency.p90, latency.p95, latency.p99, latency.p999];
            for (per_mille, reported) in PER_MILLE.into_iter().zip(reported) {
                let rank = (samples.len() as u64 * per_mille).div_ceil(1_000);
                let truth = samples[usize::try_from(rank).unwrap() - 1];
                prop_assert_eq!(reported.is_some(), samples.len() as u64 * (1_000 - per_mille) >= 3_000);
                if let Some(ms) = reported {
                    assert_near(Some(ms), truth.ms_f64());
                    prop_assert_eq!(ms <= BUDGET.ms_f64(), truth <= BUDGET);
                }
            }
        }
    }

    /// Anything from a nanosecond to minutes, and often within a bucket of the budget.
    fn near_the_budget() -> impl Strategy<Value = Span> {
        let (budget, minutes) = (BUDGET.ns(), Span::from_secs(300).ns());
        prop_oneof![budget - 200_000..budget + 200_000, 1..minutes, 1..2_000_u64].prop_map(Span::from_ns)
    }

    #[test]
    fn a_percentile_never_exceeds_the_largest_sample() {
        assert_eq!(latency_of_ms(vec![100; 3_000]).p999, Some(100.0));
    }

    #[test]
    fn the_longest_time_there_is_can_be_recorded() {
        let latency = series([Span::ZERO, Span::from_ns(u64::MAX)]).latency(BUDGET);
        assert_eq!((latency.min, latency.max), (Some(0.0), Some(Span::from_ns(u64::MAX).ms_f64())));
    }

    #[test]
    fn absorbing_two_series_equals_recording_both() {
        for (first, second) in [(1..500, 500..4_000), (1..3_500, 3_500..4_000), (1..10, 10..500), (1..1, 1..9)] {
            let mut both = Series::<u64>::default();
            both.absorb(&series(first.clone().map(Span::from_ms)));
            both.absorb(&series(second.clone().map(Span::from_ms)));
            assert_eq!(both.latency(BUDGET), latency_of_ms(first.chain(second)));
        }
    }
}
