//! The live engine: a scenario in real time, against real processes.
//!
//! [`play`] raises the stage (mock cloud, tenants, one pool client per worker, the witness), tries one runtime out,
//! lets the calls ring, breaks what the scenario wants broken, hangs up, drains, and hands over what
//! was [`Played`].
//!
//! What can be relied on:
//!
//! * Arrivals are open-loop: a call rings when the workload says so, whatever the pool is doing. The number of calls on
//!   the line is bounded ([`Options::max_calls`]); a call beyond it is counted as dropped and makes the run invalid.
//! * Lateness of the engine itself is measured per call and per turn; latency counts from the intended time.
//! * Laws are judged by what the processes themselves reported to the witness, and by the cloud's ledger.
//! * What the system refuses the harness, what its processors and clocks did, is measured, too, and makes a run invalid
//!   where it would tell of the harness and not of the pool.
//! * A threshold that may end the run is looked at while it goes on.
//! * However [`play`] ends, no runtime survives it.

mod alarm;
mod clock;
mod conversation;
mod driver;
mod engine;
mod error;
mod faults;
mod hiring;
mod host;
mod limits;
mod options;
mod performance;
mod played;
mod pool_watch;
mod progress;
mod score;
mod settlement;
mod shortage;
mod stage;
mod trial;
mod vitals;
mod watch;
mod weather;
mod witness;
mod worker;

pub use driver::{DRIVERS, ShippedDriver};
pub use engine::play;
pub use error::RunError;
pub use host::this_host;
pub use options::{Options, Stop};
pub use played::Played;
pub use progress::Progress;

/// The file name by which this program is started as a mock runtime: official clients start one without arguments.
pub const RUNTIME_NAME: &str = "voice-runtime";

/// The hidden first argument that makes this program a mock runtime, so that one installed binary is enough.
pub const EMBEDDED_RUNTIME: &str = "__voice-runtime";
