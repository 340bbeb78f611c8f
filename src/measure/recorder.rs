//! Listens to an engine and counts.
//!
//! The cost of an event is a few tens of nanoseconds, and memory depends on the number of tenants and on how widely
//! their latencies spread, never on how long a run lasts. Nothing here reads a clock: every event brings its time.

use std::ops::Range;

use super::levels::Levels;
use super::tally::Tally;
use super::{Ending, Event, Family, Level, Phase, Save, Summary, Threshold, closing};
use crate::base::{Span, TenantIndex, Time};

/// What a recorder must know before the run.
#[derive(Clone, Debug, PartialEq)]
pub struct RecorderSettings {
    /// Names, in the order of the indexes that events carry. Unique.
    pub tenants: Vec<String>,
    /// Calls, turns, boots, drains and errors whose time falls into it are not counted. Laws, leaks and the ledger of
    /// saves always are.
    pub warm_up: Span,
    /// How long calls ring, warm-up included. Levels of the pools count until then; turns of calls that rang
    /// in time count however late.
    pub duration: Span,
    /// Recall budget of a turn.
    pub budget: Span,
    /// Judged at the end, and those that abort the run as soon as they do not hold while it goes on, too.
    pub thresholds: Vec<Threshold>,
    /// Parts of the run that have figures of their own, besides those of the whole.
    pub phases: Vec<Phase>,
}

/// Listens to an engine and counts.
#[derive(Clone, Debug)]
pub struct Recorder {
    pub(super) settings: RecorderSettings,
    /// In which levels count; its start is the end of the warm-up.
    pub(super) window: Range<Time>,
    /// In the order of `settings.tenants`.
    pub(super) tallies: Vec<Tally>,
    /// Of all tenants together, where there are several: the peak of a sum is not the sum of peaks.
    pub(super) levels: Levels,
    /// There are several tenants, and nobody else keeps the levels of all together.
    keeps_total: bool,
    /// In the order of `settings.phases`: a phase is a recorder that hears only what falls into it.
    pub(super) phases: Vec<Self>,
}

impl Recorder {
    /// A recorder that has heard nothing.
    pub fn new(settings: RecorderSettings) -> Self {
        let window = Time::ZERO + settings.warm_up..Time::ZERO + settings.duration;
        let tallies = vec![Tally::default(); settings.tenants.len()];
        let phases = settings.phases.iter().map(|phase| Self::of_phase(&settings, phase)).collect();
        Self { keeps_total: tallies.len() > 1, settings, window, tallies, levels: Levels::default(), phases }
    }

    /// What falls into the warm-up counts in a phase that was given a name for it.
    fn of_phase(settings: &RecorderSettings, phase: &Phase) -> Self {
        let (thresholds, phases) = (Vec::new(), Vec::new());
        Self::new(RecorderSettings {
            tenants: settings.tenants.clone(),
            warm_up: phase.from,
            duration: phase.until,
            budget: settings.budget,
            thresholds,
            phases,
        })
    }

    /// The same of a run that is part of a larger one, of other tenants, to be [joined](Self::join) with the others'.
    #[must_use]
    pub fn part(self) -> Self {
        let phases = self.phases.into_iter().map(Self::part).collect();
        Self { keeps_total: false, phases, ..self }
    }

    /// What the parts of a run have heard, each with the places of its tenants among all. The levels of all together are
    /// what this recorder was told of them by [`Recorder::total_level`].
    ///
    /// # Panics
    /// Where a part speaks of a tenant that is not one of the settings'.
    pub fn join(&mut self, parts: impl IntoIterator<Item = (Self, Vec<usize>)>) {
        parts.into_iter().for_each(|(part, tenants)| self.take_in(part, &tenants));
    }

    fn take_in(&mut self, part: Self, places: &[usize]) {
        for (tally, place) in part.tallies.into_iter().zip(places) {
            self.tallies[*place] = tally;
        }
        for (phase, of_part) in self.phases.iter_mut().zip(part.phases) {
            phase.take_in(of_part, places);
        }
    }

    /// The pools of all tenants together hold that much from `at` on.
    #[inline]
    pub fn total_level(&mut self, at: Time, level: Level) {
        self.levels.step(at, level, &self.window);
        self.phases.iter_mut().for_each(|phase| phase.total_level(at, level));
    }

    /// A tenant's pools hold so many runtimes more from `at` on, each with its port, and so many more that are busy, or
    /// fewer: as [`Event::Level`] says it, for who says nothing more often. The numbers come one by one: as a [`Level`] they
    /// would go through memory, and wait there.
    ///
    /// # Panics
    /// Where the tenant is not one of the settings'.
    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    pub fn hold_more(&mut self, tenant: TenantIndex, at: Time, runtimes: i32, busy: i32) {
        if self.keeps_total {
            self.levels.step_by(at, runtimes, busy, &self.window);
        }
        self.tallies[tenant.index()].levels.step_by(at, runtimes, busy, &self.window);
        if !self.phases.is_empty() {
            self.hold_more_in_phases(tenant, at, runtimes, busy);
        }
    }

    #[cold]
    #[inline(never)]
    fn hold_more_in_phases(&mut self, tenant: TenantIndex, at: Time, runtimes: i32, busy: i32) {
        self.phases.iter_mut().for_each(|phase| phase.hold_more(tenant, at, runtimes, busy));
    }

    fn hold(&mut self, tenant: TenantIndex, at: Time, level: Level) {
        let levels = &mut self.tallies[tenant.index()].levels;
        if self.keeps_total {
            let total = exchange(self.levels.now(), levels.now(), level);
            self.levels.step(at, total, &self.window);
        }
        levels.step(at, level, &self.window);
    }

    /// What a tenant's pools hold, as far as is known.
    ///
    /// # Panics
    /// Where the tenant is not one of the settings'.
    #[inline]
    pub fn level(&self, tenant: TenantIndex) -> Level {
        self.tallies[tenant.index()].levels.now()
    }

    /// Counts an event.
    ///
    /// # Panics
    /// Where the event's tenant is not one of the settings'.
    #[expect(clippy::inline_always, reason = "see `Recorder::count`")]
    #[inline(always)]
    pub fn observe(&mut self, event: &Event) {
        self.count(event);
        if !self.phases.is_empty() {
            self.observe_in_phases(event);
        }
    }

    /// Counts an event where there are no phases.
    #[expect(clippy::inline_always, reason = "who reports knows which event it is: no choice is left at run time")]
    #[inline(always)]
    pub(crate) fn count(&mut self, event: &Event) {
        match *event {
            Event::Rang { tenant, intended, lag } => self.rang(tenant, intended, lag),
            Event::CallShed { tenant, rang } => {
                if let Some((tally, _)) = self.counted(tenant, rang) {
                    tally.counts.calls_shed += 1;
                }
            }
            Event::CallCut { tenant, rang } => {
                if let Some((tally, _)) = self.counted(tenant, rang) {
                    tally.counts.calls_cut += 1;
                }
            }
            Event::Admitted { tenant, asked, admission, took } => {
                if let Some((tally, budget)) = self.counted(tenant, asked) {
                    tally.admission(admission, took, budget);
                }
            }
            Event::Recalled(ref recall) => {
                if let Some((tally, budget)) = self.counted(recall.tenant, recall.intended) {
                    tally.recall(recall, budget);
                }
            }
            Event::Saved(ref save) => self.saved(save),
            Event::Booted { tenant, began, kind, took } => {
                if let Some((tally, budget)) = self.counted(tenant, began) {
                    tally.sample(kind.into(), took, budget);
                }
            }
            Event::Drained { tenant, began, reason, took } => {
                if let Some((tally, budget)) = self.counted(tenant, began) {
                    tally.drain(reason, took, budget);
                }
            }
            Event::Level { tenant, at, level } => self.hold(tenant, at, level),
            // The chronicle's: no figure of a summary comes of them.
            Event::Turnover { .. } | Event::Evicted { .. } => {}
        }
    }

    /// Most scenarios have no phases, and an event there must not pay for them.
    #[cold]
    #[inline(never)]
    fn observe_in_phases(&mut self, event: &Event) {
        let counts_at = event.counts_at();
        for phase in &mut self.phases {
            if counts_at.is_none_or(|at| phase.window.contains(&at)) {
                phase.observe(event);
            }
        }
    }

    /// The summary, with its thresholds judged and its verdict.
    ///
    /// # Panics
    /// Where `ending` does not have one entry for each tenant.
    pub fn finish(self, ending: Ending) -> Summary {
        closing::summary(self, ending)
    }

    /// The tenant's tally and the budget, where `time` is not in the warm-up.
    #[inline]
    fn counted(&mut self, tenant: TenantIndex, time: Time) -> Option<(&mut Tally, Span)> {
        (time >= self.window.start).then(|| (&mut self.tallies[tenant.index()], self.settings.budget))
    }

    /// The levels of all tenants together: those of the only one, where it is alone.
    pub(super) fn total_levels(&self) -> &Levels {
        if let [only] = &self.tallies[..] { &only.levels } else { &self.levels }
    }

    #[expect(clippy::inline_always, reason = "see `Recorder::count`")]
    #[inline(always)]
    fn rang(&mut self, tenant: TenantIndex, intended: Time, lag: Span) {
        if let Some((tally, budget)) = self.counted(tenant, intended) {
            tally.counts.calls += 1;
            tally.sample(Family::Lag, lag, budget);
        }
    }

    /// The ledger of saves is of the whole run, so that what was acknowledged can be weighed against what arrived.
    #[expect(clippy::inline_always, reason = "see `Recorder::count`")]
    #[inline(always)]
    fn saved(&mut self, save: &Save) {
        let ledger = &mut self.tallies[save.tenant.index()].counts.saves;
        match save.outcome {
            Ok(()) => ledger.acked += 1,
            Err(_) => ledger.refused += 1,
        }
        if let Some((tally, budget)) = self.counted(save.tenant, save.turn_intended) {
            tally.sample(Family::Save, save.took, budget);
            if let Err(code) = save.outcome {
                tally.error(code);
            }
        }
    }
}

/// The sum after one of its parts has changed. The part is in the sum, so no subtraction goes below zero.
#[inline]
fn exchange(sum: Level, old: Level, new: Level) -> Level {
    Level {
        runtimes: sum.runtimes - old.runtimes + new.runtimes,
        busy: sum.busy - old.busy + new.busy,
        ports: sum.ports - old.ports + new.ports,
    }
}
