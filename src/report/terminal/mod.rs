//! A summary for a person at a terminal: the verdict in words, then what it rests on, in 80 columns.

mod clients;
mod figures;
mod misdeeds;
mod plan;
pub(super) mod profile;
mod replications;
mod sparklines;
mod style;
mod tenants;
mod thresholds;
pub(super) mod verdict;

use crate::measure::chronicle::Chronicle;
use crate::measure::{ScenarioIdentity, Summary};
use crate::report::inert::inert;
pub use clients::{Side, clients};
pub(super) use figures::UNWITNESSED;
pub use plan::plan;
pub use replications::replications;
pub use style::Style;

/// The report on a run, with a final newline. Colours are used where `style` says so, and never carry meaning alone.
pub fn terminal(summary: &Summary, style: Style) -> String {
    written(summary, Vec::new(), style)
}

/// The same, with how it went over time.
pub fn terminal_over_time(summary: &Summary, chronicle: &Chronicle, style: Style) -> String {
    written(summary, sparklines::lines(chronicle, style), style)
}

fn written(summary: &Summary, over_time: Vec<String>, style: Style) -> String {
    let sections = [
        verdict::lines(summary, style),
        thresholds::lines(summary, style),
        misdeeds::lines(summary, style),
        over_time,
        figures::latencies(summary),
        figures::counts(summary, style),
        profile::lines(summary),
        tenants::lines(summary),
        closing(summary),
    ];
    let written: Vec<String> =
        sections.iter().filter(|lines| !lines.is_empty()).map(|lines| lines.join("\n")).collect();
    written.join("\n\n") + "\n"
}

/// Seed, and how to get the same run again.
fn closing(summary: &Summary) -> Vec<String> {
    vec![format!("{:<LABEL$}{}", "seed", summary.scenario.seed), format!("{:<LABEL$}{}", "reproduce", command(summary))]
}

/// The command that plays the same calls again.
pub(super) fn command(summary: &Summary) -> String {
    let asked = [("runtime-binary", &summary.scenario.runtime), ("client", &summary.scenario.client)];
    let asked = asked.into_iter().filter_map(|(flag, value)| Some(format!(" --{flag} {}", quoted(value.as_ref()?))));
    asked.fold(command_of(&summary.scenario), |command, asked| command + &asked)
}

fn command_of(scenario: &ScenarioIdentity) -> String {
    format!("busyhour {} {} --seed {}", scenario.mode.command(), quoted(&scenario.file), scenario.seed)
}

/// As a shell takes it.
fn quoted(file: &str) -> String {
    let plain = |sign: char| sign.is_ascii_alphanumeric() || "-_./".contains(sign);
    let file = inert(file, LONGEST_FILE);
    if file.chars().all(plain) { file } else { format!("'{}'", file.replace('\'', r"'\''")) }
}

const WIDTH: usize = 80;
const LABEL: usize = 12;
/// A path is worth a line that is too long for the page, within reason.
const LONGEST_FILE: usize = 200;

#[cfg(test)]
mod tests;
