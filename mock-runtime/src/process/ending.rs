//! Why a life ended.

use std::process::ExitCode;

use crate::witness::{Fact, HARNESS_GONE, PARENT_GONE, Witness};

/// Why a life ended. The texts are complete sentences for a person, without a full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// SIGTERM.
    Terminated,
    /// The process that started it is gone.
    ParentGone,
    /// The witness socket was closed.
    HarnessGone,
    /// The behaviour said so.
    BootFailed,
    /// The environment does not say who to be.
    Misconfigured(String),
    /// The port is taken.
    NotBound(String),
    /// The folder cannot be used.
    NoFolder(String),
    /// The cloud refuses this runtime.
    Refused(String),
}

impl Ending {
    /// The last record.
    pub(super) fn tell(&self, witness: &Witness) {
        witness.tell(match self {
            Self::Terminated => Fact::Exited { reason: "terminated".to_owned() },
            Self::ParentGone => Fact::Exited { reason: PARENT_GONE.to_owned() },
            Self::HarnessGone => Fact::Exited { reason: HARNESS_GONE.to_owned() },
            failed => Fact::BootFailed { reason: failed.complaint().unwrap_or_default().to_owned() },
        });
        witness.finish();
    }

    /// What went wrong, where something did.
    pub(super) fn complaint(&self) -> Option<&str> {
        match self {
            Self::Terminated | Self::ParentGone | Self::HarnessGone => None,
            Self::BootFailed => Some("the boot failed, as its behaviour demands"),
            Self::Misconfigured(why) | Self::NotBound(why) | Self::NoFolder(why) | Self::Refused(why) => Some(why),
        }
    }

    /// The process's exit code.
    pub(super) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Terminated | Self::ParentGone | Self::HarnessGone => 0,
            Self::BootFailed => 1,
            Self::Misconfigured(_) => 2,
            Self::NotBound(_) => 3,
            Self::NoFolder(_) => 4,
            Self::Refused(_) => 5,
        })
    }
}
