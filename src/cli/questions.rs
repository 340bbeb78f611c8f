//! `busyhour scenario …`.

use super::arguments::Question;
use super::{Failure, meaning};
use crate::scenario::{Scenario, check, schema};

/// Prints the answer.
pub(super) fn answer(question: &Question) -> Result<u8, Failure> {
    match question {
        Question::Check { scenario } => print!("{}", meaning::text(&check(&Scenario::load(scenario)?))),
        Question::Schema => {
            println!("{}", serde_json::to_string_pretty(&schema()).expect("a schema is JSON"));
        }
        Question::New => print!("{FIRST_SCENARIO}"),
    }
    Ok(0)
}

/// The smoke test: short, complete, commented.
const FIRST_SCENARIO: &str = include_str!("../../scenarios/smoke.toml");
