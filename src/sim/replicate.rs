//! The same scenario with many seeds, on many threads.

use std::ops::RangeInclusive;
use std::sync::Arc;

use rayon::prelude::*;

use super::play::play;
use crate::measure::Summary;
use crate::scenario::Scenario;

/// Plays the scenario with each of the seeds and hands over the summaries, in the order of the seeds whatever the number
/// of threads.
///
/// It works on the threads of the rayon pool it is called in; who wants another number of them installs a pool of that
/// size around it. Few summaries exist at a time, so memory does not grow with the number of seeds.
pub fn replicate(scenario: &Scenario, seeds: RangeInclusive<u64>, mut take: impl FnMut(Summary)) {
    let at_once = rayon::current_num_threads() * PLAYS_PER_THREAD;
    let mut seeds = seeds.peekable();
    while seeds.peek().is_some() {
        let batch: Vec<u64> = seeds.by_ref().take(at_once).collect();
        let played: Vec<Summary> =
            batch.into_par_iter().map(|seed| play(&Arc::new(scenario.clone().with_seed(seed)))).collect();
        played.into_iter().for_each(&mut take);
    }
}

/// Enough that threads seldom wait for the last one.
const PLAYS_PER_THREAD: usize = 8;
