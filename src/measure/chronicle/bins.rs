//! A small histogram: 3 % and 16 µs fine, up to a minute; what lies beyond is counted in its last bin.

use crate::base::Span;

/// Counts by size.
#[derive(Clone, Debug)]
pub(super) struct Bins(Box<[u32; COUNT]>);

impl Default for Bins {
    fn default() -> Self {
        Self(Box::new([0; COUNT]))
    }
}

impl Bins {
    /// One sample more. Costs a nanosecond.
    #[inline]
    pub(super) fn add(&mut self, sample: Span) {
        let bin = &mut self.0[place(sample.ns())];
        *bin = bin.saturating_add(1);
    }

    /// Adds another's samples.
    pub(super) fn absorb(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0.iter()).for_each(|(bin, more)| *bin = bin.saturating_add(*more));
    }

    /// The upper end of the bin in which the sample number `rank` from below lies, from 1; in nanoseconds.
    pub(super) fn of_rank(&self, rank: u64) -> u64 {
        let sums = self.0.iter().scan(0, |sum, count| {
            *sum += u64::from(*count);
            Some(*sum)
        });
        upper(sums.take_while(|sum| *sum < rank).count())
    }
}

/// Below `2 · FINE` units each unit has a bin, above it each octave has `FINE` of them.
fn place(ns: u64) -> usize {
    let units = (ns >> UNIT_BITS).min(LARGEST);
    let octave = (u64::BITS - units.leading_zeros()).saturating_sub(FINE_BITS + 1);
    let within = units >> octave;
    usize::try_from(u64::from(octave) * FINE + within).expect("some hundred bins")
}

fn upper(place: usize) -> u64 {
    let place = place.min(COUNT - 1) as u64;
    let octave = (place / FINE).saturating_sub(1);
    let within = place - octave * FINE;
    (((within + 1) << octave) << UNIT_BITS) - 1
}

const UNIT_BITS: u32 = 14;
const FINE_BITS: u32 = 5;
const FINE: u64 = 1 << FINE_BITS;
/// 2²² units are 68 s.
const LONGEST_BITS: u32 = 22;
const LARGEST: u64 = (1 << LONGEST_BITS) - 1;
const COUNT: usize = ((LONGEST_BITS - FINE_BITS + 1) << FINE_BITS) as usize;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_lies_in_a_bin_that_ends_at_most_3_percent_above_it() {
        for ns in (0..200_000_000).step_by(9_973).chain([0, 1, (1 << UNIT_BITS) - 1, 1 << UNIT_BITS, 67_000_000_000]) {
            let upper = upper(place(ns));
            assert!(upper >= ns && (upper - ns) as f64 <= ns as f64 / 32.0 + 16_384.0, "{ns} is said to be {upper}");
        }
        assert_eq!(place(u64::MAX), COUNT - 1);
    }

    #[test]
    fn later_bins_hold_longer_times() {
        let uppers: Vec<u64> = (0..COUNT).map(upper).collect();
        assert!(uppers.is_sorted_by(|one, other| one < other));
        assert!((0..COUNT).all(|number| place(upper(number)) == number));
    }

    #[test]
    fn the_rank_is_counted_from_the_smallest() {
        let mut bins = Bins::default();
        for ms in [300, 100, 200] {
            bins.add(Span::from_ms(ms));
        }
        let about = [1, 2, 3].map(|rank| bins.of_rank(rank) / 10_000_000);
        assert_eq!(about, [10, 20, 30]);
    }
}
