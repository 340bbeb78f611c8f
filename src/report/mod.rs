//! From a summary or a plan to text and files: pure writers that know no engine.
//!
//! Whatever a summary holds, what comes out is inert: names from scenarios and texts from peers are shown without
//! control characters and cut to the room there is.

mod clients;
mod comparison;
mod csv;
mod fidelity;
mod findings;
mod folder;
mod github;
mod html;
mod inert;
mod interval_log;
mod json;
mod junit;
mod log;
mod openmetrics;
mod planned;
mod terminal;
mod words;

pub use clients::{ClientPlay, Clients};
pub use comparison::{comparison, comparison_json, paired, paired_json};
pub use csv::timeline_csv;
pub use fidelity::{fidelity, fidelity_json};
pub use folder::{
    CHRONICLE, CONDUCT_LOG, Evidence, PLAN, PLAN_PAGE, SAMPLES_LOG, SCENARIO, SUMMARY, new_folder, write_file,
    write_live_run, write_plan, write_run, write_told_run,
};
pub use github::{LONGEST_PAGE, github_annotations, github_page};
pub use html::{Page, html, plan_html};
pub use json::{chronicle_json, json, plan_json, replications_json};
pub use junit::junit;
pub use log::{boots, log_line};
pub use openmetrics::{OPENMETRICS_TYPE, live_openmetrics, openmetrics};
pub use terminal::{Side, Style, clients, plan, replications, terminal, terminal_over_time};
