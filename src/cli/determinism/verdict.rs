//! What came out of the comparison, in words.

use schemars::JsonSchema;
use serde::Serialize;

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
            Format::Json => Document::new(scenario, facts, Finding::One { hash: format!("{hash:016x}") }).text(),
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
            Format::Json => Document::new(scenario, *common, Finding::Two { before, first, second }).text(),
        }
    }
}

/// Whether two plays in two processes were one.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "Determinism")]
struct Document<'d> {
    /// Name and version of this shape.
    #[schemars(extend("const" = SCHEMA))]
    schema: &'static str,
    /// Whether they were.
    deterministic: bool,
    /// Of the scenario's play.
    seed: u64,
    /// What both were told and decided alike: all of it, or what came before they differed.
    facts: u64,
    #[serde(flatten)]
    finding: Finding<'d>,
}

/// What the plays have in common, or where they part.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
enum Finding<'d> {
    /// Two plays that were one.
    One {
        /// XXH3-64 over all facts, in hexadecimal.
        hash: String,
    },
    /// Two that were not.
    Two {
        /// The last facts that both have in common, the oldest first.
        before: &'d [String],
        /// What came next in the first play.
        first: &'d str,
        /// And in the second.
        second: &'d str,
    },
}

impl<'d> Document<'d> {
    fn new(scenario: &Scenario, facts: u64, finding: Finding<'d>) -> Self {
        let deterministic = matches!(finding, Finding::One { .. });
        Self { schema: SCHEMA, deterministic, seed: scenario.seed, facts, finding }
    }

    fn text(&self) -> String {
        serde_json::to_string_pretty(self).expect("it has only string keys") + "\n"
    }
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
    fn the_committed_schema_is_that_of_this_code_and_both_findings_fit_it() {
        let schema = schemars::schema_for!(Document<'_>);
        let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        if include_str!("../../../reports/determinism.schema.json") != text {
            std::fs::write(SCHEMA_PATH, text).unwrap();
            panic!("{SCHEMA_PATH} was out of date and has been written anew; look at it and commit it");
        }
        let validator = jsonschema::validator_for(&serde_json::to_value(&schema).unwrap()).unwrap();
        let (before, [first, second]) = (["z".to_owned()], ["a", OVER]);
        for (deterministic, finding) in [
            (true, Finding::One { hash: "0123456789abcdef".to_owned() }),
            (false, Finding::Two { before: &before, first, second }),
        ] {
            let document = Document { schema: SCHEMA, deterministic, seed: 1, facts: 9, finding };
            assert!(validator.is_valid(&serde_json::to_value(&document).unwrap()));
        }
        assert!(!validator.is_valid(&serde_json::json!({ "schema": SCHEMA, "deterministic": true, "seed": 1 })));
    }

    const SCHEMA_PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/reports/determinism.schema.json");

    #[test]
    fn summaries_are_compared_line_by_line() {
        let difference = Difference::of_summaries(after(9), "a\nb\nc\n", "a\n  x\nc\n");
        assert_eq!((difference.common, difference.sides), (9, ["summary: b".to_owned(), "summary: x".to_owned()]));
        let shorter = Difference::of_summaries(after(9), "a\n", "a\nb\n");
        assert_eq!(shorter.sides, ["summary: is over", "summary: b"]);
    }
}
