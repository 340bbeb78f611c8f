//! Student's t distribution, as far as confidence intervals need it.

use std::f64::consts::{FRAC_PI_2, PI};

/// The `t` within which so much of Student's distribution lies on both sides of nothing: `share` = 0.95 gives the factor of
/// a 95 % confidence interval.
///
/// For whole degrees of freedom the distribution function is a finite sum (Abramowitz and Stegun, Handbook of
/// Mathematical Functions, 1964, 26.7.3 and 26.7.4); it is inverted by halving. Correct to about twelve digits, and the
/// same on every machine: the few functions in it come from `libm`.
pub fn two_sided(share: f64, degrees: u64) -> f64 {
    let (mut low, mut high) = (0.0, FRAC_PI_2);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if within(middle, degrees) < share {
            low = middle;
        } else {
            high = middle;
        }
    }
    (degrees as f64).sqrt() * libm::tan(f64::midpoint(low, high))
}

/// How much lies within ±t, where tan(angle) = t / √degrees.
fn within(angle: f64, degrees: u64) -> f64 {
    let (sine, cosine) = (libm::sin(angle), libm::cos(angle));
    let odd = degrees % 2 == 1;
    // The terms of the sum: 1, (1/2) cos², (1·3)/(2·4) cos⁴ … where even; cos, (2/3) cos³ … where odd.
    let mut term = if odd { cosine } else { 1.0 };
    let mut sum = 0.0;
    let mut power = if odd { 3 } else { 2 };
    while power <= degrees {
        sum += term;
        term *= cosine * cosine * (power - 1) as f64 / power as f64;
        power += 2;
    }
    if odd { (angle + sine * sum) * 2.0 / PI } else { sine * sum }
}

/// More than a double has digits.
const HALVINGS: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_printed_tables() {
        // Abramowitz and Stegun, table 26.10, and Fisher and Yates, table III: two-sided 5 % and 1 %.
        let five = [(1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (5, 2.571), (9, 2.262), (10, 2.228), (19, 2.093)];
        let five = five.into_iter().chain([(30, 2.042), (60, 2.000), (120, 1.980), (100_000, 1.960)]);
        for (degrees, t) in five {
            assert!((two_sided(0.95, degrees) - t).abs() < 0.000_6, "{degrees}: {}", two_sided(0.95, degrees));
        }
        for (degrees, t) in [(1, 63.657), (2, 9.925), (3, 5.841), (10, 3.169), (29, 2.756)] {
            assert!((two_sided(0.99, degrees) - t).abs() < 0.000_6, "{degrees}: {}", two_sided(0.99, degrees));
        }
    }

    #[test]
    fn agrees_with_the_closed_forms_of_one_and_two_degrees() {
        // t = tan(0.95 π / 2), and t² = 2 · 0.95² / (1 − 0.95²).
        assert!((two_sided(0.95, 1) - libm::tan(0.95 * FRAC_PI_2)).abs() < 1e-9);
        assert!((two_sided(0.95, 2) - (2.0 * 0.9025_f64 / 0.0975).sqrt()).abs() < 1e-11);
    }
}
