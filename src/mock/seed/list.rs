//! A list in which nothing is twice.

use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};

use crate::mock::document::{twice, wrong};

/// Something with a name of its own.
pub(super) trait Keyed {
    /// What it is.
    const NOUN: &str;
    /// Its name.
    fn key(&self) -> &str;
}

/// At least so many, none of them twice.
#[derive(Debug)]
pub(super) struct List<T, const LEAST: usize>(pub(super) Vec<T>);

impl<T, const LEAST: usize> Default for List<T, LEAST> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de> + Keyed, const LEAST: usize> Deserialize<'de> for List<T, LEAST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Reader(PhantomData))
    }
}

struct Reader<T, const LEAST: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + Keyed, const LEAST: usize> Visitor<'de> for Reader<T, LEAST> {
    type Value = List<T, LEAST>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list, each {} once", T::NOUN)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let (mut list, mut seen) = (Vec::new(), BTreeSet::new());
        while let Some(item) = items.next_element::<T>()? {
            if !seen.insert(item.key().to_owned()) {
                return Err(twice(T::NOUN, item.key()));
            }
            list.push(item);
        }
        if list.len() < LEAST {
            return Err(wrong(format!("there is no {}", T::NOUN), "name at least one"));
        }
        Ok(List(list))
    }
}
