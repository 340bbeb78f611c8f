//! Names and ids, checked.

use std::collections::BTreeSet;

use super::Resolver;
use crate::scenario::typed::Placed;

impl Resolver {
    /// The scenario's name, which becomes part of a path.
    pub(super) fn scenario_name(&mut self, typed: &Placed<String>) -> String {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let name = &typed.value;
        let starts_well = name.starts_with(|c: char| c.is_ascii_alphanumeric());
        if !starts_well || !name.chars().all(fits) || name.len() > LONGEST_NAME {
            let message = format!("{name:?} is no name for a scenario: it becomes part of a path");
            let help = format!("use up to {LONGEST_NAME} letters, digits, `-`, `_` and `.`, a letter or digit first");
            self.problems.add(&typed.place, message, help);
        }
        name.clone()
    }

    /// A name or id that is shown to people and sent over the wire.
    pub(super) fn identifier(&mut self, typed: &Placed<String>, what: &str) -> String {
        let text = &typed.value;
        let length = text.chars().count();
        let help = format!("write 1 to {LONGEST_NAME} characters, none of them a control character");
        match () {
            () if text.trim().is_empty() => self.problems.add(&typed.place, format!("{what} is empty"), help),
            () if length > LONGEST_NAME => {
                self.problems.add(&typed.place, format!("{what} has {length} characters"), help);
            }
            () if text.chars().any(char::is_control) => {
                self.problems.add(&typed.place, format!("{what} holds a control character: {text:?}"), help);
            }
            () => {}
        }
        text.clone()
    }

    /// Complains about every text that was there before.
    pub(super) fn distinct<'t>(&mut self, typed: impl Iterator<Item = &'t Placed<String>>, noun: &str, help: &str) {
        let mut seen = BTreeSet::new();
        for Placed { value, place } in typed {
            if !seen.insert(value) {
                self.problems.add(place, format!("a second {noun} {value:?}"), help);
            }
        }
    }
}

const LONGEST_NAME: usize = 64;
