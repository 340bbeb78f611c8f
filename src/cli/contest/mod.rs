//! `busyhour run --against`: two programs or scenarios, played in turns.
//!
//! Every play is a process of its own, base and new alike, so that neither has an advantage: nothing of an earlier play
//! is left in its memory. It is filed as any other run, in a folder of the comparison.

mod contender;
mod turn;

use std::path::{Path, PathBuf};
use std::time::Instant;

use jiff::Timestamp;
use miette::miette;
use tokio::sync::watch;

use super::Failure;
use super::arguments::{ContestArguments, Format, RunArguments};
use super::play::{self, style};
use super::signals::Interruptions;
use crate::measure::{Floor, Paired, Pairs, Question, Subject, Summary};
use crate::report;
use crate::run::Stop;
use crate::scenario::Scenario;
use contender::Contender;
pub(super) use turn::attended;
use turn::{Ended, Turn};

/// Plays both in turns, judges, prints and files what came out, and gives back the exit code.
pub(super) fn contest(arguments: &RunArguments) -> Result<u8, Failure> {
    let contest = Contest::prepare(arguments)?;
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::work)?;
    let (paired, signal) = tokio.block_on(contest.play())?;
    if let Some(paired) = &paired {
        super::print(&match arguments.format {
            Format::Text => report::paired(paired, style()),
            Format::Json => report::paired_json(paired),
        })?;
        let file = contest.folder.join(COMPARISON);
        report::write_file(&file, report::paired_json(paired).as_bytes())
            .map_err(|error| play::unwritable(&contest.folder, &error))?;
        contest.tell(&format!("comparison: {}", file.display()));
    }
    Ok(signal.unwrap_or_else(|| paired.map_or(1, |paired| paired.exit_code())))
}

/// What is to be played.
struct Contest<'a> {
    arguments: &'a RunArguments,
    question: Question,
    first_seed: u64,
    base: Contender,
    new: Contender,
    /// Where everything is filed.
    folder: PathBuf,
}

impl<'a> Contest<'a> {
    /// Everything that can be wrong is said before anything is played.
    fn prepare(arguments: &'a RunArguments) -> Result<Self, Failure> {
        let live = &arguments.live;
        let scenario = play::scenario(live)?;
        let question = question(&arguments.contest)?;
        play::check_out(&live.out)?;
        let against = arguments.contest.against.as_deref().expect("without it there is no contest");
        let (base, new) = contender::both(against, live)?;
        let seeds = scenario.seed.checked_add(question.repeat).filter(|last| i64::try_from(*last).is_ok());
        seeds.ok_or_else(|| {
            let repeat = question.repeat;
            Failure::Question(miette!("there are no {repeat} seeds from {} on; choose a smaller --seed", scenario.seed))
        })?;
        let folder = folder(&live.out, &scenario)?;
        Ok(Self { arguments, question, first_seed: scenario.seed, base, new, folder })
    }

    /// Plays pair after pair; gives the judgement, and the exit code where it was interrupted.
    async fn play(&self) -> Result<(Option<Paired>, Option<u8>), Failure> {
        let (ask, stop) = watch::channel(Stop::default());
        let interruptions = Interruptions::listen(ask, self.arguments.live.quiet).map_err(Failure::work)?;
        let mut pairs = Pairs::new(self.question.clone());
        let began = Instant::now();
        for number in 0..self.question.repeat {
            let Some([base, new]) = self.pair(number, &stop).await? else {
                super::tell(&format!("busyhour: interrupted after {number} of {} pairs", self.question.repeat));
                break;
            };
            let go_on = pairs.add(base, new);
            self.tell_progress(number + 1, began);
            if !go_on {
                break;
            }
        }
        let signal = interruptions.exit_code();
        Ok((pairs.judge().filter(|_| signal.is_none()), signal))
    }

    /// Base first in even pairs, new first in odd ones: a drift of the machine favours neither. Nothing where it was
    /// interrupted.
    async fn pair(&self, number: u64, stop: &watch::Receiver<Stop>) -> Result<Option<[Summary; 2]>, Failure> {
        let [base, new] = [(&self.base, "base"), (&self.new, "new")].map(|(contender, side)| Turn {
            contender,
            side,
            number,
            seed: self.first_seed + number,
            live: &self.arguments.live,
            out: self.folder.join(side),
        });
        let (first, second) = if number.is_multiple_of(2) { (&base, &new) } else { (&new, &base) };
        let Ended::Played(one) = first.play(stop.clone()).await? else { return Ok(None) };
        let Ended::Played(other) = second.play(stop.clone()).await? else { return Ok(None) };
        Ok(Some(if number.is_multiple_of(2) { [*one, *other] } else { [*other, *one] }))
    }

    fn tell_progress(&self, played: u64, began: Instant) {
        let repeat = self.question.repeat;
        let left = began.elapsed().as_secs_f64() / played as f64 * (repeat - played) as f64;
        let left = if played < repeat { format!(", about {left:.0} s left") } else { String::new() };
        self.tell(&format!("pair {played} of {repeat} played{left}"));
    }

    fn tell(&self, text: &str) {
        if !self.arguments.live.quiet {
            super::tell(text);
        }
    }
}

/// Fewer pairs than can tell anything are a waste of time.
fn question(arguments: &ContestArguments) -> Result<Question, Failure> {
    let mut subjects: Vec<Subject> = Vec::new();
    let asked = if arguments.judge.is_empty() { Subject::primary() } else { arguments.judge.clone() };
    for subject in asked {
        // One that was named twice would make the intervals of all wider.
        if !subjects.contains(&subject) {
            subjects.push(subject);
        }
    }
    let floor = Floor::new(arguments.floor, arguments.share_floor / 100.0);
    let question = Question { repeat: arguments.repeat, subjects, floor };
    let fewest = question.fewest_pairs();
    if question.repeat < fewest {
        let help = format!("play --repeat {fewest} pairs or more, or judge less with --judge");
        return Err(Failure::Question(miette!(
            help = help,
            "{} pairs cannot tell anything about {} figures at once",
            question.repeat,
            question.subjects.len()
        )));
    }
    Ok(question)
}

fn folder(out: &Path, scenario: &Scenario) -> Result<PathBuf, Failure> {
    report::new_folder(out, &format!("{}-against", scenario.name), Timestamp::now())
        .map_err(|error| play::unwritable(out, &error))
}

const COMPARISON: &str = "comparison.json";
