//! A stall shows as a uniformly arriving caller feels it.

use crate::rig::*;

/// 3,200 calls of one turn in 8 s, all on one runtime, which stands still from 3 s to 5 s. Their saves would come long
/// after the end: only recalls are played.
const STALL: &str = r#"
[[tenant]]
name = "acme"
callers = { population = 1 }
arrivals = { model = "constant", rate = "400/s" }
call = { turns = 1 }
reply = "60s"

[[fault]]
at = "3s"
kind = "runtime.hang"
for = "2s"
"#;
const HEAD: &str = "duration = \"8s\"\ngrace = \"3s\"\nbudget = \"10s\"\n";

/// A quarter of all calls ring within the stall, evenly over its 2 s; who rings `t` into it waits 2 s − t. So the share
/// of waits longer than w is (1 − w / 2 s) / 4, and quantile q is 2 s × (1 − 4 (1 − q)).
fn felt_ms(quantile: f64) -> f64 {
    2000.0 * (1.0 - 4.0 * (1.0 - quantile))
}

#[test]
fn a_stall_of_two_seconds_is_felt_in_full() {
    let rig = Rig::new();
    let summary = rig.summary(&rig.scenario(HEAD, STALL), &[]);
    assert_eq!(figure(&summary, "counts/recalls_ok"), 3200.0, "{summary:#}");
    for (name, quantile) in [("p90", 0.9), ("p95", 0.95), ("p99", 0.99), ("p999", 0.999), ("max", 1.0)] {
        let (felt, expected) = (figure(&summary, &format!("latency_ms/recall/{name}")), felt_ms(quantile));
        // What piled up is served after the stall: 800 searches, some tenths of a second on a busy machine.
        assert!((expected - 20.0..expected + CATCHING_UP_MS).contains(&felt), "{name}: {felt} ms, not {expected}");
    }
    assert!(figure(&summary, "latency_ms/recall/p50") < 200.0, "three quarters of all callers feel nothing");
}

/// How late the last of the stalled may be answered.
const CATCHING_UP_MS: f64 = 600.0;
