//! How long something takes: a duration, or the table of a law.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use super::{Duration, Place, Placed, Written};

/// A distribution as it was written.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct Law {
    /// Duration or table.
    pub(in crate::scenario) typed: Typed,
    /// Where.
    pub(in crate::scenario) place: Place,
}

/// Duration or table.
#[derive(Clone, Debug)]
pub(in crate::scenario) enum Typed {
    /// Always the same.
    Constant(String),
    /// A law and its parameters.
    Table(Box<LawTable>),
}

/// A law and its parameters.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct LawTable {
    /// Which law.
    pub(in crate::scenario) dist: Placed<LawKind>,
    /// `constant`: the duration.
    pub(in crate::scenario) value: Option<Written<Duration>>,
    /// `uniform`: the shortest duration.
    pub(in crate::scenario) min: Option<Written<Duration>>,
    /// `uniform`: the longest duration.
    pub(in crate::scenario) max: Option<Written<Duration>>,
    /// `exponential`, `lognormal` and `gamma`: the mean.
    pub(in crate::scenario) mean: Option<Written<Duration>>,
    /// `lognormal`: the median, instead of the mean.
    pub(in crate::scenario) median: Option<Written<Duration>>,
    /// `lognormal` and `gamma`: the coefficient of variation, standard deviation over mean.
    pub(in crate::scenario) cv: Option<Placed<f64>>,
    /// `empirical`: measured durations, each equally likely.
    pub(in crate::scenario) values: Option<Placed<Vec<Written<Duration>>>>,
    /// `empirical`: an `HdrHistogram` interval log (`.hlog`), instead of values; beside the scenario file.
    pub(in crate::scenario) file: Option<Placed<String>>,
    /// `empirical` with a file: only the intervals of this tag. Default: all.
    pub(in crate::scenario) tag: Option<Placed<String>>,
    /// `empirical` with a file: the unit of its values. Default: ns.
    pub(in crate::scenario) unit: Option<Placed<Unit>>,
    /// Under `[runtime]` only: processor time within the work, for simulation with `[host] cores`. A draw that is shorter
    /// is computing all through. Default: 0s.
    pub(in crate::scenario) cpu: Option<Written<Duration>>,
}

/// The laws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(in crate::scenario) enum LawKind {
    /// Always `value`.
    Constant,
    /// Between `min` and `max`, all alike.
    Uniform,
    /// Memoryless, by `mean`.
    Exponential,
    /// By `median` or `mean`, and `cv`.
    Lognormal,
    /// By `mean` and `cv`; CV 0.5 is Erlang-4.
    Gamma,
    /// By `values` or `file`.
    Empirical,
}

/// Units of a histogram's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(in crate::scenario) enum Unit {
    /// Nanoseconds.
    Ns,
    /// Microseconds.
    Us,
    /// Milliseconds.
    Ms,
}

impl<'de> Deserialize<'de> for Law {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Placed { value, place } = Placed::<Typed>::deserialize(deserializer)?;
        Ok(Self { typed: value, place })
    }
}

impl<'de> Deserialize<'de> for Typed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TypedVisitor)
    }
}

impl JsonSchema for Law {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Distribution".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (duration, table) = (generator.subschema_for::<Written<Duration>>(), generator.subschema_for::<LawTable>());
        json_schema!({ "description": "A duration, or the table of a law.", "anyOf": [duration, table] })
    }
}

struct TypedVisitor;

impl<'de> Visitor<'de> for TypedVisitor {
    type Value = Typed;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a duration such as \"250ms\", or a table such as { dist = \"lognormal\", median = \"8ms\", cv = 0.5 }",
        )
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Typed, E> {
        Ok(Typed::Constant(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Typed, A::Error> {
        LawTable::deserialize(MapAccessDeserializer::new(map)).map(|table| Typed::Table(Box::new(table)))
    }
}

impl Law {
    /// The processor time that was given.
    pub(in crate::scenario) fn cpu(&self) -> Option<&Written<Duration>> {
        match &self.typed {
            Typed::Constant(_) => None,
            Typed::Table(table) => table.cpu.as_ref(),
        }
    }
}

impl LawTable {
    /// The parameters of the law itself that were given, and where.
    pub(in crate::scenario) fn given(&self) -> Vec<(&'static str, Place)> {
        let places = [
            ("value", self.value.as_ref().map(|value| &value.place)),
            ("min", self.min.as_ref().map(|min| &min.place)),
            ("max", self.max.as_ref().map(|max| &max.place)),
            ("mean", self.mean.as_ref().map(|mean| &mean.place)),
            ("median", self.median.as_ref().map(|median| &median.place)),
            ("cv", self.cv.as_ref().map(|cv| &cv.place)),
            ("values", self.values.as_ref().map(|values| &values.place)),
            ("file", self.file.as_ref().map(|file| &file.place)),
            ("tag", self.tag.as_ref().map(|tag| &tag.place)),
            ("unit", self.unit.as_ref().map(|unit| &unit.place)),
        ];
        places.into_iter().filter_map(|(key, place)| Some((key, place?.clone()))).collect()
    }
}
