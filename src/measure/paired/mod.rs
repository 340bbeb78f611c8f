//! Two programs or scenarios, each played several times in real time, in pairs.
//!
//! A pair is one play of each with the same seed, one right after the other; who goes first alternates (base new, new
//! base, …), so that a machine that grows slower does not speak for either. Of each figure the change within each pair
//! is taken, as the logarithm of a ratio or in points, and Wilcoxon's signed ranks give an interval for it, whatever the
//! law of the noise. The intervals of all figures hold at once [`CONFIDENCE`] of the time: the error is shared out
//! evenly (Bonferroni).
//!
//! A figure fails where its whole interval lies beyond the [`Floor`], passes where none of it does, and cannot be told
//! otherwise. So in 19 comparisons of 20 at least no figure fails that did not become worse than the floor, and none
//! passes that did.

mod figure;
mod floor;
mod signed_rank;
mod subject;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::comparison::Side;
use super::{Judgement, Summary, Verdict};
pub use figure::{PairedFigure, Scale};
pub use floor::Floor;
pub use subject::{Subject, SubjectError};

/// What is asked of pairs.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Pairs to be played.
    pub repeat: u64,
    /// What is judged.
    pub subjects: Vec<Subject>,
    /// How small a change is none.
    pub floor: Floor,
}

/// Pairs of plays, taken one after the other.
#[derive(Clone, Debug)]
pub struct Pairs {
    question: Question,
    /// Of the first pair, whether it counts or not.
    sides: Option<[Side; 2]>,
    /// Base and new of every pair that counts.
    counted: Vec<[Summary; 2]>,
    left_out: Vec<LeftOut>,
    broke_a_law: Option<BrokenLaw>,
}

/// What came out of pairs of plays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Paired {
    /// Name and version of this shape.
    #[schemars(extend("const" = Self::SCHEMA))]
    pub schema: String,
    /// What came out.
    pub verdict: Judgement,
    /// What was compared with, as it was played first.
    pub base: Side,
    /// What was compared.
    pub new: Side,
    /// Pairs that were asked for.
    pub asked: u64,
    /// Pairs that are judged.
    pub pairs: u64,
    /// Pairs that were played and are not judged.
    pub left_out: Vec<LeftOut>,
    /// How much of the time all intervals hold at once, at least.
    pub confidence: f64,
    /// How much of the time one of them does: a little more than its share of that, because ranks are whole numbers.
    /// `null` where there were too few pairs for any.
    pub coverage: Option<f64>,
    /// How small a change is none.
    pub floor: Floor,
    /// Every figure that was asked for.
    pub figures: Vec<PairedFigure>,
    /// The law that ended the comparison; `null` where none was broken.
    pub broke_a_law: Option<BrokenLaw>,
}

/// A pair that is not judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LeftOut {
    /// Its number, from 1.
    pub pair: u64,
    /// Why.
    pub reason: String,
}

/// Who broke a law.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BrokenLaw {
    /// In which pair, from 1.
    pub pair: u64,
    /// `base` or `new`.
    pub side: String,
    /// What was broken.
    pub what: String,
}

impl Pairs {
    /// None yet.
    pub fn new(question: Question) -> Self {
        Self { question, sides: None, counted: Vec::new(), left_out: Vec::new(), broke_a_law: None }
    }

    /// One more pair. Says whether to go on: a broken law ends the comparison, for no figure makes up for it.
    pub fn add(&mut self, base: Summary, new: Summary) -> bool {
        let pair = self.played() + 1;
        self.sides.get_or_insert_with(|| [Side::of(&base), Side::of(&new)]);
        let sides = [("base", &base), ("new", &new)];
        self.broke_a_law = sides.iter().rev().find(|(_, summary)| summary.broke_a_law()).map(|(side, summary)| {
            let violation = summary.violations.first();
            let what = violation.map_or_else(|| UNTOLD.to_owned(), |violation| violation.what.clone());
            BrokenLaw { pair, side: (*side).to_owned(), what }
        });
        let invalid = sides.iter().find(|(_, summary)| summary.verdict == Verdict::Invalid);
        let invalid =
            invalid.map(|(side, summary)| format!("{side} is invalid: {}", summary.harness.invalid.join("; ")));
        match invalid {
            Some(reason) => self.left_out.push(LeftOut { pair, reason }),
            None => self.counted.push([base, new]),
        }
        self.broke_a_law.is_none()
    }

    /// Judges them; nothing where no pair was added.
    pub fn judge(&self) -> Option<Paired> {
        let Question { repeat, subjects, floor } = &self.question;
        let [base, new] = self.sides.clone()?;
        let error = (1.0 - CONFIDENCE) / subjects.len().max(1) as f64;
        let figures: Vec<PairedFigure> =
            subjects.iter().map(|subject| figure::judge(subject, &self.counted, *floor, error)).collect();
        let verdict = match &self.broke_a_law {
            Some(_) => Judgement::Fail,
            None if figures.is_empty() => Judgement::Inconclusive,
            None => Judgement::of(figures.iter().map(|figure| figure.judgement)),
        };
        Some(Paired {
            schema: Paired::SCHEMA.to_owned(),
            verdict,
            base,
            new,
            asked: *repeat,
            pairs: self.counted.len() as u64,
            left_out: self.left_out.clone(),
            confidence: CONFIDENCE,
            coverage: signed_rank::actual_error(self.counted.len(), error).map(|error| 1.0 - error),
            floor: *floor,
            figures,
            broke_a_law: self.broke_a_law.clone(),
        })
    }

    /// Pairs that were added.
    pub fn played(&self) -> u64 {
        (self.counted.len() + self.left_out.len()) as u64
    }
}

impl Question {
    /// The fewest pairs that can tell anything about so many figures at once.
    pub fn fewest_pairs(&self) -> u64 {
        signed_rank::fewest((1.0 - CONFIDENCE) / self.subjects.len().max(1) as f64) as u64
    }

    /// The most pairs that are judged.
    pub const MOST_PAIRS: u64 = signed_rank::MOST as u64;
}

impl Paired {
    /// Name and version of this shape.
    pub const SCHEMA: &'static str = "busyhour.paired/1";

    /// The exit code: a broken law comes before everything.
    pub fn exit_code(&self) -> u8 {
        if self.broke_a_law.is_some() { 96 } else { self.verdict.exit_code() }
    }

    /// The JSON Schema, pretty-printed with a final newline, as committed in `reports/`.
    pub fn json_schema() -> String {
        let schema = schemars::schema_for!(Self);
        serde_json::to_string_pretty(&schema).expect("a schema has only string keys") + "\n"
    }
}

/// How much of the time all intervals of a comparison hold at once, at least.
pub const CONFIDENCE: f64 = 0.95;
const UNTOLD: &str = "a runtime was left behind, or a save was lost or delivered twice; see `counts` in its summary";

#[cfg(test)]
mod tests;
