//! Samples of one latency: a histogram for the percentiles, and beside it everything that can be exact.
//!
//! The histogram's buckets are at most a 1,024th of their value wide (three significant digits) and never narrower
//! than 512 ns. Count, extremes, mean and the number of samples within the budget are exact, and a percentile
//! that lies in the budget's own bucket is reported on the side of the budget where the true sample lies.

use hdrhistogram::{Counter, Histogram};

use super::Latency;
use crate::base::Span;

/// Samples of one latency. Counters of type `C` per bucket: `u32` while recording, because a thousand tenants have
/// tens of thousands of histograms, `u64` for all tenants together.
#[derive(Clone, Debug)]
pub(super) struct Series<C: Counter> {
    count: u64,
    within_budget: u64,
    sum_ns: u128,
    min_ns: u64,
    max_ns: u64,
    /// Made with the first sample: most families of most tenants never have one.
    histogram: Option<Histogram<C>>,
}

impl<C: Counter> Default for Series<C> {
    fn default() -> Self {
        Self { count: 0, within_budget: 0, sum_ns: 0, min_ns: u64::MAX, max_ns: 0, histogram: None }
    }
}

impl<C: Counter> Series<C> {
    /// Adds a sample. Costs a few nanoseconds; allocates when a sample is larger than all before it.
    pub(super) fn record(&mut self, sample: Span, budget: Span) {
        let ns = sample.ns();
        self.count += 1;
        self.within_budget += u64::from(sample <= budget);
        self.sum_ns += u128::from(ns);
        self.min_ns = self.min_ns.min(ns);
        self.max_ns = self.max_ns.max(ns);
        self.histogram.get_or_insert_with(empty_histogram).record(ns).expect(GROWS);
    }

    /// What a summary says about these samples.
    pub(super) fn latency(&self, budget: Span) -> Latency {
        let Some(histogram) = &self.histogram else { return Latency::default() };
        let [p50, p90, p95, p99, p999] = self.percentiles(histogram, budget);
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
    fn percentiles(&self, histogram: &Histogram<C>, budget: Span) -> [Option<f64>; PER_MILLE.len()] {
        let mut buckets = histogram.iter_recorded();
        let (mut seen, mut bucket_ns) = (0, 0);
        PER_MILLE.map(|per_mille| {
            let rank = rank(per_mille, self.count)?;
            while seen < rank {
                // A saturated bucket counts fewer samples than there were; what is left lies in the last ones.
                let Some(bucket) = buckets.next() else { break };
                seen += bucket.count_since_last_iteration();
                bucket_ns = bucket.value_iterated_to();
            }
            let highest = if rank <= self.within_budget { self.max_ns.min(budget.ns()) } else { self.max_ns };
            Some(Span::from_ns(bucket_ns.min(highest)).ms_f64())
        })
    }
}

impl Series<u64> {
    /// Adds another's samples.
    pub(super) fn absorb(&mut self, other: &Series<u32>) {
        let Some(theirs) = &other.histogram else { return };
        self.count += other.count;
        self.within_budget += other.within_budget;
        self.sum_ns += other.sum_ns;
        self.min_ns = self.min_ns.min(other.min_ns);
        self.max_ns = self.max_ns.max(other.max_ns);
        let ours = self.histogram.get_or_insert_with(empty_histogram);
        for bucket in theirs.iter_recorded() {
            ours.record_n(bucket.value_iterated_to(), bucket.count_since_last_iteration()).expect(GROWS);
        }
    }
}

/// Samples a percentile needs: by the rule of three, with fewer than 3 / (1 − q) the chance that not one of them lies
/// beyond the quantile q exceeds 5 %.
pub(super) fn samples_needed(per_mille: u64) -> u64 {
    3_000_u64.div_ceil(1_000 - per_mille)
}

/// The place of the quantile among the samples in ascending order, from 1.
fn rank(per_mille: u64, count: u64) -> Option<u64> {
    (count >= samples_needed(per_mille)).then(|| (count * per_mille).div_ceil(1_000))
}

fn empty_histogram<C: Counter>() -> Histogram<C> {
    let mut histogram =
        Histogram::new_with_bounds(FINEST_NS, 2 * FINEST_NS, DIGITS).expect("the bounds and digits are valid");
    histogram.auto(true);
    histogram
}

/// The percentiles of a summary, in thousandths.
const PER_MILLE: [u64; 5] = [500, 900, 950, 990, 999];
/// The histogram rounds it down to a power of two: 512 ns.
const FINEST_NS: u64 = 1_000;
const DIGITS: u8 = 3;
const GROWS: &str = "a growing histogram takes any 64-bit value where indexes have 64 bits";

#[cfg(test)]
mod tests {
    use super::*;

    const BUDGET: Span = Span::from_ms(250);

    fn series(samples: impl IntoIterator<Item = Span>) -> Series<u32> {
        let mut series = Series::default();
        samples.into_iter().for_each(|sample| series.record(sample, BUDGET));
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
        let mut samples = vec![BUDGET; 297];
        samples.extend([just_over; 3]);
        assert_eq!(series(samples.clone()).latency(BUDGET).p99, Some(250.0), "297 of 300 are within");
        samples[0] = just_over;
        assert_eq!(series(samples).latency(BUDGET).p99, Some(250.000_001), "only 296 of 300 are within");
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
        let (low, high) = (series((1..500).map(Span::from_ms)), series((500..4_000).map(Span::from_ms)));
        let mut both = Series::<u64>::default();
        both.absorb(&low);
        both.absorb(&high);
        assert_eq!(both.latency(BUDGET), latency_of_ms(1..4_000));
    }
}
