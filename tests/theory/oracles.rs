//! The simulator against closed forms that know nothing of it.
//!
//! Every family is played with independent seeds; the mean of the batches must lie within four of its own standard
//! errors of what theory says (plus a stated bias where the theory is an approximation), and a *known wrong* answer of
//! the same family must not, which proves that the check can fail.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use busyhour::measure::Summary;
use busyhour::scenario::Scenario;
use busyhour::sim;

use crate::estimate::Estimate;

/// A scenario of one tenant whose runtimes cost no time unless it says so.
struct Play {
    duration: &'static str,
    warm_up: &'static str,
    cap: u32,
    ttl: &'static str,
    runtime: &'static str,
    tenant: String,
}

impl Default for Play {
    fn default() -> Self {
        Self {
            duration: "100h",
            warm_up: "1h",
            cap: 20,
            ttl: "8000h",
            runtime: "boot_cold = \"0s\"\nboot_warm = \"0s\"\nsearch = \"0s\"",
            tenant: String::new(),
        }
    }
}

impl Play {
    fn with_seed(&self, seed: u64) -> Summary {
        let Self { duration, warm_up, cap, ttl, runtime, tenant } = self;
        let reply = if tenant.contains("reply =") { "" } else { "reply = \"0s\"" };
        let last_port = 1024 + cap.max(&2) - 1;
        let mut text = String::new();
        write!(
            text,
            r#"
            name = "oracle"
            seed = {seed}
            duration = "{duration}"
            grace = "0s"
            warm_up = "{warm_up}"
            [pool]
            max_concurrent_users = {cap}
            runtime_idle_ttl = "{ttl}"
            runtime_port_range = [1024, {last_port}]
            [runtime]
            {runtime}
            session_start = "0s"
            save = "0s"
            flush = "0s"
            terminate = "0s"
            [cloud]
            latency = "0s"
            [[tenant]]
            name = "only"
            {reply}
            {tenant}
            "#
        )
        .expect("text can be written");
        let scenario = Scenario::from_text(Path::new("oracle.toml"), text).unwrap_or_else(|error| panic!("{error:?}"));
        let summary = sim::play(&Arc::new(scenario));
        assert_eq!(summary.total.counts.violations, 0, "{:?}", summary.violations);
        summary
    }

    /// Mean and standard error of a figure over as many seeds.
    fn estimate(&self, seeds: u64, figure: impl Fn(&Summary) -> f64) -> Estimate {
        Estimate::over(seeds, |seed| figure(&self.with_seed(seed)))
    }
}

fn refused(summary: &Summary) -> f64 {
    summary.total.counts.calls_shed as f64 / summary.total.counts.calls as f64
}

/// Share of turns that found a live runtime.
fn reused(summary: &Summary) -> f64 {
    let boots = summary.total.latency_ms["boot.cold"].count + summary.total.latency_ms["boot.warm"].count;
    1.0 - boots as f64 / summary.total.counts.turns as f64
}

/// Blocking of `servers` servers under `load` Erlangs, by the recursion.
fn erlang_b(load: f64, servers: u32) -> f64 {
    (1..=servers).fold(1.0, |blocking, n| load * blocking / (f64::from(n) + load * blocking))
}

/// The queueing system's waiting probability: the known wrong answer for a loss system.
fn erlang_c(load: f64, servers: u32) -> f64 {
    let (blocking, use_per_server) = (erlang_b(load, servers), load / f64::from(servers));
    blocking / (1.0 - use_per_server * (1.0 - blocking))
}

/// Calls of callers who never come back, each holding a runtime for its whole length.
fn held_calls(rate: &str, length: &str, cap: u32) -> Play {
    Play {
        cap,
        tenant: format!(
            r#"lease = "call"
            callers = {{ population = 0 }}
            arrivals = {{ model = "poisson", rate = "{rate}" }}
            turn_gap = "5000h"
            call = {{ length = {length} }}"#
        ),
        ..Play::default()
    }
}

#[test]
fn erlang_b_whatever_the_holding_times() {
    let exact = [(1, 1, 0.5), (1, 2, 0.2), (2, 3, 4.0 / 19.0)];
    for (load, servers, blocking) in exact {
        assert!((erlang_b(f64::from(load), servers) - blocking).abs() < 1e-12);
    }
    // 16 Erlangs: 320 calls an hour of three minutes.
    for length in [
        r#""180s""#,
        r#"{ dist = "exponential", mean = "180s" }"#,
        r#"{ dist = "lognormal", mean = "180s", cv = 1.5 }"#,
        r#"{ dist = "gamma", mean = "180s", cv = 2.0 }"#,
    ] {
        let estimate = held_calls("320/h", length, 20).estimate(12, refused);
        estimate.expect(erlang_b(16.0, 20), 0.0, erlang_c(16.0, 20));
    }
}

#[test]
fn erlang_b_at_other_sizes() {
    for (rate, load, cap) in [("1000/h", 50.0, 64), ("2000/h", 100.0, 100), ("40/h", 2.0, 3)] {
        let estimate = held_calls(rate, r#"{ dist = "exponential", mean = "180s" }"#, cap).estimate(8, refused);
        estimate.expect(erlang_b(load, cap), 0.0, erlang_c(load, cap + 1));
    }
}

#[test]
fn engset_with_few_known_callers() {
    // Five callers, idle for 360 s and talking for 180 s at the mean, three runtimes: exactly one call in ten.
    let play = Play {
        duration: "1000h",
        cap: 3,
        tenant: r#"lease = "call"
            arrivals = { model = "closed", callers = 5, redial = { dist = "exponential", mean = "360s" } }
            turn_gap = "180s"
            call = { length = { dist = "exponential", mean = "180s" } }"#
            .to_owned(),
        ..Play::default()
    };
    play.estimate(8, refused).expect(0.1, 0.0, erlang_b(5.0 / 3.0, 3));
}

#[test]
fn who_is_refused_and_keeps_asking_waits_as_in_a_queue() {
    // Two Erlangs on four runtimes, asking again every twentieth of a call: that no runtime is free at first has the
    // probability that one waits in a queue, whatever its order. The wait for the next attempt is time a runtime is
    // free, which is the bias.
    let play = Play {
        duration: "1000h",
        cap: 4,
        tenant: r#"lease = "call"
            callers = { population = 0 }
            arrivals = { model = "poisson", rate = "40/h" }
            call = { turns = 1 }
            reply = { dist = "exponential", mean = "180s" }
            [on_refusal]
            action = "retry"
            after = "9s"
            attempts = 100"#
            .to_owned(),
        ..Play::default()
    };
    assert!((erlang_c(2.0, 4) - 4.0 / 23.0).abs() < 1e-12);
    let waited = |summary: &Summary| 1.0 - summary.total.budget.met as f64 / summary.total.counts.turns as f64;
    play.estimate(8, waited).expect(erlang_c(2.0, 4), 0.004, erlang_b(2.0, 4));
}

/// One-turn calls of known callers.
fn single_turns(rate: &str, population: u32, zipf: f64) -> String {
    format!(
        r#"callers = {{ population = {population}, popularity = {{ zipf = {zipf} }} }}
        arrivals = {{ model = "poisson", rate = "{rate}" }}
        turn_gap = "1s"
        call = {{ turns = 1 }}"#
    )
}

#[test]
fn an_idle_runtime_is_found_again_until_the_reaper_has_come_by() {
    let survives = |per_hour: f64| {
        let (rate, ttl, interval) = (per_hour / 3600.0, 300.0, 30.0);
        1.0 - (-rate * ttl).exp() * (1.0 - (-rate * interval).exp()) / (rate * interval)
    };
    assert!((survives(1.0) - 0.083_778).abs() < 1e-6 && (survives(12.0) - 0.649_916).abs() < 1e-6);
    for (per_hour, rate) in [(1.0_f64, "500/h"), (12.0, "6000/h")] {
        let play = Play {
            duration: if per_hour > 1.0 { "4h" } else { "60h" },
            cap: 500,
            ttl: "300s",
            tenant: single_turns(rate, 500, 0.0),
            ..Play::default()
        };
        let without_the_phase = 1.0 - (-per_hour * 300.0 / 3600.0).exp();
        play.estimate(10, reused).expect(survives(per_hour), 0.0, without_the_phase);
    }
}

#[test]
fn least_recently_used_under_independent_references() {
    let play = |cap, population, zipf| Play {
        duration: "30h",
        cap,
        tenant: single_turns("1000/h", population, zipf),
        ..Play::default()
    };
    // Uniform callers: the share of those who fit. King's exact values for small Zipf populations.
    for (cap, population, zipf, hit) in [(10, 50, 0.0, 0.2), (2, 4, 1.0, 0.603_845_418), (3, 8, 1.0, 0.535_615_336)] {
        play(cap, population, zipf).estimate(10, reused).expect(hit, 0.0, hit + 0.02);
    }
    // Che's approximation, good to .003 here.
    play(64, 10_000, 0.8).estimate(6, reused).expect(0.120_955, 0.003, 0.337_993);
    play(64, 10_000, 1.0).estimate(6, reused).expect(0.337_993, 0.003, 0.120_955);
}

#[test]
fn busy_runtimes_are_no_victims() {
    let play = Play {
        duration: "10m",
        warm_up: "1m",
        cap: 64,
        runtime: "boot_cold = \"250ms\"\nboot_warm = \"250ms\"\nsearch = \"10ms\"",
        tenant: single_turns("100/s", 10_000, 0.9),
        ..Play::default()
    };
    // Plain Che, which takes every runtime for a possible victim, says .2154.
    play.estimate(6, reused).expect(0.2018, 0.0015, 0.2154);
}

#[test]
fn the_thrash_cliff_depends_on_how_regular_people_talk() {
    let share = |gap: &str| {
        let play = Play {
            duration: "4h",
            warm_up: "10m",
            tenant: format!(
                r#"arrivals = {{ model = "closed", callers = 25, redial = "1s" }}
                turn_gap = {gap}
                call = {{ length = "4000h" }}"#
            ),
            ..Play::default()
        };
        play.estimate(6, reused)
    };
    let exponential = 0.800;
    for (gap, expected) in [
        (r#"{ dist = "gamma", mean = "7.5s", cv = 0.5 }"#, 0.568),
        (r#"{ dist = "lognormal", mean = "7.5s", cv = 0.5 }"#, 0.575),
        (r#"{ dist = "gamma", mean = "7.5s", cv = 0.25 }"#, 0.298),
    ] {
        share(gap).expect(expected, 0.005, exponential);
    }
    share(r#"{ dist = "exponential", mean = "7.5s" }"#).expect(exponential, 0.005, 0.568);
}

#[test]
fn load_follows_a_rate_that_varies_with_the_delay_of_a_call() {
    // λ(t) = (20/180)(1 + .6 sin(2πt/3600)) per second, ramped between minutes; calls of 180 s at the mean.
    let rate = |seconds: f64| 20.0 / 180.0 * (1.0 + 0.6 * (2.0 * std::f64::consts::PI * seconds / 3600.0).sin());
    let stages: Vec<String> = (1..=240)
        .map(|minute| format!("{{ until = \"{minute}m\", rate = \"{}/s\" }}", rate(f64::from(minute) * 60.0)))
        .collect();
    let mean = 20.0;
    for (duration, expected, wrong) in [
        ("2h", 16.569, rate(0.0) * 180.0),
        ("2h 15m", 30.922, mean),
        ("2h 30m", 23.431, rate(1800.0) * 180.0),
        ("2h 45m", 9.078, mean),
    ] {
        let play = Play {
            duration,
            warm_up: "1s",
            cap: 200,
            tenant: format!(
                r#"lease = "call"
                callers = {{ population = 0 }}
                arrivals = {{ model = "stages", stages = [{}] }}
                turn_gap = "5000h"
                call = {{ length = {{ dist = "exponential", mean = "180s" }} }}"#,
                stages.join(", ")
            ),
            ..Play::default()
        };
        // Who is on the line when the window closes is cut: that is the load at that moment. It is wrong to take the
        // rate of the moment, or the mean rate, for the load.
        let estimate = play.estimate(200, |summary| summary.total.counts.calls_cut as f64);
        estimate.expect(expected, 0.0, wrong);
    }
}

#[test]
fn equal_inputs_give_equal_bytes_and_another_seed_another_play() {
    let play = Play { duration: "2h", tenant: single_turns("1000/h", 100, 0.7), ..Play::default() };
    let bytes = |seed| serde_json::to_string(&play.with_seed(seed).canonical()).expect("a summary is JSON");
    assert_eq!(bytes(1), bytes(1));
    assert_ne!(bytes(1), bytes(2));
}
