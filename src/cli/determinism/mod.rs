//! `busyhour sim --check-determinism`: two processes play side by side and say what happens, block by block; the first
//! difference ends it.
//!
//! [`play_aloud`] is the child: it keeps a running hash over every fact and, after each block of them, says it on standard
//! output and waits for a word on standard input. [`check`] is the parent: it compares, lets both go on, or has both tell
//! the block in which they differ, fact by fact.

mod dialogue;
mod player;
mod speaker;
mod verdict;

pub(super) use speaker::play_aloud;

use super::Failure;
use super::arguments::SimArguments;
use crate::measure::Summary;
use crate::scenario::Scenario;
use dialogue::Said;
use player::Player;
use verdict::{Agreement, Difference};

/// Plays the scenario twice, prints whether both plays are one, and gives back the exit code: 0 where they are, 1 where
/// they are not, 96 where they are and a law was broken.
pub(super) fn check(scenario: &Scenario, arguments: &SimArguments) -> Result<u8, Failure> {
    let other_seed = arguments.against_seed.unwrap_or(scenario.seed);
    let first = Player::start(&arguments.scenario, scenario.seed, &[])?;
    let second = Player::start(&arguments.scenario, other_seed, ELSEWHERE)?;
    match compare(first, second)? {
        Ok(agreement) => {
            super::print(&agreement.text(scenario, arguments.format))?;
            Ok(if agreement.summary.broke_a_law() { 96 } else { 0 })
        }
        Err(difference) => {
            super::print(&difference.text(scenario, arguments.format))?;
            Ok(1)
        }
    }
}

/// Listens to both until they end or differ.
fn compare(mut first: Player, mut second: Player) -> Result<Result<Agreement, Difference>, Failure> {
    loop {
        match (first.hear()?, second.hear()?) {
            (Said::Block(one), Said::Block(other)) if one == other => {
                first.say(dialogue::GO_ON)?;
                second.say(dialogue::GO_ON)?;
            }
            (Said::End { summary: one }, Said::End { summary: other }) if one == other => {
                return Ok(Ok(Agreement { progress: first.progress(), summary: read(&one)? }));
            }
            (Said::End { summary: one }, Said::End { summary: other }) => {
                return Ok(Err(Difference::of_summaries(first.progress(), &one, &other)));
            }
            (one, other) => {
                // Of a play that is over, all blocks were compared; of one that goes on, all but the last.
                let common = if matches!(one, Said::End { .. }) { first.progress() } else { first.progress_before() };
                let told = [first.tell_after(&one)?, second.tell_after(&other)?];
                return Ok(Err(Difference::of_blocks(common, told)));
            }
        }
    }
}

fn read(summary: &str) -> Result<Summary, Failure> {
    serde_json::from_str(summary).map_err(|error| Failure::work(format!("a play's summary makes no sense: {error}")))
}

/// The second process's world differs from the first one's wherever a play must not look.
const ELSEWHERE: &[(&str, &str)] = &[
    ("TZ", "Asia/Kathmandu"),
    ("LANG", "tr_TR.UTF-8"),
    ("LC_ALL", "tr_TR.UTF-8"),
    ("HOME", "/nonexistent"),
    ("RAYON_NUM_THREADS", "1"),
    // What the allocator gives out is filled with this, so that memory nobody has written to shows.
    ("MALLOC_PERTURB_", "165"),
];
