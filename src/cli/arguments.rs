//! What can be typed.

mod comparing;

use std::ffi::OsString;
use std::path::PathBuf;

use bytesize::ByteSize;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::drivers::default_python;
use super::import::{IMPORT_EXAMPLES, ImportArguments};
use super::metrics::MetricsAddress;
use super::mock::{MOCK_HELP, MockArguments};
use super::outputs::Outputs;
use super::plan::PlanArguments;
use crate::measure::Tolerance;
use comparing::{BASELINE_HELP, COMPARE_HELP};
pub(super) use comparing::{BaselineOrder, CompareArguments, ContestArguments};

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
    #[command(after_help = RUN_HELP)]
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
    /// Hold two summaries against each other: simulations exactly, live runs as far as one of each can tell.
    #[command(after_help = COMPARE_HELP)]
    Compare(CompareArguments),
    /// Keep what scenarios come to in virtual time in files, and see what moved.
    #[command(subcommand, after_help = BASELINE_HELP)]
    Baseline(BaselineOrder),
    /// Become another program that ends when this one's parent does: plays of `run --against`, commands of `mock`.
    #[command(name = ATTENDED, hide = true)]
    Attended {
        /// Process id of the parent.
        parent: u32,
        /// The program and its arguments.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
        program: Vec<OsString>,
    },
    /// Tell of a finished run again: on this terminal, as a page for a browser, or to files for machines.
    #[command(after_help = REPORT_HELP)]
    Report(ReportArguments),
    /// Read call records, and write a trace and a scenario that plays it.
    #[command(after_help = IMPORT_EXAMPLES)]
    Import(ImportArguments),
    /// Find the smallest pool that keeps the scenario's thresholds, and say how far it carries.
    #[command(after_help = PLAN_HELP)]
    Plan(PlanArguments),
    /// Test your own bot without the cloud: a mock cloud, and mock runtimes for the official SDK to start.
    #[command(after_help = MOCK_HELP)]
    Mock(MockArguments),
    /// Install clients for the drivers that come with this program.
    #[command(subcommand, after_help = DRIVERS_HELP)]
    Drivers(DriversOrder),
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
    pub(super) contest: ContestArguments,
    /// What to print on standard output.
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
    #[command(flatten)]
    pub(super) outputs: Outputs,
    /// While it goes on, serve its figures to Prometheus at `http://ADDRESS/metrics`: a port of loopback, or another
    /// address if one is written, such as 0.0.0.0:9464.
    #[arg(long, value_name = "ADDRESS")]
    pub(super) metrics: Option<MetricsAddress>,
}

#[derive(Debug, Args)]
pub(super) struct ReportArguments {
    /// A run's folder, such as reports/runs/smoke-20261122T121502Z, or a summary.json.
    #[arg(value_name = "RUN")]
    pub(super) run: PathBuf,
    #[command(flatten)]
    pub(super) outputs: Outputs,
    /// Append a page to `$GITHUB_STEP_SUMMARY` and print annotations on standard error. `run` and `sim` do so by themselves
    /// where `GITHUB_ACTIONS` is true.
    #[arg(long)]
    pub(super) github: bool,
    /// What to print on standard output; nothing unless this is said, or nothing else is asked for.
    #[arg(long, value_enum)]
    pub(super) format: Option<Format>,
}

/// Of all processors, unless said otherwise.
pub(super) const CPU_LIMIT: f64 = 0.8;

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
    /// Put this client under load instead of the scenario's: builtin, memoair-voice, or the command of another driver.
    /// Said more than once, `run` plays each in turn and prints them side by side.
    #[arg(long, value_name = "CLIENT")]
    pub(super) client: Vec<String>,
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
    #[arg(long, value_name = "MS", value_parser = milliseconds)]
    pub(super) lag_limit: Option<f64>,
    /// Share of all processors, from 0 to 1, beyond which the harness itself was the bottleneck and the run is invalid.
    #[arg(long, value_name = "SHARE", default_value_t = CPU_LIMIT, value_parser = share)]
    pub(super) cpu_limit: f64,
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
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(2..),
        conflicts_with_all = ["junit", "openmetrics", "html", "csv"])]
    pub(super) seeds: Option<u64>,
    /// Play the seeds on so many threads; as many as there are processors unless said otherwise. Changes no figure.
    #[arg(long, value_name = "N", requires = "seeds", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(super) threads: Option<u16>,
    /// Play it twice, in two processes side by side, and compare everything the pools were told and decided.
    #[arg(long, conflicts_with_all = ["seeds", "canonical", "junit", "openmetrics", "html", "csv"])]
    pub(super) check_determinism: bool,
    /// Let the second of the two plays have this seed: shows that a difference is found.
    #[arg(long, value_name = "SEED", hide = true, requires = "check_determinism")]
    pub(super) against_seed: Option<u64>,
    /// Write what each pool was told and what it decided, one JSON object a line; each boot names its cause, and the cap
    /// from which it would have been a reuse. `reports/README.md` explains the fields.
    #[arg(long, value_name = "FILE.jsonl", conflicts_with_all = ["seeds", "check_determinism"])]
    pub(super) events: Option<PathBuf>,
    #[command(flatten)]
    pub(super) outputs: Outputs,
}

impl SimArguments {
    /// Whether a chronicle is wanted.
    pub(super) fn tells(&self) -> bool {
        self.out.is_some() || self.outputs.draw()
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

#[derive(Debug, Subcommand)]
pub(super) enum DriversOrder {
    /// Install the official Python SDK into a virtual environment of its own, for `run --client memoair-voice`.
    #[command(after_help = DRIVERS_HELP)]
    Install {
        /// The Python to make it with.
        #[arg(long, value_name = "PATH", default_value_os_t = default_python())]
        python: PathBuf,
        /// Install it although it is there.
        #[arg(long)]
        again: bool,
    },
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "write a number from 0 to 1, such as 0.8".to_owned())
}

/// A limit that is no number is none.
fn milliseconds(text: &str) -> Result<f64, String> {
    let limit = text.parse().ok().filter(|limit: &f64| limit.is_finite() && *limit >= 0.0);
    limit.ok_or_else(|| "write milliseconds as a number, such as 25".to_owned())
}

/// The hidden command that plays for `sim --check-determinism`.
pub(super) const PLAY_ALOUD: &str = "__play-aloud";
/// The hidden command that becomes a play of `run --against`.
pub(super) const ATTENDED: &str = "__attended";

const RUN_HELP: &str = "\
Examples:
  busyhour run scenarios/smoke.toml
  busyhour run scenarios/fundamento.toml --metrics 9464 --junit busyhour.xml
  busyhour run scenarios/smoke.toml --client memoair-voice
  busyhour run scenarios/smoke.toml --against old.toml --repeat 10
  busyhour run scenarios/smoke.toml --against ../before/target/release/busyhour --judge search.p95,recall.p50

In k6's words: `arrivals` with a `rate` is a constant-arrival-rate executor (ramping with `stages`): calls ring open-loop,
whatever the pool does. `thresholds` are thresholds, `abort_on_fail` and `after` are abortOnFail and delayAbortEval, a
dropped arrival is a dropped iteration, a `[[phase]]` and a `[[tenant]]` are tags to select by, and exit code 99 means
that a threshold failed.

Exit codes: see `busyhour --help`.";
const DRIVERS_HELP: &str = "\
Example: busyhour drivers install && busyhour run scenarios/smoke.toml --client memoair-voice

It lies in `busyhour/drivers` below XDG_DATA_HOME (~/.local/share), or in the folder that BUSYHOUR_DRIVERS names.";
const REPORT_HELP: &str = "\
Examples:
  busyhour report reports/runs/smoke-20261122T121502Z
  busyhour report reports/runs/smoke-20261122T121502Z --junit busyhour.xml --openmetrics busyhour.prom
  busyhour report reports/runs/smoke-20261122T121502Z --html smoke.html --csv smoke.csv

Exit codes: 0 told, whatever the verdict was; 1 a file cannot be written; 2 there is no such run.";
const SIM_EXAMPLES: &str = "\
Examples:
  busyhour sim scenarios/thrash.toml
  busyhour sim scenarios/thrash.toml --seeds 20
  busyhour sim scenarios/thrash.toml --html thrash.html       # charts, for a browser
  busyhour sim scenarios/thrash.toml --events thrash.jsonl    # and why each runtime was booted
  busyhour sim scenarios/thrash.toml --junit busyhour.xml
  busyhour sim scenarios/thrash.toml --check-determinism";
const FIDELITY_HELP: &str = "\
Example: busyhour fidelity scenarios/smoke.toml --calibrated

Exit codes: 0 the simulation is true; 1 failed to do its work; 2 usage or scenario error; 96 a law of the pool was
broken; 97 the live run is invalid; 99 a figure is further off than allowed; 130/143 interrupted. The scenario's
thresholds are not judged. The live run is filed as `busyhour run` files it.";

const CALIBRATE_HELP: &str = "\
Example: busyhour calibrate reports/runs/smoke-20261122T121502Z --out this-host.toml && busyhour sim this-host.toml";

const PLAN_HELP: &str = "\
Examples:
  busyhour plan scenarios/plan/small-bank.toml --max-memory 8GB --html plan.html
  busyhour plan scenarios/plan/small-bank.toml --vary lease=turn,call --vary growth=1x,1.5x,2x
  busyhour plan scenarios/plan/lunch-spike.toml --vary evict=lru,gdsf --vary prewarm=off,6s
  busyhour plan scenarios/thrash.toml --surface --caps 16,20,24,28 --ttls 60s,5m

Exit codes: 0 there is a pool that carries the traffic; 1 failed to do its work; 2 usage or scenario error; 99 nothing that
is allowed carries it.";

const EXIT_CODES: &str = "\
Exit codes: 0 pass; 1 failed to do its work; 2 usage or scenario error; 96 a law of the pool was broken; 97 the
measurement is invalid, or a comparison cannot tell; 98 a regression against a baseline; 99 a threshold failed, or an
expected call did not arrive; 130/143 interrupted (the report is still written).";

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of a line of shell up to the first operator; quotes of one kind, and nothing more of the language.
    fn words(line: &str) -> Vec<String> {
        let quoted = line.split('\'').enumerate().flat_map(|(place, part)| match place % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        });
        quoted.take_while(|word| !["|", ">", "&&", "||", "#"].contains(&word.as_str())).collect()
    }

    #[test]
    fn every_command_of_the_papers_is_one() {
        let mut commands = 0;
        for paper in ["README.md", "reports/README.md", "examples/mock/README.md"] {
            let text = std::fs::read_to_string(paper).expect("cargo runs tests in the package's folder");
            let typed = text.lines().filter_map(|line| line.trim_start().strip_prefix("$ ").or(job_step(line)));
            for line in typed.filter(|line| line.starts_with("busyhour ")) {
                Arguments::try_parse_from(words(line)).unwrap_or_else(|error| panic!("{paper}: {line}: {error}"));
                commands += 1;
            }
        }
        assert!(commands >= 4, "{commands}");
        assert!(Arguments::try_parse_from(words("busyhour run x.toml --agianst y")).is_err());
    }

    fn job_step(line: &str) -> Option<&str> {
        line.trim_start().strip_prefix("- run: ")
    }
}
