//! Whether a candidate keeps the thresholds, with confidence.

use schemars::JsonSchema;
use serde::Serialize;

use super::observations::Mean;
use super::plays::{Plays, Said};
use crate::measure::{Held, Replications, Standing, Threshold};
use crate::scenario::Scenario;

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
    /// Whether a loss system of the same calls stood beside the plays, whose share of refusals is known: then what was luck
    /// in them was taken off.
    pub beside_loss_system: bool,
}

/// A threshold that does not hold.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Shortfall {
    /// As written.
    pub expression: String,
    /// Whether it fails or cannot be told.
    pub standing: Standing,
    /// What was observed: a share of all plays together, of any other figure the mean of the plays.
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
        let mut plays = Plays::of(scenario);
        let mut count = self.effort.replications;
        loop {
            plays.play_until(count, self.played);
            let judgement = Judgement::of(plays.say());
            let turns = judgement.replications.figures.get("turns").and_then(|turns| turns.mean).unwrap_or(0.0);
            let next = 2.0 * (turns + SETTING_UP) * count as f64;
            let affordable = next <= self.effort.most_turns as f64 && count < MOST_PLAYS;
            if judgement.standing != Standing::Undecided || !affordable {
                return judgement;
            }
            count *= 2;
        }
    }

    /// Judges by the plays that a judgement begins with: what they leave undecided stays so.
    pub fn glance(&mut self, scenario: &Scenario) -> Judgement {
        Judgement::of(self.played(scenario, self.effort.replications))
    }

    /// A first look: whether the means of a few plays keep the limits.
    pub fn scout(&mut self, scenario: &Scenario) -> (bool, Replications) {
        let said = self.played(scenario, self.effort.scouts);
        let keeps = said.broken().next().is_none() && said.replications.broken == 0;
        (keeps, said.replications)
    }

    /// The thresholds that the means of twice as many plays break, as written.
    pub fn look_twice(&mut self, scenario: &Scenario) -> Vec<String> {
        self.played(scenario, 2 * self.effort.scouts).broken().map(str::to_owned).collect()
    }

    fn played<'s>(&mut self, scenario: &'s Scenario, count: u64) -> Said<'s> {
        let mut plays = Plays::of(scenario);
        plays.play_until(count, self.played);
        plays.say()
    }
}

impl Judgement {
    fn of(said: Said<'_>) -> Self {
        let plays = said.replications.replications;
        let (mut standing, mut shortfalls) = (Standing::Holds, Vec::new());
        for (threshold, held, mean) in &said.thresholds {
            let interval = mean.and_then(|mean| mean.interval(CONFIDENCE));
            let of_this = threshold.standing(held, plays, interval);
            standing = standing.max(of_this);
            if of_this != Standing::Holds {
                shortfalls.push(Shortfall::new(of_this, threshold, held, *mean));
            }
        }
        let standing = if said.replications.broken > 0 { Standing::Fails } else { standing };
        let Said { replications, beside_loss_system, .. } = said;
        Self { replications, standing, shortfalls, beside_loss_system }
    }
}

impl Shortfall {
    fn new(standing: Standing, threshold: &Threshold, held: &Held, mean: Option<Mean>) -> Self {
        let (low, high) = mean.and_then(|mean| mean.interval(CONFIDENCE)).unzip();
        Self {
            expression: held.expression.clone(),
            standing,
            mean: mean.map(|mean| mean.value),
            low,
            high,
            limit: threshold.limit(),
            reason: held.reason.clone().filter(|_| mean.is_none()),
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
