//! What is played.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use busyhour::scenario::Scenario;

/// How long calls ring.
#[derive(Clone, Copy)]
pub(crate) struct Hours(pub(crate) u32);

/// The share of turns that needs no boot on 64 slots, by Che's approximation with busy slots; good to .0015.
pub(crate) const LRU_REUSED: f64 = 0.2018;

/// So many customers, each with a host of its own.
pub(crate) const TENANTS: u32 = 1000;

/// One-turn calls, 100 a second, of 10,000 callers on 64 slots.
pub(crate) fn lru(hours: Hours) -> Arc<Scenario> {
    let runtime = r#"
        boot_cold = "250ms"
        boot_warm = "250ms"
        search = "10ms"
        session_start = "0s"
        save = "0s"
        flush = "0s"
        terminate = "0s""#;
    let tenant = r#"
        callers = { population = 10000, popularity = { zipf = 0.9 } }
        arrivals = { model = "poisson", rate = "100/s" }
        call = { turns = 1 }
        reply = "0s""#;
    scenario(hours, "max_concurrent_users = 64", runtime, "0s", "", &[tenant.to_owned()])
}

/// 50 Erlangs of calls of 190 s.
pub(crate) fn calls(hours: Hours) -> Arc<Scenario> {
    let pool = "max_concurrent_users = 100";
    scenario(
        hours,
        pool,
        "",
        "30ms",
        "",
        &[talking(10_000, 50.0 / 190.0, r#"{ dist = "lognormal", mean = "190s", cv = 1.2 }"#)],
    )
}

/// 100 Erlangs of calls of three minutes, 48,000 of them a day.
pub(crate) fn site(hours: Hours) -> Arc<Scenario> {
    let pool = "max_concurrent_users = 200\nruntime_port_range = [7878, 8077]";
    let length = r#"{ dist = "exponential", mean = "180s" }"#;
    scenario(hours, pool, "", "30ms", "", &[talking(10_000, 100.0 / 180.0, length)])
}

/// A thousand customers, each with 10 Erlangs on a host of its own.
pub(crate) fn tenants(hours: Hours) -> Arc<Scenario> {
    let length = r#"{ dist = "lognormal", mean = "190s", cv = 1.2 }"#;
    let tenants: Vec<String> = (0..TENANTS).map(|_| talking(1_000, 10.0 / 190.0, length)).collect();
    scenario(hours, "", "", "30ms", &format!("[host]\ncount = {TENANTS}"), &tenants)
}

/// A tenant whose callers talk, turn by turn.
fn talking(population: u32, calls_per_s: f64, length: &str) -> String {
    format!(
        r#"
        callers = {{ population = {population}, popularity = {{ zipf = 0.9 }} }}
        arrivals = {{ model = "poisson", rate = "{calls_per_s}/s" }}
        call = {{ length = {length} }}
        turn_gap = {{ dist = "lognormal", mean = "7.5s", cv = 0.5 }}"#
    )
}

fn scenario(hours: Hours, pool: &str, runtime: &str, cloud: &str, tables: &str, tenants: &[String]) -> Arc<Scenario> {
    let mut text = format!(
        r#"
        name = "bench"
        duration = "{}h"
        [pool]
        {pool}
        [runtime]
        {runtime}
        [cloud]
        latency = "{cloud}"
        {tables}
        "#,
        hours.0
    );
    for (number, tenant) in tenants.iter().enumerate() {
        writeln!(text, "[[tenant]]\nname = \"tenant-{number}\"{tenant}").expect("text can be written");
    }
    let scenario = Scenario::from_text(Path::new("bench.toml"), text);
    Arc::new(scenario.unwrap_or_else(|error| panic!("{error:?}")))
}
