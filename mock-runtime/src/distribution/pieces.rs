//! The normal quantile in pieces, each a polynomial: what draws are made by.
//!
//! The lower half of the unit interval falls into octaves, each half as wide as the next, and each octave into 32 pieces
//! of one width. On a piece the quantile is its Taylor polynomial of degree seven about the middle, which is the formula by
//! which the pieces are made ([`super::normal`]) to within 10⁻¹⁵: a test holds them together. Which piece a share lies in,
//! and where, stands in its bits. So a draw costs one look at 64 bytes and no quotient, logarithm or guess of the
//! processor's, of which the formula has all three.

use std::f64::consts::PI;
use std::sync::LazyLock;

use super::elementary;
use super::normal::by_formula;

/// The value below which a standard normal variable lies with probability `share` (0 < share < 1).
#[inline]
pub(super) fn quantile(share: f64) -> f64 {
    let tail = if share < 0.5 { share } else { 1.0 - share };
    let bits = tail.to_bits();
    let number = (bits >> PIECE_BITS).wrapping_sub(FIRST);
    let Some(piece) = usize::try_from(number).ok().and_then(|number| PIECES.get(number)) else {
        return far_out(share);
    };
    // The bits below the piece's number say where in it: from −½ to ½.
    let within = f64::from_bits(bits << (MANTISSA_BITS - PIECE_BITS) & MANTISSA | ONE) - 1.5;
    // The upper half is the lower one with its sign turned, without a branch that nobody could predict.
    let turn = !(share - 0.5).to_bits() & SIGN;
    f64::from_bits(polynomial(piece, within).to_bits() ^ turn)
}

#[cold]
#[inline(never)]
fn far_out(share: f64) -> f64 {
    by_formula(share)
}

/// By halves, which do not wait for each other: the lowest coefficient first.
#[inline]
fn polynomial(of: &[f64; 8], x: f64) -> f64 {
    let square = x * x;
    let low = (of[0] + of[1] * x) + (of[2] + of[3] * x) * square;
    let high = (of[4] + of[5] * x) + (of[6] + of[7] * x) * square;
    low + high * (square * square)
}

/// The Taylor coefficients of each piece, in units of its width.
static PIECES: LazyLock<[[f64; 8]; COUNT]> = LazyLock::new(|| std::array::from_fn(piece));

fn piece(number: usize) -> [f64; 8] {
    let begin = f64::from_bits((FIRST + number as u64) << PIECE_BITS);
    let end = f64::from_bits((FIRST + number as u64 + 1) << PIECE_BITS);
    let value = by_formula(f64::midpoint(begin, end));
    // The quantile's k-th derivative is the k-th power of its first, times a polynomial of its value: p₁ = 1, and
    // pₖ₊₁(z) = pₖ′(z) + k z pₖ(z).
    let slope = (end - begin) * (2.0 * PI).sqrt() * elementary::exp(value * value / 2.0);
    // By powers of z, with a zero above the highest.
    let mut derivative = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    let (mut coefficients, mut scale, mut k) = ([value; 8], 1.0, 0.0);
    for coefficient in &mut coefficients[1..] {
        k += 1.0;
        scale *= slope / k;
        *coefficient = scale * derivative.iter().rev().fold(0.0, |sum, of| sum * value + of);
        let last = derivative;
        for power in 0..8 {
            let lower = if power > 0 { last[power - 1] } else { 0.0 };
            derivative[power] = (power + 1) as f64 * last[power + 1] + k * lower;
        }
    }
    coefficients
}

const MANTISSA_BITS: u32 = 52;
const MANTISSA: u64 = (1 << MANTISSA_BITS) - 1;
const ONE: u64 = 1.0_f64.to_bits();
const SIGN: u64 = 1 << 63;
/// Bits of a share below the number of its piece: all of the mantissa but five.
const PIECE_BITS: u32 = MANTISSA_BITS - 5;
/// The first piece begins at 2⁻¹¹, the last one ends at ½.
const FIRST: u64 = (1.0 / 2048.0_f64).to_bits() >> PIECE_BITS;
const COUNT: usize = 320;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distribution::Stream;

    #[test]
    fn the_pieces_are_the_formula_to_the_last_bits() {
        let mut draws = Stream::named(1, "pieces", 0);
        let edges = (0..COUNT as u64).map(|number| f64::from_bits((FIRST + number) << PIECE_BITS));
        let nearby = edges.flat_map(|edge| [edge.next_down(), edge, edge.next_up(), 1.0 - edge]);
        let shares: Vec<f64> = nearby.chain((0..100_000).map(|_| draws.open_unit())).collect();
        let off = |share: f64| (quantile(share) - by_formula(share)).abs() / by_formula(share).abs().max(1.0);
        let worst = shares.into_iter().map(off).fold(0.0, f64::max);
        assert!(worst < 1e-15, "off by {worst}");
        assert!(worst > 0.0, "a share that is drawn by the formula proves nothing");
    }

    #[test]
    fn it_never_falls_and_both_halves_are_alike() {
        let shares: Vec<f64> = (1..20_000).map(|step| f64::from(step) / 20_000.0).collect();
        assert!(shares.windows(2).all(|pair| quantile(pair[0]) < quantile(pair[1])));
        let alike = |share: f64| quantile(share).to_bits() == (-quantile(1.0 - share)).to_bits();
        assert!((1..1024).filter(|step| *step != 512).all(|step| alike(f64::from(step) / 1024.0)));
    }
}
