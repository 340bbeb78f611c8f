//! One tenant's samples of every family.
//!
//! Samples wait in a small buffer until there are enough of them. A thousand tenants' histograms do not fit into a
//! processor's cache; touching one of them once for many samples instead of once for each nearly
//! halves the cost of an event there (`cargo bench --bench measure`), and costs a tenant alone next to nothing.

use super::Family;
use super::series::Series;
use crate::base::Span;

/// One tenant's samples of every family.
#[derive(Clone, Debug, Default)]
pub(super) struct Latencies {
    waiting: Vec<(Family, Span)>,
    series: [Series<u32>; Family::COUNT],
}

impl Latencies {
    /// Adds a sample.
    pub(super) fn record(&mut self, family: Family, sample: Span, budget: Span) {
        self.waiting.push((family, sample));
        if self.waiting.len() == BATCH {
            self.settle(budget);
        }
    }

    /// Puts waiting samples where they belong. Must be called before [`Latencies::of`] is.
    pub(super) fn settle(&mut self, budget: Span) {
        for (family, sample) in self.waiting.drain(..) {
            self.series[family.index()].record(sample, budget);
        }
    }

    /// The samples of one family.
    pub(super) fn of(&self, family: Family) -> &Series<u32> {
        assert!(self.waiting.is_empty(), "samples are read when none is waiting any more");
        &self.series[family.index()]
    }
}

/// Some ten turns' samples, in 1 kB.
const BATCH: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_sample_is_forgotten_or_counted_twice_around_a_full_buffer() {
        for samples in [BATCH - 1, BATCH, BATCH + 1, 2 * BATCH] {
            let mut latencies = Latencies::default();
            (0..samples).for_each(|_| latencies.record(Family::Save, Span::from_ms(2), Span::ZERO));
            latencies.settle(Span::ZERO);
            latencies.settle(Span::ZERO);
            assert_eq!(latencies.of(Family::Save).latency(Span::ZERO).count, samples as u64);
            assert_eq!(latencies.of(Family::Recall).latency(Span::ZERO).count, 0);
        }
    }
}
