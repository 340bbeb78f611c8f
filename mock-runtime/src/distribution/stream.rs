//! Named random streams.

use std::convert::Infallible;

use rand::{Rng, SeedableRng, TryRng};
use rand_xoshiro::SplitMix64;

use super::elementary;

/// One stream of random numbers, named so that a new draw somewhere shifts no draw elsewhere.
///
/// Streams with the same (seed, name, index) are equal; any difference makes them independent for all practical
/// purposes. The generator is SplitMix64 (G. L. Steele, D. Lea, C. H. Flood, "Fast Splittable Pseudorandom Number
/// Generators", OOPSLA 2014): 8 bytes of state, nothing to set up, a nanosecond a draw, portable. A simulation opens a
/// stream for nearly every number it draws, so what opening costs matters more than the length of the period.
#[derive(Clone, Debug)]
pub struct Stream(SplitMix64);

impl Stream {
    /// The stream called `name`, number `index`, of everything that comes from `seed`.
    pub fn named(seed: u64, name: &str, index: u64) -> Self {
        // FNV-1a: not for secrecy, only to tell names apart on every machine alike.
        let name = name
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
        Self::numbered(scramble(seed ^ scramble(name)), index)
    }

    /// Stream number `index` of `seed`, for callers that keep the seed of a name at hand.
    #[inline]
    pub fn numbered(seed: u64, index: u64) -> Self {
        Self(SplitMix64::seed_from_u64(scramble(seed.wrapping_add(scramble(index)))))
    }

    /// A number in the half-open unit interval, all 53 bits of it random.
    #[inline]
    pub fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 * UNIT_STEP
    }

    /// A number in the open unit interval: never 0, never 1, safe to take logarithms of.
    #[inline]
    pub fn open_unit(&mut self) -> f64 {
        ((self.0.next_u64() >> 12) as f64 + 0.5) * (2.0 * UNIT_STEP)
    }

    /// An exponential number with mean 1, by inversion.
    #[inline]
    pub fn exponential(&mut self) -> f64 {
        -elementary::log(self.open_unit())
    }

    /// True with probability `share`.
    #[inline]
    pub fn chance(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    /// An integer below `bound`, which must not be 0. Biased by less than 2⁻³² for bounds below 2³².
    #[inline]
    pub fn below(&mut self, bound: u64) -> u64 {
        assert!(bound > 0, "nothing lies below zero");
        let wide = u128::from(self.0.next_u64()) * u128::from(bound);
        u64::try_from(wide >> 64).expect("the upper half of a 128-bit product fits 64 bits")
    }
}

/// Lets the stream drive samplers of the `rand` family.
impl TryRng for Stream {
    type Error = Infallible;

    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.0.try_next_u32()
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0.try_next_u64()
    }

    fn try_fill_bytes(&mut self, into: &mut [u8]) -> Result<(), Infallible> {
        self.0.try_fill_bytes(into)
    }
}

/// The finalizer of `SplitMix64`: a bijection whose every output bit depends on every input bit.
#[inline]
fn scramble(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// 2⁻⁵³, the spacing of doubles just below one.
const UNIT_STEP: f64 = 1.0 / (1_u64 << 53) as f64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_name_same_numbers_and_any_difference_differs() {
        let first = |seed, name, index| Stream::named(seed, name, index).0.next_u64();
        assert_eq!(first(1, "boot", 0), first(1, "boot", 0));
        assert_ne!(first(1, "boot", 0), first(2, "boot", 0));
        assert_ne!(first(1, "boot", 0), first(1, "save", 0));
        assert_ne!(first(1, "boot", 0), first(1, "boot", 1));
    }

    #[test]
    fn units_stay_inside_their_intervals_and_average_a_half() {
        let mut stream = Stream::named(7, "units", 0);
        let mut sum = 0.0;
        for _ in 0..100_000 {
            let open = stream.open_unit();
            assert!(open > 0.0 && open < 1.0);
            sum += stream.unit();
        }
        assert!((sum / 100_000.0 - 0.5).abs() < 0.005, "mean {}", sum / 100_000.0);
    }

    #[test]
    fn below_covers_its_range() {
        let mut stream = Stream::named(7, "below", 0);
        let mut seen = [false; 6];
        (0..1000).for_each(|_| seen[usize::try_from(stream.below(6)).expect("six fits")] = true);
        assert_eq!(seen, [true; 6]);
    }
}
