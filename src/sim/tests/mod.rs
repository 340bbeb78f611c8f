//! The engine's own tests: the books can be broken, and are quiet where nothing is; replications.

mod aborting;
mod broken_laws;
mod door;
mod official;
mod parts;
mod replications;

use std::path::Path;
use std::sync::Arc;

use crate::scenario::Scenario;

/// Two slots, several callers: evictions, reaping, drains that take time, a fault of each kind that a pool feels.
fn busy(head: &str) -> Arc<Scenario> {
    let text = format!(
        r#"
        name = "busy"
        seed = 4
        duration = "120s"
        grace = "20s"
        {head}
        [pool]
        max_concurrent_users = 3
        runtime_idle_ttl = "5s"
        runtime_port_range = [7000, 7003]
        [[tenant]]
        name = "acme"
        workers = 2
        callers = {{ population = 8 }}
        arrivals = {{ model = "poisson", rate = "20/min" }}
        call = {{ turns = 4 }}
        turn_gap = "3s"
        reply = "500ms"
        [[fault]]
        at = "20s"
        kind = "runtime.crash"
        share = 0.5
        [[fault]]
        at = "40s"
        kind = "runtime.hang"
        share = 1.0
        for = "4s"
        [[fault]]
        at = "60s"
        kind = "runtime.boot_fail"
        share = 0.5
        hang = true
        for = "10s"
        [[fault]]
        at = "80s"
        kind = "ports.squat"
        count = 2
        for = "15s"
        "#
    );
    Arc::new(Scenario::from_text(Path::new("busy.toml"), text).unwrap_or_else(|error| panic!("{error:?}")))
}
