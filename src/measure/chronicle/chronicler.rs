//! Listens to an engine and writes down how it goes.

use super::curves::Curves;
use super::document::{Chronicle, Limits};
use super::evictions::Pairs;
use super::slowest::Slowest;
use super::timeline::Timeline;
use crate::base::{CallerIndex, Span, TenantIndex, Time};
use crate::measure::{Event, Level, Recall, ScenarioIdentity, Turnover};

/// What a chronicler must know before the run.
#[derive(Clone, Debug)]
pub struct ChronicleSettings {
    /// Names, in the order of the indexes that events carry.
    pub tenants: Vec<String>,
    /// Curves, slow turns and evictions leave it out.
    pub warm_up: Span,
    /// How long calls ring, warm-up included.
    pub duration: Span,
    /// How long those in progress may go on after that.
    pub grace: Span,
    /// Recall budget of a turn.
    pub budget: Span,
    /// Runtimes that all pools together may hold.
    pub runtimes: u64,
    /// Ports that all hosts together have for them.
    pub ports: u64,
    /// How a caller is called.
    pub caller_name: fn(CallerIndex) -> String,
}

/// Listens to an engine and writes down how it goes; costs some tens of nanoseconds an event.
#[derive(Clone, Debug)]
pub struct Chronicler {
    settings: ChronicleSettings,
    /// By tenant.
    levels: Vec<(Level, Turnover)>,
    total: (Level, Turnover),
    timeline: Timeline,
    curves: Curves,
    slowest: Slowest,
    pairs: Pairs,
}

impl Chronicler {
    /// One that has heard nothing.
    pub fn new(settings: ChronicleSettings) -> Self {
        Self {
            levels: vec![Default::default(); settings.tenants.len()],
            total: Default::default(),
            timeline: Timeline::new(settings.duration + settings.grace),
            curves: Curves::default(),
            slowest: Slowest::default(),
            pairs: Pairs::default(),
            settings,
        }
    }

    /// Writes an event down.
    ///
    /// # Panics
    /// Where the event's tenant is not one of the settings'.
    pub fn hear(&mut self, event: &Event) {
        match *event {
            Event::Rang { intended, .. } => self.timeline.at(intended).calls += 1,
            Event::CallShed { rang, .. } => self.timeline.at(rang).calls_shed += 1,
            Event::Recalled(ref recall) => self.recalled(recall),
            Event::Booted { began, kind, .. } => self.timeline.at(began).booted(kind),
            Event::Drained { began, reason, .. } => self.timeline.at(began).drained(reason),
            Event::Level { tenant, at, level } => self.level(tenant, at, |known| known.0 = level),
            Event::Turnover { tenant, at, turnover } => self.level(tenant, at, |known| known.1 = turnover),
            Event::Evicted { tenant, at, by, victim } => {
                if at >= Time::ZERO + self.settings.warm_up {
                    self.pairs.evicted(tenant, by, victim);
                }
            }
            Event::CallCut { .. } | Event::Admitted { .. } | Event::Saved(_) => {}
        }
    }

    /// The chronicle of a run whose last call ended then.
    pub fn finish(self, ended: Time, scenario: ScenarioIdentity) -> Chronicle {
        let Self { settings, timeline, curves, slowest, pairs, .. } = self;
        let (width_s, timeline) = timeline.finish(ended, settings.budget);
        Chronicle {
            schema: Chronicle::SCHEMA.to_owned(),
            scenario,
            limits: Limits {
                budget_ms: settings.budget.ms_f64(),
                runtimes: settings.runtimes,
                ports: settings.ports,
                warm_up_s: settings.warm_up.secs_f64(),
                duration_s: settings.duration.secs_f64(),
            },
            width_s,
            timeline,
            curves: curves.finish(),
            slowest: slowest.finish(&settings.tenants),
            evictions: pairs.finish(&settings.tenants, settings.caller_name),
        }
    }

    #[inline]
    fn recalled(&mut self, recall: &Recall) {
        self.timeline.at(recall.intended).recalled(recall, self.settings.budget);
        if recall.intended >= Time::ZERO + self.settings.warm_up {
            self.curves.add(recall);
            self.slowest.consider(recall);
        }
    }

    #[inline]
    fn level(&mut self, tenant: TenantIndex, at: Time, change: impl FnOnce(&mut (Level, Turnover))) {
        let known = &mut self.levels[tenant.index()];
        let old = *known;
        change(known);
        let (level, turnover) = &mut self.total;
        // Each tenant's share is in the sum, so that nothing goes below zero.
        level.runtimes = level.runtimes - old.0.runtimes + known.0.runtimes;
        level.busy = level.busy - old.0.busy + known.0.busy;
        turnover.booting = turnover.booting - old.1.booting + known.1.booting;
        turnover.draining = turnover.draining - old.1.draining + known.1.draining;
        self.timeline.step(at, [level.runtimes, level.busy, turnover.booting, turnover.draining]);
    }
}
