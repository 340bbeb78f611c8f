//! Every figure by its name, once: what can be asked for, what a misspelt name is compared with.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::counted::Counted;
use super::metric::{LevelFigure, Metric, Statistic};
use crate::measure::{ErrorCode, Family, Wrong};

/// The names of all figures, in alphabetical order, statistics included: `admission.cold.count` …
pub fn metric_names() -> impl Iterator<Item = &'static str> {
    CATALOGUE.keys().map(String::as_str)
}

/// The figure of that name.
pub(super) fn metric_named(name: &str) -> Option<Metric> {
    CATALOGUE.get(name).copied()
}

static CATALOGUE: LazyLock<BTreeMap<String, Metric>> = LazyLock::new(|| {
    let levels = LevelFigure::NAMED.into_iter().map(|(name, level)| (name.to_owned(), Metric::Level(level)));
    let counts = Counted::NAMED.into_iter().flat_map(|(name, counted)| count_and_rate(name.to_owned(), counted));
    let budget = ("budget.met".to_owned(), Metric::BudgetMet);
    latencies().chain(levels).chain(counts).chain(errors()).chain(misdeeds()).chain([budget]).collect()
});

fn latencies() -> impl Iterator<Item = (String, Metric)> {
    Family::ALL.into_iter().flat_map(|family| {
        Statistic::ALL
            .into_iter()
            .map(move |(name, statistic)| (format!("{}.{name}", family.name()), Metric::Latency(family, statistic)))
    })
}

fn misdeeds() -> impl Iterator<Item = (String, Metric)> {
    let kinds =
        Wrong::ALL.into_iter().map(|wrong| (format!("misdeeds.{}", wrong.name()), Metric::Misdeeds(Some(wrong))));
    kinds.chain([("misdeeds".to_owned(), Metric::Misdeeds(None))])
}

/// An error code may stand alone, or after `errors.`, as in a summary.
fn errors() -> impl Iterator<Item = (String, Metric)> {
    ErrorCode::all().flat_map(|code| {
        let alone = code.as_str().contains('.').then(|| code.as_str().to_owned());
        let names = alone.into_iter().chain([format!("errors.{}", code.as_str())]);
        names.flat_map(move |name| count_and_rate(name, Counted::Error(code)))
    })
}

fn count_and_rate(name: String, counted: Counted) -> impl Iterator<Item = (String, Metric)> {
    let rate = counted.has_rate().then(|| (format!("{name}.rate"), Metric::Rate(counted)));
    rate.into_iter().chain([(name, Metric::Count(counted))])
}
