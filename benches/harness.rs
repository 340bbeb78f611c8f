//! The harness under size: how late is it, and what does it cost?
//!
//! `cargo bench --bench harness` plays two scenarios with the release binary: one of 2,000 runtimes, 5,000 callers at
//! once and 600 turns a second (lag p99 must stay under 5 ms on two cores), one of 100 turns a second (under 0.3 ms).
//! Runtimes boot within the warm-up, which is not counted. Lag is the machine's as well as the harness's: whatever else
//! runs meanwhile is in it, so the load average is printed beside it.

use std::error::Error;
use std::fs;
use std::process::{Command, ExitCode};

use serde_json::Value;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    println!("load average before: {}", fs::read_to_string("/proc/loadavg").unwrap_or_default().trim());
    let held = [measure(&SIZE)?, measure(&PACE)?];
    println!("load average after:  {}", fs::read_to_string("/proc/loadavg").unwrap_or_default().trim());
    Ok(if held.iter().all(|held| *held) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// One scenario and what it must hold.
struct Measurement {
    name: &'static str,
    scenario: &'static str,
    lag_p99_ms: f64,
    /// At least so many at once.
    runtimes: f64,
    callers: f64,
    turns_per_s: f64,
}

/// Plays it, prints a line, and says whether it held.
fn measure(measurement: &Measurement) -> Result<bool, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let scenario = folder.path().join(format!("{}.toml", measurement.name));
    fs::write(&scenario, measurement.scenario)?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_busyhour"));
    command.arg("run").arg(&scenario).args(["--format", "json", "--quiet", "--out"]).arg(folder.path());
    let output = command.output()?;
    let summary: Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("{error}: {}", String::from_utf8_lossy(&output.stderr)))?;
    let figure = |pointer: &str| summary.pointer(pointer).and_then(Value::as_f64).unwrap_or(f64::NAN);
    let lag = ["p50", "p90", "p99", "max"].map(|name| figure(&format!("/latency_ms/lag/{name}")));
    let turns_per_s = figure("/counts/turns") / figure("/window/measured_s");
    let (runtimes, callers) = (figure("/gauges/runtimes/peak"), figure("/harness/in_flight_peak"));
    let large = runtimes >= measurement.runtimes && callers >= measurement.callers;
    let held = large && turns_per_s >= measurement.turns_per_s && lag[2] <= measurement.lag_p99_ms;
    println!(
        "{:8} lag p50 {:.3}  p90 {:.3}  p99 {:.3}  max {:.1} ms (p99 limit {} ms): {}",
        measurement.name,
        lag[0],
        lag[1],
        lag[2],
        lag[3],
        measurement.lag_p99_ms,
        if held { "held" } else { "NOT HELD" },
    );
    println!(
        "         {runtimes} runtimes, {callers} callers, {turns_per_s:.0} turns/s, harness CPU {:.1} s, verdict {}",
        figure("/harness/cpu_s"),
        summary["verdict"],
    );
    Ok(held)
}

const SIZE: Measurement = Measurement {
    name: "size",
    lag_p99_ms: 5.0,
    runtimes: 2000.0,
    callers: 5000.0,
    turns_per_s: 600.0,
    // A thousand callers of their own and four thousand calls that share another thousand: more runtimes than the
    // 2,000, and more callers than runtimes.
    scenario: r#"
name = "harness-size"
about = "The harness under size."
seed = 1
duration = "60s"
warm_up = "30s"
grace = "1s"

[pool]
max_concurrent_users = 1200
runtime_port_range = [20000, 24999]
boot_timeout = "30s"

[runtime]
boot_cold = "1ms"
boot_warm = "1ms"

[cloud]
latency = "1ms"

[[tenant]]
name = "regulars"
arrivals = { model = "closed", callers = 1050 }
call = { length = "120s" }
turn_gap = { dist = "lognormal", mean = "8s", cv = 0.5 }

[[tenant]]
name = "crowd"
callers = { population = 1000 }
arrivals = { model = "stages", stages = [{ until = "20s", rate = "200/s" }, { until = "20.001s", rate = "1/h" }] }
call = { length = "120s" }
turn_gap = { dist = "lognormal", mean = "8s", cv = 0.5 }
"#,
};

const PACE: Measurement = Measurement {
    name: "pace",
    lag_p99_ms: 0.3,
    runtimes: 200.0,
    callers: 200.0,
    turns_per_s: 95.0,
    scenario: r#"
name = "harness-pace"
about = "The harness at a hundred turns a second."
seed = 1
duration = "35s"
warm_up = "5s"
grace = "1s"

[pool]
max_concurrent_users = 250
runtime_port_range = [25000, 25999]

[runtime]
boot_cold = "1ms"
boot_warm = "1ms"

[cloud]
latency = "1ms"

[[tenant]]
name = "regulars"
arrivals = { model = "closed", callers = 200 }
call = { length = "120s" }
turn_gap = { dist = "lognormal", mean = "2s", cv = 0.5 }
reply = "500ms"
"#,
};
