//! `busyhour compare`.

use miette::miette;

use super::arguments::{CompareArguments, Format};
use super::play::style;
use super::{Failure, filed};
use crate::measure::Comparison;
use crate::report;

/// Compares two summaries, prints what differs, and gives back the exit code.
pub(super) fn compare(arguments: &CompareArguments) -> Result<u8, Failure> {
    let [base, new] = [&arguments.base, &arguments.new].map(|path| filed::summary(path));
    let comparison = Comparison::of(&base?, &new?, &arguments.allow);
    let comparison = comparison.map_err(|error| Failure::Question(miette!("{error}")))?;
    super::print(&match arguments.format {
        Format::Text => report::comparison(&comparison, style()),
        Format::Json => report::comparison_json(&comparison),
    })?;
    Ok(comparison.verdict.exit_code())
}
