//! Who is calling: known callers by popularity, and people never heard of before.

use std::sync::Arc;

use rand::distr::Distribution as _;
use rand_distr::weighted::WeightedAliasIndex;

use crate::base::{CallerIndex, Stream, WorkerIndex};

use super::{Population, Route};

/// Draws the caller of each call and finds the worker for him.
#[derive(Clone, Debug)]
pub(super) struct Callers {
    known: Arc<Popularity>,
    new_share: f64,
    /// The number of the next new caller.
    next_new: u64,
    stream: Stream,
}

/// How often each known caller calls; costs 12 bytes a caller where they differ, so tenants alike share one.
#[derive(Debug)]
pub(super) enum Popularity {
    /// All alike.
    Uniform { size: u64 },
    /// Caller `i` in proportion to (i + 1)^−slope.
    Zipf(WeightedAliasIndex<f64>),
}

/// Finds a worker for each call.
#[derive(Clone, Debug)]
pub(super) struct Workers {
    count: u16,
    route: Route,
    /// Calls placed so far, for taking turns.
    placed: u64,
}

impl Callers {
    pub(super) fn new(population: &Population, known: Arc<Popularity>, stream: Stream) -> Self {
        let new_share = if population.size == 0 { 1.0 } else { population.new_share };
        Self { known, new_share, next_new: u64::from(population.size), stream }
    }

    /// The next caller. The coin is always tossed, so that another share of new callers moves no other draw.
    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    pub(super) fn draw(&mut self) -> CallerIndex {
        if self.stream.chance(self.new_share) {
            let caller = CallerIndex(self.next_new);
            self.next_new += 1;
            return caller;
        }
        CallerIndex(self.known.draw(&mut self.stream))
    }
}

impl Popularity {
    pub(super) fn new(size: u32, slope: f64) -> Self {
        if size == 0 || slope == 0.0 {
            return Self::Uniform { size: u64::from(size) };
        }
        // `libm` and not the platform's `pow`: the same table on every machine.
        let weights = (1..=size).map(|rank| libm::pow(f64::from(rank), -slope)).collect();
        Self::Zipf(
            WeightedAliasIndex::new(weights).expect("there is a caller, and each weight is positive and at most 1"),
        )
    }

    #[inline]
    fn draw(&self, stream: &mut Stream) -> u64 {
        match self {
            Self::Uniform { size } => stream.below(*size),
            Self::Zipf(table) => table.sample(stream) as u64,
        }
    }
}

impl Workers {
    pub(super) fn new(count: u16, route: Route) -> Self {
        assert!(count > 0, "a tenant has a worker");
        Self { count, route, placed: 0 }
    }

    /// The worker for a call of `caller`. A sticky one depends on the caller alone, never on the seed.
    #[inline]
    pub(super) fn place(&mut self, caller: CallerIndex) -> WorkerIndex {
        let count = u64::from(self.count);
        let worker = match self.route {
            _ if count == 1 => 0,
            Route::Sticky => Stream::numbered(0, caller.0).below(count),
            Route::Spread => self.placed % count,
        };
        self.placed += 1;
        WorkerIndex(u16::try_from(worker).expect("it is below a 16-bit count"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWS: u32 = 200_000;

    fn callers(population: &Population) -> Callers {
        let known = Arc::new(Popularity::new(population.size, population.zipf));
        Callers::new(population, known, Stream::named(1, "callers", 0))
    }

    /// Pearson's statistic of observed counts against expected ones: about the number of cells, where they agree.
    fn chi_square(observed: &[u64], expected: impl Fn(usize) -> f64) -> f64 {
        observed.iter().enumerate().map(|(i, count)| (*count as f64 - expected(i)).powi(2) / expected(i)).sum()
    }

    /// Counts of known callers in many draws.
    fn counts(population: &Population) -> Vec<u64> {
        let mut callers = callers(population);
        let mut counts = vec![0; population.size as usize];
        (0..DRAWS).for_each(|_| counts[usize::try_from(callers.draw().0).unwrap()] += 1);
        counts
    }

    /// Pearson's statistic of Zipf draws of slope 0.75 against `slope`, over 100 callers.
    fn misfit(slope: f64) -> f64 {
        let counts = counts(&Population { size: 100, zipf: 0.75, new_share: 0.0 });
        let weight = |rank: usize| (rank as f64).powf(-slope);
        let total: f64 = (1..=100).map(weight).sum();
        chi_square(&counts, |i| f64::from(DRAWS) * weight(i + 1) / total)
    }

    #[test]
    fn popularity_follows_zipf() {
        // 99 degrees of freedom: mean 99, standard deviation 14; four of them above the mean.
        assert!(misfit(0.75) < 155.0, "chi² {}", misfit(0.75));
        assert!(misfit(0.70) > 155.0, "the check must see a slope that is off by 0.05");
    }

    #[test]
    fn slope_zero_is_uniform() {
        let counts = counts(&Population { size: 100, zipf: 0.0, new_share: 0.0 });
        assert!(chi_square(&counts, |_| f64::from(DRAWS) / 100.0) < 155.0);
    }

    #[test]
    fn new_callers_come_at_their_share_and_are_numbered_from_the_population_up() {
        let mut callers = callers(&Population { size: 10, zipf: 1.0, new_share: 0.3 });
        let new: Vec<u64> = (0..DRAWS).map(|_| callers.draw().0).filter(|caller| *caller >= 10).collect();
        assert!(new.iter().copied().eq(10..10 + new.len() as u64), "each new caller is a new number");
        let error = (new.len() as f64 / f64::from(DRAWS) - 0.3).abs();
        assert!(error < 4.0 * (0.3 * 0.7 / f64::from(DRAWS)).sqrt(), "share off by {error}");
    }

    #[test]
    fn without_a_population_everybody_is_new() {
        let mut callers = callers(&Population { size: 0, zipf: 0.75, new_share: 0.0 });
        assert_eq!((callers.draw(), callers.draw()), (CallerIndex(0), CallerIndex(1)));
    }

    #[test]
    fn a_sticky_caller_meets_the_same_worker_each_time_and_callers_spread_evenly() {
        let mut workers = Workers::new(3, Route::Sticky);
        let mut counts = [0_u64; 3];
        for caller in (0..30_000).map(CallerIndex) {
            let worker = workers.place(caller);
            assert_eq!(workers.place(caller), worker);
            counts[worker.index()] += 1;
        }
        assert!(chi_square(&counts, |_| 10_000.0) < 14.0, "{counts:?}");
    }

    #[test]
    fn spread_calls_take_turns() {
        let mut workers = Workers::new(3, Route::Spread);
        let placed: Vec<u16> = (0..5).map(|_| workers.place(CallerIndex(7)).0).collect();
        assert_eq!(placed, [0, 1, 2, 0, 1]);
    }
}
