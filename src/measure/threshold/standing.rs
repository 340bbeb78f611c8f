//! What replications say of a threshold: an interval, not a point, is held against the limit.

use super::{Operator, Threshold};
use crate::measure::Held;

/// What can be said of a threshold after several plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// Even the unfavourable end of the interval keeps the limit.
    Holds,
    /// The limit lies inside the interval: more plays would tell.
    Undecided,
    /// Even the favourable end breaks the limit, or nothing could be observed.
    Fails,
}

impl Threshold {
    /// What the plays say, `interval` being that of the figure's mean, where there is one. Limits that are met or not, as
    /// `== 0` is, must hold in every play; those that a figure may come near to are held against the interval.
    pub fn standing(&self, held: &Held, plays: u64, interval: Option<(f64, f64)>) -> Standing {
        match (self.operator, interval) {
            (Operator::Equal | Operator::Unequal, _) if held.held == plays => Standing::Holds,
            (Operator::Equal | Operator::Unequal, _) | (_, None) => Standing::Fails,
            (operator, Some((low, high))) => {
                match (operator.holds(low, self.limit), operator.holds(high, self.limit)) {
                    (true, true) => Standing::Holds,
                    (false, false) => Standing::Fails,
                    _ => Standing::Undecided,
                }
            }
        }
    }

    /// Whether the mean itself keeps the limit, for a first look.
    pub fn mean_keeps(&self, held: &Held, plays: u64, mean: Option<f64>) -> bool {
        match self.operator {
            Operator::Equal | Operator::Unequal => held.held == plays,
            operator => mean.is_some_and(|mean| operator.holds(mean, self.limit)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::replications_of;

    fn standing(expression: &str, values: &[f64]) -> Standing {
        let threshold = Threshold::parse(expression).unwrap();
        let held = values.iter().filter(|value| threshold.operator.holds(**value, threshold.limit)).count();
        let held = Held {
            expression: expression.to_owned(),
            held: held as u64,
            observed: replications_of(values),
            first_failing_seed: None,
            ok: held == values.len(),
            reason: None,
        };
        let interval = held.observed.interval(0.95).filter(|_| values.len() == 4);
        threshold.standing(&held, 4, interval)
    }

    #[test]
    fn an_interval_on_one_side_of_the_limit_decides_and_one_around_it_does_not() {
        // Means of 100 with a standard error of about 0.4: ± 1.3 at three degrees of freedom.
        let values = [99.0, 100.0, 101.0, 100.0];
        assert_eq!(standing("recall.p99 <= 102ms", &values), Standing::Holds);
        assert_eq!(standing("recall.p99 <= 100.5ms", &values), Standing::Undecided);
        assert_eq!(standing("recall.p99 <= 98ms", &values), Standing::Fails);
        assert_eq!(standing("recall.p99 >= 98ms", &values), Standing::Holds);
    }

    #[test]
    fn what_must_be_nothing_must_be_nothing_in_every_play() {
        assert_eq!(standing("leaks == 0", &[0.0; 4]), Standing::Holds);
        assert_eq!(standing("leaks == 0", &[0.0, 0.0, 0.0, 1.0]), Standing::Fails);
    }

    #[test]
    fn a_play_without_an_observation_fails() {
        assert_eq!(standing("recall.p99 <= 102ms", &[1.0, 1.0, 1.0]), Standing::Fails);
    }
}
