//! What can be typed to compare.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Format;
use crate::measure::{Allowance, Question, Subject, Tolerance};

#[derive(Debug, Args)]
pub(in crate::cli) struct CompareArguments {
    /// What is compared with: a summary.json, or the folder of a run.
    pub(in crate::cli) base: PathBuf,
    /// What is compared.
    pub(in crate::cli) new: PathBuf,
    /// What may differ between two simulations: figures (`*` for any signs), a way and a size, such as 'pool.*: +2%',
    /// 'recall.p99: ±10ms' or 'verdict: any'; may be given several times.
    #[arg(long, value_name = "FIGURES: SIZE")]
    pub(in crate::cli) allow: Vec<Allowance>,
    /// What to print on standard output.
    #[arg(long, value_enum, default_value_t)]
    pub(in crate::cli) format: Format,
}

/// A comparison with something else, instead of a single run.
#[derive(Debug, Args)]
pub(in crate::cli) struct ContestArguments {
    /// Compare: play the scenario in turns with this one, or with this busyhour executable in place of this one. The
    /// scenario's thresholds are not judged then.
    #[arg(long, value_name = "BASE-BINARY|BASE-SCENARIO", conflicts_with = "work_dir")]
    pub(in crate::cli) against: Option<PathBuf>,
    /// Pairs to be played, each with a seed of its own.
    #[arg(long, value_name = "PAIRS", requires = "against", default_value_t = 10,
        value_parser = clap::value_parser!(u64).range(1..=Question::MOST_PAIRS))]
    pub(in crate::cli) repeat: u64,
    /// How much worse a latency, or `boots_per_turn`, may become before that is a regression: a share, a duration, or
    /// both (2ms+5%).
    #[arg(long, value_name = "FLOOR", requires = "against", default_value = "5%")]
    pub(in crate::cli) floor: Tolerance,
    /// How many points of a hundred a share, such as budget.met, may become worse.
    #[arg(long, value_name = "POINTS", requires = "against", default_value_t = 1.0, value_parser = points)]
    pub(in crate::cli) share_floor: f64,
    /// Judge these figures instead of recall.p50, .p95 and .p99, search.p95, budget.met and `boots_per_turn`.
    #[arg(long, value_name = "FIGURE,…", requires = "against", value_delimiter = ',')]
    pub(in crate::cli) judge: Vec<Subject>,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum BaselineOrder {
    /// Play the scenarios in virtual time, write what they come to, and say what moved.
    #[command(after_help = "Example: busyhour baseline update scenarios/thrash.toml && git diff reports/baselines")]
    Update(BaselineArguments),
    /// Play the scenarios in virtual time, and say what moved; exit code 98 where something did.
    #[command(after_help = "Example: busyhour baseline check")]
    Check(BaselineArguments),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct BaselineArguments {
    /// The scenarios; all of scenarios/*.toml where none is named.
    pub(in crate::cli) scenarios: Vec<PathBuf>,
    /// Folder of the baselines, a file for each scenario.
    #[arg(long, value_name = "DIR", default_value = "reports/baselines")]
    pub(in crate::cli) dir: PathBuf,
    /// What to print on standard output.
    #[arg(long, value_enum, default_value_t)]
    pub(in crate::cli) format: Format,
}

fn points(text: &str) -> Result<f64, String> {
    let points = text.trim_end_matches('%').trim_end().parse::<f64>().ok();
    points.filter(|points| (0.0..=100.0).contains(points)).ok_or_else(|| "write points from 0 to 100".to_owned())
}

pub(super) const COMPARE_HELP: &str = "\
Examples:
  busyhour compare reports/baselines/thrash.json thrash.json --allow 'pool.*: +2%' --allow 'verdict: any'
  busyhour compare reports/runs/smoke-20261122T121502Z reports/runs/smoke-20261123T080910Z

Exit codes: 0 equal, or differing only as allowed; 2 the two cannot be compared; 97 one live run of each cannot tell; 98 a
figure differs that may not, or the new live run broke a law that base kept.";

pub(super) const BASELINE_HELP: &str = "Example: busyhour baseline check || busyhour baseline update";
