//! One figure that differs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Allowance, Judgement};

/// One figure that differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// Its name, as in thresholds; a tenant's after `tenant.NAME.`.
    pub figure: String,
    /// What it was; `null` where it was not observed. Latencies are in milliseconds, shares are parts of 1.
    pub base: Option<Amount>,
    /// What it is.
    pub new: Option<Amount>,
    /// `new` − `base`; `null` where one of them is no number.
    pub change: Option<f64>,
    /// `change` as a part of `base`; `null` where that is 0 or no number.
    pub relative: Option<f64>,
    /// Pass where an allowance lets it differ; fail where none does; inconclusive where it may be chance.
    pub judgement: Judgement,
    /// The allowance, as it was written.
    pub allowance: Option<String>,
}

/// What a figure came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Amount {
    /// A number.
    Number(f64),
    /// Something else, such as a verdict.
    Words(String),
}

/// One figure of both summaries.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pair {
    pub(super) figure: String,
    pub(super) base: Option<Amount>,
    pub(super) new: Option<Amount>,
}

impl Difference {
    /// Between two simulations: it needs an allowance.
    pub(super) fn exact(pair: Pair, allowances: &[Allowance]) -> Self {
        let allowance = allowances.iter().find(|allowance| allowance.covers(&pair));
        let judgement = if allowance.is_some() { Judgement::Pass } else { Judgement::Fail };
        let allowance = allowance.map(ToString::to_string);
        Self { allowance, ..Self::judged(pair, judgement) }
    }

    /// Between one live run and another: only laws are facts, and only where `laws` says that the new one broke some.
    pub(super) fn single(pair: Pair, laws: bool) -> Self {
        let judgement = if laws && LAWS.contains(&&*pair.figure) { Judgement::Fail } else { Judgement::Inconclusive };
        Self::judged(pair, judgement)
    }

    fn judged(pair: Pair, judgement: Judgement) -> Self {
        let (change, relative) = pair.numbers().map_or((None, None), |[base, new]| {
            let change = new - base;
            (Some(change), (base != 0.0).then(|| change / base))
        });
        let Pair { figure, base, new } = pair;
        Self { figure, base, new, change, relative, judgement, allowance: None }
    }
}

impl Pair {
    /// Both, where both are numbers.
    pub(super) fn numbers(&self) -> Option<[f64; 2]> {
        match (&self.base, &self.new) {
            (Some(Amount::Number(base)), Some(Amount::Number(new))) => Some([*base, *new]),
            _ => None,
        }
    }
}

const LAWS: [&str; 3] = ["saves.lost", "leaks", "violations"];
