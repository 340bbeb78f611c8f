//! The smallest cap that will do.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::judge::{Judge, Judgement};
use crate::measure::{Estimate, Replications, Standing};
use crate::scenario::{Change, Scenario};

/// What a cap came to.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Point {
    /// `max_concurrent_users`.
    pub cap: u32,
    /// Plays that stand behind it.
    pub plays: u64,
    /// Whether the thresholds hold; absent where it was only looked at.
    pub standing: Option<Standing>,
    /// Whether the means of its plays keep all limits.
    pub keeps: bool,
    /// Recalls within the budget.
    pub budget_met: Estimate,
    /// Recall p99 in milliseconds.
    pub recall_p99_ms: Estimate,
    /// Acquires refused because every runtime was busy, of those that were tried.
    pub refused: Estimate,
    /// Turns that had to wait for a boot.
    pub booted: f64,
    /// Runtimes that exist, on average.
    pub runtimes: Estimate,
}

/// Caps and what came of them: each is looked at and judged once at most.
pub(super) struct Search<'s, 'j, 'p> {
    scenario: &'s Scenario,
    judge: &'j mut Judge<'p>,
    judged: BTreeMap<u32, Judgement>,
    scouted: BTreeMap<u32, (bool, Replications)>,
}

impl<'s, 'j, 'p> Search<'s, 'j, 'p> {
    pub(super) fn new(scenario: &'s Scenario, judge: &'j mut Judge<'p>) -> Self {
        Self { scenario, judge, judged: BTreeMap::new(), scouted: BTreeMap::new() }
    }

    /// The smallest cap up to `largest` that surely holds, where a larger one is not worse.
    pub(super) fn smallest(&mut self, largest: u32) -> Option<u32> {
        let guess = self.guess(largest)?;
        let mut cap = self.first_that_holds(guess, largest)?;
        while cap > 1 && self.judgement(cap - 1).standing == Standing::Holds {
            cap -= 1;
        }
        Some(cap)
    }

    /// By halving, on a few plays each.
    fn guess(&mut self, largest: u32) -> Option<u32> {
        let (mut fails, mut keeps) = self.around_the_first(largest)?;
        while keeps - fails > 1 {
            let middle = fails + (keeps - fails) / 2;
            if self.scout(middle) {
                keeps = middle;
            } else {
                fails = middle;
            }
        }
        Some(keeps)
    }

    /// A cap that does not look good and a larger one that does. Where the largest is no good, a smaller one may be: a
    /// threshold may ask that something happens, or more runtimes may take each other's processors.
    fn around_the_first(&mut self, largest: u32) -> Option<(u32, u32)> {
        if self.scout(largest) {
            return Some((0, largest));
        }
        if self.judgement(largest).standing == Standing::Holds {
            return Some((largest - 1, largest));
        }
        let mut fails = 0;
        for twentieths in 1..20 {
            let cap = part(largest, 5 * twentieths);
            if self.scout(cap) {
                return Some((fails.min(cap - 1), cap));
            }
            fails = cap;
        }
        None
    }

    /// Upwards in growing steps, and then back to the first one.
    fn first_that_holds(&mut self, from: u32, largest: u32) -> Option<u32> {
        let (mut below, mut cap, mut step) = (from.saturating_sub(1), from, 1);
        while self.judgement(cap).standing != Standing::Holds {
            if cap == largest {
                return None;
            }
            below = cap;
            cap = cap.saturating_add(step).min(largest);
            step *= 2;
        }
        while cap - below > 1 {
            let middle = below + (cap - below) / 2;
            if self.judgement(middle).standing == Standing::Holds {
                cap = middle;
            } else {
                below = middle;
            }
        }
        Some(cap)
    }

    fn scout(&mut self, cap: u32) -> bool {
        let (scenario, judge) = (self.scenario, &mut *self.judge);
        self.scouted.entry(cap).or_insert_with(|| judge.scout(&scenario.changed(&[Change::Cap(cap)]))).0
    }

    pub(super) fn judgement(&mut self, cap: u32) -> &Judgement {
        let (scenario, judge) = (self.scenario, &mut *self.judge);
        self.judged.entry(cap).or_insert_with(|| judge.judge(&scenario.changed(&[Change::Cap(cap)])))
    }

    /// Looks at some caps on both sides of one, so that the curve can be seen.
    pub(super) fn look_around(&mut self, cap: u32, largest: u32) {
        for hundredths in AROUND {
            let near = part(cap, hundredths).min(largest);
            if !self.judged.contains_key(&near) {
                self.scout(near);
            }
        }
    }

    /// Everything that was seen, by cap.
    pub(super) fn curve(&self) -> Vec<Point> {
        let mut points: BTreeMap<u32, Point> =
            self.scouted.iter().map(|(cap, (keeps, plays))| (*cap, Point::new(*cap, None, *keeps, plays))).collect();
        for (cap, Judgement { standing, replications, .. }) in &self.judged {
            let keeps = *standing == Standing::Holds;
            points.insert(*cap, Point::new(*cap, Some(*standing), keeps, replications));
        }
        points.into_values().collect()
    }

    /// Larger caps that keep the thresholds worse: judged, not only looked at.
    pub(super) fn worse_above(&mut self, cap: u32) -> Vec<u32> {
        let doubtful: Vec<u32> =
            self.scouted.iter().filter(|(larger, (keeps, _))| **larger > cap && !keeps).map(|(cap, _)| *cap).collect();
        doubtful.into_iter().filter(|cap| self.judgement(*cap).standing == Standing::Fails).collect()
    }
}

impl Point {
    fn new(cap: u32, standing: Option<Standing>, keeps: bool, plays: &Replications) -> Self {
        let figure = |name: &str| plays.figures.get(name).copied().unwrap_or_default();
        let mean = |name: &str| figure(name).mean.unwrap_or(0.0);
        Self {
            cap,
            plays: plays.replications,
            standing,
            keeps,
            budget_met: figure("budget.met"),
            recall_p99_ms: figure("recall.p99"),
            refused: figure("pool.exhausted.rate"),
            booted: (mean("boot.warm.count") + mean("boot.cold.count")) / mean("turns").max(1.0),
            runtimes: figure("runtimes.mean"),
        }
    }
}

/// So many hundredths of a cap, at least one slot.
fn part(cap: u32, hundredths: u64) -> u32 {
    u32::try_from(u64::from(cap) * hundredths / 100).unwrap_or(u32::MAX).max(1)
}

/// Of the cap in question, in percent.
const AROUND: [u64; 8] = [10, 25, 45, 65, 85, 115, 140, 200];
