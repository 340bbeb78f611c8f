//! Two summaries, held against each other.
//!
//! Two simulations are compared exactly, figure by figure: the same scenario, seed and pool must come to the same, so a
//! difference is a change of the program or of the question, and may be there only where an [`Allowance`] says so, for
//! better or worse. Two live runs, one of each, cannot be judged that way nor by statistics: how much a figure moves from
//! run to run cannot be learnt from one. So they are shown beside each other, and only a broken law is a verdict; see
//! [`Paired`](super::Paired) for more runs of each.

mod allowance;
mod circumstances;
mod difference;
mod facts;
mod judgement;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Mode, ScenarioIdentity, Summary, Verdict};
pub use allowance::{Allowance, AllowanceError};
pub use difference::{Amount, Difference};
pub use judgement::Judgement;

/// Two summaries, held against each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// Name and version of this shape.
    #[schemars(extend("const" = Self::SCHEMA))]
    pub schema: String,
    /// What came out.
    pub verdict: Judgement,
    /// How they were compared.
    pub method: Method,
    /// What was compared with.
    pub base: Side,
    /// What was compared.
    pub new: Side,
    /// What else the reader must know: other scenarios, seeds, versions or hosts, in words.
    pub notes: Vec<String>,
    /// How many figures were held against each other.
    pub figures: u64,
    /// Those that differ, the ones of all tenants together first; of two live runs only what callers feel most.
    pub differences: Vec<Difference>,
}

/// How two summaries were compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// Figure by figure: two simulations.
    Exact,
    /// Not at all, but for broken laws: one live run of each.
    Single,
}

/// One of the two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Side {
    /// What was played.
    pub scenario: ScenarioIdentity,
    /// What came of its thresholds.
    pub verdict: Verdict,
    /// The version that played it; `null` where a canonical summary leaves it out.
    pub version: Option<String>,
}

/// Why two summaries cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ComparisonError {
    /// Virtual time beside real time.
    #[error("one is a simulation and the other a live run; compare two of a kind, or see `busyhour fidelity --help`")]
    MixedModes,
    /// Exact sizes for figures that are not exact.
    #[error(
        "live runs differ from play to play, so no --allow applies to them; play both several times with `busyhour run \
         SCENARIO --repeat 10 --against BASE`, whose --floor says what may move"
    )]
    AllowanceOnLive,
    /// An allowance for nothing.
    #[error("--allow `{pattern}` matches no figure{}", remedy(nearest.as_deref()))]
    UnknownFigure {
        /// What was written.
        pattern: String,
        /// What was probably meant.
        nearest: Option<String>,
    },
}

impl Comparison {
    /// Name and version of this shape.
    pub const SCHEMA: &'static str = "busyhour.comparison/1";

    /// Compares.
    pub fn of(base: &Summary, new: &Summary, allowances: &[Allowance]) -> Result<Self, ComparisonError> {
        match (base.scenario.mode, new.scenario.mode) {
            (Mode::Sim, Mode::Sim) => Self::exact(base, new, allowances),
            (Mode::Run, Mode::Run) if allowances.is_empty() => Ok(Self::single(base, new)),
            (Mode::Run, Mode::Run) => Err(ComparisonError::AllowanceOnLive),
            _ => Err(ComparisonError::MixedModes),
        }
    }

    fn exact(base: &Summary, new: &Summary, allowances: &[Allowance]) -> Result<Self, ComparisonError> {
        let pairs = facts::of_both(base, new);
        allowance::check(allowances, pairs.iter().map(|pair| pair.figure.as_str()))?;
        let figures = pairs.len() as u64;
        let differ = pairs.into_iter().filter(|pair| pair.base != pair.new);
        let differences: Vec<Difference> = differ.map(|pair| Difference::exact(pair, allowances)).collect();
        let verdict = Judgement::of(differences.iter().map(|difference| difference.judgement));
        let notes = circumstances::notes(base, new);
        Ok(Self::new(Method::Exact, verdict, [base, new], notes, (figures, differences)))
    }

    /// A law that only the new one broke is a fact; all else may be chance.
    fn single(base: &Summary, new: &Summary) -> Self {
        let laws = new.broke_a_law() && !base.broke_a_law();
        let verdict = if laws { Judgement::Fail } else { Judgement::Inconclusive };
        let pairs = facts::of_both(base, new).into_iter();
        let pairs: Vec<_> = pairs.filter(|pair| SHOWN.contains(&&*pair.figure)).collect();
        let figures = pairs.len() as u64;
        let differ = pairs.into_iter().filter(|pair| pair.base != pair.new);
        let differences = differ.map(|pair| Difference::single(pair, laws)).collect();
        let notes = circumstances::live_notes(base, new);
        Self::new(Method::Single, verdict, [base, new], notes, (figures, differences))
    }

    fn new(
        method: Method,
        verdict: Judgement,
        [base, new]: [&Summary; 2],
        notes: Vec<String>,
        (figures, differences): (u64, Vec<Difference>),
    ) -> Self {
        let [base, new] = [Side::of(base), Side::of(new)];
        Self { schema: Self::SCHEMA.to_owned(), verdict, method, base, new, notes, figures, differences }
    }

    /// The JSON Schema, pretty-printed with a final newline, as committed in `reports/`.
    pub fn json_schema() -> String {
        let schema = schemars::schema_for!(Self);
        serde_json::to_string_pretty(&schema).expect("a schema has only string keys") + "\n"
    }
}

impl Side {
    /// Of that summary.
    pub(in crate::measure) fn of(summary: &Summary) -> Self {
        let version = summary.tool.as_ref().map(|tool| tool.version.clone());
        Self { scenario: summary.scenario.clone(), verdict: summary.verdict, version }
    }
}

fn remedy(nearest: Option<&str>) -> String {
    let names = "; `busyhour compare --format json` names those that differ, and reports/README.md all of them";
    nearest.map_or_else(|| names.to_owned(), |nearest| format!("; did you mean `{nearest}`?"))
}

/// What two live runs are shown by: what callers feel, what it rests on, and the laws.
const SHOWN: [&str; 12] = [
    "recall.p50",
    "recall.p95",
    "recall.p99",
    "search.p95",
    "budget.met",
    "turns",
    "admissions.warm",
    "admissions.cold",
    "calls_shed",
    "saves.lost",
    "leaks",
    "violations",
];

#[cfg(test)]
mod tests;
