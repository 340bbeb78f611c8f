//! What can be typed.

use std::path::PathBuf;

use bytesize::ByteSize;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::measure::Tolerance;

/// Where are the cliffs of your MemoAir runtime pool? Replays callers and says what they would have felt.
#[derive(Debug, Parser)]
#[command(name = "busyhour", version, after_help = EXIT_CODES)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Play a scenario in real time, against real runtime processes.
    #[command(after_help = "Example: busyhour run scenarios/smoke.toml")]
    Run(RunArguments),
    /// Play a scenario in virtual time: same calls, same pool code, no waiting.
    #[command(after_help = SIM_EXAMPLES)]
    Sim(SimArguments),
    /// Play a scenario for `sim --check-determinism`, and say on standard output what happens.
    #[command(name = PLAY_ALOUD, hide = true)]
    PlayAloud {
        /// The scenario file.
        scenario: PathBuf,
        /// With which seed.
        #[arg(long)]
        seed: u64,
    },
    /// Play a scenario in real and in virtual time, and say whether both tell the same.
    #[command(after_help = FIDELITY_HELP)]
    Fidelity(FidelityArguments),
    /// Write what a live run measured into its scenario, so that `sim` predicts this host.
    #[command(after_help = CALIBRATE_HELP)]
    Calibrate(CalibrateArguments),
    /// Report on a run that was filed: a page for browsers, a timeline for spreadsheets; on the terminal without either.
    #[command(after_help = REPORT_HELP)]
    Report(ReportArguments),
    /// Ask about scenario files.
    #[command(subcommand, after_help = "Example: busyhour scenario check scenarios/thrash.toml")]
    Scenario(Question),
    /// Print completions for a shell.
    #[command(after_help = "Example: busyhour completions bash > ~/.local/share/bash-completion/completions/busyhour")]
    Completions {
        /// Which shell.
        shell: Shell,
    },
}

#[derive(Debug, Args)]
pub(super) struct RunArguments {
    #[command(flatten)]
    pub(super) live: LiveArguments,
    #[command(flatten)]
    pub(super) files: Files,
    /// What to print on standard output.
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
}

/// Files to be written about a run.
#[derive(Debug, Default, Args)]
pub(super) struct Files {
    /// Write a page that opens in any browser, without a network.
    #[arg(long, value_name = "FILE")]
    pub(super) html: Option<PathBuf>,
    /// Write what happened over time, a row for each moment; `reports/README.md` explains the columns.
    #[arg(long, value_name = "FILE")]
    pub(super) csv: Option<PathBuf>,
}

impl Files {
    /// Whether there is anything to write.
    pub(super) fn any(&self) -> bool {
        self.html.is_some() || self.csv.is_some()
    }
}

#[derive(Debug, Args)]
pub(super) struct ReportArguments {
    /// Folder of a run, such as reports/runs/fundamento-20261122T121502Z.
    pub(super) run_dir: PathBuf,
    #[command(flatten)]
    pub(super) files: Files,
}

/// What every live run can be told.
#[derive(Debug, Args)]
pub(super) struct LiveArguments {
    /// The scenario file.
    pub(super) scenario: PathBuf,
    /// Play with another seed than the scenario's.
    #[arg(long, value_parser = clap::value_parser!(u64).range(..=i64::MAX.unsigned_abs()))]
    pub(super) seed: Option<u64>,
    /// Start this executable for each caller instead of the bundled mock; it must honour the same environment contract.
    #[arg(long, value_name = "PATH")]
    pub(super) runtime_binary: Option<PathBuf>,
    /// Print nothing but the result.
    #[arg(long, short)]
    pub(super) quiet: bool,
    /// Folder in which every run gets a folder of its own.
    #[arg(long, value_name = "DIR", default_value = "reports/runs")]
    pub(super) out: PathBuf,
    /// Keep projections and runtime logs here instead of in a temporary folder.
    #[arg(long, value_name = "DIR")]
    pub(super) work_dir: Option<PathBuf>,
    /// Calls on the line at one instant; those beyond are dropped, which makes the run invalid.
    #[arg(long, value_name = "CALLS", default_value_t = 20_000)]
    pub(super) max_calls: u32,
    /// Lag p99, in milliseconds, beyond which the harness was the bottleneck and the run is invalid; a tenth of the
    /// scenario's budget unless said otherwise.
    #[arg(long, value_name = "MS")]
    pub(super) lag_limit: Option<f64>,
}

#[derive(Debug, Args)]
pub(super) struct SimArguments {
    /// The scenario file.
    pub(super) scenario: PathBuf,
    /// Play with another seed than the scenario's.
    #[arg(long)]
    pub(super) seed: Option<u64>,
    /// What to print on standard output.
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
    /// Leave out of the JSON what depends on this machine and this moment: equal inputs give equal bytes.
    #[arg(long)]
    pub(super) canonical: bool,
    /// Refuse to start where more memory than this would be needed, such as 2GB; half of the machine's unless said
    /// otherwise.
    #[arg(long, value_name = "SIZE")]
    pub(super) max_memory: Option<ByteSize>,
    /// Folder in which every run gets a folder of its own; nothing is written unless it is named.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["seeds", "check_determinism"])]
    pub(super) out: Option<PathBuf>,
    /// Play it with so many seeds, from the scenario's (or --seed's) on, on all processors: means, confidence intervals,
    /// and how often each threshold held.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(2..))]
    #[arg(conflicts_with_all = ["html", "csv"])]
    pub(super) seeds: Option<u64>,
    /// Play the seeds on so many threads; as many as there are processors unless said otherwise. Changes no figure.
    #[arg(long, value_name = "N", requires = "seeds", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(super) threads: Option<u16>,
    /// Play it twice, in two processes side by side, and compare everything the pools were told and decided.
    #[arg(long, conflicts_with_all = ["seeds", "canonical", "html", "csv"])]
    pub(super) check_determinism: bool,
    /// Let the second of the two plays have this seed: shows that a difference is found.
    #[arg(long, value_name = "SEED", hide = true, requires = "check_determinism")]
    pub(super) against_seed: Option<u64>,
    /// Write what each pool was told and what it decided, one JSON object a line; each boot names its cause, and the cap
    /// from which it would have been a reuse. `reports/README.md` explains the fields.
    #[arg(long, value_name = "FILE.jsonl", conflicts_with_all = ["seeds", "check_determinism"])]
    pub(super) events: Option<PathBuf>,
    #[command(flatten)]
    pub(super) files: Files,
}

impl SimArguments {
    /// Whether a chronicle is wanted.
    pub(super) fn tells(&self) -> bool {
        self.out.is_some() || self.files.any()
    }
}

#[derive(Debug, Args)]
pub(super) struct FidelityArguments {
    #[command(flatten)]
    pub(super) live: LiveArguments,
    /// Simulate by what the live run itself measured, instead of by the scenario's laws as they are written.
    #[arg(long)]
    pub(super) calibrated: bool,
    /// Simulate this scenario instead of the one that is played, for example one that an earlier run calibrated.
    #[arg(long, value_name = "SCENARIO", conflicts_with = "calibrated")]
    pub(super) simulate: Option<PathBuf>,
    /// How far simulated percentiles may be off, beyond sampling error: a duration, a share, or both; 3ms+15% by the
    /// scenario's laws, 2ms+5% by the run's own measurements unless said otherwise.
    #[arg(long, value_name = "TOLERANCE")]
    pub(super) tolerance: Option<Tolerance>,
    /// What to print on standard output.
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
}

#[derive(Debug, Args)]
pub(super) struct CalibrateArguments {
    /// Folder of a live run, such as reports/runs/fundamento-20261122T121502Z.
    pub(super) run_dir: PathBuf,
    /// Write the scenario to this file, and its measurements beside it, instead of into the run's folder.
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// What to print on standard output.
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum Format {
    /// Words for people.
    #[default]
    Text,
    /// JSON for programs; a summary is as its JSON Schema in `reports/` describes it.
    Json,
}

#[derive(Debug, Subcommand)]
pub(super) enum Question {
    /// Say what a scenario means, and what is wrong with it.
    #[command(after_help = "Example: busyhour scenario check scenarios/thrash.toml")]
    Check {
        /// The scenario file.
        scenario: PathBuf,
        /// What to print on standard output.
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Print the JSON Schema of scenario files, for editors.
    #[command(after_help = "Example: busyhour scenario schema > schema.json")]
    Schema,
    /// Print a scenario to start from.
    #[command(after_help = "Example: busyhour scenario new > mine.toml")]
    New,
}

/// The hidden command that plays for `sim --check-determinism`.
pub(super) const PLAY_ALOUD: &str = "__play-aloud";

const SIM_EXAMPLES: &str = "\
Examples:
  busyhour sim scenarios/thrash.toml
  busyhour sim scenarios/thrash.toml --seeds 20
  busyhour sim scenarios/thrash.toml --html thrash.html       # charts, for a browser
  busyhour sim scenarios/thrash.toml --events thrash.jsonl    # and why each runtime was booted
  busyhour sim scenarios/thrash.toml --check-determinism";
const FIDELITY_HELP: &str = "\
Example: busyhour fidelity scenarios/smoke.toml --calibrated

Exit codes: 0 the simulation is true; 1 failed to do its work; 2 usage or scenario error; 96 a law of the pool was
broken; 97 the live run is invalid; 99 a figure is further off than allowed; 130/143 interrupted. The scenario's
thresholds are not judged. The live run is filed as `busyhour run` files it.";

const REPORT_HELP: &str = "\
Examples:
  busyhour report reports/runs/fundamento-20261122T121502Z --html fundamento.html
  busyhour report reports/runs/fundamento-20261122T121502Z --csv fundamento.csv";

const CALIBRATE_HELP: &str = "\
Example: busyhour calibrate reports/runs/smoke-20261122T121502Z --out this-host.toml && busyhour sim this-host.toml";

const EXIT_CODES: &str = "\
Exit codes: 0 pass; 1 failed to do its work; 2 usage or scenario error; 96 a law of the pool was broken; 97 the
measurement is invalid; 99 a threshold failed; 130/143 interrupted (the report is still written).";
