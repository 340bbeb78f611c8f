//! Figures over independent seeds, and what they can be told from.

/// A mean over seeds, and its standard error.
#[derive(Debug)]
pub(crate) struct Estimate {
    mean: f64,
    error: f64,
}

impl Estimate {
    /// Of a figure over as many seeds, from 1.
    pub(crate) fn over(seeds: u64, figure: impl Fn(u64) -> f64) -> Self {
        let values: Vec<f64> = (1..=seeds).map(figure).collect();
        let count = seeds as f64;
        let mean = values.iter().sum::<f64>() / count;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
        Self { mean, error: (variance / count).sqrt() }
    }

    /// Within four standard errors and a bias, is it what is expected, and is it not what is wrong?
    #[track_caller]
    pub(crate) fn expect(&self, expected: f64, bias: f64, wrong: f64) {
        assert!(self.agrees_with(expected, bias), "{self:?}, not {expected}");
        assert!(!self.agrees_with(wrong, bias), "{self:?} cannot be told from {wrong}, which is wrong");
    }

    fn agrees_with(&self, expected: f64, bias: f64) -> bool {
        (self.mean - expected).abs() <= 4.0 * self.error + bias
    }
}
