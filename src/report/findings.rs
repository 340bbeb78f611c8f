//! What a summary says, judgement by judgement, for writers that report to machines.

use super::terminal::{UNWITNESSED, profile, verdict};
use super::words;
use crate::measure::{Judged, Summary, Threshold, Verdict};

/// One judgement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    /// What was to hold, such as `recall.p99 <= 250ms`.
    pub(super) expected: String,
    pub(super) outcome: Outcome,
    /// What was observed, or why nothing was. Text from outside: each writer makes it harmless in its own way.
    pub(super) told: String,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Holds,
    Fails,
    /// It could not be judged, which is no success.
    Unknown,
}

/// Each threshold, in the order of the scenario; then whether the laws are kept, and whether the measurement is valid:
/// who reads these reads nothing else.
pub(super) fn findings(summary: &Summary) -> Vec<Finding> {
    let thresholds = summary.thresholds.iter().map(|judged| of_threshold(judged, summary));
    thresholds.chain([laws(summary), validity(summary)]).collect()
}

fn of_threshold(judged: &Judged, summary: &Summary) -> Finding {
    let outcome = match judged {
        Judged { observed: None, .. } => Outcome::Unknown,
        Judged { ok: true, .. } => Outcome::Holds,
        Judged { ok: false, .. } => Outcome::Fails,
    };
    let aborted = summary.aborted.as_ref().filter(|aborted| aborted.threshold == *judged);
    let aborted = aborted.map(|aborted| format!("; it ended the run at {} s", words::number(aborted.at_s)));
    let told = observed(judged) + &aborted.unwrap_or_default();
    Finding { expected: judged.expression.clone(), outcome, told }
}

/// The observation with its margin and its samples, or why there is none.
fn observed(judged: &Judged) -> String {
    let Some(value) = judged.observed else { return judged.reason.clone().unwrap_or_default() };
    let samples = judged.samples.map(|samples| format!(", of {} samples", words::count(samples))).unwrap_or_default();
    let Ok(threshold) = Threshold::parse(&judged.expression) else {
        return format!("observed {}{samples}", words::number(value));
    };
    let dimension = threshold.dimension();
    let margin = judged.margin.map(|margin| format!(", margin {}", words::margin(margin, dimension)));
    format!("observed {}{}{samples}", words::beside(value, threshold.limit(), dimension), margin.unwrap_or_default())
}

fn laws(summary: &Summary) -> Finding {
    let outcome = if summary.broke_a_law() { Outcome::Fails } else { Outcome::Holds };
    let mut told = verdict::broken_laws(summary);
    if let Some(profile) = summary.profile.as_ref().filter(|profile| !profile.laws.is_empty()) {
        told.extend(profile::told(profile).iter().map(|what| format!("by the rules of {}: {what}", profile.name)));
    }
    if outcome == Outcome::Holds && summary.is_unwitnessed() {
        told.push(UNWITNESSED.to_owned());
    }
    Finding { expected: "the laws of the pool are kept".to_owned(), outcome, told: told.join("; ") }
}

fn validity(summary: &Summary) -> Finding {
    let outcome = if summary.verdict == Verdict::Invalid { Outcome::Unknown } else { Outcome::Holds };
    let mut told = summary.harness.invalid.join("; ");
    if outcome == Outcome::Unknown && told.is_empty() {
        told = verdict::said(summary).1;
    }
    Finding { expected: "the measurement is valid".to_owned(), outcome, told }
}
