//! The slowest turns.

use std::cmp::Reverse;

use super::document::{Kind, Parts, SlowTurn};
use crate::base::Span;
use crate::measure::Recall;

/// The slowest turns so far, the slowest first; of equally slow ones, the first.
#[derive(Clone, Debug, Default)]
pub(super) struct Slowest(Vec<Recall>);

impl Slowest {
    #[inline]
    pub(super) fn consider(&mut self, recall: &Recall) {
        if self.0.len() < KEPT || self.0.last().is_some_and(|last| recall.took > last.took) {
            self.keep(recall);
        }
    }

    #[cold]
    fn keep(&mut self, recall: &Recall) {
        let place = self.0.partition_point(|kept| Reverse(kept.took) <= Reverse(recall.took));
        self.0.insert(place, *recall);
        self.0.truncate(KEPT);
    }

    pub(super) fn finish(self, tenants: &[String]) -> Vec<SlowTurn> {
        self.0.iter().map(|recall| told(recall, tenants)).collect()
    }
}

fn told(recall: &Recall, tenants: &[String]) -> SlowTurn {
    let ms = |span: Option<Span>| span.unwrap_or(Span::ZERO).ms_f64();
    SlowTurn {
        at_s: recall.intended.secs_f64(),
        tenant: tenants[recall.tenant.index()].clone(),
        kind: Kind::of(recall),
        parts: Parts {
            took_ms: recall.took.ms_f64(),
            admission_ms: ms(recall.admission.map(|(_, took)| took)),
            session_start_ms: ms(recall.session_start),
            search_ms: ms(recall.search),
        },
        error: recall.outcome.err().map(|code| code.as_str().to_owned()),
    }
}

const KEPT: usize = 16;
