//! The search for a sequence on which pool and reference differ.

use std::fmt;
use std::panic::catch_unwind;

use proptest::test_runner::{Config, RngSeed, TestError, TestRunner};

use crate::mistake::Mistake;
use crate::play::play;
use crate::trial::{Trial, trial};

/// A sequence that shows the difference, and is as short as the search could make it.
pub(crate) struct Counterexample {
    pub(crate) trial: Trial,
    /// What differs, and at which input.
    what: String,
}

/// Plays that many sequences and shortens the first on which the two differ.
pub(crate) fn search(seed: u64, sequences: u32, mistake: Option<Mistake>) -> Option<Counterexample> {
    let config =
        Config { cases: sequences, failure_persistence: None, rng_seed: RngSeed::Fixed(seed), ..Config::default() };
    match TestRunner::new(config).run(&trial(), |trial| play(&trial, mistake)) {
        Ok(()) => None,
        Err(TestError::Fail(_, trial)) => Some(shortest(trial, mistake)),
        Err(TestError::Abort(reason)) => panic!("the search ended before its time: {reason}"),
    }
}

/// The runner drops steps before it simplifies them and never looks back: this drops single steps and pairs of steps,
/// a wait and its effect, say, until every one that is left is needed.
fn shortest(mut trial: Trial, mistake: Option<Mistake>) -> Counterexample {
    let mut what = difference(&trial, mistake).expect("what differed once differs again");
    let shorter = |trial: &Trial| {
        let places = 0..trial.steps.len();
        let pairs = places.clone().flat_map(|first| (first..places.end).map(move |second| (first, second)));
        let mut tries = pairs.map(|(first, second)| trial.without(first, second));
        tries.find_map(|shorter| Some((difference(&shorter, mistake)?, shorter)))
    };
    while let Some(found) = shorter(&trial) {
        (what, trial) = found;
    }
    Counterexample { trial, what }
}

/// A pool that panics differs, too.
fn difference(trial: &Trial, mistake: Option<Mistake>) -> Option<String> {
    match catch_unwind(|| play(trial, mistake)) {
        Ok(played) => played.err().map(|error| error.to_string()),
        Err(_) => Some("a panic, see above".to_owned()),
    }
}

impl fmt::Display for Counterexample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{:?}", self.what, self.trial.settings)?;
        self.trial.steps.iter().try_for_each(|step| writeln!(f, "  {step:?}"))
    }
}
