//! `busyhour plan`.

mod advise;

use std::path::PathBuf;

use bytesize::ByteSize;
use clap::Args;

use super::Failure;
use super::arguments::Format;
use crate::plan::Lever;
use crate::scenario::Scenario;

#[derive(Debug, Args)]
pub(super) struct PlanArguments {
    /// The scenario file. Its thresholds say what is good enough; its cap, its ports and nothing else are replaced.
    scenario: PathBuf,
    /// Memory that the runtimes of a host may take, such as 8GB; a runtime takes `[runtime] rss`.
    #[arg(long, value_name = "SIZE")]
    max_memory: Option<ByteSize>,
    /// Answer the same question with something changed, a row for each value or combination: `workers=1,2,4`,
    /// `lease=turn,call`, `growth=1x,1.5x`, `ttl=60s,300s`, `cap=20,40`. May be given several times.
    #[arg(long, value_name = "LEVER=VALUES", value_parser = Lever::parse)]
    vary: Vec<Lever>,
    /// Plays of a cap that is judged, to begin with; more where they leave it undecided.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u64).range(2..=1000))]
    replications: u64,
    /// Turns played for one cap at most, where it stays undecided.
    #[arg(long, value_name = "TURNS", default_value_t = 20_000_000)]
    max_turns: u64,
    /// Play on so many threads; as many as there are processors unless said otherwise. Changes no figure.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Play with other seeds than those from the scenario's on.
    #[arg(long)]
    seed: Option<u64>,
    /// What to print on standard output.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Answers, and gives back the exit code.
pub(super) fn plan(arguments: &PlanArguments) -> Result<u8, Failure> {
    let mut scenario = Scenario::load(&arguments.scenario)?;
    if let Some(seed) = arguments.seed {
        scenario = scenario.with_seed(seed);
    }
    scenario.must_be_simulable()?;
    advise::advise(&scenario, arguments)
}
