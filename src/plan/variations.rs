//! What if: the same question with one thing changed, a row for each.

use schemars::JsonSchema;
use serde::Serialize;

use super::advice::{memory, useful};
use super::bounds::{Bounds, Limits};
use super::judge::{Judge, Judgement};
use super::lever::Lever;
use super::search::Search;
use crate::measure::Standing;
use crate::scenario::{Change, Scenario};

/// What came of one row.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Outcome {
    /// The settings, such as `workers=2`.
    pub settings: Vec<String>,
    /// Whether one of them is a policy that no release of the SDK has.
    pub experimental: bool,
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
    /// What does not hold, as written; `max-memory` where a host has not as much.
    pub breaks: Vec<String>,
}

/// What a lever brings: its best value beside its first one, all others as they are.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Payoff {
    /// Which.
    pub lever: String,
    /// The value that takes the fewest slots.
    pub value: String,
    /// The one it is compared with: the first that was given.
    pub instead_of: String,
    /// Slots with it for each one without it, on average over all other settings; absent where none holds with both.
    pub slots_ratio: Option<f64>,
    /// How much more of the recalls is within the budget, in shares, on average over the same settings.
    pub budget_gain: Option<f64>,
    /// Combinations that hold with it and not without it.
    pub also_hold: u64,
}

/// Every combination of the levers' values, the last one's changing fastest.
pub fn vary(scenario: &Scenario, limits: &Limits, levers: &[Lever], judge: &mut Judge<'_>) -> Vec<Outcome> {
    if levers.is_empty() {
        return Vec::new();
    }
    combinations(levers).iter().map(|row| outcome(scenario, limits, row, judge)).collect()
}

/// What each lever brings, the best first: by `rows` of every combination of the levers' values. What is asked of the pool
/// (growth) and what the pool is (cap) are no levers to pull.
pub fn payoffs(levers: &[Lever], rows: &[Outcome]) -> Vec<Payoff> {
    let pulled = levers.iter().enumerate().filter(|(_, lever)| !["growth", "cap"].contains(&lever.name));
    let mut payoffs: Vec<Payoff> = pulled.filter_map(|(place, lever)| payoff(levers, place, lever, rows)).collect();
    payoffs.sort_by(|one, other| one.rank().total_cmp(&other.rank()));
    payoffs
}

fn payoff(levers: &[Lever], place: usize, lever: &Lever, rows: &[Outcome]) -> Option<Payoff> {
    // Rows that differ by this lever alone are so far apart.
    let stride: usize = levers[place + 1..].iter().map(|later| later.values.len()).product();
    let first = |number: usize| (number / stride).is_multiple_of(lever.values.len());
    let pairs = |value: usize| {
        let with_first = rows.iter().enumerate().filter(move |(number, _)| first(*number));
        with_first.map(move |(number, without)| (without, &rows[number + value * stride]))
    };
    let of_value = |value: usize| {
        let both = || pairs(value).filter(|(without, with)| without.holds && with.holds);
        let of_slots = |(without, with): (&Outcome, &Outcome)| libm::log(with.slots as f64 / without.slots as f64);
        let of_budget = |(without, with): (&Outcome, &Outcome)| Some(with.budget_met? - without.budget_met?);
        Payoff {
            lever: lever.name.to_owned(),
            value: lever.values[value].0.clone(),
            instead_of: lever.values[0].0.clone(),
            slots_ratio: mean(both().map(of_slots)).map(libm::exp),
            budget_gain: mean(both().filter_map(of_budget)),
            also_hold: pairs(value).filter(|(without, with)| !without.holds && with.holds).count() as u64,
        }
    };
    (1..lever.values.len()).map(of_value).min_by(|one, other| one.rank().total_cmp(&other.rank()))
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let values: Vec<f64> = values.collect();
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

impl Payoff {
    /// The less, the better: what holds at all goes before what holds with fewer slots, and that before what is quicker.
    fn rank(&self) -> f64 {
        self.slots_ratio.unwrap_or(1.0) - 1e-3 * self.budget_gain.unwrap_or(0.0) - self.also_hold as f64
    }
}

type Row = Vec<(&'static str, String, Change)>;

fn combinations(levers: &[Lever]) -> Vec<Row> {
    levers.iter().fold(vec![Vec::new()], |rows: Vec<Row>, lever| {
        let with = |row: &Row| -> Vec<Row> {
            let longer = lever.values.iter().map(|(value, change)| {
                let own = (lever.name, value.clone(), *change);
                row.iter().cloned().chain([own]).collect()
            });
            longer.collect()
        };
        rows.iter().flat_map(with).collect()
    })
}

fn outcome(scenario: &Scenario, limits: &Limits, row: &Row, judge: &mut Judge<'_>) -> Outcome {
    let changes: Vec<Change> = row.iter().map(|(.., change)| *change).collect();
    let fixed = changes.iter().find_map(|change| if let Change::Cap(cap) = change { Some(*cap) } else { None });
    let scenario = scenario.changed(&changes);
    let bounds = Bounds::of(&scenario, limits);
    let (cap, judgement) = if let Some(cap) = fixed {
        (cap, judge.judge(&scenario))
    } else {
        let largest = useful(&scenario, &bounds, judge).0.min(bounds.largest()).max(1);
        let mut search = Search::new(&scenario, judge);
        let cap = search.smallest(largest).unwrap_or(largest);
        (cap, search.judgement(cap).clone())
    };
    Outcome::new(&scenario, row, (cap, bounds.largest()), &judgement)
}

impl Outcome {
    fn new(scenario: &Scenario, row: &Row, (cap, largest): (u32, u32), judgement: &Judgement) -> Self {
        let figure = |name: &str| judgement.replications.figures.get(name).and_then(|estimate| estimate.mean);
        let workers: u64 = scenario.traffic.tenants.iter().map(|tenant| u64::from(tenant.workers)).sum();
        let holds = judgement.standing == Standing::Holds && cap <= largest;
        let breaks = judgement.shortfalls.iter().map(|short| short.expression.clone());
        Self {
            settings: row.iter().map(|(name, value, _)| format!("{name}={value}")).collect(),
            experimental: row.iter().any(|(.., change)| change.is_experimental()),
            cap: Some(cap).filter(|_| holds),
            holds,
            slots: workers * u64::from(cap),
            budget_met: figure("budget.met"),
            recall_p99_ms: figure("recall.p99"),
            refused: figure("pool.exhausted.rate"),
            runtimes: figure("runtimes.mean"),
            memory_bytes: memory(scenario, cap),
            breaks: breaks.chain((cap > largest).then(|| "max-memory".to_owned())).collect(),
        }
    }
}
