//! Who calls when and says what: a lazy seeded stream that knows no engine.
//!
//! [`Workload`] yields the calls of all tenants in the order of their times; a [`Call`] says when its turns start and
//! when it hangs up, given when each turn was done. Nothing here waits, reads a clock or grows with the length of a
//! run, so both engines pull the same calls.
//!
//! Every draw comes from a stream named after its tenant and its purpose, and numbered by call where it belongs to one.
//! So a new tenant, a new draw or another law for one thing leaves every other number as it was, and two scenarios
//! that differ in one setting are compared on the same calls.

mod call;
mod callers;
mod lines;
mod loss;
mod offered;
mod rate_curve;
mod rings;
mod spec;
pub mod speech;
mod stream;
#[cfg(test)]
mod tests;
mod trace;

pub use call::{Call, Next, Ring, Turn};
pub use loss::erlang_b;
pub use offered::Offered;
pub use spec::{Arrivals, CallLength, Population, Rate, Route, Stage, TenantTraffic, Traffic};
pub use stream::{Popularities, Workload};
pub use trace::{Trace, TracedCall, TracedTurns};
