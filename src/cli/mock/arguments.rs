//! What can be typed.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use crate::cli::arguments::Format;

#[derive(Debug, Args)]
pub(in crate::cli) struct MockArguments {
    /// Port of loopback on which the mock cloud listens; any free one unless said otherwise.
    #[arg(long, default_value_t = 0)]
    pub(super) port: u16,
    /// Projects, agents, callers and facts that are known from the start, in TOML or JSON; a shoe shop unless said
    /// otherwise.
    #[arg(long, value_name = "FILE")]
    pub(super) seed_file: Option<PathBuf>,
    /// Show every request to the cloud and to the runtimes, and in whose name it came, on standard error.
    #[arg(long)]
    pub(super) log: bool,
    /// Calls that are to arrive, in TOML or JSON: fail in the end where they did not.
    #[arg(long, value_name = "FILE")]
    pub(super) expect: Option<PathBuf>,
    /// What to print on standard output.
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
    /// Run this command with the settings in its environment, and end when it does, with its exit code.
    #[arg(last = true, value_name = "COMMAND")]
    pub(super) command: Vec<OsString>,
}

pub(in crate::cli) const MOCK_HELP: &str = "\
Examples:
  busyhour mock --log
  busyhour mock --seed-file seed.toml --expect expect.toml -- python bot.py

A seed (examples/mock/seed.toml, what there is without one):
  [[projects]]
  id = \"proj_shop\"
  agents = [\"agent_returns\"]
  [[projects.callers]]
  id = \"ann\"
  facts = [\"Ordered hiking boots in size 39.\"]

Expectations (examples/mock/expect.toml); `*` stands for any characters:
  [[calls]]
  path = \"/v1/runtime/search_memory\"
  caller = \"ann\"
  body = { query = \"*boots*\" }

Exit codes: 0 stopped, or the command succeeded, and what was expected arrived; 1 failed to do its work; 2 usage, or a
file that makes no sense; 99 what was expected did not arrive; with a command that failed, its exit code.";
