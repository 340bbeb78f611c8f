//! What theory says of callers who are refused rather than kept waiting.

/// Share of calls that find `slots` all taken when `erlangs` are offered at random: Erlang's loss formula by its
/// recurrence, 1/B(n) = 1 + n/a · 1/B(n−1), which stays in range (A. K. Erlang, 1917).
pub fn erlang_b(erlangs: f64, slots: u64) -> f64 {
    let inverse = (1..=slots).fold(1.0, |inverse: f64, n| 1.0 + n as f64 / erlangs * inverse);
    1.0 / inverse
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn erlang_b_agrees_with_the_tables() {
        for (erlangs, slots, want) in [(1.0, 2, 0.2), (2.0, 3, 4.0 / 19.0), (16.0, 20, 0.064_410_925)] {
            assert!((erlang_b(erlangs, slots) - want).abs() < 1e-8, "B({erlangs}, {slots})");
        }
        assert!(erlang_b(0.0, 20) < 1e-12, "nobody is refused where nobody calls");
    }
}
