//! What can be typed behind `busyhour import`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::arguments::Format;

#[derive(Debug, Args)]
pub(in crate::cli) struct ImportArguments {
    /// Call records: CSV (separated by commas, semicolons, tabs or bars, with a header) or JSON lines; also gzipped.
    pub(super) records: PathBuf,
    /// What the file calls a column, such as `start=call_begin`. Columns: start and caller, which are needed; tenant,
    /// duration (from the start to the end), turns (how many, or when in seconds after the start, as 4;11.5;20), agent,
    /// ring (seconds until the answer).
    #[arg(long = "column", value_name = "COLUMN=NAME")]
    pub(super) columns: Vec<String>,
    /// Where times without an offset were written down, such as Europe/Berlin; hours of the day are those there, too.
    #[arg(long, value_name = "ZONE")]
    pub(super) time_zone: Option<String>,
    /// How dates are written, if not as RFC 3339 has it, such as "%d/%m/%Y %H:%M:%S".
    #[arg(long, value_name = "FORMAT")]
    pub(super) time_format: Option<String>,
    /// Stop at the first row that cannot be taken.
    #[arg(long)]
    pub(super) strict: bool,
    /// Tell so many of the rows that cannot be taken; the others are counted.
    #[arg(long, value_name = "ROWS", default_value_t = 10)]
    pub(super) show: usize,
    /// Keep calls that start then or later, written as the records write their starts. It becomes second 0.
    #[arg(long, value_name = "TIME")]
    pub(super) from: Option<String>,
    /// Keep calls that start before then.
    #[arg(long, value_name = "TIME")]
    pub(super) to: Option<String>,
    /// Keep such a share of the callers, such as 10%, each with all of his calls.
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub(super) sample: Option<f64>,
    /// Which callers the sample has.
    #[arg(long, value_name = "SEED", default_value_t = 0, requires = "sample")]
    pub(super) seed: u64,
    /// Let calls come so many times as often as they did; they last as long.
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = speed)]
    pub(super) speed: f64,
    /// Replace each caller's name by a keyed hash, so that nobody is named and everybody is recognized. The key is read
    /// from --key-file or the variable `BUSYHOUR_KEY`; without either a random one is made and told.
    #[arg(long)]
    pub(super) anonymize: bool,
    /// A file that holds the key for --anonymize.
    #[arg(long, value_name = "FILE", requires = "anonymize")]
    pub(super) key_file: Option<PathBuf>,
    /// Write the calls to this file as a clean trace: sorted, in seconds from its beginning; gzipped if it ends in .gz.
    #[arg(long, short, value_name = "FILE.csv")]
    pub(super) output: Option<PathBuf>,
    /// Write a scenario that plays the trace to this file.
    #[arg(long, value_name = "FILE.toml", requires = "output")]
    pub(super) scenario: Option<PathBuf>,
    /// Say what matters of the calls: load, busy hour, holds, returns, popularity. Done anyway without --output.
    #[arg(long)]
    pub(super) describe: bool,
    /// What to print on standard output.
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
}

fn share(text: &str) -> Result<f64, String> {
    let (number, whole) = text.strip_suffix('%').map_or((text, 1.0), |percent| (percent, 100.0));
    let share = number.trim().parse::<f64>().map(|number| number / whole);
    share
        .ok()
        .filter(|share| *share > 0.0 && *share <= 1.0)
        .ok_or_else(|| "write a share such as 10% or 0.1".to_owned())
}

fn speed(text: &str) -> Result<f64, String> {
    let factor = text.parse::<f64>().ok();
    factor
        .filter(|factor| (0.001..=1000.0).contains(factor))
        .ok_or_else(|| "write a number from 0.001 to 1000".to_owned())
}

pub(in crate::cli) const IMPORT_EXAMPLES: &str = "\
Examples:
  busyhour import cdr.csv.gz --column start=call_begin --column caller=cli --time-zone Europe/Berlin
  busyhour import cdr.csv --from 2026-03-02 --to 2026-03-03 --anonymize -o calls.csv --scenario monday.toml
  busyhour sim monday.toml";
