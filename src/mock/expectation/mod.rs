//! Calls that are to arrive, and whether they did.

mod condition;
mod typed;

use std::path::Path;

use super::call::Call;
use super::document::{self, FileError};
use condition::Condition;
use typed::Typed;

/// Calls that are to arrive. They are counted as they come; no call is kept.
#[derive(Debug)]
pub struct Expectations(Vec<Expectation>);

#[derive(Debug)]
struct Expectation {
    about: String,
    conditions: Vec<Condition>,
    at_least: u64,
    at_most: Option<u64>,
    came: u64,
    nearest: Option<(u64, Nearest)>,
}

/// What became of an expectation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// What was expected, in words.
    pub about: String,
    /// How often, in words.
    pub wanted: String,
    /// How often it came.
    pub came: u64,
    /// Whether that is as it should be.
    pub ok: bool,
    /// Where too few came: the call that was most like it, if any came at all.
    pub nearest: Option<Nearest>,
}

/// A call that was not quite the expected one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nearest {
    /// The call, in words.
    pub call: String,
    /// What was wrong with it.
    pub misses: Vec<String>,
}

impl Expectations {
    /// Reads them from a file in TOML or JSON.
    pub fn load(file: &Path) -> Result<Self, FileError> {
        document::read::<Typed>(file).map(Self::from)
    }

    /// A call came.
    pub fn hear(&mut self, call: &Call) {
        self.0.iter_mut().for_each(|expectation| expectation.hear(call));
    }

    /// What became of each, in the order of the file.
    pub fn judge(&self) -> Vec<Judged> {
        self.0.iter().map(Expectation::judge).collect()
    }
}

impl Expectation {
    fn hear(&mut self, call: &Call) {
        let found = self.conditions.iter().filter_map(|condition| Some((condition.weight(), condition.miss(call)?)));
        let (weights, misses): (Vec<u64>, Vec<String>) = found.unzip();
        if misses.is_empty() {
            self.came += 1;
            return;
        }
        // The first of those that are equally near: later ones are often its consequences.
        let distance = weights.iter().sum();
        if self.nearest.as_ref().is_none_or(|(nearest, _)| distance < *nearest) {
            self.nearest = Some((distance, Nearest { call: in_words(call), misses }));
        }
    }

    fn judge(&self) -> Judged {
        let ok = self.came >= self.at_least && self.at_most.is_none_or(|most| self.came <= most);
        let nearest = self.nearest.as_ref().filter(|_| self.came < self.at_least).map(|(_, nearest)| nearest.clone());
        Judged { about: self.about.clone(), wanted: self.wanted(), came: self.came, ok, nearest }
    }

    fn wanted(&self) -> String {
        match (self.at_least, self.at_most) {
            (_, Some(0)) => "never".to_owned(),
            (least, Some(most)) if least == most => format!("exactly {least}"),
            (0, Some(most)) => format!("at most {most}"),
            (least, Some(most)) => format!("{least} to {most}"),
            (least, None) => format!("at least {least}"),
        }
    }
}

fn in_words(call: &Call) -> String {
    let caller = call.caller.as_ref().map_or_else(String::new, |caller| format!(" of {caller}"));
    format!("{} {}{caller}", call.method, call.path)
}

#[cfg(test)]
mod tests;
