//! One JSON object a line.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Reader, Rows, next_line};
use crate::records::source::Source;
use crate::records::{Column, Columns, ReadError, Rejection};

impl Reader {
    pub(super) fn read_json(&self, source: Source<'_>, rows: &mut Rows<'_>) -> Result<(), ReadError> {
        let gzipped = source.is_gzipped();
        let mut text = source.text;
        let (mut bytes, mut object) = (Vec::new(), Object::new(&self.columns));
        let mut line = 0;
        while next_line(&mut *text, &mut bytes).map_err(|reason| Source::failed(gzipped, line, reason))? {
            line += 1;
            if bytes.trim_ascii().is_empty() {
                continue;
            }
            let parsed = object.parse(&bytes);
            if let (Ok(()), Some(column)) = (&parsed, self.missing_in(&object)) {
                return Err(self.no_column(line, column, object.keys));
            }
            // Keys are told of the first object only.
            object.keys_wanted = false;
            rows.take(line, || {
                parsed?;
                Ok(Column::ALL.map(|column| object.values[column as usize].as_deref().map(str::as_bytes)))
            })?;
        }
        Ok(())
    }

    /// A column that the first object lacks, if this is the first.
    fn missing_in(&self, object: &Object<'_>) -> Option<Column> {
        let missing = |column: &Column| self.is_missing(*column, object.values[*column as usize].is_some());
        Column::ALL.into_iter().filter(|_| object.keys_wanted).find(missing)
    }
}

/// The values of an object that are of use, as text.
struct Object<'c> {
    columns: &'c Columns,
    values: [Option<String>; Column::ALL.len()],
    keys: Vec<String>,
    keys_wanted: bool,
}

impl<'c> Object<'c> {
    fn new(columns: &'c Columns) -> Self {
        Self { columns, values: Default::default(), keys: Vec::new(), keys_wanted: true }
    }

    fn parse(&mut self, bytes: &[u8]) -> Result<(), Rejection> {
        self.values = Default::default();
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        (&mut *self).deserialize(&mut reader).and_then(|()| reader.end()).map_err(|error| {
            // There is one line, and the row is named already.
            Rejection::NoJson(error.to_string().replace(" at line 1 column ", " at byte "))
        })
    }
}

impl<'de> DeserializeSeed<'de> for &mut Object<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &mut Object<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            if self.keys_wanted {
                self.keys.push(key.clone().into_owned());
            }
            match self.columns.find(&key) {
                Some(column) => self.values[column as usize] = map.next_value_seed(Scalar)?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// A value as it would stand in CSV.
struct Scalar;

impl<'de> DeserializeSeed<'de> for Scalar {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<String>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Scalar {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number, null, or an array of numbers")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Option<String>, E> {
        Ok(Some(text.to_owned()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Option<String>, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Option<String>, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Option<String>, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_unit<E: Error>(self) -> Result<Option<String>, E> {
        Ok(Some(String::new()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Option<String>, A::Error> {
        let mut text = String::new();
        while let Some(item) = sequence.next_element_seed(Scalar)? {
            text.push_str(item.as_deref().unwrap_or_default());
            text.push(';');
        }
        Ok(Some(text))
    }
}
