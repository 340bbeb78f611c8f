//! How long recalls took, by what their admission meant, and where their time went.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;

use super::document::{Curve, Kind, Parts};
use crate::base::Span;
use crate::measure::Recall;

/// The curves of all kinds; a kind costs some 200 kB when it first occurs.
#[derive(Clone, Debug, Default)]
pub(super) struct Curves([Option<Box<Samples>>; Kind::ALL.len()]);

/// The recalls of one kind.
#[derive(Clone, Debug)]
struct Samples {
    /// In units of 1.024 µs.
    histogram: Histogram<u64>,
    took_ns: u128,
    admission_ns: u128,
    session_start_ns: u128,
    search_ns: u128,
}

impl Curves {
    #[inline]
    pub(super) fn add(&mut self, recall: &Recall) {
        self.0[Kind::of(recall) as usize].get_or_insert_with(Samples::none).add(recall);
    }

    pub(super) fn finish(self) -> BTreeMap<Kind, Curve> {
        let told = Kind::ALL.into_iter().zip(self.0);
        told.filter_map(|(kind, samples)| Some((kind, samples?.curve()))).collect()
    }
}

impl Samples {
    fn none() -> Box<Self> {
        let histogram = Histogram::new_with_bounds(1, LONGEST, 3).expect("the bounds are in order");
        Box::new(Self { histogram, took_ns: 0, admission_ns: 0, session_start_ns: 0, search_ns: 0 })
    }

    fn add(&mut self, recall: &Recall) {
        self.histogram.saturating_record((recall.took.ns() >> UNIT_BITS).max(1));
        self.took_ns += u128::from(recall.took.ns());
        self.admission_ns += u128::from(recall.admission.map_or(Span::ZERO, |(_, took)| took).ns());
        self.session_start_ns += u128::from(recall.session_start.unwrap_or(Span::ZERO).ns());
        self.search_ns += u128::from(recall.search.unwrap_or(Span::ZERO).ns());
    }

    fn curve(&self) -> Curve {
        let count = self.histogram.len();
        let mean = |sum: u128| ms_of_ns(u64::try_from(sum / u128::from(count.max(1))).unwrap_or(u64::MAX));
        let points = self.histogram.iter_quantiles(TICKS);
        let points = points.map(|step| (step.quantile(), ms_of_ns((step.value_iterated_to() + 1) << UNIT_BITS)));
        Curve {
            count,
            points: points.collect(),
            mean: Parts {
                took_ms: mean(self.took_ns),
                admission_ms: mean(self.admission_ns),
                session_start_ms: mean(self.session_start_ns),
                search_ms: mean(self.search_ns),
            },
        }
    }
}

/// To a microsecond.
fn ms_of_ns(ns: u64) -> f64 {
    (ns / 1_000) as f64 / 1e3
}

const UNIT_BITS: u32 = 10;
/// An hour; longer ones count as that long.
const LONGEST: u64 = 3_600_000_000_000 >> UNIT_BITS;
/// Points for each halving of the share that lies beyond.
const TICKS: u32 = 5;
