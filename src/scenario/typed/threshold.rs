//! What must hold: an expression, or a table of one and when it ends the run.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use super::{Duration, Place, Placed, Written};

/// A threshold as it was written.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct Threshold {
    /// For example `recall.p99 <= 250ms`.
    pub(in crate::scenario) expect: Placed<String>,
    /// Where it says that it ends the run, if it does.
    pub(in crate::scenario) aborts: Option<Place>,
    /// From when on.
    pub(in crate::scenario) after: Option<Written<Duration>>,
}

/// A threshold, and what becomes of the run where it does not hold.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ThresholdTable")]
struct Table {
    /// What must hold, for example `recall.p99 <= 250ms`.
    expect: Placed<String>,
    /// Whether the run ends as soon as it does not hold. Default: false.
    abort_on_fail: Option<Placed<bool>>,
    /// With `abort_on_fail`: it is looked at from then on, counted from the run's beginning. Default: the warm-up.
    after: Option<Written<Duration>>,
}

/// Expression or table.
enum Typed {
    Expression(String),
    Table(Table),
}

impl<'de> Deserialize<'de> for Threshold {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Placed { value, place } = Placed::<Typed>::deserialize(deserializer)?;
        Ok(match value {
            Typed::Expression(value) => Self { expect: Placed { value, place }, aborts: None, after: None },
            Typed::Table(Table { expect, abort_on_fail, after }) => {
                let aborts = abort_on_fail.filter(|aborts| aborts.value).map(|aborts| aborts.place);
                Self { expect, aborts, after }
            }
        })
    }
}

impl<'de> Deserialize<'de> for Typed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TypedVisitor)
    }
}

impl JsonSchema for Threshold {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Threshold".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (text, table) = (generator.subschema_for::<String>(), generator.subschema_for::<Table>());
        json_schema!({ "description": "What must hold, or a table of it and when it ends the run.", "anyOf": [text, table] })
    }
}

struct TypedVisitor;

impl<'de> Visitor<'de> for TypedVisitor {
    type Value = Typed;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a threshold such as \"recall.p99 <= 250ms\", or a table such as { expect = \"recall.p99 <= 250ms\", \
             abort_on_fail = true, after = \"30s\" }",
        )
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Typed, E> {
        Ok(Typed::Expression(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Typed, A::Error> {
        Table::deserialize(MapAccessDeserializer::new(map)).map(Typed::Table)
    }
}
