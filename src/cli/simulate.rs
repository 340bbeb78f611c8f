//! `busyhour sim`.

use std::sync::Arc;

use jiff::Timestamp;

use super::arguments::{Format, SimArguments};
use super::play::style;
use super::{Failure, allowance};
use crate::measure::exit_code;
use crate::scenario::Scenario;
use crate::{report, sim};

/// Plays the scenario in virtual time, prints the result, and gives back the exit code.
pub(super) fn simulate(arguments: &SimArguments) -> Result<u8, Failure> {
    let mut scenario = Scenario::load(&arguments.scenario)?;
    if let Some(seed) = arguments.seed {
        scenario = scenario.with_seed(seed);
    }
    scenario.must_be_simulable()?;
    allowance::check(&scenario, arguments.max_memory)?;
    let began = Timestamp::now();
    let summary = sim::play(&Arc::new(scenario));
    super::print(&match arguments.format {
        Format::Text => report::terminal(&summary, style()),
        Format::Json => report::json(&summary, arguments.canonical),
    })?;
    if let Some(out) = &arguments.out {
        let folder = report::write_run(out, &summary, began).map_err(|error| {
            Failure::work(format!("the summary cannot be written to {}: {error}; use another --out", out.display()))
        })?;
        super::tell(&format!("summary: {}", folder.join("summary.json").display()));
    }
    Ok(exit_code(&summary))
}
