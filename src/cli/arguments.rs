//! What can be typed.

use std::path::PathBuf;

use bytesize::ByteSize;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

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
    #[command(after_help = "Example: busyhour sim scenarios/thrash.toml --max-memory 2GB")]
    Sim(SimArguments),
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
    /// The scenario file.
    pub(super) scenario: PathBuf,
    /// Play with another seed than the scenario's.
    #[arg(long)]
    pub(super) seed: Option<u64>,
    /// Start this executable for each caller instead of the bundled mock; it must honour the same environment contract.
    #[arg(long, value_name = "PATH")]
    pub(super) runtime_binary: Option<PathBuf>,
    /// What to print on standard output.
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
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
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
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

const EXIT_CODES: &str = "\
Exit codes: 0 pass; 1 failed to do its work; 2 usage or scenario error; 96 a law of the pool was broken; 97 the
measurement is invalid; 99 a threshold failed; 130/143 interrupted (the report is still written).";
