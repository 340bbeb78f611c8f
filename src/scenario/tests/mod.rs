//! Good files and bad ones.

mod bad_input;
mod good;
mod trace;

use std::path::Path;

use super::{Scenario, ScenarioError};

/// A scenario with a bit of everything.
const BUSY: &str = r#"name = "busy"
about = "Whatever."
seed = 7
duration = "60s"
warm_up = "10s"
thresholds = ["recall.p99 <= 250ms"]

[pool]
max_concurrent_users = 20
runtime_port_range = [7878, 7977]

[runtime]
boot_cold = { dist = "lognormal", median = "400ms", cv = 0.3 }
rss = "90MB"

[on_refusal]
action = "retry"
after = "1s"
attempts = 3

[[tenant]]
name = "acme"
project = "proj_acme"
agents = ["agent_returns"]
workers = 2
lease = "turn"
callers = { population = 400, popularity = { zipf = 0.75 }, new = "30%" }
arrivals = { model = "poisson", rate = "40/min" }
call = { length = { dist = "lognormal", mean = "190s", cv = 1.2 } }
turn_gap = { dist = "lognormal", mean = "7.5s", cv = 0.5 }

[[tenant]]
name = "birch"
project = "proj_birch"
agents = ["agent_cards"]
arrivals = { model = "closed", callers = 5, redial = "2s" }

[[fault]]
at = "30s"
kind = "runtime.crash"
tenant = "acme"
share = 0.2
"#;

/// What a text means, as though it stood in a file `busy.toml`.
fn read(text: &str) -> Result<Scenario, ScenarioError> {
    Scenario::from_text(Path::new("busy.toml"), text.to_owned())
}

/// The busy scenario with one passage replaced by another.
#[track_caller]
fn busy_with(passage: &str, other: &str) -> String {
    assert!(BUSY.contains(passage), "there is no {passage:?} to replace");
    BUSY.replacen(passage, other, 1)
}
