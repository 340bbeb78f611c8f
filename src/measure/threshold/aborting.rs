//! Thresholds that end a run as soon as they do not hold.

use super::counted::Counted;
use super::metric::{LevelFigure, Metric, Statistic};
use super::operator::Operator;
use super::{Judged, Observation, Threshold, ThresholdError, Unobserved, parse};
use crate::base::{Span, Time};
use crate::measure::{Family, Figures};

/// A run under way, as far as a threshold wants to know it.
pub(in crate::measure) trait SoFar {
    /// Whether a tenant of that name is in it.
    fn has_tenant(&self, name: &str) -> bool;

    /// Figures so far of a phase or the whole run, of a tenant or all together, and over how many seconds they were
    /// measured. Of all latencies only `family` is filled in. Nothing where there is no such phase.
    fn figures(&mut self, phase: Option<&str>, tenant: Option<&str>, family: Option<Family>) -> Option<(Figures, f64)>;
}

/// A threshold that is judged while a run goes on.
#[derive(Clone, Copy, Debug)]
pub(in crate::measure) struct Watched<'t> {
    threshold: &'t Threshold,
    after: Span,
}

impl Threshold {
    /// The same threshold, which ends the run where it does not hold at `after` or later. What would end every run is
    /// refused: a figure that is known only at the end, and a count that has yet to grow.
    pub fn aborting(mut self, after: Span) -> Result<Self, ThresholdError> {
        let (metric, figure) = (self.subject.metric(), self.figure());
        let error = |message: String| Err(parse::error_at(&self.expression, figure, message));
        if metric.is_known_at_the_end_only() {
            return error(format!("`{figure}` is known at the end only, so it cannot end a run"));
        }
        if metric.only_grows() && !self.operator.stays_broken(self.limit) {
            return error(format!("`{figure}` has to grow first, so this would end every run at its beginning"));
        }
        self.aborts_after = Some(after);
        Ok(self)
    }

    /// Whether, and from when on, it ends the run where it does not hold.
    pub fn aborts_after(&self) -> Option<Span> {
        self.aborts_after
    }

    /// The threshold as it is judged while the run goes on, if it is.
    pub(in crate::measure) fn watched(&self) -> Option<Watched<'_>> {
        Some(Watched { threshold: self, after: self.aborts_after? })
    }
}

impl Watched<'_> {
    /// What was seen, where it does not hold now. What cannot be evaluated yet is not judged: that is for the end.
    pub(in crate::measure) fn broken(self, now: Time, so_far: &mut impl SoFar) -> Option<Judged> {
        if now < Time::ZERO + self.after {
            return None;
        }
        let observed = self.observe(so_far).ok()?;
        Some(self.threshold.judged(Ok(observed))).filter(|judged| !judged.ok)
    }

    fn observe(self, so_far: &mut impl SoFar) -> Result<Observation, Unobserved> {
        let subject = &self.threshold.subject;
        let nothing = || Unobserved::because("there is no such phase or tenant in this run".to_owned());
        let (tenant, metric) = subject.choose(|name| so_far.has_tenant(name)).map_err(|_| nothing())?;
        let (figures, measured_s) = so_far.figures(subject.phase(), tenant, metric.family()).ok_or_else(nothing)?;
        metric.observe(&figures, measured_s)
    }
}

impl Metric {
    fn family(self) -> Option<Family> {
        match self {
            Self::Latency(family, _) => Some(family),
            Self::BudgetMet | Self::Count(_) | Self::Rate(_) | Self::Level(_) | Self::Misdeeds(_) => None,
        }
    }

    fn is_known_at_the_end_only(self) -> bool {
        match self {
            Self::Count(counted) | Self::Rate(counted) => counted.is_of_the_whole_run(),
            Self::Level(level) => level == LevelFigure::RssPeak,
            Self::Misdeeds(_) => true,
            Self::Latency(..) | Self::BudgetMet => false,
        }
    }

    /// It begins at nothing, and never gets less.
    fn only_grows(self) -> bool {
        match self {
            Self::Count(_) | Self::Misdeeds(_) | Self::Latency(_, Statistic::Count) => true,
            Self::Level(level) => {
                matches!(level, LevelFigure::RuntimesPeak | LevelFigure::BusyPeak | LevelFigure::PortsPeak)
            }
            Self::Latency(..) | Self::BudgetMet | Self::Rate(_) => false,
        }
    }

    /// Whether a phase has it.
    pub(super) fn is_of_a_phase(self) -> bool {
        !self.is_known_at_the_end_only()
    }
}

impl Counted {
    /// Only the end of a run can tell, for all of it together.
    pub(super) const fn is_of_the_whole_run(self) -> bool {
        matches!(self, Self::SavesDelivered | Self::SavesLost | Self::SavesDuplicated | Self::Leaks | Self::Violations)
    }
}

impl Operator {
    /// Whether a figure that only grows, from nothing, holds at first, and never again once it does not.
    fn stays_broken(self, limit: f64) -> bool {
        match self {
            Self::AtMost => true,
            Self::Below => limit > 0.0,
            Self::Equal => limit == 0.0,
            Self::AtLeast | Self::Above | Self::Unequal => false,
        }
    }
}
