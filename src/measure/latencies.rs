//! One tenant's samples of every family.
//!
//! A sample like the last one of its family is only counted: what a model holds constant, as the lag of virtual time
//! is, costs a comparison. The others wait in a small buffer until there are enough of them. A thousand tenants' histograms do not fit into a
//! processor's cache; touching one of them once for many samples instead of once for each nearly
//! halves the cost of an event there (`cargo bench --bench measure`), and costs a tenant alone next to nothing.

use super::Family;
use super::series::Series;
use crate::base::Span;

/// One tenant's samples of every family.
#[derive(Clone, Debug, Default)]
pub(super) struct Latencies {
    /// The last value of each family, and how many times it came in a row; 0 before the first.
    runs: [(Span, u64); Family::COUNT],
    waiting: Vec<(Family, Span, u32)>,
    series: [Series<u32>; Family::COUNT],
}

impl Latencies {
    /// Adds a sample.
    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    pub(super) fn record(&mut self, family: Family, sample: Span, budget: Span) {
        let run = &mut self.runs[family.index()];
        if run.0 == sample {
            run.1 += 1;
        } else {
            self.record_another(family, sample, budget);
        }
    }

    /// One that is not like the last.
    #[inline(never)]
    fn record_another(&mut self, family: Family, sample: Span, budget: Span) {
        let run = &mut self.runs[family.index()];
        let (value, times) = std::mem::replace(run, (sample, 1));
        self.wait(family, value, times);
        if self.waiting.len() >= BATCH {
            self.sort_in(budget);
        }
    }

    /// A counter may hold no more than 32 bits.
    fn wait(&mut self, family: Family, value: Span, times: u64) {
        let mut left = times;
        while left > 0 {
            let most = u32::try_from(left).unwrap_or(u32::MAX);
            self.waiting.push((family, value, most));
            left -= u64::from(most);
        }
    }

    /// Puts waiting samples where they belong. Must be called before [`Latencies::of`] is.
    pub(super) fn settle(&mut self, budget: Span) {
        let runs = Family::ALL.into_iter().zip(std::mem::take(&mut self.runs));
        runs.for_each(|(family, (value, times))| self.wait(family, value, times));
        self.sort_in(budget);
    }

    fn sort_in(&mut self, budget: Span) {
        for (family, sample, times) in self.waiting.drain(..) {
            self.series[family.index()].record(sample, times, budget);
        }
    }

    /// The samples of one family.
    pub(super) fn of(&self, family: Family) -> &Series<u32> {
        let none_waits = self.waiting.is_empty() && self.runs.iter().all(|(_, times)| *times == 0);
        assert!(none_waits, "samples are read when none is waiting any more");
        &self.series[family.index()]
    }
}

/// Some forty turns' samples, in 4 kB.
const BATCH: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_equal_samples_than_a_counter_holds_are_all_counted() {
        let mut latencies = Latencies::default();
        let many = u64::from(u32::MAX) + 5;
        latencies.record(Family::Lag, Span::from_ms(1), Span::ZERO);
        latencies.runs[Family::Lag.index()].1 = many;
        for ms in [1, 2] {
            latencies.record(Family::Lag, Span::from_ms(ms), Span::ZERO);
        }
        latencies.settle(Span::ZERO);
        assert_eq!(latencies.of(Family::Lag).latency(Span::ZERO).count, many + 2);
    }

    #[test]
    fn no_sample_is_forgotten_or_counted_twice_around_a_full_buffer() {
        for samples in [1, 2 * BATCH - 1, 2 * BATCH, 2 * BATCH + 1, 2 * BATCH + 2, 5 * BATCH] {
            let mut latencies = Latencies::default();
            (0..samples)
                .for_each(|number| latencies.record(Family::Save, Span::from_ms(number as u64 / 2), Span::ZERO));
            latencies.settle(Span::ZERO);
            latencies.settle(Span::ZERO);
            assert_eq!(latencies.of(Family::Save).latency(Span::ZERO).count, samples as u64);
            assert_eq!(latencies.of(Family::Recall).latency(Span::ZERO).count, 0);
        }
    }
}
