//! Families of metrics, written one after the other.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};

use crate::report::inert::inert;

/// Where families go.
pub(super) struct Exposition<'e>(DescriptorEncoder<'e>);

/// A label and its value, made harmless.
pub(super) type Label<'l> = (&'l str, String);

/// What writes all of its families.
pub(super) trait Exposed: fmt::Debug + Send + Sync + 'static {
    fn expose(&self, to: &mut Exposition<'_>) -> fmt::Result;
}

/// The whole text, with its end mark.
pub(super) fn text(of: impl Exposed) -> String {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Source(of)));
    let mut text = String::new();
    encode(&mut text, &registry).expect("writing to memory cannot fail");
    text
}

/// A label whose value may come from outside.
pub(super) fn label<'l>(name: &'l str, value: &str) -> Label<'l> {
    (name, inert(value, LONGEST))
}

impl Exposition<'_> {
    /// How often something happened. The name is written without its `_total`.
    pub(super) fn counters<'l>(
        &mut self,
        name: &str,
        help: &str,
        rows: impl IntoIterator<Item = (Vec<Label<'l>>, u64)>,
    ) -> fmt::Result {
        let mut rows = rows.into_iter().peekable();
        if rows.peek().is_none() {
            return Ok(());
        }
        let mut family = self.0.encode_descriptor(name, help, None, MetricType::Counter)?;
        rows.try_for_each(|(labels, count)| {
            family.encode_family(&labels)?.encode_counter::<NoLabelSet, _, u64>(&count, None)
        })
    }

    /// What is so much at the time. A unit is part of the name.
    pub(super) fn gauges<'l>(
        &mut self,
        name: &str,
        help: &str,
        rows: impl IntoIterator<Item = (Vec<Label<'l>>, f64)>,
    ) -> fmt::Result {
        let mut rows = rows.into_iter().peekable();
        if rows.peek().is_none() {
            return Ok(());
        }
        let (name, unit) = without_unit(name);
        let mut family = self.0.encode_descriptor(name, help, unit.as_ref(), MetricType::Gauge)?;
        rows.try_for_each(|(labels, value)| family.encode_family(&labels)?.encode_gauge(&value))
    }

    /// Durations in buckets: sum, count, and how many do not exceed each bound.
    pub(super) fn histograms<'l>(
        &mut self,
        name: &str,
        help: &str,
        rows: impl IntoIterator<Item = (Vec<Label<'l>>, (f64, u64, Vec<(f64, u64)>))>,
    ) -> fmt::Result {
        let (name, unit) = without_unit(name);
        let mut family = self.0.encode_descriptor(name, help, unit.as_ref(), MetricType::Histogram)?;
        rows.into_iter().try_for_each(|(labels, (sum, count, at_most))| {
            family.encode_family(&labels)?.encode_histogram::<NoLabelSet>(sum, count, &apart(&at_most, count), None)
        })
    }
}

#[derive(Debug)]
struct Source<E>(E);

impl<E: Exposed> Collector for Source<E> {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        self.0.expose(&mut Exposition(encoder))
    }
}

/// The crate appends units to names by itself.
fn without_unit(name: &str) -> (&str, Option<Unit>) {
    match name.strip_suffix("_seconds") {
        Some(name) => (name, Some(Unit::Seconds)),
        None => (name, None),
    }
}

/// The crate adds up the counts of buckets by itself, and wants one without a bound for the rest.
fn apart(at_most: &[(f64, u64)], count: u64) -> Vec<(f64, u64)> {
    let mut before = 0;
    let unbounded = (f64::INFINITY, count);
    let all = at_most.iter().copied().chain([unbounded]);
    all.map(|(bound, so_far)| (bound, so_far - std::mem::replace(&mut before, so_far))).collect()
}

/// A tenant's name has at most 64 characters; an expression may be longer.
const LONGEST: usize = 300;
