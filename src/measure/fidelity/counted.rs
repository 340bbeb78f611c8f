//! Counts and levels.

use std::collections::BTreeSet;

use super::percentile::sampling;
use super::{Both, Compared, Race};
use crate::measure::{Counts, Summary};

/// Every count, each with the races that can move it.
pub(super) fn counts(both: Both<'_>, races: &BTreeSet<Race>) -> Vec<Compared> {
    let named = COUNTS.iter().map(|(figure, count, movable_by)| {
        let of = |summary: &Summary| count(&summary.total.counts);
        compared((*figure).to_owned(), of(both.run), of(both.sim), movable_by, races)
    });
    let codes: BTreeSet<&String> =
        [both.run, both.sim].into_iter().flat_map(|summary| summary.total.counts.errors.keys()).collect();
    let errors = codes.into_iter().map(|code| {
        let of = |summary: &Summary| summary.total.counts.errors.get(code).copied().unwrap_or(0);
        compared(format!("errors.{code}"), of(both.run), of(both.sim), TALK, races)
    });
    named.chain(errors).collect()
}

/// Exactly equal, or within a slack where a race took place that moves it.
fn compared(figure: String, run: u64, sim: u64, movable_by: &[Race], races: &BTreeSet<Race>) -> Compared {
    let why: Vec<&str> = movable_by.iter().filter(|race| races.contains(race)).map(|race| race.words()).collect();
    let (run, sim) = (run as f64, sim as f64);
    let slack = if why.is_empty() { 0.0 } else { LEAST_SLACK + (SLACK * run.max(sim)).ceil() };
    let reason = (!why.is_empty()).then(|| why.join("; "));
    Compared::judged(figure, run, sim, [(run - slack).max(0.0), run + slack]).because(reason)
}

/// The pool's mean occupancy and peak, and the share of recalls within the budget.
pub(super) fn levels(both: Both<'_>) -> Vec<Compared> {
    let Both { run, sim, .. } = both;
    let near = |figure: &str, of: fn(&Summary) -> f64| {
        let (run, sim) = (of(run), of(sim));
        let slack = LEVEL_SLACK + SLACK * run.max(sim);
        Compared::judged(figure, run, sim, [(run - slack).max(0.0), run + slack])
    };
    let mut levels = vec![
        near("runtimes.mean", |summary| summary.total.gauges.runtimes.mean),
        near("runtimes.peak", |summary| summary.total.gauges.runtimes.peak.into()),
    ];
    if let (Some(run_share), Some(sim_share)) = (run.total.budget.share, sim.total.budget.share) {
        let error = sampling(run_share, run.total.counts.recalls(), sim.total.counts.recalls());
        let allowed = [(run_share - SHARE_SLACK - error).max(0.0), (run_share + SHARE_SLACK + error).min(1.0)];
        levels.push(Compared::judged("budget.met", run_share, sim_share, allowed));
    }
    levels
}

/// A count, and what can move it.
type Count = (&'static str, fn(&Counts) -> u64, &'static [Race]);

const COUNTS: &[Count] = &[
    ("calls", |counts| counts.calls, &[Race::Redial]),
    ("calls_shed", |counts| counts.calls_shed, TALK),
    ("calls_cut", |counts| counts.calls_cut, TALK),
    ("turns", |counts| counts.turns, TALK),
    ("recalls_ok", |counts| counts.recalls_ok, TALK),
    ("recalls_failed", |counts| counts.recalls_failed, TALK),
    ("admissions.reuse+join", |counts| counts.admissions.reuse + counts.admissions.join, LEASES),
    ("admissions.join", |counts| counts.admissions.join, JOINS),
    ("admissions.warm", |counts| counts.admissions.warm, LEASES),
    ("admissions.cold", |counts| counts.admissions.cold, LEASES),
    ("drains.lru", |counts| counts.drains.lru, DRAINS),
    ("drains.idle", |counts| counts.drains.idle, DRAINS),
    ("drains.close", |counts| counts.drains.close, DRAINS),
    ("drains.crash", |counts| counts.drains.crash, DRAINS),
    ("saves.acked", |counts| counts.saves.acked, TALK),
    ("saves.refused", |counts| counts.saves.refused, TALK),
    ("saves.lost", |counts| counts.saves.lost, &[]),
    ("saves.duplicated", |counts| counts.saves.duplicated, &[]),
    ("leaks", |counts| counts.leaks, &[]),
    ("violations", |counts| counts.violations, &[]),
];

/// What changes how much is said, and how much goes wrong.
const TALK: &[Race] = &[Race::Redial, Race::Length, Race::Fault, Race::Contention, Race::Cut, Race::Timeout];
/// What changes who finds which runtime.
const LEASES: &[Race] =
    &[Race::Redial, Race::Length, Race::WarmUp, Race::Fault, Race::Contention, Race::Reaping, Race::Cut, Race::Timeout];
const JOINS: &[Race] = &[
    Race::Redial,
    Race::Length,
    Race::WarmUp,
    Race::Fault,
    Race::Contention,
    Race::Reaping,
    Race::Cut,
    Race::Overlap,
    Race::Timeout,
];
/// What changes which runtimes go, and why.
const DRAINS: &[Race] = &[Race::Redial, Race::Length, Race::WarmUp, Race::Fault, Race::Contention, Race::Reaping];

/// A race moves a few at least, however few there are, and of many no more than a small share.
const LEAST_SLACK: f64 = 2.0;
const SLACK: f64 = 0.03;
/// Of a runtime: at the peak, one that is just going is there or not.
const LEVEL_SLACK: f64 = 1.0;
/// Recalls a few milliseconds this side of the budget or that.
const SHARE_SLACK: f64 = 0.02;
