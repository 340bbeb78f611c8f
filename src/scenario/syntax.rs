//! Text to what was typed, and what the reader's complaints mean for whoever typed it.

use super::problem::Problem;
use super::typed::Document;

/// What was typed, or the first thing that is no TOML, no known key or of another type.
pub(super) fn parse(text: &str) -> Result<Document, Problem> {
    toml::from_str(text).map_err(|error| explain(text, &error))
}

fn explain(text: &str, error: &toml::de::Error) -> Problem {
    let place = error.span().unwrap_or(0..text.len().min(1));
    explained(error.message(), place, "the file must be TOML (https://toml.io), read from top to bottom")
}

/// A reader's complaint about a place in words for people, with the nearest key or value where one was unknown; `help`
/// is for complaints that speak for themselves.
pub fn explained(message: &str, place: std::ops::Range<usize>, help: &str) -> Problem {
    let message = message.trim();
    let mut quoted = message.split('`').skip(1).step_by(2);
    let first = quoted.next().unwrap_or_default();
    match () {
        () if message.starts_with("unknown field") => unknown("key", first, &quoted.collect::<Vec<_>>(), &place),
        () if message.starts_with("unknown variant") => unknown("value", first, &quoted.collect::<Vec<_>>(), &place),
        () if message.starts_with("missing field") => {
            Problem::new(&place, format!("the key `{first}` is missing"), format!("add `{first} = …` here"))
        }
        () if message.starts_with("invalid type") || message.starts_with("invalid value: ") => {
            Problem::new(&place, in_words(message), "write a value of the type that is expected")
        }
        () => Problem::new(&place, message, help),
    }
}

/// The reader's names of types as people say them.
fn in_words(message: &str) -> String {
    let Some((found, expected)) = message.split_once(", expected ") else { return message.to_owned() };
    let expected = match expected {
        "i64" => "a whole number",
        "u64" => "a whole number, 0 or more",
        "u16" => "a whole number from 0 to 65535",
        "f64" => "a number",
        "a sequence" => "an array",
        structure if structure.starts_with("struct ") => "a table",
        other => other,
    };
    format!("{}, expected {expected}", found.replacen("sequence", "array", 1).replacen("map", "table", 1))
}

/// A key or value that is none of `known`.
fn unknown(noun: &str, typed: &str, known: &[&str], place: &std::ops::Range<usize>) -> Problem {
    let all = format!("known here: {}", known.join(", "));
    let help = match nearest(typed, known) {
        Some(nearest) => format!("did you mean `{nearest}`? {all}"),
        None => all,
    };
    Problem::new(place, format!("unknown {noun} `{typed}`"), help)
}

/// The word that looks most like what was typed, if one does.
pub(super) fn nearest<'a>(typed: &str, known: &[&'a str]) -> Option<&'a str> {
    let alike = |word: &&str| strsim::jaro_winkler(typed, word);
    known.iter().copied().max_by(|a, b| alike(a).total_cmp(&alike(b))).filter(|best| alike(best) > LOOKS_ALIKE)
}

/// Of 1: below this, a suggestion confuses more than it helps.
const LOOKS_ALIKE: f64 = 0.7;
