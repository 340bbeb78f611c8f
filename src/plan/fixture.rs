//! A small plan, for the tests of whoever tells of plans.

use std::path::Path;

use super::{Effort, Lever, Limits, Plan, plan};
use crate::scenario::Scenario;

/// Of six callers of the tenant `name` who speak at regular intervals: good enough is what `threshold` says.
pub(crate) fn planned(name: &str, threshold: &str) -> Plan {
    let text = format!(
        r#"
        name = "talkers"
        duration = "3min"
        warm_up = "30s"
        thresholds = ["{threshold}"]
        [runtime]
        boot_cold = "400ms"
        boot_warm = "400ms"
        rss = "90MB"
        [[tenant]]
        name = '{name}'
        arrivals = {{ model = "closed", callers = 6, redial = "1s" }}
        call = {{ length = "1h" }}
        turn_gap = {{ dist = "gamma", mean = "5s", cv = 0.25 }}
        reply = "0s""#
    );
    let scenario = Scenario::from_text(Path::new("talkers.toml"), text).unwrap_or_else(|error| panic!("{error:?}"));
    let levers = [Lever::parse("evict=lru,gdsf").unwrap()];
    let effort = Effort { scouts: 2, replications: 2, most_turns: 1 };
    plan(&scenario, &Limits::default(), effort, &levers, &mut |_| ())
}
