//! Each fault does what it says, and no longer than it says.

use serde_json::Value;

use crate::fakes::deaf_runtime;
use crate::rig::*;

/// Four callers who stay on the line and speak every 100 ms.
const REGULARS: &str = r#"
[[tenant]]
name = "acme"
arrivals = { model = "closed", callers = 4 }
call = { turns = 1000 }
turn_gap = "100ms"
reply = "10ms"
"#;
/// Ten calls a second, each of somebody never heard of: each boots cold.
const STRANGERS: &str = r#"
[[tenant]]
name = "acme"
callers = { population = 0 }
arrivals = { model = "constant", rate = "10/s" }
call = { turns = 1 }
reply = "5ms"
"#;
const THREE_SECONDS: &str = "duration = \"3s\"\ngrace = \"500ms\"\n";

/// Plays three seconds of them with a fault, and gives back what was counted.
fn play(pool: &str, head: &str, tenants: &str, fault: &str) -> Value {
    let rig = Rig::new();
    let tables = format!("{tenants}[[fault]]\n{fault}\n");
    let summary = rig.summary(&rig.scenario_with(pool, &format!("{THREE_SECONDS}{head}"), &tables), &[]);
    assert_sound(&summary);
    summary
}

/// Of thirty strangers, those of the one second of the fault fail, give or take those at its edges.
#[track_caller]
fn assert_one_second_failed(summary: &Value) {
    let failed = figure(summary, "counts/recalls_failed");
    assert!((7.0..=13.0).contains(&failed), "{summary:#}");
    assert_eq!(figure(summary, "counts/recalls_ok"), 30.0 - failed, "before and after it all is well: {summary:#}");
}

#[test]
fn a_crash_is_noticed_and_its_runtimes_are_replaced() {
    let summary = play("", "", REGULARS, "at = \"1s\"\nkind = \"runtime.crash\"\nshare = 0.5\n");
    assert_eq!(figure(&summary, "counts/drains/crash"), 2.0, "half of four: {summary:#}");
    assert_eq!(figure(&summary, "counts/admissions/warm"), 2.0, "{summary:#}");
    assert_eq!(figure(&summary, "counts/recalls_failed"), 0.0, "{summary:#}");
}

#[test]
fn a_crash_reaches_runtimes_that_report_to_nobody() {
    let rig = Rig::new();
    let deaf = deaf_runtime(&rig);
    let tables = format!("{REGULARS}[[fault]]\nat = \"1s\"\nkind = \"runtime.crash\"\nshare = 0.5\n");
    let scenario = rig.scenario(THREE_SECONDS, &tables);
    let summary = rig.summary(&scenario, &["--runtime-binary", deaf.to_str().unwrap()]);
    assert_eq!(figure(&summary, "counts/drains/crash"), 2.0, "half of four: {summary:#}");
    assert_sound(&summary);
}

#[test]
fn a_hung_runtime_times_out_and_then_goes_on() {
    let head = "budget = \"100ms\"\n";
    let summary = play("", head, REGULARS, "at = \"1s\"\nkind = \"runtime.hang\"\nshare = 1.0\nfor = \"700ms\"\n");
    let timeouts = figure(&summary, "counts/search_timeouts");
    assert!((1.0..=48.0).contains(&timeouts), "four callers, for 700 ms: {summary:#}");
    assert_eq!(figure(&summary, "counts/drains/crash"), 0.0, "it was not replaced");
    assert!(figure(&summary, "counts/recalls_ok") >= 30.0, "{summary:#}");
}

#[test]
fn slow_runtimes_are_slow_for_as_long_as_that() {
    let summary = play("", "", REGULARS, "at = \"1s\"\nkind = \"runtime.slow\"\nfactor = 40\nfor = \"1s\"\n");
    // A search takes 3 ms, and 120 in the fault: a third of the time, less than a third of the turns.
    assert!(figure(&summary, "latency_ms/search/max") >= 120.0, "{summary:#}");
    assert!(figure(&summary, "latency_ms/search/p50") < 60.0, "{summary:#}");
    assert!(figure(&summary, "latency_ms/search/p90") >= 100.0, "{summary:#}");
}

#[test]
fn boots_fail_while_they_are_told_to() {
    let summary = play("", "", STRANGERS, "at = \"1s\"\nkind = \"runtime.boot_fail\"\nfor = \"1s\"\n");
    assert_one_second_failed(&summary);
    // One for the recall, one for the save that tries again.
    let each = (figure(&summary, "counts/recalls_failed"), figure(&summary, "counts/saves/refused"));
    assert_eq!(errors(&summary, "runtime.start_failed") as f64, each.0 + each.1, "{summary:#}");
}

#[test]
fn boots_hang_while_they_are_told_to() {
    let pool = "boot_timeout = \"300ms\"\nmax_concurrent_users = 40\n";
    let summary = play(pool, "", STRANGERS, "at = \"1s\"\nkind = \"runtime.boot_fail\"\nhang = true\nfor = \"1s\"\n");
    assert_one_second_failed(&summary);
    // One for the recall, one for the save that tries again.
    let each = (figure(&summary, "counts/recalls_failed"), figure(&summary, "counts/saves/refused"));
    assert_eq!(errors(&summary, "runtime.start_failed") as f64, each.0 + each.1, "{summary:#}");
    assert!(figure(&summary, "latency_ms/recall/max") >= 300.0, "they were waited for: {summary:#}");
}

#[test]
fn nobody_boots_cold_while_the_cloud_is_down() {
    let pool = "boot_timeout = \"300ms\"\n";
    let summary = play(pool, "", STRANGERS, "at = \"1s\"\nkind = \"cloud.down\"\nfor = \"1s\"\n");
    // Whoever began to boot in its last moments may still find the cloud up again.
    let failed = figure(&summary, "counts/recalls_failed");
    assert!((5.0..=13.0).contains(&failed), "{summary:#}");
    assert_eq!(figure(&summary, "counts/recalls_ok"), 30.0 - failed, "{summary:#}");
    assert!(errors(&summary, "runtime.start_failed") > 0, "{summary:#}");
}

#[test]
fn a_slow_cloud_delays_cold_boots_for_as_long_as_that() {
    let summary = play("", "", STRANGERS, "at = \"1s\"\nkind = \"cloud.slow\"\nby = \"400ms\"\nfor = \"1s\"\n");
    assert!(figure(&summary, "latency_ms/boot.cold/max") >= 400.0, "{summary:#}");
    assert!(figure(&summary, "latency_ms/boot.cold/p50") < 300.0, "{summary:#}");
    assert_eq!(figure(&summary, "counts/recalls_failed"), 0.0, "{summary:#}");
}

#[test]
fn squatted_ports_are_gone_and_come_back() {
    // A squatter takes free ports only: it comes before everybody else.
    let fault = "at = \"0s\"\nkind = \"ports.squat\"\ncount = 50\nfor = \"1s\"";
    let summary = play("", "", STRANGERS, fault);
    assert_one_second_failed(&summary);
    assert_eq!(errors(&summary, "pool.port_exhausted") as f64, figure(&summary, "counts/calls_shed"), "{summary:#}");
    assert_eq!(figure(&summary, "counts/calls_shed"), figure(&summary, "counts/recalls_failed"));
}
