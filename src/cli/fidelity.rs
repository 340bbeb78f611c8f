//! `busyhour fidelity`: the same calls in real and in virtual time.

use std::sync::Arc;

use miette::miette;

use super::arguments::{FidelityArguments, Format};
use super::play::{self, Live, style};
use super::{Failure, calibrate};
use crate::measure::{Both, Fidelity, Summary, Tolerance};
use crate::scenario::Scenario;
use crate::{report, sim};

/// Plays, simulates, compares, prints, and gives back the exit code.
pub(super) fn fidelity(arguments: &FidelityArguments) -> Result<u8, Failure> {
    let scenario = play::scenario(&arguments.live)?;
    let rival = rival(arguments, &scenario)?;
    let Live { scenario, played, filed, signal } = play::live(scenario, &arguments.live, None)?;
    let folder = filed?;
    play::tell_where(&folder, &arguments.live);
    if let Some(code) = signal {
        super::tell("busyhour: a run that was interrupted cannot be compared");
        return Ok(code);
    }
    let simulated = match rival {
        Some(rival) => rival,
        None if arguments.calibrated => calibrate::calibrate_within(&folder)?.scenario,
        None => Scenario::clone(&scenario),
    };
    let simulated = sim::play(&Arc::new(simulated.with_seed(scenario.seed)));
    let both = Both { run: &played.summary, sim: &simulated, samples: &played.samples };
    let compared = Fidelity::of(both, &scenario.races(), arguments.calibrated, tolerance(arguments));
    super::print(&match arguments.format {
        Format::Text => report::fidelity(&compared, style()),
        Format::Json => report::fidelity_json(&compared),
    })?;
    warn(&played.summary);
    Ok(code(&played.summary, &simulated, &compared))
}

/// Another scenario to be simulated, read before anything is played.
fn rival(arguments: &FidelityArguments, scenario: &Scenario) -> Result<Option<Scenario>, Failure> {
    if let Some(file) = &arguments.simulate {
        let rival = Scenario::load(file)?;
        rival.must_be_simulable()?;
        return Ok(Some(rival));
    }
    if !arguments.calibrated && scenario.must_be_simulable().is_err() {
        return Err(Failure::Question(miette!(
            help = "add --calibrated: then the simulation draws from what the run measures",
            "another runtime than the mock is played, and the scenario's laws do not speak of it"
        )));
    }
    Ok(None)
}

fn tolerance(arguments: &FidelityArguments) -> Tolerance {
    let usual = if arguments.calibrated { Tolerance::CALIBRATED } else { Tolerance::AS_WRITTEN };
    arguments.tolerance.unwrap_or(usual)
}

fn warn(run: &Summary) {
    for reason in &run.harness.invalid {
        super::tell(&format!("busyhour: the live run is invalid: {reason}"));
    }
}

/// A broken law or an invalid run is worse than a figure that is off.
fn code(run: &Summary, simulated: &Summary, compared: &Fidelity) -> u8 {
    match () {
        () if run.broke_a_law() || simulated.broke_a_law() => 96,
        // Its thresholds, and whether there were samples enough for them, are no matter here.
        () if !run.harness.invalid.is_empty() => 97,
        () if !compared.within => 99,
        () => 0,
    }
}
