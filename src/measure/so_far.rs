//! Figures of a run that goes on, for the thresholds that may end it.

use super::series::Series;
use super::summary::{Aborted, Counts, Figures, Latency};
use super::tally::Tally;
use super::threshold::SoFar;
use super::{Family, Recorder, Threshold, closing};
use crate::base::{Span, Time};

impl Recorder {
    /// The first of the thresholds that may end the run and does not hold now. What is counted is counted up to now,
    /// whatever the time; levels up to `now`.
    pub fn abort(&mut self, now: Time) -> Option<Aborted> {
        let thresholds = self.settings.thresholds.clone();
        let mut so_far = UpTo { recorder: self, now };
        let broken =
            thresholds.iter().filter_map(Threshold::watched).find_map(|watched| watched.broken(now, &mut so_far));
        broken.map(|threshold| Aborted { at_s: now.secs_f64(), threshold })
    }

    /// Whether there are thresholds that may end the run.
    pub fn may_abort(&self) -> bool {
        self.settings.thresholds.iter().any(|threshold| threshold.aborts_after().is_some())
    }

    /// One family's samples, of a tenant or of all together.
    fn latency_so_far(&mut self, tenant: Option<usize>, family: Family) -> Latency {
        let budget = self.settings.budget;
        let mut all = Series::<u64>::default();
        for tally in chosen_mut(&mut self.tallies, tenant) {
            tally.latencies.settle(budget);
            all.absorb(tally.latencies.of(family));
        }
        all.latency(budget)
    }
}

/// A recorder, and the time it is.
struct UpTo<'r> {
    recorder: &'r mut Recorder,
    now: Time,
}

impl SoFar for UpTo<'_> {
    fn has_tenant(&self, name: &str) -> bool {
        self.recorder.settings.tenants.iter().any(|tenant| tenant == name)
    }

    fn figures(&mut self, phase: Option<&str>, tenant: Option<&str>, family: Option<Family>) -> Option<(Figures, f64)> {
        let place = tenant.map(|name| self.recorder.settings.tenants.iter().position(|tenant| tenant == name));
        let place = place.map(|place| place.expect("it was among them when it was chosen"));
        let recorder = match phase {
            None => &mut *self.recorder,
            Some(name) => {
                let number = self.recorder.settings.phases.iter().position(|phase| phase.name == name)?;
                &mut self.recorder.phases[number]
            }
        };
        let latency = family.map(|family| (family.name().to_owned(), recorder.latency_so_far(place, family)));
        let mut levels = place.map_or(recorder.total_levels(), |place| &recorder.tallies[place].levels).clone();
        let end = recorder.window.end.min(self.now);
        levels.hold_until(end, &recorder.window);
        let measured: Span = end.since(recorder.window.start);
        let tallies = || place.map_or(&recorder.tallies[..], |place| &recorder.tallies[place..=place]);
        let budget_met = tallies().iter().map(|tally| tally.budget_met).sum();
        let figures = Figures {
            latency_ms: latency.into_iter().collect(),
            ..closing::figures(recorder.settings.budget, counts(tallies()), budget_met, &levels, measured)
        };
        Some((figures, measured.secs_f64()))
    }
}

fn chosen_mut(tallies: &mut [Tally], place: Option<usize>) -> &mut [Tally] {
    match place {
        Some(place) => &mut tallies[place..=place],
        None => tallies,
    }
}

fn counts(tallies: &[Tally]) -> Counts {
    let mut counts = Counts::default();
    for tally in tallies {
        counts += &tally.counts;
        for (code, count) in closing::named_errors(&tally.errors) {
            *counts.errors.entry(code).or_default() += count;
        }
    }
    counts
}
