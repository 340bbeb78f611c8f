//! The exponential and the logarithm, for the arguments that draws have.
//!
//! Both agree with `libm` but for a last bit in rare places; a test holds them together. The logarithm is FreeBSD's
//! `e_log.c` (Sun Microsystems, 1993), step by step and with its constants. The exponential goes by a table of powers of
//! two (P.-T. P. Tang, "Table-driven implementation of the exponential function in IEEE floating-point arithmetic", ACM
//! Transactions on Mathematical Software 15, 1989), because a draw waits for it: no quotient, and half the steps. What is
//! left out are the cases that no draw comes to (infinities, zero, subnormal numbers) and the call: `libm` is compiled
//! apart, and a draw would spend as long on getting there and back. Sums, products and quotients only, in a fixed
//! order: the same bits on every machine.

use super::powers::POWERS;

/// eˣ, for x from −700 to 700.
#[inline]
pub(super) fn exp(x: f64) -> f64 {
    debug_assert!(x.abs() <= 700.0, "e to the {x}");
    // x = (64 k + i) ln 2 / 64 + rest. Adding 1.5 · 2⁵² leaves the nearest integer in the lowest bits.
    let shifted = x * (64.0 / LN_2) + SHIFT;
    let steps = shifted - SHIFT;
    let rest = x - steps * (LN_2_HIGH / 64.0) - steps * (LN_2_LOW / 64.0);
    let square = rest * rest;
    // e^rest − 1 by its series, whose next term is below 4·10⁻¹⁷; by halves, which do not wait for each other.
    let low = 1.0 / 2.0 + rest * (1.0 / 6.0);
    let high = 1.0 / 24.0 + rest * (1.0 / 120.0);
    let growth = rest + square * (low + square * high);
    let bits = shifted.to_bits();
    let [power, lacking] = POWERS[(bits % 64) as usize].map(f64::from_bits);
    let mantissa = power + (lacking + power * growth);
    f64::from_bits(mantissa.to_bits().wrapping_add(bits >> 6 << MANTISSA_BITS))
}

/// The natural logarithm of a positive x that is neither subnormal nor infinite.
#[inline]
pub(super) fn log(x: f64) -> f64 {
    debug_assert!(x.is_normal() && x > 0.0, "the logarithm of {x}");
    // x = 2ᵏ (1 + rest) with 1 + rest between √½ and √2.
    let above = x.to_bits().wrapping_sub(ROOT_HALF).cast_signed();
    let k = (above >> MANTISSA_BITS) as f64;
    let power = (above >> MANTISSA_BITS << MANTISSA_BITS).cast_unsigned();
    let rest = f64::from_bits(x.to_bits().wrapping_sub(power)) - 1.0;
    let half_square = 0.5 * rest * rest;
    let ratio = rest / (2.0 + rest);
    let square = ratio * ratio;
    let fourth = square * square;
    let even = fourth * (L2 + fourth * (L4 + fourth * L6));
    let odd = square * (L1 + fourth * (L3 + fourth * (L5 + fourth * L7)));
    ratio * (half_square + (odd + even)) + k * LN_2_LOW - half_square + rest + k * LN_2_HIGH
}

const MANTISSA_BITS: u32 = 52;
const SHIFT: f64 = 1.5 * (1_u64 << MANTISSA_BITS) as f64;
/// The bits of √½, cut off after the first 20 of its mantissa.
const ROOT_HALF: u64 = 0x3fe6_a09e_0000_0000;
const LN_2: f64 = std::f64::consts::LN_2;
/// The first 32 bits of ln 2: its product with the exponent of a double is exact.
const LN_2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
const LN_2_LOW: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);
const L1: f64 = f64::from_bits(0x3fe5_5555_5555_5593);
const L2: f64 = f64::from_bits(0x3fd9_9999_9997_fa04);
const L3: f64 = f64::from_bits(0x3fd2_4924_9422_9359);
const L4: f64 = f64::from_bits(0x3fcc_71c5_1d8e_78af);
const L5: f64 = f64::from_bits(0x3fc7_4664_96cb_03de);
const L6: f64 = f64::from_bits(0x3fc3_9a09_d078_c69f);
const L7: f64 = f64::from_bits(0x3fc2_f112_df3e_5244);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distribution::Stream;

    /// The largest relative difference of two functions over `arguments`.
    fn difference(ours: fn(f64) -> f64, theirs: fn(f64) -> f64, arguments: impl Iterator<Item = f64>) -> f64 {
        arguments.map(|x| (ours(x) / theirs(x) - 1.0).abs()).fold(0.0, f64::max)
    }

    /// Numbers between ±`most`, most of them near 0, both signs and all magnitudes down to 10⁻¹⁸ of it.
    fn around_zero(most: f64) -> impl Iterator<Item = f64> {
        let mut stream = Stream::named(1, "arguments", 0);
        (0..200_000).map(move |_| {
            let magnitude = most * libm::pow(10.0, -18.0 * stream.unit());
            if stream.chance(0.5) { magnitude } else { -magnitude }
        })
    }

    #[test]
    fn agree_with_libm_to_the_last_bit_or_two() {
        let exponents = || around_zero(700.0).chain((-2800..=2800).map(|quarter| f64::from(quarter) / 4.0));
        assert!(difference(exp, libm::exp, exponents()) < 3e-16);
        assert!(difference(|x| exp(x * (1.0 - 1e-15)), libm::exp, exponents()) > 3e-16, "the check must see 1e-15");
        // Shares of the unit interval from both ends, and large numbers.
        let mut stream = Stream::named(2, "arguments", 0);
        let shares = (0..200_000).map(|_| stream.open_unit());
        let positive = around_zero(1.0).map(f64::abs).chain((1..2000).map(|n| 1.0 - f64::from(n) * 1e-13));
        assert!(
            difference(log, libm::log, shares.chain(positive).chain((-300..300).map(|n| libm::exp10(f64::from(n)))))
                < 3e-16
        );
    }

    #[test]
    fn halves_of_ln_2_where_the_integer_changes_go_well() {
        for number in -1000..=1000 {
            let middle = (f64::from(number) + 0.5) * LN_2;
            for x in [middle * (1.0 - 1e-9), middle, middle * (1.0 + 1e-9)] {
                assert!((exp(x) / libm::exp(x) - 1.0).abs() < 3e-16, "{x}");
            }
        }
    }
}
