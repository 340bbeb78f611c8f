//! The laws a duration can follow.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::stream::Stream;
use super::{elementary, pieces};

/// A law for a duration, in integer nanoseconds.
///
/// Build one by its constructors, which refuse parameters that mean nothing. Drawn values lie between 0 and
/// [`Distribution::LONGEST_NS`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "law", rename_all = "lowercase")]
pub enum Distribution {
    /// Always the same.
    Constant {
        /// The value.
        ns: u64,
    },
    /// Anything between two bounds, all alike.
    Uniform {
        /// Smallest value.
        min_ns: u64,
        /// Largest value.
        max_ns: u64,
    },
    /// Memoryless.
    Exponential {
        /// Mean.
        mean_ns: u64,
    },
    /// The exponential of a normal variable: what call and service times usually look like.
    Lognormal {
        /// Median.
        median_ns: u64,
        /// Standard deviation of the logarithm.
        sigma: f64,
    },
    /// A sum of memoryless parts; shape 4 is Erlang-4 (CV 0.5).
    Gamma {
        /// 1 / CV².
        shape: f64,
        /// Mean / shape.
        scale_ns: f64,
    },
    /// Values that were measured, each equally likely.
    Empirical {
        /// In increasing order, at least one.
        sorted_ns: Vec<u64>,
    },
}

/// Parameters that make no law.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum LawError {
    /// A coefficient of variation or shape out of range.
    #[error("a coefficient of variation must be a number from 0 to {}, not {cv}", Distribution::LARGEST_CV)]
    Cv {
        /// What was given.
        cv: f64,
    },
    /// Bounds the wrong way round.
    #[error("the smallest value ({min_ns} ns) is larger than the largest ({max_ns} ns): swap them")]
    Bounds {
        /// What was given as the smallest.
        min_ns: u64,
        /// What was given as the largest.
        max_ns: u64,
    },
    /// A duration beyond all use.
    #[error("{ns} ns is longer than a year, the longest duration a law may have")]
    TooLong {
        /// What was given.
        ns: u64,
    },
    /// A gamma law that is none.
    #[error("a gamma law needs a positive shape and a scale of at least 0 ns, not {shape} and {scale_ns}")]
    Gamma {
        /// What was given as the shape.
        shape: f64,
        /// What was given as the scale.
        scale_ns: f64,
    },
    /// No values.
    #[error("an empirical law needs at least one value")]
    Empty,
}

impl Distribution {
    /// A year: no parameter and no draw is longer.
    pub const LONGEST_NS: u64 = 365 * 24 * 3600 * 1_000_000_000;
    /// The largest coefficient of variation accepted: beyond it a sample says nothing of its mean.
    pub const LARGEST_CV: f64 = 100.0;

    /// Always `ns`.
    pub fn constant(ns: u64) -> Result<Self, LawError> {
        Ok(Self::Constant { ns: checked(ns)? })
    }

    /// Between `min_ns` and `max_ns`, both included.
    pub fn uniform(min_ns: u64, max_ns: u64) -> Result<Self, LawError> {
        if min_ns > max_ns {
            return Err(LawError::Bounds { min_ns, max_ns });
        }
        Ok(Self::Uniform { min_ns, max_ns: checked(max_ns)? })
    }

    /// Memoryless with the given mean.
    pub fn exponential(mean_ns: u64) -> Result<Self, LawError> {
        Ok(Self::Exponential { mean_ns: checked(mean_ns)? })
    }

    /// Lognormal with the given median and coefficient of variation.
    pub fn lognormal_median(median_ns: u64, cv: f64) -> Result<Self, LawError> {
        let cv = checked_cv(cv)?;
        Ok(Self::Lognormal { median_ns: checked(median_ns)?, sigma: libm::sqrt(libm::log1p(cv * cv)) })
    }

    /// Lognormal with the given mean and coefficient of variation.
    pub fn lognormal_mean(mean_ns: u64, cv: f64) -> Result<Self, LawError> {
        let cv = checked_cv(cv)?;
        let median = checked(mean_ns)? as f64 / libm::sqrt(1.0 + cv * cv);
        Self::lognormal_median(nanoseconds(median), cv)
    }

    /// Gamma with the given mean and coefficient of variation; CV 0 is the constant.
    pub fn gamma(mean_ns: u64, cv: f64) -> Result<Self, LawError> {
        let squared = checked_cv(cv)? * cv;
        if squared == 0.0 {
            return Self::constant(mean_ns);
        }
        Ok(Self::Gamma { shape: 1.0 / squared, scale_ns: checked(mean_ns)? as f64 * squared })
    }

    /// One of the given values, each equally likely.
    pub fn empirical(mut values_ns: Vec<u64>) -> Result<Self, LawError> {
        values_ns.sort_unstable();
        checked(*values_ns.last().ok_or(LawError::Empty)?)?;
        Ok(Self::Empirical { sorted_ns: values_ns })
    }

    /// Refuses what the constructors would have refused: for laws that were read from outside.
    pub fn check(&self) -> Result<(), LawError> {
        match self {
            Self::Constant { ns } | Self::Exponential { mean_ns: ns } => checked(*ns).map(drop),
            Self::Uniform { min_ns, max_ns } => Self::uniform(*min_ns, *max_ns).map(drop),
            Self::Lognormal { median_ns, sigma } => {
                checked_cv(*sigma)?;
                checked(*median_ns).map(drop)
            }
            Self::Gamma { shape, scale_ns } => {
                let fine = shape.is_finite() && *shape > 0.0 && scale_ns.is_finite() && *scale_ns >= 0.0;
                if fine { Ok(()) } else { Err(LawError::Gamma { shape: *shape, scale_ns: *scale_ns }) }
            }
            Self::Empirical { sorted_ns } => {
                let longest = sorted_ns.iter().max().ok_or(LawError::Empty)?;
                checked(*longest).map(drop)
            }
        }
    }

    /// The same law with every duration so many times as long, cut at [`Distribution::LONGEST_NS`].
    #[must_use]
    pub fn stretched(&self, factor: f64) -> Self {
        let times = |ns: u64| nanoseconds(ns as f64 * factor.max(0.0));
        match self {
            Self::Constant { ns } => Self::Constant { ns: times(*ns) },
            Self::Uniform { min_ns, max_ns } => Self::Uniform { min_ns: times(*min_ns), max_ns: times(*max_ns) },
            Self::Exponential { mean_ns } => Self::Exponential { mean_ns: times(*mean_ns) },
            Self::Lognormal { median_ns, sigma } => Self::Lognormal { median_ns: times(*median_ns), sigma: *sigma },
            Self::Gamma { shape, scale_ns } => {
                let longest = Self::LONGEST_NS as f64;
                Self::Gamma { shape: *shape, scale_ns: (scale_ns * factor.max(0.0)).min(longest) }
            }
            Self::Empirical { sorted_ns } => {
                Self::Empirical { sorted_ns: sorted_ns.iter().map(|ns| times(*ns)).collect() }
            }
        }
    }

    /// One duration, in nanoseconds. A constant draws nothing from the stream.
    #[inline]
    pub fn draw(&self, stream: &mut Stream) -> u64 {
        if let Self::Constant { ns } = self { *ns } else { self.draw_at_random(stream) }
    }

    fn draw_at_random(&self, stream: &mut Stream) -> u64 {
        match self {
            Self::Constant { ns } => *ns,
            Self::Uniform { min_ns, max_ns } => min_ns + stream.below(max_ns - min_ns + 1),
            Self::Exponential { mean_ns } => nanoseconds(stream.exponential() * real(*mean_ns)),
            Self::Lognormal { median_ns, sigma } => {
                // Beyond e^±700 every median comes to nothing, or to more than a year.
                let log = (sigma * pieces::quantile(stream.open_unit())).clamp(-700.0, 700.0);
                nanoseconds(real(*median_ns) * elementary::exp(log))
            }
            Self::Gamma { shape, scale_ns } => nanoseconds(gamma(*shape, stream) * scale_ns),
            Self::Empirical { sorted_ns } => {
                let index = stream.below(sorted_ns.len() as u64);
                sorted_ns[usize::try_from(index).expect("an index below a length fits")]
            }
        }
    }

    /// The mean, in nanoseconds.
    pub fn mean_ns(&self) -> f64 {
        match self {
            Self::Constant { ns } => *ns as f64,
            Self::Uniform { min_ns, max_ns } => f64::midpoint(*min_ns as f64, *max_ns as f64),
            Self::Exponential { mean_ns } => *mean_ns as f64,
            Self::Lognormal { median_ns, sigma } => *median_ns as f64 * libm::exp(sigma * sigma / 2.0),
            Self::Gamma { shape, scale_ns } => shape * scale_ns,
            Self::Empirical { sorted_ns } => {
                sorted_ns.iter().map(|ns| *ns as f64).sum::<f64>() / sorted_ns.len() as f64
            }
        }
    }

    /// The coefficient of variation: standard deviation over mean, 0 where the mean is 0.
    pub fn cv(&self) -> f64 {
        let mean = self.mean_ns();
        match self {
            _ if mean == 0.0 => 0.0,
            Self::Constant { .. } => 0.0,
            Self::Uniform { min_ns, max_ns } => (max_ns - min_ns) as f64 / libm::sqrt(12.0) / mean,
            Self::Exponential { .. } => 1.0,
            Self::Lognormal { sigma, .. } => libm::sqrt(libm::expm1(sigma * sigma)),
            Self::Gamma { shape, .. } => 1.0 / libm::sqrt(*shape),
            Self::Empirical { sorted_ns } => {
                let squares: f64 = sorted_ns.iter().map(|ns| (*ns as f64 - mean) * (*ns as f64 - mean)).sum();
                libm::sqrt(squares / sorted_ns.len() as f64) / mean
            }
        }
    }
}

/// Gamma with unit scale: G. Marsaglia and W. W. Tsang, "A Simple Method for Generating Gamma Variables", ACM
/// Transactions on Mathematical Software 26 (2000), pp. 363–372; shapes below one by their boost.
fn gamma(shape: f64, stream: &mut Stream) -> f64 {
    if shape < 1.0 {
        let boost = libm::pow(stream.open_unit(), 1.0 / shape);
        return gamma(shape + 1.0, stream) * boost;
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / libm::sqrt(9.0 * d);
    loop {
        let x = pieces::quantile(stream.open_unit());
        let root = 1.0 + c * x;
        if root <= 0.0 {
            continue;
        }
        let v = root * root * root;
        if -stream.exponential() < 0.5 * x * x + d - d * v + d * elementary::log(v) {
            return d * v;
        }
    }
}

/// A whole number of nanoseconds of at most a year as a real one, which processors make of signed integers in one step.
fn real(ns: u64) -> f64 {
    ns.cast_signed() as f64
}

/// A real number of nanoseconds, at least 0, as an integer of at most a year.
#[expect(clippy::cast_possible_truncation, reason = "cut to the integer's range first")]
fn nanoseconds(value: f64) -> u64 {
    debug_assert!(value.is_nan() || value >= 0.0, "{value} ns");
    let longest = Distribution::LONGEST_NS as f64;
    (((if value > longest { longest } else { value }) + 0.5) as i64).cast_unsigned()
}

fn checked(ns: u64) -> Result<u64, LawError> {
    if ns > Distribution::LONGEST_NS { Err(LawError::TooLong { ns }) } else { Ok(ns) }
}

fn checked_cv(cv: f64) -> Result<f64, LawError> {
    if (0.0..=Distribution::LARGEST_CV).contains(&cv) { Ok(cv) } else { Err(LawError::Cv { cv }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretched_law_is_the_same_law_in_other_units() {
        let laws = [
            Distribution::constant(4_000),
            Distribution::uniform(2_000, 8_000),
            Distribution::exponential(5_000),
            Distribution::lognormal_median(5_000, 0.4),
            Distribution::gamma(5_000, 0.5),
            Distribution::empirical(vec![1_000, 9_000, 2_000]),
        ];
        for law in laws.map(Result::unwrap) {
            let stretched = law.stretched(2.5);
            stretched.check().unwrap();
            assert!((stretched.mean_ns() - 2.5 * law.mean_ns()).abs() < 1.0, "{law:?}");
            assert!((stretched.cv() - law.cv()).abs() < 1e-9, "{law:?}");
            assert_eq!(law.stretched(1.0), law);
        }
        assert_eq!(Distribution::constant(Distribution::LONGEST_NS).unwrap().stretched(9.0).check(), Ok(()));
    }

    const SECOND: u64 = 1_000_000_000;

    /// Mean and coefficient of variation of many draws.
    fn moments(law: &Distribution) -> (f64, f64) {
        let mut stream = Stream::named(11, "moments", 0);
        let draws: Vec<f64> = (0..200_000).map(|_| law.draw(&mut stream) as f64).collect();
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        let variance = draws.iter().map(|draw| (draw - mean).powi(2)).sum::<f64>() / draws.len() as f64;
        (mean, variance.sqrt() / mean)
    }

    #[track_caller]
    fn expect_moments(law: Result<Distribution, LawError>, mean_ns: u64, cv: f64) {
        let law = law.expect("these parameters are fine");
        let (mean, got_cv) = moments(&law);
        let mean_ns = mean_ns as f64;
        assert!((law.mean_ns() / mean_ns - 1.0).abs() < 1e-6, "stated mean {}", law.mean_ns());
        assert!((law.cv() - cv).abs() < 1e-6, "stated cv {}", law.cv());
        assert!((mean / mean_ns - 1.0).abs() < 0.01, "mean {mean}, not {mean_ns}");
        assert!((got_cv - cv).abs() < 0.02, "cv {got_cv}, not {cv}");
    }

    #[test]
    fn draws_have_the_stated_mean_and_spread() {
        expect_moments(Distribution::constant(SECOND), SECOND, 0.0);
        expect_moments(Distribution::uniform(0, 2 * SECOND), SECOND, 1.0 / 3.0_f64.sqrt());
        expect_moments(Distribution::exponential(SECOND), SECOND, 1.0);
        expect_moments(Distribution::lognormal_mean(SECOND, 0.5), SECOND, 0.5);
        expect_moments(Distribution::gamma(SECOND, 0.5), SECOND, 0.5);
        expect_moments(Distribution::gamma(SECOND, 1.5), SECOND, 1.5);
        expect_moments(Distribution::empirical(vec![0, 2 * SECOND]), SECOND, 1.0);
    }

    #[test]
    fn a_median_is_a_median() {
        let law = Distribution::lognormal_median(SECOND, 1.2).expect("fine");
        let mut stream = Stream::named(3, "median", 0);
        let below = (0..100_000).filter(|_| law.draw(&mut stream) < SECOND).count();
        assert!((49_000..51_000).contains(&below), "{below} of 100,000 below the median");
    }

    #[test]
    fn a_draw_is_what_libm_makes_of_it() {
        // The widest sigma leads beyond the range of doubles, where only the bounds are left.
        for (median_ns, sigma) in [(SECOND, 0.4), (3600 * SECOND, 2.0), (1, 100.0), (0, 100.0), (SECOND, 100.0)] {
            let law = Distribution::Lognormal { median_ns, sigma };
            let mut streams = [(); 2].map(|()| Stream::named(5, "libm", 0));
            for _ in 0..20_000 {
                let log = sigma * pieces::quantile(streams[0].open_unit());
                let expected = (median_ns as f64 * libm::exp(log)).min(Distribution::LONGEST_NS as f64);
                let expected = if median_ns == 0 { 0.0 } else { expected };
                let difference = (law.draw(&mut streams[1]) as f64 - expected).abs();
                assert!(difference <= 0.5 + 1e-9 + expected * 4e-16, "{law:?}: {expected} is off by {difference}");
            }
        }
    }

    #[test]
    fn refuses_what_means_nothing() {
        assert_eq!(Distribution::uniform(2, 1), Err(LawError::Bounds { min_ns: 2, max_ns: 1 }));
        assert_eq!(Distribution::gamma(1, -0.5), Err(LawError::Cv { cv: -0.5 }));
        assert!(Distribution::lognormal_mean(1, f64::NAN).is_err());
        assert_eq!(Distribution::empirical(vec![]), Err(LawError::Empty));
        assert!(Distribution::constant(u64::MAX).is_err());
    }

    #[test]
    fn a_law_from_outside_is_held_to_the_same_rules() {
        assert_eq!(Distribution::gamma(SECOND, 0.5).expect("fine").check(), Ok(()));
        assert_eq!(Distribution::lognormal_mean(SECOND, 0.5).expect("fine").check(), Ok(()));
        assert!(Distribution::Uniform { min_ns: 2, max_ns: 1 }.check().is_err());
        assert!(Distribution::Gamma { shape: 0.0, scale_ns: 1.0 }.check().is_err());
        assert!(Distribution::Lognormal { median_ns: 1, sigma: -1.0 }.check().is_err());
        assert_eq!(Distribution::Empirical { sorted_ns: vec![] }.check(), Err(LawError::Empty));
    }
}
