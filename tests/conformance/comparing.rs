//! Two clients on the same steps: the same is seen, but for what is listed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde::Deserialize;
use serde_json::Value;

use crate::observed::Observations;

/// What may differ, and why.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Difference {
    /// Where: `list/step`, or `list/runtime 1 of ann`. Everywhere it must differ.
    pub(crate) at: Vec<String>,
    /// What the official SDK does.
    pub(crate) sdk: String,
    /// What our client does.
    pub(crate) ours: String,
    /// Why that is right.
    pub(crate) reason: String,
}

/// What both clients did, by list and what was seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pairs(BTreeMap<String, [Value; 2]>);

impl Pairs {
    /// Adds a list of steps.
    pub(crate) fn add(&mut self, list: &str, theirs: &Observations, ours: &Observations) {
        let names: BTreeSet<&String> = theirs.keys().chain(ours.keys()).collect();
        for name in names {
            let pair = [theirs, ours].map(|side| side.get(name).cloned().unwrap_or_else(|| "nothing".into()));
            self.0.insert(format!("{list}/{name}"), pair);
        }
    }

    /// What is wrong with the list of differences: one that is not listed, or one that is listed and is none.
    pub(crate) fn judge(&self, differences: &[Difference]) -> Vec<String> {
        let listed: BTreeSet<&String> = differences.iter().flat_map(|difference| &difference.at).collect();
        let mut wrong = Vec::new();
        for (place, [theirs, ours]) in self.differing() {
            if !listed.contains(place) {
                wrong.push(format!("{place} differs, which is not listed:\n  sdk:  {theirs}\n  ours: {ours}"));
            }
        }
        for place in listed {
            match self.0.get(place) {
                None => wrong.push(format!("{place} is listed and nothing of that name is seen")),
                Some([theirs, ours]) if theirs == ours => {
                    wrong.push(format!("{place} is listed and does not differ any more: {theirs}"));
                }
                Some(_) => {}
            }
        }
        wrong
    }

    /// Every difference in full, for a snapshot: what differs must not differ in another way unnoticed.
    pub(crate) fn in_full(&self) -> String {
        let mut text = String::new();
        for (place, [theirs, ours]) in self.differing() {
            writeln!(text, "{place}\n  sdk:  {theirs}\n  ours: {ours}").expect("writing to a string cannot fail");
        }
        text
    }

    fn differing(&self) -> impl Iterator<Item = (&String, &[Value; 2])> {
        self.0.iter().filter(|(_, [theirs, ours])| theirs != ours)
    }
}

/// The table of the folder's README.
pub(crate) fn table(differences: &[Difference]) -> String {
    let mut text = "| the official SDK | our client | why |\n|---|---|---|\n".to_owned();
    for Difference { sdk, ours, reason, .. } in differences {
        writeln!(text, "| {sdk} | {ours} | {reason} |").expect("writing to a string cannot fail");
    }
    text
}

/// The differences that are listed.
pub(crate) fn listed() -> Vec<Difference> {
    #[derive(Deserialize)]
    struct List {
        differences: Vec<Difference>,
    }
    let list: List = toml::from_str(include_str!("differences.toml")).expect("the list is sound");
    list.differences
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pairs() -> Pairs {
        let seen =
            |answer: i32| Observations::from([("same".to_owned(), json!(1)), ("answer".to_owned(), json!(answer))]);
        let mut pairs = Pairs::default();
        pairs.add("list", &seen(1), &seen(2));
        pairs
    }

    fn difference(at: &[&str]) -> Difference {
        let text = String::new;
        Difference { at: at.iter().map(ToString::to_string).collect(), sdk: text(), ours: text(), reason: text() }
    }

    #[test]
    fn a_difference_that_is_listed_is_well() {
        assert_eq!(pairs().judge(&[difference(&["list/answer"])]), [""; 0]);
    }

    #[test]
    fn a_difference_that_is_not_listed_is_found() {
        let wrong = pairs().judge(&[]);
        assert_eq!(wrong, ["list/answer differs, which is not listed:\n  sdk:  1\n  ours: 2"]);
    }

    #[test]
    fn a_difference_that_is_none_any_more_is_found() {
        let wrong = pairs().judge(&[difference(&["list/answer", "list/same"])]);
        assert_eq!(wrong, ["list/same is listed and does not differ any more: 1"]);
    }

    #[test]
    fn a_difference_of_something_that_is_not_seen_is_found() {
        let wrong = pairs().judge(&[difference(&["list/answer", "list/gone"])]);
        assert_eq!(wrong, ["list/gone is listed and nothing of that name is seen"]);
    }

    #[test]
    fn what_only_one_of_them_shows_is_a_difference() {
        let mut pairs = Pairs::default();
        pairs.add("list", &Observations::from([("more".to_owned(), json!(1))]), &Observations::new());
        assert_eq!(pairs.judge(&[]).len(), 1);
    }
}
