//! What must hold, and in which part of the run.

use super::{Resolver, within};
use crate::base::Span;
use crate::measure::{Phase, Threshold, ThresholdError};
use crate::scenario::Tenant;
use crate::scenario::typed::{self, Placed, Written};

impl Resolver {
    /// Phases, in the order of the file.
    pub(super) fn phases(&mut self, typed: &[typed::Phase]) -> Vec<Phase> {
        if let Some(first) = typed.get(MOST_PHASES) {
            let message = format!("{} phases are more than {MOST_PHASES}", typed.len());
            self.problems.add(&first.name.place, message, "leave some out");
            return Vec::new();
        }
        self.distinct(typed.iter().map(|phase| &phase.name), "phase", "give each phase a name of its own");
        typed.iter().map(|phase| self.phase(phase)).collect()
    }

    fn phase(&mut self, typed: &typed::Phase) -> Phase {
        let name = self.phase_name(&typed.name);
        let from = typed.from.as_ref().map_or(Span::ZERO, |from| self.span(from));
        let until = typed.until.as_ref().map_or(self.clock.duration, |until| self.span(until));
        let end = self.end();
        if until > end {
            let place = typed.until.as_ref().map_or(&typed.name.place, |until| &until.place);
            self.problems.add(place, format!("the run is over by {end}"), "let the phase end by then");
        } else if from >= until {
            let place = typed.from.as_ref().map_or(&typed.name.place, |from| &from.place);
            let message = format!("the phase would begin at {from} and end at {until}");
            self.problems.add(place, message, "let it begin before it ends");
        }
        Phase { name, from, until }
    }

    fn phase_name(&mut self, typed: &Placed<String>) -> String {
        let name = &typed.value;
        let fits = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_');
        if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(fits) {
            let message = format!("{name:?} is no name for a phase: it becomes part of a threshold");
            self.problems.add(&typed.place, message, format!("use 1 to {LONGEST_NAME} letters, digits, `-` and `_`"));
        }
        name.clone()
    }

    /// Thresholds are read here, so that a typing error costs no run.
    pub(super) fn thresholds(
        &mut self,
        typed: &[typed::Threshold],
        tenants: &[Tenant],
        phases: &[Phase],
    ) -> Vec<Threshold> {
        let tenants = || tenants.iter().map(|tenant| tenant.name.as_str());
        let phases = || phases.iter().map(|phase| phase.name.as_str());
        let mut thresholds = Vec::with_capacity(typed.len());
        for written in typed {
            let read = Threshold::parse(&written.expect.value);
            let read = read.and_then(|read| read.check_phase(phases()).map(|()| read));
            let read = read.and_then(|read| read.check_tenant(tenants()).map(|()| read));
            match read {
                Ok(threshold) => thresholds.extend(self.aborting(threshold, written)),
                Err(error) => self.no_threshold(&written.expect, &error),
            }
        }
        thresholds
    }

    /// With what the long form says of when it ends the run.
    fn aborting(&mut self, threshold: Threshold, written: &typed::Threshold) -> Option<Threshold> {
        let after = written.after.as_ref().map(|after| self.abort_time(after));
        if written.aborts.is_none() {
            if let Some(after) = &written.after {
                let help = "add `abort_on_fail = true`, or leave it out";
                self.problems.add(
                    &after.place,
                    "`after` says when a threshold may end the run, and this one never does",
                    help,
                );
            }
            return Some(threshold);
        }
        match threshold.aborting(after.unwrap_or(self.clock.warm_up)) {
            Ok(threshold) => Some(threshold),
            Err(error) => {
                let help = "leave `abort_on_fail` out: then it is judged at the end";
                self.problems.add(&within(&written.expect, &error), error.message, help);
                None
            }
        }
    }

    fn abort_time(&mut self, after: &Written<typed::Duration>) -> Span {
        let (span, end) = (self.span(after), self.end());
        if span >= end {
            self.problems.add(&after.place, format!("the run is over by {end}"), "let it be looked at sooner");
        }
        span
    }

    fn no_threshold(&mut self, written: &Placed<String>, error: &ThresholdError) {
        let help = match &error.suggestion {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "write one such as \"recall.p99 <= 250ms\"".to_owned(),
        };
        self.problems.add(&within(written, error), error.message.clone(), help);
    }
}

/// Each has figures of every tenant.
const MOST_PHASES: usize = 100;
const LONGEST_NAME: usize = 64;
