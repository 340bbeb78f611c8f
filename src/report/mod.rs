//! From a summary to text and files: pure writers that know no engine.
//!
//! Whatever a summary holds, what comes out is inert: names from scenarios and texts from peers are shown without
//! control characters and cut to the room there is.

mod folder;
mod inert;
mod json;
mod log;
mod terminal;
mod words;

pub use folder::write_run;
pub use json::{json, replications_json};
pub use log::{boots, log_line};
pub use terminal::{Style, replications, terminal};
