//! `busyhour sim --seeds`.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::arguments::{Format, SimArguments};
use super::play::style;
use super::{Failure, story};
use crate::measure::Collector;
use crate::run::this_host;
use crate::scenario::Scenario;
use crate::{report, sim};

/// Plays the scenario with so many seeds, prints what they say together, and gives back the exit code.
pub(super) fn play(scenario: &Scenario, seeds: u64, arguments: &SimArguments) -> Result<u8, Failure> {
    let first = scenario.seed;
    let last = first.checked_add(seeds - 1).ok_or_else(|| {
        Failure::Question(miette::miette!("there are no {seeds} seeds from {first} on; choose a smaller --seed"))
    })?;
    let threads = arguments.threads.map_or(0, usize::from);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| Failure::work(format!("{error}; ask for fewer --threads")))?;
    let (mut collector, bar) = (Collector::default(), bar(seeds));
    pool.install(|| {
        sim::replicate(scenario, first..=last, |summary| {
            collector.add(summary);
            bar.inc(1);
        });
    });
    bar.finish_and_clear();
    let mut replications = collector.finish().expect("at least two seeds were played");
    replications.host = Some(this_host());
    super::print(&match arguments.format {
        Format::Text => report::replications(&replications, style()),
        Format::Json => report::replications_json(&replications, arguments.canonical),
    })?;
    if let Some(broken) = replications.violations.first() {
        story::tell(&scenario.clone().with_seed(broken.seed).into(), arguments.format)?;
    }
    Ok(replications.exit_code())
}

/// On a terminal, on standard error.
fn bar(seeds: u64) -> ProgressBar {
    let bar = ProgressBar::new(seeds);
    bar.set_style(ProgressStyle::with_template(TEMPLATE).expect("the template is well formed"));
    bar.enable_steady_tick(FRAME);
    bar
}

const TEMPLATE: &str = "{bar:16} {pos} of {len} plays  {eta} left";
const FRAME: Duration = Duration::from_millis(200);
