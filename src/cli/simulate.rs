//! `busyhour sim`.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use super::arguments::{Format, SimArguments};
use super::event_file::EventFile;
use super::play::style;
use super::{Failure, allowance, determinism, github, replications, story};
use crate::measure::chronicle::Chronicle;
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
    if arguments.events.is_some() {
        scenario.must_be_explicable()?;
    }
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
    let Played { mut summary, chronicle, boots } = perform(&scenario, events.as_mut(), arguments.tells());
    summary.host = Some(this_host());
    super::print(&match arguments.format {
        Format::Text => match &chronicle {
            Some(chronicle) => report::terminal_over_time(&summary, chronicle, style()),
            None => report::terminal(&summary, style()),
        },
        Format::Json => report::json(&summary, arguments.canonical),
    })?;
    if !summary.violations.is_empty() {
        story::tell(&scenario, arguments.format)?;
    }
    let text = scenario.text_as_played();
    let page = report::Page { summary: &summary, chronicle: chronicle.as_ref(), scenario: Some(&text) };
    if let Some(out) = &arguments.out {
        file(out, &page, began)?;
    }
    arguments.outputs.write(&page)?;
    github::tell_if_here(&summary, false);
    events.map_or(Ok(()), EventFile::close)?;
    if let Some(boots) = boots {
        super::tell(&report::boots(&boots));
    }
    Ok(exit_code(&summary))
}

/// Writes what is to be kept of it into a folder of its own.
fn file(out: &Path, page: &report::Page<'_>, began: Timestamp) -> Result<(), Failure> {
    let (summary, chronicle) = (page.summary, page.chronicle.expect("who files a play has its chronicle kept"));
    let folder = report::write_told_run(out, summary, chronicle, page.scenario.unwrap_or_default(), began);
    let folder = folder.map_err(|error| {
        Failure::work(format!("the summary cannot be written to {}: {error}; use another --out", out.display()))
    })?;
    super::tell(&format!("summary: {}", folder.join(report::SUMMARY).display()));
    Ok(())
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

/// What came of a play.
struct Played {
    summary: Summary,
    /// Where it was wanted.
    chronicle: Option<Chronicle>,
    /// How its boots came about, where events are written.
    boots: Option<BootAccount>,
}

/// Plays. Who does not want to be told more than the summary does not pay for more.
fn perform(scenario: &Arc<Scenario>, events: Option<&mut EventFile>, chronicle: bool) -> Played {
    let mut scribe = chronicle.then(|| sim::Scribe::new(scenario));
    let mut explainer = events.map(|events| sim::Explainer::new(scenario, |line: &LogLine<'_>| events.write(line)));
    let summary = match (&mut scribe, &mut explainer) {
        (Some(scribe), Some(explainer)) => sim::play_with(scenario, &mut sim::Both(scribe, explainer)),
        (Some(scribe), None) => sim::play_with(scenario, scribe),
        (None, Some(explainer)) => sim::play_with(scenario, explainer),
        (None, None) => sim::play(scenario),
    };
    let boots = explainer.map(sim::Explainer::finish);
    Played { summary, chronicle: scribe.map(|scribe| scribe.finish(scenario)), boots }
}
