//! The ground floor: time as integer nanoseconds, ids, named random streams, canaries.
//!
//! Everything here is a value: nothing reads a clock, waits, or allocates behind your back.

mod canary;
mod ids;
mod lifecycle;
mod time;
mod topics;

pub use canary::{Canary, foreign_canaries};
pub use ids::{CallerIndex, TenantIndex, WorkerIndex};
pub use lifecycle::{Admission, BootKind, DrainReason};
pub use mock_runtime::distribution::{Distribution, LawError, Stream};
pub use time::{Span, Time};
pub use topics::{TOPICS, Topic};
