//! What plays say of a threshold's figure: its mean, and how far that may be off.

use crate::measure::{Dimension, Judged, Threshold, student};

/// One figure, an observation for each play.
///
/// A share is that of all plays together (a ratio estimator; W. Cochran, "Sampling Techniques", 1977, 6.3): a busy day
/// weighs more than a quiet one, as for those who call. Any other figure is the mean of its plays.
///
/// Beside it stands, for each play, a number whose expectation is nothing (see [`LossSystem`](super::loss_system::LossSystem)). The mean is
/// corrected by as much of it as a regression over the plays finds in the figure, and what is left over makes the interval.
#[derive(Clone, Debug, Default)]
pub(super) struct Observations {
    plays: Vec<Observation>,
    unobserved: bool,
    share: bool,
}

#[derive(Clone, Copy, Debug)]
struct Observation {
    amount: f64,
    among: f64,
    beside: f64,
}

/// The mean of a figure.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mean {
    pub(super) value: f64,
    /// Its standard error, and with how many degrees of freedom; absent where there are too few plays.
    error: Option<(f64, u64)>,
    /// Of a share: among so many it was counted.
    among: Option<f64>,
}

impl Observations {
    pub(super) fn of(threshold: &Threshold) -> Self {
        Self { share: threshold.dimension() == Dimension::Share, ..Self::default() }
    }

    /// What one more play says, and what stands beside it.
    pub(super) fn add(&mut self, judged: &Judged, beside: f64) {
        let (amount, among) = match (judged.observed, judged.samples) {
            (Some(value), Some(samples)) if self.share => (value * samples as f64, samples as f64),
            (Some(value), _) => (value, 1.0),
            // Nobody called: that says nothing against a share.
            (None, Some(0)) if self.share => (0.0, 0.0),
            (None, _) => {
                self.unobserved = true;
                return;
            }
        };
        self.plays.push(Observation { amount, among, beside });
    }

    /// Nothing where a play could not be observed, or nothing was counted in any.
    pub(super) fn mean(&self) -> Option<Mean> {
        let (count, among) = (self.plays.len() as f64, self.sum(|play| play.among));
        if self.unobserved || among <= 0.0 {
            return None;
        }
        let value = self.sum(|play| play.amount) / among;
        let off = |play: &Observation| (play.amount - value * play.among) * count / among;
        let (slope, beside, spread) = self.regressed(off);
        let left = |play: &Observation| off(play) - slope * (play.beside - beside);
        let degrees = self.plays.len().saturating_sub(if slope == 0.0 { 1 } else { 2 });
        let error = (degrees > 0).then(|| {
            let variance = self.sum(|play| left(play).powi(2)) / degrees as f64;
            let lever = if spread > 0.0 { beside * beside / spread } else { 0.0 };
            ((variance * (1.0 / count + lever)).sqrt(), degrees as u64)
        });
        Some(Mean { value: value - slope * beside, error, among: self.share.then_some(among) })
    }

    /// The slope of `off` over what stands beside, the latter's mean, and the sum of its squared distances from that. Without
    /// anything to regress on, or with too few plays to tell, the slope is 0.
    fn regressed(&self, off: impl Fn(&Observation) -> f64) -> (f64, f64, f64) {
        let mean = self.sum(|play| play.beside) / self.plays.len() as f64;
        let spread = self.sum(|play| (play.beside - mean).powi(2));
        if self.plays.len() < FEWEST || spread <= 0.0 {
            return (0.0, 0.0, 0.0);
        }
        (self.sum(|play| off(play) * (play.beside - mean)) / spread, mean, spread)
    }

    fn sum(&self, of: impl Fn(&Observation) -> f64) -> f64 {
        self.plays.iter().map(of).sum()
    }
}

impl Mean {
    /// Its interval with so much confidence; nothing where there are too few plays.
    ///
    /// What was seen in none of many trials may still come once in a third of as many, at 95 %: so a share's interval reaches
    /// as far at least, however alike the plays were (the rule of three; J. Hanley, A. Lippman-Hand, JAMA 249, 1983).
    pub(super) fn interval(&self, confidence: f64) -> Option<(f64, f64)> {
        let (error, degrees) = self.error?;
        let unseen = self.among.map_or(0.0, |among| libm::log(2.0 / (1.0 - confidence)) / among);
        let half = (student::two_sided(confidence, degrees) * error).max(unseen);
        Some((self.value - half, self.value + half))
    }
}

/// So many plays tell a slope.
const FEWEST: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    fn observations(expression: &str, plays: &[(f64, u64, f64)]) -> Observations {
        let threshold = Threshold::parse(expression).unwrap();
        let mut observations = Observations::of(&threshold);
        for (observed, samples, beside) in plays {
            let judged = Judged {
                expression: expression.to_owned(),
                observed: Some(*observed).filter(|_| *samples > 0),
                margin: None,
                samples: Some(*samples),
                ok: true,
                reason: None,
            };
            observations.add(&judged, *beside);
        }
        observations
    }

    fn interval(observations: &Observations) -> (f64, f64) {
        observations.mean().unwrap().interval(0.95).unwrap()
    }

    #[test]
    fn a_latency_has_the_interval_of_the_mean_of_its_plays() {
        // Mean 6, variance 10, standard error √2; t of 4 degrees is 2.776445.
        let plays = [2.0, 4.0, 6.0, 8.0, 10.0].map(|ms| (ms, 1000, 0.0));
        let (low, high) = interval(&observations("recall.p99 <= 9ms", &plays));
        let half = 2.776_445_105 * 2.0_f64.sqrt();
        assert!((low - (6.0 - half)).abs() < 1e-8 && (high - (6.0 + half)).abs() < 1e-8, "{low} {high}");
    }

    #[test]
    fn a_share_is_that_of_all_plays_together_and_a_play_in_which_nobody_called_says_nothing_against_it() {
        let plays = [(0.1, 100, 0.0), (0.0, 900, 0.0), (0.0, 0, 0.0)];
        let mean = observations("pool.exhausted.rate <= 1%", &plays).mean().unwrap();
        assert!((mean.value - 0.01).abs() < 1e-12, "{mean:?}");
        assert!(observations("pool.exhausted.rate <= 1%", &[(0.0, 0, 0.0); 3]).mean().is_none());
        assert!(observations("recall.p99 <= 9ms", &[(1.0, 9, 0.0), (0.0, 0, 0.0)]).mean().is_none());
    }

    #[test]
    fn what_stands_beside_is_taken_off_and_makes_no_width() {
        // Refusals are 1 % and what stands beside, which by chance is 2 calls on average.
        let luck = [9.0, -6.0, 1.0, 12.0, -8.0, 4.0];
        let plays = luck.map(|luck| ((10.0 + luck) / 1000.0, 1000, luck));
        let corrected = observations("pool.exhausted.rate <= 1%", &plays);
        let mean = corrected.mean().unwrap().value;
        assert!((mean - 0.01).abs() < 1e-12, "{mean}");
        // Six thousand calls and none that is not explained: one in 1,600 may still be.
        let (low, high) = interval(&corrected);
        assert!((high - low - 2.0 * libm::log(40.0) / 6000.0).abs() < 1e-9, "{low} {high}");
        let plain = plays.map(|(observed, samples, _)| (observed, samples, 0.0));
        let (low, high) = interval(&observations("pool.exhausted.rate <= 1%", &plain));
        assert!((f64::midpoint(low, high) - 0.012).abs() < 1e-12 && high - low > 0.015, "{low} {high}");
    }

    #[test]
    fn nineteen_intervals_in_twenty_hold_the_true_mean_whatever_stands_beside() {
        use crate::base::Stream;
        let held = |(seed, related, claimed): (u64, f64, f64)| {
            let mut stream = Stream::named(seed, "observations", 0);
            let mut normal = || (0..12).map(|_| stream.unit()).sum::<f64>() - 6.0;
            let mut play = || {
                let luck = normal();
                (6.0 + related * luck + normal(), 1, luck + claimed)
            };
            let plays: Vec<(f64, u64, f64)> = (0..8).map(|_| play()).collect();
            let (low, high) = interval(&observations("recall.p99 <= 9ms", &plays));
            low <= 6.0 && 6.0 <= high
        };
        let share =
            |related, claimed| (0..4_000).filter(|seed| held((*seed, related, claimed))).count() as f64 / 4_000.0;
        for related in [0.0, 3.0] {
            let share = share(related, 0.0);
            assert!((share - 0.95).abs() < 0.014, "four standard errors: {share}");
        }
        assert!(share(3.0, 0.5) < 0.9, "who claims a wrong expectation is found out");
    }
}
