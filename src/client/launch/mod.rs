//! Starting and ending runtime processes.
//!
//! Promises: no process outlives this one, however it ends; nobody waits for somebody else's process to die; a port is
//! held from before its process starts until after it is gone. What is started is any executable that honours the
//! environment contract, so nothing here relies on the mock's manners.
//!
//! * [`executable`](Executable) — which file to start.
//! * [`port`](PortClaim) — a port belongs to one runtime on this host, whoever started it.
//! * [`process`](Process) — one process group: started, watched, ended.
//! * [`nursery`] — the thread on which processes are started and watched.
//! * [`lifeline`] — what tells a cooperative runtime that this process is gone.
//! * [`guard`] — the helper process that ends what a killed parent leaves behind.

mod executable;
mod guard;
mod lifeline;
mod nursery;
mod port;
mod process;

pub use executable::Executable;
pub(super) use lifeline::standard_input;
pub(super) use nursery::start;
pub(crate) use nursery::start_with_kin;
pub(super) use port::{PortClaim, PortError};
pub(crate) use process::{Ending, Process};
