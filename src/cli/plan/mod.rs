//! `busyhour plan`.

mod advise;
mod surface;

use std::path::PathBuf;

use bytesize::ByteSize;
use clap::Args;

use super::Failure;
use super::arguments::Format;
use crate::base::Span;
use crate::plan::{Effort, Lever};
use crate::scenario::Scenario;

#[derive(Debug, Args)]
pub(super) struct PlanArguments {
    /// The scenario file. Its thresholds say what is good enough; its cap, its ports and nothing else are replaced.
    scenario: PathBuf,
    /// Memory that the runtimes of a host may take, such as 8GB; a runtime takes `[runtime] rss`.
    #[arg(long, value_name = "SIZE")]
    max_memory: Option<ByteSize>,
    /// Answer the same question with something changed, a row for each value or combination: `workers=1,2,4`,
    /// `lease=turn,call`, `growth=1x,1.5x`, `ttl=60s,300s`, `cap=20,40`, `boot=200ms,0.5x`,
    /// `profile=builtin,sdk-0.3.2` (whose pool rules); and experimental policies, which
    /// no SDK has: `evict=lru,gdsf` (popular callers stay), `newcomer=evict,refuse` (a call is admitted when it begins or
    /// not at all), `prewarm=off,ring,6s` (boot when the phone rings). May be given several times.
    #[arg(long, value_name = "LEVER=VALUES", value_parser = Lever::parse)]
    vary: Vec<Lever>,
    /// Plays of a cap that is judged, to begin with; more where they leave it undecided.
    #[arg(long, value_name = "N", default_value_t = Effort::default().replications, value_parser = clap::value_parser!(u64).range(2..=1000))]
    replications: u64,
    /// Turns played for one cap at most, where it stays undecided; to begin a play counts as five thousand.
    #[arg(long, value_name = "TURNS", default_value_t = Effort::default().most_turns)]
    max_turns: u64,
    /// Play on so many threads; as many as there are processors unless said otherwise. Changes no figure.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Write a page to this file that opens in any browser, without a network: the curve with its confidence band, the cliff,
    /// the surface as a heat map.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Folder in which the plan gets a folder of its own, with `plan.json`, `plan.html` and the scenario; nothing is written
    /// unless it is named.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Judge nothing; print which share of the turns finds a live runtime, for each cap and idle TTL. Exact where boots and
    /// searches take no time and nobody is refused: what is worth a simulation is seen here.
    #[arg(long, conflicts_with_all = ["max_memory", "vary", "replications", "max_turns", "threads", "html", "out"])]
    surface: bool,
    /// The caps to print, such as 10,20,40; some up to the largest that is of use unless said otherwise.
    #[arg(long, value_name = "SLOTS", requires = "surface", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..=65_535))]
    caps: Vec<u32>,
    /// The idle TTLs to print, such as 60s,5m,1h.
    #[arg(long, value_name = "TTLS", requires = "surface", value_delimiter = ',', value_parser = ttl)]
    ttls: Vec<Span>,
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
    if arguments.surface {
        scenario.must_be_explicable()?;
        return surface::show(&scenario, arguments);
    }
    scenario.must_be_simulable()?;
    advise::advise(&scenario, arguments)
}

fn ttl(text: &str) -> Result<Span, String> {
    humantime::parse_duration(text).map(Span::from).map_err(|error| format!("{error}; write one such as 5m"))
}

#[cfg(test)]
impl PlanArguments {
    /// What somebody has typed, the command's name first.
    fn typed(words: impl IntoIterator<Item = String>) -> Self {
        #[derive(clap::Parser)]
        struct Line {
            #[command(flatten)]
            arguments: PlanArguments,
        }
        <Line as clap::Parser>::parse_from(words).arguments
    }
}
