//! Whether a candidate keeps the thresholds, with confidence.

use schemars::JsonSchema;
use serde::Serialize;

use crate::measure::{Collector, Held, Replications, Standing, Threshold};
use crate::scenario::Scenario;
use crate::sim;

/// How hard to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Plays of a candidate that is only looked at.
    pub scouts: u64,
    /// Plays of a candidate that is judged, to begin with. At least 2.
    pub replications: u64,
    /// Turns of a candidate that is judged, at most, beginning a play counted as five thousand: where the first plays leave it undecided there are more of them, up to
    /// here.
    pub most_turns: u64,
}

impl Default for Effort {
    /// A first look at two plays, judgement by twenty, and ten million turns at most for a cap that stays undecided: a plan
    /// of a busy day within seconds.
    fn default() -> Self {
        Self { scouts: 2, replications: 20, most_turns: 10_000_000 }
    }
}

/// Plays candidates and judges them.
///
/// All play the same seeds, the scenario's and those after it: calls are the same with every candidate, so that what
/// differs is the candidate's doing (common random numbers).
pub struct Judge<'p> {
    effort: Effort,
    played: &'p mut dyn FnMut(u64),
}

/// What came of a candidate.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// What its plays say.
    pub replications: Replications,
    /// All thresholds together.
    pub standing: Standing,
    /// Those that do not hold, in the order of the scenario.
    pub shortfalls: Vec<Shortfall>,
}

/// A threshold that does not hold.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Shortfall {
    /// As written.
    pub expression: String,
    /// Whether it fails or cannot be told.
    pub standing: Standing,
    /// What was observed: the mean of the plays.
    pub mean: Option<f64>,
    /// The interval's lower end.
    pub low: Option<f64>,
    /// Its upper end.
    pub high: Option<f64>,
    /// What was demanded: in milliseconds, as a share of 1, or as a number.
    pub limit: f64,
    /// Why it could not be evaluated in some play.
    pub reason: Option<String>,
}

impl<'p> Judge<'p> {
    /// A judge who tells `played` of every play.
    ///
    /// # Panics
    /// Where a candidate would be judged by fewer than two plays.
    pub fn new(effort: Effort, played: &'p mut dyn FnMut(u64)) -> Self {
        assert!(effort.replications >= 2 && effort.scouts >= 1, "an interval needs two plays");
        Self { effort, played }
    }

    /// Judges with confidence: plays until every threshold's interval lies on one side of its limit, or one of them
    /// surely fails, or enough was played.
    pub fn judge(&mut self, scenario: &Scenario) -> Judgement {
        let mut collector = Collector::default();
        let (mut plays, mut until) = (0, self.effort.replications);
        loop {
            self.play(scenario, plays..until, &mut collector);
            plays = until;
            let judgement = judged(scenario, collector.clone(), plays);
            let turns = judgement.replications.figures.get("turns").and_then(|turns| turns.mean).unwrap_or(0.0);
            let next = 2.0 * (turns + SETTING_UP) * plays as f64;
            let affordable = next <= self.effort.most_turns as f64 && plays < MOST_PLAYS;
            if judgement.standing != Standing::Undecided || !affordable {
                return judgement;
            }
            until = 2 * plays;
        }
    }

    /// Judges by the plays that a judgement begins with: what they leave undecided stays so.
    pub fn glance(&mut self, scenario: &Scenario) -> Judgement {
        let (mut collector, plays) = (Collector::default(), self.effort.replications);
        self.play(scenario, 0..plays, &mut collector);
        judged(scenario, collector, plays)
    }

    /// A first look: whether the means of a few plays keep the limits.
    pub fn scout(&mut self, scenario: &Scenario) -> (bool, Replications) {
        self.look(scenario, self.effort.scouts)
    }

    /// The same at twice as many plays.
    pub fn look_twice(&mut self, scenario: &Scenario) -> (bool, Replications) {
        self.look(scenario, 2 * self.effort.scouts)
    }

    fn look(&mut self, scenario: &Scenario, plays: u64) -> (bool, Replications) {
        let mut collector = Collector::default();
        self.play(scenario, 0..plays, &mut collector);
        let replications = collector.finish().expect("something was played");
        let keeps = |(threshold, held): (&Threshold, &Held)| threshold.mean_keeps(held, plays);
        let all = scenario.thresholds.iter().zip(&replications.thresholds).all(keeps);
        (all && replications.broken == 0, replications)
    }

    fn play(&mut self, scenario: &Scenario, plays: std::ops::Range<u64>, collector: &mut Collector) {
        let seeds = scenario.seed + plays.start..=scenario.seed + plays.end - 1;
        sim::replicate(scenario, seeds, |summary| {
            collector.add(summary);
            (self.played)(1);
        });
    }
}

fn judged(scenario: &Scenario, collector: Collector, plays: u64) -> Judgement {
    let replications = collector.finish().expect("something was played");
    let judged = scenario.thresholds.iter().zip(&replications.thresholds);
    let standings: Vec<(Standing, &Threshold, &Held)> =
        judged.map(|(threshold, held)| (threshold.standing(held, plays, CONFIDENCE), threshold, held)).collect();
    let standing = standings.iter().map(|(standing, ..)| *standing).max().unwrap_or(Standing::Holds);
    let short = standings.iter().filter(|(standing, ..)| *standing != Standing::Holds);
    let shortfalls = short.map(|(standing, threshold, held)| Shortfall::new(*standing, threshold, held));
    let shortfalls = shortfalls.collect();
    let standing = if replications.broken > 0 { Standing::Fails } else { standing };
    Judgement { replications, standing, shortfalls }
}

impl Shortfall {
    fn new(standing: Standing, threshold: &Threshold, held: &Held) -> Self {
        let (low, high) = held.observed.interval(CONFIDENCE).unzip();
        Self {
            expression: held.expression.clone(),
            standing,
            mean: held.observed.mean,
            low,
            high,
            limit: threshold.limit(),
            reason: held.reason.clone(),
        }
    }
}

/// Of one interval. A candidate is looked at again after every doubling of its plays, so each look may err in one of 240
/// only: after twelve of them a candidate is called good or bad that is not in one case of twenty.
const CONFIDENCE: f64 = 1.0 - 0.05 / 12.0;
/// What it takes to begin a play, in turns.
const SETTING_UP: f64 = 5_000.0;
/// Twelve looks, beginning with twenty plays, and it is enough.
const MOST_PLAYS: u64 = 20 << 11;
