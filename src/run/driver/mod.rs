//! Somebody else's client under test: a child process for each worker, which plays operations and says how they went.
//!
//! Harness and driver speak JSON lines over the driver's standard input and output ([`protocol`]). What can be relied on:
//!
//! * A driver that dies, hangs, floods, speaks another version, garbage or out of turn makes the run *invalid*: the first
//!   trouble ends it, with its reason and the driver's last words ([`Troubles`]).
//! * Times are the driver's own, put on the harness's clock by an offset that was measured ([`offset`]). Where they cannot
//!   be true, that is trouble.
//! * No more operations are under way than the driver takes on. Those that wait are late, and their wait is told apart.
//! * Whatever the driver is, no process that it started survives it ([`sweep`]), nor this program where that is killed
//!   (its guard looks for them, too).
//!
//! What a driver claims beyond that is not believed: processes, sessions and identities come from the witness.

mod answer;
mod desk;
mod handle;
mod hire;
mod last_words;
mod line;
mod offset;
mod protocol;
mod shipped;
mod sweep;
mod troubles;

pub(super) use answer::Answer;
pub(super) use handle::{Caller, Driver, Texts};
pub(super) use hire::Job;
pub(super) use protocol::Settings;
pub use shipped::{DRIVERS, ShippedDriver};
pub(super) use sweep::Mark;
pub(super) use troubles::{Trouble, Troubles};
