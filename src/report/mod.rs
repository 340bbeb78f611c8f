//! From a summary or a plan to text and files: pure writers that know no engine.
//!
//! Whatever a summary holds, what comes out is inert: names from scenarios and texts from peers are shown without
//! control characters and cut to the room there is.

mod fidelity;
mod folder;
mod inert;
mod interval_log;
mod json;
mod log;
mod terminal;
mod words;

pub use fidelity::{fidelity, fidelity_json};
pub use folder::{CONDUCT_LOG, Evidence, SAMPLES_LOG, SCENARIO, SUMMARY, write_file, write_live_run, write_run};
pub use json::{json, plan_json, replications_json};
pub use log::{boots, log_line};
pub use terminal::{Style, plan, replications, terminal};
