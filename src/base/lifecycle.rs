//! The words for what happens to a runtime and to who wants one, shared by pool, engines and measurement.

pub use mock_runtime::wire::loopback::BootKind;

/// What acquiring a lease meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Admission {
    /// The runtime was live.
    Reuse,
    /// Someone was already booting it.
    Join,
    /// It was booted from this host's disk.
    Warm,
    /// It was booted from the cloud.
    Cold,
}

impl From<BootKind> for Admission {
    fn from(kind: BootKind) -> Self {
        match kind {
            BootKind::Warm => Self::Warm,
            BootKind::Cold => Self::Cold,
        }
    }
}

/// Why a runtime is drained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DrainReason {
    /// Its slot or port was needed and it was the least recently used idle one.
    Lru,
    /// It was idle for the TTL.
    Idle,
    /// The pool is closing.
    Close,
    /// It failed, or its boot did.
    Crash,
}
