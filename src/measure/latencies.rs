//! One tenant's samples of every family.
//!
//! A sample like the last one of its family is only counted: what a model holds constant, as the lag of virtual time
//! is, costs a comparison. The others wait, family by family, until there are enough of them. A thousand tenants'
//! histograms do not fit into a processor's cache; touching one of them once for many samples instead of once for each
//! nearly halves the cost of an event there (`cargo bench --bench measure`), and a tenant alone gains by it, too.

use super::Family;
use super::series::Series;
use crate::base::Span;

/// One tenant's samples of every family.
#[derive(Clone, Debug, Default)]
pub(super) struct Latencies {
    runs: [Run; Family::COUNT],
    earlier: [Earlier; Family::COUNT],
}

/// The last value of a family, and how many times it came in a row; 0 before the first.
#[derive(Clone, Copy, Debug, Default)]
struct Run {
    value: Span,
    times: u64,
}

/// What came before that.
#[derive(Clone, Debug, Default)]
struct Earlier {
    /// Not in the series yet.
    waiting: Vec<(Span, u32)>,
    series: Series<u32>,
}

impl Latencies {
    /// Adds a sample.
    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    pub(super) fn record(&mut self, family: Family, sample: Span, budget: Span) {
        let run = &mut self.runs[family.index()];
        if run.value == sample {
            run.times += 1;
        } else {
            self.earlier[family.index()].take_over(run, sample, budget);
        }
    }

    /// Puts waiting samples where they belong. Must be called before [`Latencies::of`] is.
    pub(super) fn settle(&mut self, budget: Span) {
        for (run, earlier) in self.runs.iter_mut().zip(&mut self.earlier) {
            let run = std::mem::take(run);
            if run.times > 0 {
                earlier.wait(run, budget);
            }
            earlier.sort_in(budget);
        }
    }

    /// The samples of one family.
    pub(super) fn of(&self, family: Family) -> &Series<u32> {
        let (run, earlier) = (&self.runs[family.index()], &self.earlier[family.index()]);
        assert!(run.times == 0 && earlier.waiting.is_empty(), "samples are read when none is waiting any more");
        &earlier.series
    }
}

impl Earlier {
    /// A run has ended, and another begins with a sample that is not like its last.
    #[inline(never)]
    fn take_over(&mut self, run: &mut Run, sample: Span, budget: Span) {
        let ended = std::mem::replace(run, Run { value: sample, times: 1 });
        if ended.times > 0 {
            self.wait(ended, budget);
        }
    }

    #[inline]
    fn wait(&mut self, run: Run, budget: Span) {
        match u32::try_from(run.times) {
            Ok(times) => self.waiting.push((run.value, times)),
            Err(_) => self.sort_in_many(run, budget),
        }
        if self.waiting.len() >= BATCH {
            self.sort_in(budget);
        }
    }

    #[inline(never)]
    fn sort_in(&mut self, budget: Span) {
        self.series.record_all(self.waiting.drain(..), budget);
    }

    /// A counter may hold no more than 32 bits.
    #[cold]
    #[inline(never)]
    fn sort_in_many(&mut self, run: Run, budget: Span) {
        let mut left = run.times;
        while left > 0 {
            let most = u32::try_from(left).unwrap_or(u32::MAX);
            self.series.record_all([(run.value, most)], budget);
            left -= u64::from(most);
        }
    }
}

/// In a kilobyte.
const BATCH: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_equal_samples_than_a_counter_holds_are_all_counted() {
        let mut latencies = Latencies::default();
        let many = u64::from(u32::MAX) + 5;
        latencies.record(Family::Lag, Span::from_ms(1), Span::ZERO);
        latencies.runs[Family::Lag.index()].times = many;
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
