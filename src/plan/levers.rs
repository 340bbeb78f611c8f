//! What if: the same question with one thing changed, a row for each.

use schemars::JsonSchema;
use serde::Serialize;
use thiserror::Error;

use super::advice::{memory, useful};
use super::bounds::{Bounds, Limits};
use super::judge::{Judge, Judgement};
use super::search::Search;
use crate::base::Span;
use crate::measure::Standing;
use crate::scenario::{Change, Lease, Scenario};

/// A setting, and the values it takes in turn.
#[derive(Clone, Debug, PartialEq)]
pub struct Lever {
    name: &'static str,
    /// As typed, and what that means.
    values: Vec<(String, Change)>,
}

/// Why something cannot be varied.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LeverError {
    /// Not of the form.
    #[error("`{given}` is no variation; write for example `workers=1,2,4`")]
    Form {
        /// As typed.
        given: String,
    },
    /// There is no such lever.
    #[error("`{name}` cannot be varied; these can: {known}")]
    Unknown {
        /// As typed.
        name: String,
        /// Those there are.
        known: String,
    },
    /// The lever has no such value.
    #[error("`{value}` is no value of `{name}`; write {expected}")]
    Value {
        /// Whose.
        name: &'static str,
        /// As typed.
        value: String,
        /// What it takes.
        expected: &'static str,
    },
}

/// What came of one row.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Outcome {
    /// The settings, such as `workers=2`.
    pub settings: Vec<String>,
    /// The smallest cap that carries it, or the one that was asked for; absent where none does.
    pub cap: Option<u32>,
    /// Whether the thresholds hold there.
    pub holds: bool,
    /// Slots of all workers together at that cap.
    pub slots: u64,
    /// Recalls within the budget, at that cap or the largest that was tried.
    pub budget_met: Option<f64>,
    /// Recall p99 in milliseconds.
    pub recall_p99_ms: Option<f64>,
    /// Acquires refused because every runtime was busy.
    pub refused: Option<f64>,
    /// Runtimes that exist, on average.
    pub runtimes: Option<f64>,
    /// Memory of the fullest host where all runtimes exist, in bytes.
    pub memory_bytes: Option<u64>,
    /// What does not hold, as written.
    pub breaks: Vec<String>,
}

impl Lever {
    /// Reads `workers=1,2,4`.
    pub fn parse(given: &str) -> Result<Self, LeverError> {
        let (name, values) = given.split_once('=').ok_or_else(|| LeverError::Form { given: given.to_owned() })?;
        let unknown = || LeverError::Unknown { name: name.to_owned(), known: KNOWN.map(|(name, _)| name).join(", ") };
        let (name, expected) = KNOWN.into_iter().find(|(known, _)| *known == name).ok_or_else(unknown)?;
        let value = |value: &str| {
            let change = change(name, value.trim());
            let change = change.ok_or_else(|| LeverError::Value { name, value: value.to_owned(), expected })?;
            Ok((value.trim().to_owned(), change))
        };
        Ok(Self { name, values: values.split(',').map(value).collect::<Result<_, LeverError>>()? })
    }
}

/// Every combination of the levers' values, the last one's changing fastest.
pub fn vary(scenario: &Scenario, limits: &Limits, levers: &[Lever], judge: &mut Judge<'_>) -> Vec<Outcome> {
    if levers.is_empty() {
        return Vec::new();
    }
    let mut rows: Vec<Vec<(String, Change)>> = vec![Vec::new()];
    for lever in levers {
        let with = |row: &Vec<(String, Change)>| -> Vec<Vec<(String, Change)>> {
            let values = lever.values.iter();
            let longer = values.map(|(value, change)| {
                let mut row = row.clone();
                row.push((format!("{}={value}", lever.name), *change));
                row
            });
            longer.collect()
        };
        rows = rows.iter().flat_map(with).collect();
    }
    rows.into_iter().map(|row| outcome(scenario, limits, row, judge)).collect()
}

fn outcome(scenario: &Scenario, limits: &Limits, row: Vec<(String, Change)>, judge: &mut Judge<'_>) -> Outcome {
    let (settings, changes): (Vec<String>, Vec<Change>) = row.into_iter().unzip();
    let fixed = changes.iter().find_map(|change| if let Change::Cap(cap) = change { Some(*cap) } else { None });
    let scenario = scenario.changed(&changes);
    if let Some(cap) = fixed {
        let judgement = judge.judge(&scenario);
        return Outcome::new(&scenario, settings, cap, &judgement);
    }
    let bounds = Bounds::of(&scenario, limits);
    let largest = useful(&scenario, &bounds, judge).0.min(bounds.largest()).max(1);
    let mut search = Search::new(&scenario, judge);
    let cap = search.smallest(largest).unwrap_or(largest);
    let judgement = search.judgement(cap).clone();
    Outcome::new(&scenario, settings, cap, &judgement)
}

impl Outcome {
    fn new(scenario: &Scenario, settings: Vec<String>, cap: u32, judgement: &Judgement) -> Self {
        let figure = |name: &str| judgement.replications.figures.get(name).and_then(|estimate| estimate.mean);
        let workers: u64 = scenario.traffic.tenants.iter().map(|tenant| u64::from(tenant.workers)).sum();
        let holds = judgement.standing == Standing::Holds;
        Self {
            settings,
            cap: Some(cap).filter(|_| holds),
            holds,
            slots: workers * u64::from(cap),
            budget_met: figure("budget.met"),
            recall_p99_ms: figure("recall.p99"),
            refused: figure("pool.exhausted.rate"),
            runtimes: figure("runtimes.mean"),
            memory_bytes: memory(scenario, cap),
            breaks: judgement.shortfalls.iter().map(|short| short.expression.clone()).collect(),
        }
    }
}

fn change(name: &str, value: &str) -> Option<Change> {
    let positive = |value: f64| (value.is_finite() && value > 0.0).then_some(value);
    match name {
        "lease" => match value {
            "turn" => Some(Change::Lease(Lease::Turn)),
            "call" => Some(Change::Lease(Lease::Call)),
            _ => None,
        },
        "workers" => value.parse().ok().filter(|workers| *workers > 0).map(Change::Workers),
        "cap" => value.parse().ok().filter(|cap| *cap > 0).map(Change::Cap),
        "ttl" => {
            let ttl = humantime::parse_duration(value).ok()?;
            Some(Change::IdleTtl(Span::from_secs_f64(positive(ttl.as_secs_f64())?)))
        }
        _ => value.strip_suffix('x').unwrap_or(value).parse().ok().and_then(positive).map(Change::Growth),
    }
}

/// Levers, and what they take.
const KNOWN: [(&str, &str); 5] = [
    ("lease", "`turn` or `call`"),
    ("workers", "a number such as 2"),
    ("cap", "a number such as 64"),
    ("ttl", "a duration such as 120s"),
    ("growth", "a factor such as 1.5x"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levers_are_read_as_they_are_meant() {
        let lever = Lever::parse("growth=1x, 1.5x,2").unwrap();
        let values: Vec<Change> = lever.values.iter().map(|(_, change)| *change).collect();
        assert_eq!(values, [1.0, 1.5, 2.0].map(Change::Growth));
        assert_eq!(Lever::parse("ttl=2m").unwrap().values[0].1, Change::IdleTtl(Span::from_secs(120)));
    }

    #[test]
    fn what_is_no_lever_is_told_with_what_would_be() {
        for (given, wanted) in [
            ("workers", "write for example `workers=1,2,4`"),
            ("evict=lru", "these can: lease, workers, cap, ttl, growth"),
            ("lease=day", "write `turn` or `call`"),
            ("workers=0", "a number such as 2"),
            ("growth=-1x", "a factor such as 1.5x"),
        ] {
            let error = Lever::parse(given).unwrap_err().to_string();
            assert!(error.contains(wanted), "{given}: {error}");
        }
    }
}
