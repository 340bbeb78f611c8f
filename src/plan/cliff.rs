//! Where the curve falls off.

use schemars::JsonSchema;
use serde::Serialize;

use super::search::Point;

/// Where a few slots less cost many recalls their budget.
///
/// Callers who come back at random find a runtime in proportion to the slots: a tenth fewer slots, a tenth fewer reuses.
/// Where people speak at regular intervals a least-recently-used pool that is a little too small misses nearly every turn.
/// So a cliff is a stretch of the curve on which the share within the budget falls at least twice as fast as the slots do,
/// and by at least a tenth of all recalls.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Cliff {
    /// The smallest cap above it.
    pub edge: u32,
    /// Recalls within the budget there.
    pub above: f64,
    /// The largest cap below it.
    pub foot: u32,
    /// Recalls within the budget there.
    pub below: f64,
}

impl Cliff {
    /// The highest one of a curve in ascending order.
    pub(super) fn of(curve: &[Point]) -> Option<Self> {
        let known = curve.iter().filter_map(|point| Some((point.cap, point.budget_met.mean?)));
        let known: Vec<(u32, f64)> = known.collect();
        let steep = |pair: &[(u32, f64)]| {
            let [(less, below), (more, above)] = *pair else { return false };
            below < above && fall(below, above) >= STEEP * libm::log(f64::from(more) / f64::from(less))
        };
        let steps: Vec<bool> = known.windows(2).map(steep).collect();
        let stretches = (0..steps.len()).filter(|step| steps[*step] && (*step == 0 || !steps[step - 1]));
        let cliff = |first: usize| {
            let last = first + steps[first..].iter().take_while(|steep| **steep).count();
            let ((foot, below), (edge, above)) = (known[first], known[last]);
            Self { edge, above, foot, below }
        };
        let high = stretches.map(cliff).filter(|cliff| cliff.above - cliff.below >= HIGH);
        high.max_by(|one, other| (one.above - one.below).total_cmp(&(other.above - other.below)))
    }
}

/// In e-folds; from nothing it is as far as from a thousandth.
fn fall(below: f64, above: f64) -> f64 {
    libm::log(above / below.max(1e-3))
}

/// A least-recently-used pool loses in proportion where callers come at random.
const STEEP: f64 = 2.0;
/// Less than that is no cliff.
const HIGH: f64 = 0.1;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Estimate;

    fn cliff(points: &[(u32, f64)]) -> Option<Cliff> {
        let point = |(cap, share): &(u32, f64)| Point {
            cap: *cap,
            plays: 3,
            standing: None,
            keeps: true,
            budget_met: Estimate { mean: Some(*share), ..Estimate::default() },
            recall_p99_ms: Estimate::default(),
            refused: Estimate::default(),
            booted: 0.0,
            runtimes: Estimate::default(),
        };
        Cliff::of(&points.iter().map(point).collect::<Vec<_>>())
    }

    #[test]
    fn a_proportional_loss_is_none_and_a_sudden_one_is() {
        let proportional: Vec<(u32, f64)> = (1..=25).map(|cap| (cap, f64::from(cap) / 25.0)).collect();
        assert_eq!(cliff(&proportional), None);
        let sudden = [(10, 0.02), (20, 0.30), (22, 0.50), (24, 0.88), (25, 1.0), (30, 1.0)];
        let found = cliff(&sudden).expect("25 of 25 find theirs, 20 hardly any");
        assert_eq!((found.edge, found.foot), (25, 10));
        assert!((found.above - found.below - 0.98).abs() < 1e-9);
    }

    #[test]
    fn little_is_no_cliff_however_steep() {
        assert_eq!(cliff(&[(100, 0.90), (101, 0.97), (102, 0.97)]), None);
        assert_eq!(cliff(&[(7, 0.5)]), None);
        assert_eq!(cliff(&[]), None);
    }
}
