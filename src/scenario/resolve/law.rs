//! Distributions.

use super::{Resolver, histogram, listed};
use crate::base::{Distribution, LawError, Span};
use crate::scenario::typed::{Duration, Law, LawKind, LawTable, Place, Typed, Unit, Written};

impl Resolver {
    /// A law, or what it is where none was typed.
    pub(super) fn law_or(&mut self, typed: Option<&Law>, default: Result<Distribution, LawError>) -> Distribution {
        match typed {
            Some(typed) => self.law(typed),
            None => default.expect("the defaults are laws"),
        }
    }

    /// The law of a runtime's work, and the processor time within it.
    pub(super) fn work(
        &mut self,
        typed: Option<&Law>,
        default: Result<Distribution, LawError>,
    ) -> (Distribution, Span) {
        let Some(typed) = typed else { return (self.law_or(None, default), Span::ZERO) };
        (self.durations(typed), typed.cpu().map_or(Span::ZERO, |cpu| self.span(cpu)))
    }

    /// A law of something that is no work of a runtime.
    pub(super) fn law(&mut self, typed: &Law) -> Distribution {
        if let Some(cpu) = typed.cpu() {
            let help = "leave it out: boots, session_start, search, save, flush and terminate under [runtime] take it";
            self.problems.add(&cpu.place, "`cpu` means nothing to what is no work of a runtime", help);
        }
        self.durations(typed)
    }

    /// A law; a constant of nothing where it is wrong.
    fn durations(&mut self, typed: &Law) -> Distribution {
        let law = match &typed.typed {
            Typed::Constant(text) => {
                Some(Distribution::constant(self.span(&Written::at(typed.place.clone(), text.clone())).ns()))
            }
            Typed::Table(table) => self.table(table, &typed.place),
        };
        match law {
            Some(Ok(law)) => law,
            Some(Err(error)) => self.no_law(typed, &error),
            None => NOTHING,
        }
    }

    /// Parameters that make no law.
    fn no_law(&mut self, typed: &Law, error: &LawError) -> Distribution {
        let (message, help) = match error {
            LawError::Bounds { min_ns, max_ns } => {
                let (min, max) = (Span::from_ns(*min_ns), Span::from_ns(*max_ns));
                (format!("the shortest duration ({min}) is longer than the longest ({max})"), "swap `min` and `max`")
            }
            LawError::Cv { .. } => (error.to_string(), "write one such as `cv = 0.5`"),
            LawError::TooLong { .. } | LawError::Gamma { .. } | LawError::Empty => {
                (error.to_string(), "change the values of this law")
            }
        };
        self.problems.add(&typed.place, message, help);
        NOTHING
    }

    /// The law of a table, where it has all it needs.
    fn table(&mut self, table: &LawTable, place: &Place) -> Option<Result<Distribution, LawError>> {
        let (what, takes) = parameters(table);
        self.superfluous(table.given(), what, takes);
        let given = |key: &&str| table.given().iter().any(|(given, _)| given == key);
        let missing: Vec<&str> = takes.iter().copied().filter(|key| !OPTIONAL.contains(key) && !given(key)).collect();
        if !missing.is_empty() {
            self.problems.add(place, format!("{what} need {}", listed(&missing)), "add what is missing");
            return None;
        }
        let mut ns = |given: &Option<Written<Duration>>| given.as_ref().map(|given| self.span(given).ns());
        let cv = table.cv.as_ref().map(|cv| cv.value);
        Some(match table.dist.value {
            LawKind::Constant => Distribution::constant(ns(&table.value)?),
            LawKind::Uniform => Distribution::uniform(ns(&table.min)?, ns(&table.max)?),
            LawKind::Exponential => Distribution::exponential(ns(&table.mean)?),
            LawKind::Lognormal => match ns(&table.median) {
                Some(median) => Distribution::lognormal_median(median, cv?),
                None => Distribution::lognormal_mean(ns(&table.mean)?, cv?),
            },
            LawKind::Gamma => Distribution::gamma(ns(&table.mean)?, cv?),
            LawKind::Empirical => Distribution::empirical(self.empirical(table)?),
        })
    }

    /// Measured values, in nanoseconds.
    fn empirical(&mut self, table: &LawTable) -> Option<Vec<u64>> {
        let Some(file) = &table.file else {
            return Some(table.values.as_ref()?.value.iter().map(|value| self.span(value).ns()).collect());
        };
        let unit_ns = match table.unit.as_ref().map_or(Unit::Ns, |unit| unit.value) {
            Unit::Ns => 1,
            Unit::Us => 1_000,
            Unit::Ms => 1_000_000,
        };
        let path = self.folder.join(&file.value);
        match histogram::read(&path, table.tag.as_ref().map(|tag| tag.value.as_str())) {
            Ok(values) => Some(values.into_iter().map(|value| value.saturating_mul(unit_ns)).collect()),
            Err(reason) => {
                let message = format!("{} {reason}", path.display());
                self.problems.add(&file.place, message, "name an HdrHistogram interval log beside the scenario file");
                None
            }
        }
    }
}

/// What a law is called, and the parameters it takes.
fn parameters(table: &LawTable) -> (&'static str, &'static [&'static str]) {
    match table.dist.value {
        LawKind::Constant => ("constant laws", &["value"]),
        LawKind::Uniform => ("uniform laws", &["min", "max"]),
        LawKind::Exponential => ("exponential laws", &["mean"]),
        LawKind::Lognormal if table.median.is_some() => ("lognormal laws with a median", &["median", "cv"]),
        LawKind::Lognormal => ("lognormal laws", &["mean", "cv"]),
        LawKind::Gamma => ("gamma laws", &["mean", "cv"]),
        LawKind::Empirical if table.file.is_some() => ("empirical laws with a file", &["file", "tag", "unit"]),
        LawKind::Empirical => ("empirical laws", &["values"]),
    }
}

/// Parameters that a law does without.
const OPTIONAL: [&str; 2] = ["tag", "unit"];
/// What a law that is wrong stands in for until the scenario is refused.
const NOTHING: Distribution = Distribution::Constant { ns: 0 };
