//! The rules.

/// A room: a module, and what it may import beside itself.
pub(crate) struct Room {
    pub(crate) module: &'static str,
    /// Paths of our own two crates; everything below one is allowed with it. Other crates are not judged here.
    pub(crate) may: &'static [&'static str],
    /// Whether [`IMPURE`] things are forbidden.
    pub(crate) pure: bool,
}

/// From the ground up.
pub(crate) const HOUSE: &[Room] = &[
    // The stand-in runtime, a leaf: it knows nothing of the harness.
    pure("mock_runtime::distribution", &[]),
    Room { module: "mock_runtime::wire", may: &[], pure: false },
    pure("mock_runtime::behaviour", &["mock_runtime::distribution", "mock_runtime::wire"]),
    rest("mock_runtime::clock"),
    rest("mock_runtime::configuration"),
    rest("mock_runtime::memory"),
    rest("mock_runtime::process"),
    rest("mock_runtime::search"),
    rest("mock_runtime::server"),
    rest("mock_runtime::sync"),
    rest("mock_runtime::witness"),
    // The harness.
    pure("busyhour::base", &["mock_runtime::distribution", "mock_runtime::wire::loopback::BootKind"]),
    pure("busyhour::pool", &["busyhour::base"]),
    pure("busyhour::workload", &["busyhour::base"]),
    pure("busyhour::records", &["busyhour::base", "busyhour::workload"]),
    pure("busyhour::measure", &["busyhour::base"]),
    Room {
        module: "busyhour::scenario",
        may: &[
            "busyhour::base",
            "busyhour::pool",
            "busyhour::workload",
            "busyhour::records",
            "busyhour::measure",
            "mock_runtime::behaviour",
        ],
        pure: false,
    },
    Room { module: "busyhour::client", may: &["busyhour::base", "busyhour::pool", "mock_runtime::wire"], pure: false },
    Room { module: "busyhour::cloud", may: &["busyhour::base", "mock_runtime::wire"], pure: false },
    Room {
        module: "busyhour::mock",
        may: &["busyhour::scenario", "busyhour::cloud", "mock_runtime::wire", "mock_runtime::witness"],
        pure: false,
    },
    Room {
        module: "busyhour::run",
        may: &[
            "busyhour::base",
            "busyhour::pool",
            "busyhour::workload",
            "busyhour::measure",
            "busyhour::scenario",
            "busyhour::client",
            "busyhour::cloud",
            "mock_runtime",
        ],
        pure: false,
    },
    // It must never meet `run`, nor anything else that touches the world.
    pure(
        "busyhour::sim",
        &[
            "busyhour::base",
            "busyhour::pool",
            "busyhour::workload",
            "busyhour::measure",
            "busyhour::scenario",
            "mock_runtime::behaviour",
        ],
    ),
    pure(
        "busyhour::plan",
        &["busyhour::base", "busyhour::workload", "busyhour::measure", "busyhour::scenario", "busyhour::sim"],
    ),
    pure("busyhour::report", &["busyhour::base", "busyhour::measure", "busyhour::plan"]),
    Room {
        module: "busyhour::cli",
        may: &[
            "busyhour::base",
            "busyhour::workload",
            "busyhour::records",
            "busyhour::measure",
            "busyhour::scenario",
            "busyhour::mock",
            "busyhour::run",
            "busyhour::sim",
            "busyhour::plan",
            "busyhour::report",
            "mock_runtime::main_from_environment",
        ],
        pure: false,
    },
];

/// What pure rooms stay away from: a result must be a function of what was given.
pub(crate) const IMPURE: &[&str] = &[
    "std::env",
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
    // Their order differs from process to process.
    "std::collections::HashMap",
    "std::collections::HashSet",
    "std::collections::*",
    "jiff::Timestamp::now",
    "jiff::Zoned::now",
    "rand::rng",
    "rand::random",
    "tokio",
];

/// What a file may do although its room may not, and why.
pub(crate) const EXCEPTIONS: &[(&str, &str)] = &[
    // The writer of a run's folder; everything it writes is made by pure code.
    ("src/report/folder.rs", "std::fs"),
];

const fn pure(module: &'static str, may: &'static [&'static str]) -> Room {
    Room { module, may, pure: true }
}

/// The parts of the stand-in's process: they may import each other.
const fn rest(module: &'static str) -> Room {
    Room { module, may: &["mock_runtime"], pure: false }
}
