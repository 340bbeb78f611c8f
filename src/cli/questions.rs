//! `busyhour scenario …`.

use super::arguments::{Format, Question};
use super::{Failure, meaning};
use crate::scenario::{Scenario, check, schema};

/// Prints the answer.
pub(super) fn answer(question: &Question) -> Result<u8, Failure> {
    super::print(&match question {
        Question::Check { scenario, format } => {
            let meaning = check(&Scenario::load(scenario)?);
            match format {
                Format::Text => meaning::text(&meaning),
                Format::Json => serde_json::to_string_pretty(&meaning).expect("a meaning is JSON") + "\n",
            }
        }
        Question::Schema => serde_json::to_string_pretty(&schema()).expect("a schema is JSON") + "\n",
        Question::New => FIRST_SCENARIO.to_owned(),
    })?;
    Ok(0)
}

/// The smoke test: short, complete, commented.
const FIRST_SCENARIO: &str = include_str!("../../scenarios/smoke.toml");
