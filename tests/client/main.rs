//! The pool client as its users meet it: real runtimes, the mock cloud, and peers with manners of the tests' choosing.
//!
//! Tests run side by side in this process, on ports of their own. What needs a process to itself (an environment, a limit
//! on descriptors, an end of its own) is played by this binary started again: by the tests called `…_process`, which do
//! nothing in a run of tests.

mod cancellation;
mod cloud;
mod crowd;
mod environment;
mod executables;
mod memory;
mod ports;
mod rig;
#[path = "../scripts/mod.rs"]
mod scripts;
mod survivors;
mod turns;
