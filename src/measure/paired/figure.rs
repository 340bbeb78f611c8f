//! One figure, judged over all pairs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::signed_rank::{self, Interval};
use super::{Floor, Subject};
use crate::measure::threshold::{Dimension, dimension_of};
use crate::measure::{Judgement, Summary};

/// One figure, judged over all pairs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PairedFigure {
    /// Its name, as in thresholds; or `boots_per_turn`.
    pub figure: String,
    /// How its values are compared.
    pub scale: Scale,
    /// The median of base's plays: milliseconds, a part of 1, or a number; `null` where no pair showed it.
    pub base: Option<f64>,
    /// The median of new's plays.
    pub new: Option<f64>,
    /// By how much new differs from base: the ratio new / base, or new − base where the scale is points. `null` where it
    /// cannot be told.
    pub change: Option<f64>,
    /// Lower end of the interval in which the change lies.
    pub low: Option<f64>,
    /// Its upper end.
    pub high: Option<f64>,
    /// The change beyond which it is a regression: above it, or below it where more is better.
    pub limit: Option<f64>,
    /// Pass where the whole interval is on the good side of the limit, fail where it is on the bad side.
    pub judgement: Judgement,
    /// Pairs in which both plays showed it.
    pub pairs: u64,
    /// Why it cannot be told, where it is not for the width of the interval.
    pub reason: Option<String>,
}

/// How two values of a figure are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scale {
    /// new / base.
    Ratio,
    /// new − base.
    Points,
}

/// Judges a figure by an interval that misses at most `error` of the time. A figure that some pair did not show is not
/// judged by the others: it may be missing there for what it was.
pub(super) fn judge(subject: &Subject, pairs: &[[Summary; 2]], floor: Floor, error: f64) -> PairedFigure {
    let change = |[base, new]: &[Summary; 2]| Some(subject.coordinate(new)? - subject.coordinate(base)?);
    let changes: Vec<f64> = pairs.iter().filter_map(change).collect();
    let [base, new] = [0, 1].map(|side| median(pairs.iter().filter_map(|pair| subject.of(&pair[side]))));
    let mut figure = PairedFigure {
        figure: subject.name().to_owned(),
        scale: subject.scale(),
        base,
        new,
        change: None,
        low: None,
        high: None,
        limit: None,
        judgement: Judgement::Inconclusive,
        pairs: changes.len() as u64,
        reason: None,
    };
    if changes.len() < pairs.len() || changes.is_empty() {
        figure.reason = Some(unseen(changes.len(), pairs.len()));
        return figure;
    }
    let Some(interval) = signed_rank::interval(&changes, error) else {
        figure.reason = Some(too_few(changes.len(), error));
        return figure;
    };
    let is_time = dimension_of(subject.name()) == Some(Dimension::Time);
    let bound = floor.of(subject.scale(), base.unwrap_or_default(), is_time);
    figure.judged(subject, interval, bound)
}

impl PairedFigure {
    /// `bound`: the largest change for the worse that is none, in the scale's coordinate.
    fn judged(self, subject: &Subject, interval: Interval, bound: f64) -> Self {
        let Interval { low, estimate, high } = interval;
        let (limit, worse, not_worse) = if subject.more_is_better() {
            (-bound, high < -bound - ROUNDING, low >= -bound - ROUNDING)
        } else {
            (bound, low > bound + ROUNDING, high <= bound + ROUNDING)
        };
        let judgement = match (worse, not_worse) {
            (true, _) => Judgement::Fail,
            (_, true) => Judgement::Pass,
            _ => Judgement::Inconclusive,
        };
        let [change, low, high, limit] = [estimate, low, high, limit].map(|coordinate| match self.scale {
            Scale::Ratio => Some(libm::exp(coordinate)),
            Scale::Points => Some(coordinate),
        });
        Self { change, low, high, limit, judgement, ..self }
    }
}

fn unseen(shown: usize, pairs: usize) -> String {
    if pairs == 0 {
        return "no pair could be used".to_owned();
    }
    format!("only {shown} of {pairs} pairs showed it in both plays; play longer, or leave it out with --judge")
}

fn too_few(pairs: usize, error: f64) -> String {
    format!("{pairs} pairs cannot tell; it takes {} with so many figures judged at once", signed_rank::fewest(error))
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    (!values.is_empty()).then(|| signed_rank::median(&values))
}

/// 90 % is one point more than 89 %, whatever binary fractions say.
const ROUNDING: f64 = 1e-9;
