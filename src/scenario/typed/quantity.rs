//! Quantities with a unit, written as text: durations, rates, shares, sizes.
//!
//! Reading a file only takes down the text; [`Written::parse`] says what it means or what is wrong with it. So a file
//! with several bad quantities is told about all of them at once.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use bytesize::ByteSize;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

use crate::base::Span;
use crate::workload::Rate;

use super::{Place, Placed};

/// A kind of quantity.
pub(in crate::scenario) trait Quantity {
    /// What it means.
    type Value;
    /// Its name in the schema.
    const NAME: &'static str;
    /// How to write it, to follow the word "expected".
    const EXPECTED: &'static str;
    /// Whether a bare number will do.
    const NUMBERS: bool;

    /// The meaning of `text`, or why it has none, in a sentence without a subject.
    fn parse(text: &str) -> Result<Self::Value, String>;
}

/// A quantity as it was written.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct Written<Q> {
    /// As typed.
    pub(in crate::scenario) text: String,
    /// Where.
    pub(in crate::scenario) place: Place,
    quantity: PhantomData<Q>,
}

/// `"250ms"`, `"1h 30m"`
#[derive(Clone, Debug)]
pub(in crate::scenario) struct Duration;
/// `"40/min"`
#[derive(Clone, Debug)]
pub(in crate::scenario) struct PerTime;
/// `"1%"` or `0.01`
#[derive(Clone, Debug)]
pub(in crate::scenario) struct Share;
/// `"90MB"` or bytes
#[derive(Clone, Debug)]
pub(in crate::scenario) struct Size;

impl Quantity for Duration {
    type Value = Span;
    const NAME: &'static str = "Duration";
    const EXPECTED: &'static str = "a duration with its unit, such as \"250ms\", \"60s\" or \"1h 30m\"";
    const NUMBERS: bool = false;

    fn parse(text: &str) -> Result<Span, String> {
        if text.trim_start().starts_with('-') {
            return Err("is negative".to_owned());
        }
        let span = humantime::parse_duration(text).map_err(|reason| format!("is no duration: {reason}"))?;
        let span = Span::from(span);
        if span > LONGEST { Err("is longer than a hundred years".to_owned()) } else { Ok(span) }
    }
}

impl Quantity for PerTime {
    type Value = Rate;
    const NAME: &'static str = "Rate";
    const EXPECTED: &'static str = "a rate such as \"40/min\", \"0.13/s\" or \"480/h\"";
    const NUMBERS: bool = false;

    fn parse(text: &str) -> Result<Rate, String> {
        let (number, unit) = text.split_once('/').ok_or("is no rate: it has no `/`")?;
        let seconds = match unit.trim() {
            "s" | "sec" | "second" => 1.0,
            "m" | "min" | "minute" => 60.0,
            "h" | "hour" => 3600.0,
            "d" | "day" => 86_400.0,
            other => return Err(format!("is per `{other}`, not per s, min, h or d")),
        };
        let rate = not_negative(number)? / seconds;
        if rate > HIGHEST_RATE {
            return Err(format!("is more than {HIGHEST_RATE} a second"));
        }
        Ok(Rate(rate))
    }
}

impl Quantity for Share {
    type Value = f64;
    const NAME: &'static str = "Share";
    const EXPECTED: &'static str = "a share such as \"1%\" or 0.01";
    const NUMBERS: bool = true;

    fn parse(text: &str) -> Result<f64, String> {
        let share = match text.trim_end().strip_suffix('%') {
            Some(percent) => not_negative(percent)? / 100.0,
            None => not_negative(text)?,
        };
        if share > 1.0 { Err("is more than the whole".to_owned()) } else { Ok(share) }
    }
}

impl Quantity for Size {
    type Value = u64;
    const NAME: &'static str = "Size";
    const EXPECTED: &'static str = "a size such as \"90MB\", \"64MiB\" or a number of bytes";
    const NUMBERS: bool = true;

    fn parse(text: &str) -> Result<u64, String> {
        let size: ByteSize = text.parse().map_err(|_| "is no size".to_owned())?;
        if size > LARGEST_SIZE { Err(format!("is more than {LARGEST_SIZE}")) } else { Ok(size.as_u64()) }
    }
}

impl<Q: Quantity> Written<Q> {
    /// As though `text` had been written at `place`.
    pub(in crate::scenario) fn at(place: Place, text: String) -> Self {
        Self { text, place, quantity: PhantomData }
    }

    /// What it means, or why it means nothing.
    pub(in crate::scenario) fn parse(&self) -> Result<Q::Value, String> {
        Q::parse(&self.text)
    }
}

impl<'de, Q: Quantity> Deserialize<'de> for Written<Q> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Placed { value: Text(text, _), place } = Placed::<Text<Q>>::deserialize(deserializer)?;
        Ok(Self::at(place, text))
    }
}

impl<Q: Quantity> JsonSchema for Written<Q> {
    fn schema_name() -> Cow<'static, str> {
        Q::NAME.into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let description = format!("Write {}.", Q::EXPECTED);
        if Q::NUMBERS {
            json_schema!({ "type": ["string", "number"], "minimum": 0, "description": description })
        } else {
            json_schema!({ "type": "string", "description": description })
        }
    }
}

/// The text of a quantity, numbers included where they will do.
struct Text<Q>(String, PhantomData<Q>);

impl<'de, Q: Quantity> Deserialize<'de> for Text<Q> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(deserializer.deserialize_any(TextVisitor::<Q>(PhantomData))?, PhantomData))
    }
}

struct TextVisitor<Q>(PhantomData<Q>);

impl<Q: Quantity> TextVisitor<Q> {
    fn number<E: Error>(&self, number: impl fmt::Display, found: serde::de::Unexpected<'_>) -> Result<String, E> {
        if Q::NUMBERS { Ok(number.to_string()) } else { Err(E::invalid_type(found, self)) }
    }
}

impl<Q: Quantity> Visitor<'_> for TextVisitor<Q> {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Q::EXPECTED)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<String, E> {
        self.number(number, serde::de::Unexpected::Signed(number))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<String, E> {
        self.number(number, serde::de::Unexpected::Float(number))
    }
}

fn not_negative(text: &str) -> Result<f64, String> {
    let number: f64 = text.trim().parse().map_err(|_| format!("is no number: `{}`", text.trim()))?;
    match number {
        _ if !number.is_finite() => Err("is no finite number".to_owned()),
        _ if number < 0.0 => Err("is negative".to_owned()),
        _ => Ok(number),
    }
}

/// A hundred years of 365.25 days: a sixth of what nanoseconds can count. Laws have a limit of their own.
pub(in crate::scenario) const LONGEST: Span = Span::from_secs(100 * 31_557_600);
/// Beyond what one process could start, and what nanoseconds tell apart well.
const HIGHEST_RATE: f64 = 1e6;
const LARGEST_SIZE: ByteSize = ByteSize::tb(1);
