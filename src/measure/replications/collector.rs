//! Takes summaries and keeps what replications say of them.

use std::collections::BTreeMap;

use super::estimate::{CONFIDENCE, Observations};
use super::row::Row;
use super::{Held, Replications, SeedViolation};
use crate::measure::{Summary, Verdict};

/// Collects summaries; to be given one of each play, in the order of the seeds.
#[derive(Clone, Debug, Default)]
pub struct Collector {
    first: Option<Summary>,
    count: u64,
    broken: u64,
    violations: Vec<SeedViolation>,
    worst: Option<Verdict>,
    thresholds: Vec<HeldSoFar>,
    total: Row,
    tenants: BTreeMap<String, Row>,
}

#[derive(Clone, Debug)]
struct HeldSoFar {
    expression: String,
    held: u64,
    observed: Observations,
    first_failure: Option<(u64, Option<String>)>,
}

impl Collector {
    /// One more play.
    pub fn add(&mut self, summary: Summary) {
        let seed = summary.scenario.seed;
        self.count += 1;
        self.worst = Some(self.worst.map_or(summary.verdict, |worst| worse(worst, summary.verdict)));
        if summary.broke_a_law() {
            self.broken += 1;
            let first = summary.violations.first().filter(|_| self.violations.len() < Summary::VIOLATIONS_KEPT);
            self.violations.extend(first.map(|violation| SeedViolation { seed, violation: violation.clone() }));
        }
        self.judge(seed, &summary);
        let measured_s = summary.window.measured_s;
        self.total.add(&summary.total, measured_s);
        for (name, figures) in &summary.tenants {
            // The name is copied once, not once a play.
            if !self.tenants.contains_key(name) {
                self.tenants.insert(name.clone(), Row::default());
            }
            if let Some(row) = self.tenants.get_mut(name) {
                row.add(figures, measured_s);
            }
        }
        self.first.get_or_insert(summary);
    }

    fn judge(&mut self, seed: u64, summary: &Summary) {
        if self.thresholds.is_empty() {
            self.thresholds = summary.thresholds.iter().map(|judged| HeldSoFar::new(&judged.expression)).collect();
        }
        for (so_far, judged) in self.thresholds.iter_mut().zip(&summary.thresholds) {
            so_far.held += u64::from(judged.ok);
            if let Some(value) = judged.observed {
                so_far.observed.add(value);
            }
            if !judged.ok {
                so_far.first_failure.get_or_insert_with(|| (seed, judged.reason.clone()));
            }
        }
    }

    /// What they say together; nothing where there was none.
    pub fn finish(self) -> Option<Replications> {
        let first = self.first?;
        let count = self.count;
        Some(Replications {
            schema: Replications::SCHEMA.to_owned(),
            tool: first.tool,
            scenario: first.scenario,
            host: first.host,
            replications: count,
            confidence: CONFIDENCE,
            verdict: self.worst?,
            thresholds: self.thresholds.into_iter().map(|so_far| so_far.finish(count)).collect(),
            figures: self.total.estimates(),
            tenants: self.tenants.iter().map(|(name, row)| (name.clone(), row.estimates())).collect(),
            violations: self.violations,
            broken: self.broken,
        })
    }
}

impl HeldSoFar {
    fn new(expression: &str) -> Self {
        let (held, observed, first_failure) = (0, Observations::default(), None);
        Self { expression: expression.to_owned(), held, observed, first_failure }
    }

    fn finish(self, replications: u64) -> Held {
        let (first_failing_seed, reason) = self.first_failure.unzip();
        Held {
            expression: self.expression,
            held: self.held,
            observed: self.observed.estimate(),
            first_failing_seed,
            ok: self.held == replications,
            reason: reason.flatten(),
        }
    }
}

fn worse(one: Verdict, other: Verdict) -> Verdict {
    // Virtual time invalidates no play but for lack of samples, and a failure says more than that.
    let rank = |verdict| match verdict {
        Verdict::Unjudged => 0,
        Verdict::Pass => 1,
        Verdict::Invalid => 2,
        Verdict::Fail => 3,
    };
    if rank(other) > rank(one) { other } else { one }
}
