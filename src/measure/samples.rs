//! Samples: all of them while they are few, a histogram when they are many.
//!
//! Up to [`FEW`] samples are kept as they are: most families of most tenants never have more, and a histogram of each
//! would fill the memory of a run with a thousand tenants. The histogram's buckets are at most a 1,024th of their value
//! wide (three significant digits) and never narrower than 512 ns.

use hdrhistogram::{Counter, Histogram};

/// Samples in nanoseconds.
#[derive(Clone, Debug)]
pub(super) enum Samples<C: Counter> {
    /// Runs of equal ones, and how many samples they are.
    Few(Vec<(u64, u32)>, u64),
    Many(Histogram<C>),
}

impl<C: Counter> Default for Samples<C> {
    fn default() -> Self {
        Self::Few(Vec::new(), 0)
    }
}

impl<C: Counter> Samples<C> {
    /// Keeps `times` samples of one value.
    #[inline]
    pub(super) fn add(&mut self, ns: u64, times: u32) {
        match self {
            Self::Few(few, count) if *count + u64::from(times) <= FEW => {
                few.push((ns, times));
                *count += u64::from(times);
            }
            _ => self.become_many().record_n(ns, C::from_u32(times).expect(FITS)).expect(GROWS),
        }
    }

    /// All of them as a histogram.
    pub(super) fn histogram(&self) -> Histogram<C> {
        let mut copy = self.clone();
        copy.become_many().clone()
    }

    #[inline]
    fn become_many(&mut self) -> &mut Histogram<C> {
        if let Self::Few(few, _) = self {
            let few = std::mem::take(few);
            *self = Self::Many(histogram_of(&few));
        }
        match self {
            Self::Many(histogram) => histogram,
            Self::Few(..) => unreachable!("it has just become many"),
        }
    }

    /// The samples at these places in ascending order, each with its place. Places start at 1, end at the number of
    /// samples, and ascend.
    pub(super) fn of_ranks<const N: usize>(&self, ranks: [Option<u64>; N]) -> [Option<(u64, u64)>; N] {
        match self {
            Self::Few(few, _) => {
                let mut sorted = few.clone();
                sorted.sort_unstable();
                of_ranks(sorted.into_iter().map(|(ns, times)| (ns, times.into())), ranks)
            }
            Self::Many(histogram) => {
                let buckets = histogram.iter_recorded();
                of_ranks(buckets.map(|bucket| (bucket.value_iterated_to(), bucket.count_since_last_iteration())), ranks)
            }
        }
    }
}

impl Samples<u64> {
    /// How many do not exceed each of the bounds, which ascend.
    pub(super) fn at_most(&self, bounds_ns: &[u64]) -> Vec<u64> {
        let mut counts = vec![0; bounds_ns.len()];
        let mut add = |ns: u64, times: u64| {
            let first = bounds_ns.partition_point(|bound| *bound < ns);
            counts[first..].iter_mut().for_each(|count| *count += times);
        };
        match self {
            Self::Few(few, _) => few.iter().for_each(|(ns, times)| add(*ns, (*times).into())),
            Self::Many(histogram) => {
                let buckets = histogram.iter_recorded();
                buckets.for_each(|bucket| add(bucket.value_iterated_to(), bucket.count_since_last_iteration()));
            }
        }
        counts
    }

    /// Keeps another's samples too.
    pub(super) fn absorb(&mut self, other: &Samples<u32>) {
        match other {
            Samples::Few(theirs, _) => theirs.iter().for_each(|(ns, times)| self.add(*ns, *times)),
            Samples::Many(theirs) => {
                let ours = self.become_many();
                for bucket in theirs.iter_recorded() {
                    let (ns, count) = (bucket.value_iterated_to(), bucket.count_since_last_iteration());
                    ours.record_n(ns, count).expect(GROWS);
                }
            }
        }
    }
}

#[cold]
#[inline(never)]
fn histogram_of<C: Counter>(few: &[(u64, u32)]) -> Histogram<C> {
    let mut histogram = empty_histogram();
    for (ns, times) in few {
        histogram.record_n(*ns, C::from_u32(*times).expect(FITS)).expect(GROWS);
    }
    histogram
}

/// The values at these places, of values in ascending order, each with how often it comes.
fn of_ranks<const N: usize>(
    mut buckets: impl Iterator<Item = (u64, u64)>,
    ranks: [Option<u64>; N],
) -> [Option<(u64, u64)>; N] {
    let (mut seen, mut bucket_ns) = (0, 0);
    ranks.map(|rank| {
        let rank = rank?;
        while seen < rank {
            // A saturated bucket counts fewer samples than there were; what is left lies in the last ones.
            let Some((ns, count)) = buckets.next() else { break };
            seen += count;
            bucket_ns = ns;
        }
        Some((rank, bucket_ns))
    })
}

/// A histogram of nanoseconds that grows as it needs to.
pub(super) fn empty_histogram<C: Counter>() -> Histogram<C> {
    let mut histogram =
        Histogram::new_with_bounds(FINEST_NS, 2 * FINEST_NS, DIGITS).expect("the bounds and digits are valid");
    histogram.auto(true);
    histogram
}

/// At 8 bytes each they take a quarter of the room of a histogram that spans milliseconds to seconds.
const FEW: u64 = 2_048;
/// The histogram rounds it down to a power of two: 512 ns.
const FINEST_NS: u64 = 1_000;
const DIGITS: u8 = 3;
const FITS: &str = "a counter holds 32 bits at least";
pub(super) const GROWS: &str = "a growing histogram takes any 64-bit value where indexes have 64 bits";

#[cfg(test)]
mod tests {
    use super::*;

    fn median_of(count: u64) -> u64 {
        let mut samples = Samples::<u32>::default();
        (1..=count).for_each(|number| samples.add(number * 1_000_000, 1));
        samples.of_ranks([None, Some(count / 2)])[1].unwrap().1
    }

    #[test]
    fn few_samples_are_given_back_exactly_and_many_rounded_up() {
        assert_eq!(median_of(FEW), 1_024_000_000);
        let rounded = median_of(FEW + 2);
        assert!(rounded > 1_025_000_000 && rounded < 1_026_001_000, "{rounded}");
    }
}
