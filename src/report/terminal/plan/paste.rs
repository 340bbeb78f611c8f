//! Settings, ready to paste.

use crate::plan::{Advice, Plan};

/// For the Python client and for a scenario file; nothing where there is nothing to set.
pub(super) fn settings(plan: &Plan) -> Vec<String> {
    let Advice::Take { cap, ports: (first, last), idle_ttl_s, .. } = plan.advice else { return Vec::new() };
    let ttl = idle_ttl_s.round();
    vec![
        "for the Python client (one a worker; a host's workers share the port range)".to_owned(),
        format!("  MemoAirVoiceClient(max_concurrent_users={cap}, runtime_idle_ttl_s={ttl},"),
        format!("                     runtime_port_range=({first}, {last}), ...)"),
        String::new(),
        "for a scenario file".to_owned(),
        "  [pool]".to_owned(),
        format!("  max_concurrent_users = {cap}"),
        format!("  runtime_idle_ttl = \"{ttl}s\""),
        format!("  runtime_port_range = [{first}, {last}]"),
    ]
}
