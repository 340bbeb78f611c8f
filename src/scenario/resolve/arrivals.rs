//! When calls arrive.

use super::Resolver;
use crate::base::{Distribution, Span};
use crate::scenario::typed::{self, ArrivalModel, PerTime, Place, Placed, Written};
use crate::workload::{Arrivals, Rate, Stage};

impl Resolver {
    /// The arrival model of the tenant called `name`; one call a second where it is wrong.
    pub(super) fn arrivals(&mut self, typed: &Placed<typed::Arrivals>, name: &str) -> Arrivals {
        let Placed { value: arrivals, place } = typed;
        let (what, takes): (_, &[&str]) = match arrivals.model.value {
            ArrivalModel::Constant => ("constant arrivals", &["rate"]),
            ArrivalModel::Poisson => ("Poisson arrivals", &["rate"]),
            ArrivalModel::Stages => ("arrivals by stages", &["stages"]),
            ArrivalModel::Profile => ("arrivals by a profile", &["hourly"]),
            ArrivalModel::Burst => ("burst arrivals", &["rate", "at", "calls", "over"]),
            ArrivalModel::Closed => ("closed arrivals", &["callers", "redial"]),
            ArrivalModel::Trace => ("arrivals by a trace", &["file", "tenant", "from", "speed"]),
        };
        self.superfluous(arrivals.given(), what, takes);
        let resolved = match arrivals.model.value {
            ArrivalModel::Constant => self.rate(arrivals, what, place).map(Arrivals::Constant),
            ArrivalModel::Poisson => self.rate(arrivals, what, place).map(Arrivals::Poisson),
            ArrivalModel::Stages => self.stages(arrivals, what, place),
            ArrivalModel::Profile => self.profile(arrivals, what, place),
            ArrivalModel::Burst => self.burst(arrivals, what, place),
            ArrivalModel::Closed => self.closed(arrivals, what, place),
            ArrivalModel::Trace => self.trace(arrivals, name, what, place).map(Arrivals::Trace),
        };
        resolved.unwrap_or(Arrivals::Poisson(Rate(1.0)))
    }

    fn rate(&mut self, typed: &typed::Arrivals, what: &str, place: &Place) -> Option<Rate> {
        let rate = self.needed(typed.rate.as_ref(), "rate", what, place)?;
        Some(self.positive_rate(rate))
    }

    fn stages(&mut self, typed: &typed::Arrivals, what: &str, place: &Place) -> Option<Arrivals> {
        let stages = self.needed(typed.stages.as_ref(), "stages", what, place)?;
        let mut resolved: Vec<Stage> = Vec::with_capacity(stages.value.len());
        for stage in &stages.value {
            let until = self.span(&stage.until);
            if resolved.last().is_some_and(|before| until < before.until) {
                let message = format!("a stage until {} after one until a later time", stage.until.text);
                self.problems.add(&stage.until.place, message, "put the stages in the order of their times");
            }
            resolved.push(Stage { until, rate: self.quantity(&stage.rate).unwrap_or(Rate(1.0)) });
        }
        self.somebody_rings(resolved.iter().map(|stage| stage.rate), &stages.place);
        Some(Arrivals::Stages(resolved))
    }

    fn profile(&mut self, typed: &typed::Arrivals, what: &str, place: &Place) -> Option<Arrivals> {
        let Placed { value: hourly, place } = self.needed(typed.hourly.as_ref(), "hourly", what, place)?;
        let rates: Vec<Rate> =
            hourly.iter().map(|rate: &Written<PerTime>| self.quantity(rate).unwrap_or(Rate(1.0))).collect();
        let Ok(rates) = <[Rate; 24]>::try_from(rates) else {
            let message = format!("a profile of {} rates: a day has 24 hours", hourly.len());
            self.problems.add(place, message, "write one rate an hour, the first for the start of the run");
            return None;
        };
        self.somebody_rings(rates.into_iter(), place);
        Some(Arrivals::Profile(rates))
    }

    fn burst(&mut self, typed: &typed::Arrivals, what: &str, place: &Place) -> Option<Arrivals> {
        let rate = self.rate(typed, what, place);
        let at = self.needed(typed.at.as_ref(), "at", what, place).map(|at| self.span(at));
        let calls = self.needed(typed.calls.as_ref(), "calls", what, place);
        let calls = calls.map(|calls| self.count(Some(calls), "the calls of a storm", 1, (1, MOST_CALLS)));
        let over = typed.over.as_ref().map_or(Span::from_secs(1), |over| self.span(over));
        if let (Some(at), Some(typed)) = (at, &typed.at)
            && at >= self.clock.duration
        {
            let message = format!("a storm at {} comes after the window of {}", typed.text, self.clock.duration);
            self.problems.add(&typed.place, message, "let it begin before the duration is over");
        }
        Some(Arrivals::Burst { rate: rate?, at: at?, calls: calls?, over })
    }

    fn closed(&mut self, typed: &typed::Arrivals, what: &str, place: &Place) -> Option<Arrivals> {
        let callers = self.needed(typed.callers.as_ref(), "callers", what, place)?;
        let callers = self.count(Some(callers), "the number of callers", 1, (1, MOST_LINES));
        Some(Arrivals::Closed { callers, redial: self.law_or(typed.redial.as_ref(), Distribution::constant(0)) })
    }

    fn somebody_rings(&mut self, mut rates: impl Iterator<Item = Rate>, place: &Place) {
        if !rates.any(|rate| rate.0 > 0.0) {
            self.problems.add(place, "without a rate above zero nobody ever calls", "write a rate such as \"40/min\"");
        }
    }
}

/// Beyond any storm.
const MOST_CALLS: u32 = 10_000_000;
/// A line takes some 60 bytes.
const MOST_LINES: u32 = 1_000_000;
