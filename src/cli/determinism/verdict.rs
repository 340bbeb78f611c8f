//! What came out of the comparison, in words.

use serde_json::json;

use super::dialogue::Progress;
use super::player::Told;
use super::speaker::BEFORE;
use crate::cli::arguments::Format;
use crate::measure::Summary;
use crate::scenario::Scenario;

/// Two plays were one.
pub(super) struct Agreement {
    pub(super) progress: Progress,
    pub(super) summary: Summary,
}

/// Two plays were not.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Difference {
    /// Facts that both plays have in common.
    common: u64,
    /// The last of those.
    before: Vec<String>,
    /// What came next in the first play, and in the second.
    sides: [String; 2],
}

impl Agreement {
    pub(super) fn text(&self, scenario: &Scenario, format: Format) -> String {
        let Progress { facts, hash } = self.progress;
        let seed = scenario.seed;
        match format {
            Format::Text => format!(
                "DETERMINISTIC: two plays in two processes were one, fact by fact, and so are their summaries.\n\n\
                 facts       {facts}\nhash        {hash:016x}\nseed        {seed}\n"
            ),
            Format::Json => document(&json!({
                "schema": SCHEMA, "deterministic": true, "facts": facts, "hash": format!("{hash:016x}"), "seed": seed,
            })),
        }
    }
}

impl Difference {
    /// The blocks that two plays have just told differ, after so many facts that did not.
    pub(super) fn of_blocks(before: Progress, [one, other]: [Told; 2]) -> Self {
        let pairs = one.facts.iter().zip(&other.facts);
        let same = pairs.take_while(|(one, other)| one.hash == other.hash).count();
        // Where one play is over, the other one tells what both had in common.
        let longer = if one.facts.is_empty() { &other } else { &one };
        let common = longer.facts[..same].iter().map(|fact| &fact.words);
        let known: Vec<String> = longer.before.iter().chain(common).cloned().collect();
        let next = |told: &Told| told.facts.get(same).map_or_else(|| OVER.to_owned(), |fact| fact.words.clone());
        Self {
            common: before.facts + same as u64,
            before: known[known.len().saturating_sub(BEFORE)..].to_vec(),
            sides: [next(&one), next(&other)],
        }
    }

    /// All facts are the same, the summaries are not.
    pub(super) fn of_summaries(progress: Progress, one: &str, other: &str) -> Self {
        let lines = one.lines().map(Some).chain([None]).zip(other.lines().map(Some).chain([None]));
        let (one, other) = lines.into_iter().find(|(one, other)| one != other).unwrap_or_default();
        let said = |line: Option<&str>| format!("summary: {}", line.map_or(OVER, str::trim));
        Self { common: progress.facts, before: Vec::new(), sides: [said(one), said(other)] }
    }

    pub(super) fn text(&self, scenario: &Scenario, format: Format) -> String {
        let Self { common, before, sides: [first, second] } = self;
        let seed = scenario.seed;
        match format {
            Format::Text => {
                let before = before.iter().fold(String::new(), |text, line| text + "both    " + line + "\n");
                format!(
                    "NOT DETERMINISTIC: two plays of one scenario and seed differ after {common} facts.\n\n\
                     {before}first   {first}\nsecond  {second}\n\nseed        {seed}\n"
                )
            }
            Format::Json => document(&json!({
                "schema": SCHEMA, "deterministic": false, "facts": common, "before": before, "first": first,
                "second": second, "seed": seed,
            })),
        }
    }
}

fn document(value: &serde_json::Value) -> String {
    serde_json::to_string_pretty(value).expect("it is JSON") + "\n"
}

const SCHEMA: &str = "busyhour.determinism/1";
const OVER: &str = "is over";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::determinism::dialogue::ToldFact;

    fn told(before: &[&str], facts: &[&str]) -> Told {
        // A hash over all facts so far, as plays have it.
        let hash =
            |upto: usize| facts[..=upto].iter().flat_map(|word| word.bytes()).fold(7_u64, |h, b| h * 31 + u64::from(b));
        let facts =
            facts.iter().enumerate().map(|(place, words)| ToldFact { hash: hash(place), words: (*words).to_owned() });
        Told { before: before.iter().map(|line| (*line).to_owned()).collect(), facts: facts.collect() }
    }

    fn after(facts: u64) -> Progress {
        Progress { facts, hash: 0 }
    }

    #[test]
    fn the_first_difference_is_found_with_what_came_before_it() {
        let sides = [told(&["v", "w"], &["a", "b", "c", "d", "e"]), told(&["v", "w"], &["a", "b", "c", "x", "e"])];
        let difference = Difference::of_blocks(after(4_096), sides);
        assert_eq!(difference.common, 4_099);
        assert_eq!(difference.before, ["v", "w", "a", "b", "c"]);
        assert_eq!(difference.sides, ["d", "x"]);
    }

    #[test]
    fn a_play_that_is_over_differs_from_one_that_is_not() {
        for (sides, expected) in [
            ([told(&[], &["a"]), told(&[], &["a", "b"])], [OVER, "b"]),
            ([told(&["z"], &["a", "b"]), told(&["z"], &["a"])], ["b", OVER]),
            ([Told::default(), told(&["z"], &["a", "b"])], [OVER, "a"]),
            ([told(&["z"], &["a", "b"]), Told::default()], ["a", OVER]),
        ] {
            assert_eq!(Difference::of_blocks(after(0), sides).sides, expected);
        }
    }

    #[test]
    fn summaries_are_compared_line_by_line() {
        let difference = Difference::of_summaries(after(9), "a\nb\nc\n", "a\n  x\nc\n");
        assert_eq!((difference.common, difference.sides), (9, ["summary: b".to_owned(), "summary: x".to_owned()]));
        let shorter = Difference::of_summaries(after(9), "a\n", "a\nb\n");
        assert_eq!(shorter.sides, ["summary: is over", "summary: b"]);
    }
}
