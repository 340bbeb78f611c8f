//! The pool's laws, by number, name and sentence.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A law no pool may break, whatever the load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Law {
    /// 1: at most so many runtimes as the cap allows, booting and draining ones included.
    Cap,
    /// 2: one runtime per project and caller.
    Identity,
    /// 3: a runtime with a lease is never a victim.
    Lease,
    /// 4: a port belongs to one runtime.
    Port,
    /// 5: every acquire ends, with a lease or with one error.
    Answer,
    /// 6: an idle runtime is gone by the TTL plus one reaper interval.
    Idle,
    /// 7: no memory reaches another caller; no acknowledged save is lost or delivered twice.
    Memory,
    /// 8: no runtime survives the harness.
    Survivor,
}

impl Law {
    /// Its number, from 1.
    pub const fn number(self) -> u8 {
        self as u8 + 1
    }

    /// What it demands, for people.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Cap => "no more runtimes exist than the cap allows",
            Self::Identity => "a caller has at most one runtime",
            Self::Lease => "a runtime in use is never evicted",
            Self::Port => "a port belongs to one runtime",
            Self::Answer => "whoever asks for a runtime gets one, or one error, in bounded time",
            Self::Idle => "an idle runtime is gone in time",
            Self::Memory => "memory reaches its own caller only, and every acknowledged save the cloud once",
            Self::Survivor => "no runtime survives the harness",
        }
    }
}
