//! Plays of one candidate, and what they say of its thresholds.

use std::ops::Range;

use rayon::prelude::*;

use super::loss_system::LossSystem;
use super::observations::{Mean, Observations};
use crate::measure::{Collector, Held, Replications, Threshold};
use crate::scenario::Scenario;
use crate::sim;

/// Plays of one candidate so far.
pub(super) struct Plays<'s> {
    scenario: &'s Scenario,
    beside: Option<LossSystem>,
    collector: Collector,
    observed: Vec<Observations>,
    count: u64,
}

/// What the plays say.
pub(super) struct Said<'s> {
    pub(super) replications: Replications,
    pub(super) thresholds: Vec<(&'s Threshold, Held, Option<Mean>)>,
    /// Whether a loss system of the same calls took some of the luck out.
    pub(super) beside_loss_system: bool,
}

impl<'s> Plays<'s> {
    pub(super) fn of(scenario: &'s Scenario) -> Self {
        let observed = scenario.thresholds.iter().map(Observations::of).collect();
        let beside = LossSystem::beside(scenario);
        Self { scenario, beside, collector: Collector::default(), observed, count: 0 }
    }

    /// Plays on until there are so many, with the seeds from the scenario's on; tells of each.
    pub(super) fn play_until(&mut self, count: u64, played: &mut dyn FnMut(u64)) {
        let seeds = self.scenario.seed + self.count..self.scenario.seed + count;
        let mut beside = self.luck(seeds.clone()).into_iter();
        let Self { scenario, collector, observed, .. } = self;
        sim::replicate(scenario, seeds.start..=seeds.end - 1, |summary| {
            let luck = beside.next().expect("one of each play");
            observed.iter_mut().zip(&summary.thresholds).for_each(|(observed, judged)| observed.add(judged, luck));
            collector.add(summary);
            played(1);
        });
        self.count = count;
    }

    /// What the loss system refused too many, in each play.
    fn luck(&self, seeds: Range<u64>) -> Vec<f64> {
        let beside = self.beside.as_ref();
        seeds.into_par_iter().map(|seed| beside.map_or(0.0, |system| system.excess(seed))).collect()
    }

    /// What they say so far.
    pub(super) fn say(&self) -> Said<'s> {
        let mut replications = self.collector.clone().finish().expect("something was played");
        let held = replications.thresholds.drain(..);
        let of_threshold = self.scenario.thresholds.iter().zip(held).zip(&self.observed);
        let thresholds = of_threshold.map(|((threshold, held), observed)| (threshold, held, observed.mean())).collect();
        Said { replications, thresholds, beside_loss_system: self.beside.is_some() }
    }
}

impl Said<'_> {
    /// Those thresholds whose limit the means do not keep, as written.
    pub(super) fn broken(&self) -> impl Iterator<Item = &str> {
        let plays = self.replications.replications;
        let broken = self
            .thresholds
            .iter()
            .filter(move |(threshold, held, mean)| !threshold.mean_keeps(held, plays, mean.map(|mean| mean.value)));
        broken.map(|(threshold, ..)| threshold.expression())
    }
}
