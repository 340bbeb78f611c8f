//! The official rules against the official pool: random traces are played to `OfficialPool` and, in virtual time, to the
//! `RuntimePool` of the installed memoair-voice, and both must do the same at the same time: start, drain and end the same
//! processes, grant, refuse and drop the same acquires, and hold the same runtimes at the end, in the same order.
//!
//! Controls: the rules with any one of them switched off, and an official pool with a mistake, are found out.
//!
//! Times are unique (see [`trace`]), so that nothing depends on which of two things that happen at once comes first.
//! `SDK_POOL_TRACES=100000` plays more traces than usual, `PROPTEST_RNG_SEED=<seed>` plays a run again.

mod peer;
mod play;
mod trace;

use busyhour::pool::{Rule, Rules};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngSeed, TestError, TestRunner};

use crate::seed;
use peer::Peer;
use play::play;
use trace::{Trace, trace};

#[test]
fn the_official_rules_are_those_of_the_official_pool() {
    let seed = seed();
    let mut peer = Peer::start();
    if let Some(found) = search(seed, traces(), &mut peer, None) {
        panic!("PROPTEST_RNG_SEED={seed} plays this again\n{found}");
    }
}

#[test]
fn an_official_pool_with_a_mistake_is_found_out() {
    let seed = seed();
    let mut peer = Peer::start();
    for mistake in ["used_by_release", "forgiving_reaper"] {
        let found = search(seed, TRACES_TO_FIND_A_MISTAKE, &mut peer, Some(mistake));
        assert!(found.is_some(), "PROPTEST_RNG_SEED={seed}: {mistake} was not found out");
    }
}

#[test]
fn the_rules_without_any_one_of_them_are_found_out() {
    let seed = seed();
    let mut peer = Peer::start();
    let mut runner = TestRunner::new(config(seed, TRACES_TO_FIND_A_MISTAKE));
    let mut left: Vec<Rule> = Rule::ALL.to_vec();
    for _ in 0..TRACES_TO_FIND_A_MISTAKE {
        let trace = trace().new_tree(&mut runner).expect("every trace is one").current();
        let official = peer.play(&trace, None);
        left.retain(|rule| play(&trace, Rules::SDK_0_3_2.without(*rule)) == official);
        if left.is_empty() {
            return;
        }
    }
    panic!("PROPTEST_RNG_SEED={seed}: nobody noticed that these were switched off: {left:?}");
}

/// Plays that many traces and shortens the first on which the two differ.
fn search(seed: u64, traces: u32, peer: &mut Peer, mistake: Option<&'static str>) -> Option<String> {
    let peer = std::cell::RefCell::new(peer);
    let found = TestRunner::new(config(seed, traces)).run(&trace(), |trace| {
        let (ours, official) = (play(&trace, Rules::SDK_0_3_2), peer.borrow_mut().play(&trace, mistake));
        proptest::prop_assert!(ours == official, "{}", difference(&trace, &ours, &official));
        Ok(())
    });
    match found {
        Ok(()) => None,
        Err(TestError::Fail(what, _)) => Some(what.to_string()),
        Err(TestError::Abort(reason)) => panic!("the search ended before its time: {reason}"),
    }
}

/// Where the two part, and how they got there.
fn difference(trace: &Trace, ours: &play::Outcome, official: &play::Outcome) -> String {
    let shared = ours.log.iter().zip(&official.log).take_while(|(ours, official)| ours == official).count();
    let mut lines = vec![trace.to_string(), "both:".to_owned()];
    let told = |log: &[play::Entry]| log.iter().map(|entry| format!("  {entry}")).collect::<Vec<_>>();
    lines.extend(told(&ours.log[..shared]));
    for (whose, outcome) in [("ours:", ours), ("the SDK's:", official)] {
        lines.push(whose.to_owned());
        lines.extend(told(&outcome.log[shared..]));
        lines.push(format!("  at the end {:?} are served, and {:?} exist", outcome.served, outcome.processes));
    }
    lines.join("\n")
}

fn config(seed: u64, cases: u32) -> Config {
    Config { cases, failure_persistence: None, rng_seed: RngSeed::Fixed(seed), ..Config::default() }
}

fn traces() -> u32 {
    std::env::var("SDK_POOL_TRACES").map_or(TRACES, |traces| traces.parse().expect("SDK_POOL_TRACES is a number"))
}

const TRACES: u32 = 500;
/// Ten times what it takes.
const TRACES_TO_FIND_A_MISTAKE: u32 = 3_000;
