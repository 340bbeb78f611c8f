//! `busyhour sim`.

use std::sync::Arc;

use jiff::Timestamp;

use super::arguments::{Format, SimArguments};
use super::event_file::EventFile;
use super::play::style;
use super::{Failure, allowance, determinism, github, replications, story};
use crate::measure::log::{BootAccount, LogLine};
use crate::measure::{Summary, exit_code};
use crate::run::this_host;
use crate::scenario::Scenario;
use crate::{report, sim};

/// Plays the scenario in virtual time, prints the result, and gives back the exit code.
pub(super) fn simulate(arguments: &SimArguments) -> Result<u8, Failure> {
    arguments.outputs.check()?;
    let mut scenario = Scenario::load(&arguments.scenario)?;
    if let Some(seed) = arguments.seed {
        scenario = scenario.with_seed(seed);
    }
    scenario.must_be_simulable()?;
    allowance::check(&scenario, plays_at_once(arguments), arguments.max_memory)?;
    if arguments.check_determinism {
        return determinism::check(&scenario, arguments);
    }
    if let Some(seeds) = arguments.seeds {
        return replications::play(&scenario, seeds, arguments);
    }
    let scenario = Arc::new(scenario);
    let mut events = arguments.events.as_deref().map(EventFile::open).transpose()?;
    let began = Timestamp::now();
    let (mut summary, boots) = match &mut events {
        Some(events) => {
            let (summary, boots) = explained(&scenario, events);
            (summary, Some(boots))
        }
        None => (sim::play(&scenario), None),
    };
    summary.host = Some(this_host());
    super::print(&match arguments.format {
        Format::Text => report::terminal(&summary, style()),
        Format::Json => report::json(&summary, arguments.canonical),
    })?;
    if !summary.violations.is_empty() {
        story::tell(&scenario, arguments.format)?;
    }
    if let Some(out) = &arguments.out {
        let folder = report::write_run(out, &summary, began).map_err(|error| {
            Failure::work(format!("the summary cannot be written to {}: {error}; use another --out", out.display()))
        })?;
        super::tell(&format!("summary: {}", folder.join("summary.json").display()));
    }
    arguments.outputs.write(&summary)?;
    if github::is_here() {
        github::tell(&summary, false)?;
    }
    events.map_or(Ok(()), EventFile::close)?;
    if let Some(boots) = boots {
        super::tell(&report::boots(&boots));
    }
    Ok(exit_code(&summary))
}

/// How many plays go on side by side.
fn plays_at_once(arguments: &SimArguments) -> u64 {
    let processors = || std::thread::available_parallelism().map_or(1, |count| count.get() as u64);
    match arguments.seeds {
        Some(seeds) => seeds.min(arguments.threads.map_or_else(processors, u64::from)),
        None if arguments.check_determinism => 2,
        None => 1,
    }
}

/// Plays, and writes down every decision.
fn explained(scenario: &Arc<Scenario>, events: &mut EventFile) -> (Summary, BootAccount) {
    let mut explainer = sim::Explainer::new(scenario, |line: &LogLine<'_>| events.write(line));
    let summary = sim::play_with(scenario, &mut explainer);
    (summary, explainer.finish())
}
