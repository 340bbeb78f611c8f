//! The command line, where it starts no runtimes: what it prints, what it leaves behind, and what it refuses.

mod compare;
mod import;
mod limits;
mod report;
mod sim;
mod sim_events;
