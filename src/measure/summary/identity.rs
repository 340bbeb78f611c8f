//! What was played, by what, and where.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// `busyhour`.
    pub name: String,
    /// Its version.
    pub version: String,
}

impl Tool {
    /// This program.
    pub fn this() -> Self {
        Self { name: "busyhour".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() }
    }
}

/// Which scenario was played, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScenarioIdentity {
    /// Its name.
    pub name: String,
    /// The file it was read from, as it was given.
    pub file: String,
    /// SHA-256 of that file, in hexadecimal.
    pub sha256: String,
    /// Seed of every draw.
    pub seed: u64,
    /// Against real processes or in virtual time.
    pub mode: Mode,
    /// The executable that `--runtime-binary` named, where it named any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runtime: Option<String>,
    /// What `--client` said, where it said anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
}

/// How time passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// In real time, against real processes.
    Run,
    /// In virtual time.
    Sim,
}

impl Mode {
    /// The command that plays a scenario this way.
    pub const fn command(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Sim => "sim",
        }
    }
}

/// Where a run was played.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Host {
    /// Operating system, for example `linux`.
    pub os: String,
    /// Architecture, for example `x86_64`.
    pub arch: String,
    /// Processors the harness may use.
    pub cores: u32,
    /// Memory in MB (millions of bytes), where the system tells.
    pub memory_mb: Option<u64>,
}
