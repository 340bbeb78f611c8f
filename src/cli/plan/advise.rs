//! What to set, and why.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;

use super::PlanArguments;
use crate::cli::arguments::Format;
use crate::cli::play::{check_out, style, unwritable};
use crate::cli::{Failure, outputs, print};
use crate::plan::{Advice, Effort, Lever, Limits, plan};
use crate::report;
use crate::scenario::Scenario;

/// Plans, prints the plan, and gives back the exit code: 99 where nothing that is allowed carries the traffic.
pub(super) fn advise(scenario: &Scenario, arguments: &PlanArguments) -> Result<u8, Failure> {
    if let Some(file) = &arguments.html {
        outputs::check(HTML, file)?;
    }
    if let Some(out) = &arguments.out {
        check_out(out)?;
    }
    must_say_what_is_good_enough(scenario)?;
    must_know_sizes(scenario, arguments)?;
    Lever::check(&arguments.vary, scenario).map_err(|error| Failure::Question(miette::miette!("--vary: {error}")))?;
    let threads = arguments.threads.map_or(0, usize::from);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| Failure::work(format!("{error}; ask for fewer --threads")))?;
    let effort = Effort { replications: arguments.replications, most_turns: arguments.max_turns, ..Effort::default() };
    let limits = Limits { memory_per_host: arguments.max_memory.map(|size| size.as_u64()) };
    let bar = bar();
    let planned = pool.install(|| plan(scenario, &limits, effort, &arguments.vary, &mut |plays| bar.inc(plays)));
    bar.finish_and_clear();
    let began = Timestamp::now();
    print(&match arguments.format {
        Format::Text => report::plan(&planned, style()),
        Format::Json => report::plan_json(&planned),
    })?;
    let text = scenario.text_as_played();
    if let Some(file) = &arguments.html {
        outputs::write(HTML, file, &report::plan_html(&planned, Some(&text)))?;
    }
    if let Some(out) = &arguments.out {
        let folder = report::write_plan(out, &planned, &text, began).map_err(|error| unwritable(out, &error))?;
        crate::cli::tell(&format!("plan: {}", folder.display()));
    }
    Ok(if matches!(planned.advice, Advice::Take { .. }) { 0 } else { 99 })
}

fn must_say_what_is_good_enough(scenario: &Scenario) -> Result<(), Failure> {
    if !scenario.thresholds.is_empty() {
        return Ok(());
    }
    Err(Failure::Question(miette::miette!(
        help = "write for example thresholds = [\"budget.met >= 95%\", \"pool.exhausted.rate <= 1%\"]",
        "{} has no thresholds, so any pool is good enough for it",
        scenario.name
    )))
}

fn must_know_sizes(scenario: &Scenario, arguments: &PlanArguments) -> Result<(), Failure> {
    if arguments.max_memory.is_none() || scenario.runtime.behaviour.ballast_bytes > 0 {
        return Ok(());
    }
    Err(Failure::Question(miette::miette!(
        help = "write what one takes under [runtime], such as rss = \"90MB\"",
        "--max-memory cannot be kept: nobody knows how much a runtime of {} takes",
        scenario.name
    )))
}

/// On a terminal, on standard error. How many plays it takes shows only as it goes on.
fn bar() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    bar.set_style(ProgressStyle::with_template("{spinner} {pos} plays  {elapsed}").expect("it is well formed"));
    bar.enable_steady_tick(FRAME);
    bar
}

const HTML: &str = "--html";
const FRAME: Duration = Duration::from_millis(200);
