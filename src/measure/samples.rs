//! Samples: all of them while they are few, a histogram when they are many.
//!
//! Up to [`FEW`] samples are kept as they are: most families of most tenants never have more, and a histogram of each
//! would fill the memory of a run with a thousand tenants. The histogram's buckets are at most a 1,024th of their value
//! wide (three significant digits) and never narrower than 512 ns.

use hdrhistogram::{Counter, Histogram};

/// Samples in nanoseconds.
#[derive(Clone, Debug)]
pub(super) enum Samples<C: Counter> {
    Few(Vec<u64>),
    Many(Histogram<C>),
}

impl<C: Counter> Default for Samples<C> {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl<C: Counter> Samples<C> {
    /// Keeps a sample.
    pub(super) fn add(&mut self, ns: u64) {
        match self {
            Self::Few(few) if few.len() < FEW => few.push(ns),
            _ => self.become_many().record(ns).expect(GROWS),
        }
    }

    /// All of them as a histogram.
    pub(super) fn histogram(&self) -> Histogram<C> {
        let mut copy = self.clone();
        copy.become_many().clone()
    }

    fn become_many(&mut self) -> &mut Histogram<C> {
        if let Self::Few(few) = self {
            let mut histogram = empty_histogram();
            for ns in few {
                histogram.record(*ns).expect(GROWS);
            }
            *self = Self::Many(histogram);
        }
        match self {
            Self::Many(histogram) => histogram,
            Self::Few(_) => unreachable!("it has just become many"),
        }
    }

    /// The samples at these places in ascending order, each with its place. Places start at 1, end at the number of
    /// samples, and ascend.
    pub(super) fn of_ranks<const N: usize>(&self, ranks: [Option<u64>; N]) -> [Option<(u64, u64)>; N] {
        match self {
            Self::Few(few) => {
                let mut sorted = few.clone();
                sorted.sort_unstable();
                ranks.map(|rank| Some((rank?, sorted[usize::try_from(rank?).ok()? - 1])))
            }
            Self::Many(histogram) => of_ranks(histogram, ranks),
        }
    }
}

impl Samples<u64> {
    /// Keeps another's samples too.
    pub(super) fn absorb(&mut self, other: &Samples<u32>) {
        match other {
            Samples::Few(theirs) => theirs.iter().for_each(|ns| self.add(*ns)),
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

/// The upper ends of the buckets in which the samples at these places lie.
fn of_ranks<C: Counter, const N: usize>(histogram: &Histogram<C>, ranks: [Option<u64>; N]) -> [Option<(u64, u64)>; N] {
    let mut buckets = histogram.iter_recorded();
    let (mut seen, mut bucket_ns) = (0, 0);
    ranks.map(|rank| {
        let rank = rank?;
        while seen < rank {
            // A saturated bucket counts fewer samples than there were; what is left lies in the last ones.
            let Some(bucket) = buckets.next() else { break };
            seen += bucket.count_since_last_iteration();
            bucket_ns = bucket.value_iterated_to();
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
const FEW: usize = 2_048;
/// The histogram rounds it down to a power of two: 512 ns.
const FINEST_NS: u64 = 1_000;
const DIGITS: u8 = 3;
pub(super) const GROWS: &str = "a growing histogram takes any 64-bit value where indexes have 64 bits";

#[cfg(test)]
mod tests {
    use super::*;

    fn median_of(count: u64) -> u64 {
        let mut samples = Samples::<u32>::default();
        (1..=count).for_each(|number| samples.add(number * 1_000_000));
        samples.of_ranks([None, Some(count / 2)])[1].unwrap().1
    }

    #[test]
    fn few_samples_are_given_back_exactly_and_many_rounded_up() {
        assert_eq!(median_of(FEW as u64), 1_024_000_000);
        let rounded = median_of(FEW as u64 + 2);
        assert!(rounded > 1_025_000_000 && rounded < 1_026_001_000, "{rounded}");
    }
}
