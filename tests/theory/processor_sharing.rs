//! Cores that are shared, in whole simulations: against the closed forms of processor sharing, and as tenants feel it.
//!
//! Times in milliseconds, rates in milliseconds' inverse.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use busyhour::measure::{Figures, Summary};
use busyhour::scenario::Scenario;
use busyhour::sim;

use crate::estimate::Estimate;

#[track_caller]
fn play(text: &str) -> Summary {
    let scenario = Scenario::from_text(Path::new("cores.toml"), text.to_owned());
    let summary = sim::play(&Arc::new(scenario.unwrap_or_else(|error| panic!("{error:?}"))));
    assert_eq!((summary.total.counts.violations, summary.total.counts.leaks), (0, 0), "{:?}", summary.violations);
    summary
}

fn mean(figures: &Figures, family: &str) -> f64 {
    figures.latency_ms[family].mean.expect("there are samples")
}

fn longest(figures: &Figures, family: &str) -> f64 {
    figures.latency_ms[family].max.expect("there are samples")
}

/// How long searches take at the mean that come at random to a host with live runtimes and so many cores.
fn searches(cores: u16, per_second: u32, search: &str) -> Estimate {
    let duration = 120_000 / per_second;
    let text = |seed: u64| {
        format!(
            r#"
            name = "sharing"
            seed = {seed}
            duration = "{duration}s"
            warm_up = "10s"
            budget = "20s"
            [host]
            cores = {cores}
            [pool]
            max_concurrent_users = 100
            [runtime]
            boot_cold = "0s"
            session_start = "0s"
            search = {search}
            save = "0s"
            [[tenant]]
            name = "only"
            callers = {{ population = 100 }}
            arrivals = {{ model = "poisson", rate = "{per_second}/s" }}
            turn_gap = "1s"
            reply = "0s"
            call = {{ turns = 1 }}
            "#
        )
    };
    Estimate::over(24, |seed| mean(&play(&text(seed)).total, "search"))
}

/// A law whose draws are computing all through.
fn all_computing(law: &str) -> String {
    format!("{{ {law}, cpu = \"1h\" }}")
}

/// Laws of mean 5 ms, with their squared coefficients of variation.
const LAWS: [(&str, f64); 4] = [
    (r#"dist = "constant", value = "5ms""#, 0.0),
    (r#"dist = "gamma", mean = "5ms", cv = 0.5"#, 0.25),
    (r#"dist = "exponential", mean = "5ms""#, 1.0),
    (r#"dist = "lognormal", mean = "5ms", cv = 2.0"#, 4.0),
];

#[test]
fn one_core_delays_by_its_use_whatever_the_law_of_the_work() {
    // M/G/1-PS: S / (1 − ρ) (L. Kleinrock, "Queueing Systems" II, 1976, § 4.4).
    for (law, squared_cv) in LAWS {
        let in_turn = 5.0 + 0.1 * 25.0 * (1.0 + squared_cv) / (2.0 * 0.5);
        // In turn is the same as shared where work is memoryless; unlimited cores are not.
        let shared: f64 = 5.0 / (1.0 - 0.5);
        let wrong = if (in_turn - shared).abs() < 1e-9 { 5.0 } else { in_turn };
        searches(1, 100, &all_computing(law)).expect(shared, 0.0, wrong);
    }
    let busier = searches(1, 160, &all_computing(LAWS[0].0));
    busier.expect(25.0, 0.0, 5.0 + 0.16 * 25.0 / (2.0 * 0.2));
}

/// Probability that all of `servers` are busy under `load` Erlangs, by the recursion for Erlang's B.
fn erlang_c(load: f64, servers: u32) -> f64 {
    let blocking = (1..=servers).fold(1.0, |blocking, n| load * blocking / (f64::from(n) + load * blocking));
    blocking / (1.0 - load / f64::from(servers) * (1.0 - blocking))
}

#[test]
fn several_cores_delay_as_erlang_says_whatever_the_law_of_the_work() {
    // M/G/c-PS, none using two cores: S + C(c, a) S / (c − a), for every law (J. W. Cohen, "The multiple phase service
    // network with generalized processor sharing", Acta Informatica 12, 1979). Wrong is one core of as many times the speed.
    assert!((erlang_c(1.0, 2) - 1.0 / 3.0).abs() < 1e-12);
    for (law, _) in LAWS {
        let estimate = searches(4, 700, &all_computing(law));
        estimate.expect(5.0 + erlang_c(3.5, 4) * 5.0 / (4.0 - 3.5), 0.0, (5.0 / 4.0) / (1.0 - 3.5 / 4.0));
    }
}

#[test]
fn only_what_is_computing_is_delayed() {
    // Of an exponential draw of 8 ms the first 5 are computing: E min(D, 5) = 8 (1 − e^(−5/8)).
    let computing = 8.0 * (1.0 - (-5.0_f64 / 8.0).exp());
    let expected = computing / (1.0 - 0.1 * computing) + 8.0 - computing;
    let all_delayed = 8.0 / (1.0 - 0.1 * 8.0);
    let search = r#"{ dist = "exponential", mean = "8ms", cpu = "5ms" }"#;
    searches(1, 100, search).expect(expected, 0.0, all_delayed);
    searches(1, 100, search).expect(expected, 0.0, 8.0);
}

/// Two hosts: on the first a clinic whose patients all ring at once, and its neighbour; on the second somebody else.
fn storm(host: &str, calls: u32, changes: &[(&str, &str)]) -> Summary {
    let mut text = format!(
        r#"
        name = "storm"
        duration = "60s"
        [host]
        count = 2
        {host}
        [pool]
        max_concurrent_users = 400
        runtime_port_range = [2000, 2999]
        boot_timeout = "1h"
        [runtime]
        boot_cold = {{ dist = "constant", value = "400ms", cpu = "350ms" }}
        search = {{ dist = "constant", value = "8ms", cpu = "8ms" }}
        save = {{ dist = "constant", value = "2ms", cpu = "2ms" }}
        [[tenant]]
        name = "clinic"
        callers = {{ population = 0 }}
        arrivals = {{ model = "burst", rate = "1/h", at = "30s", calls = {calls}, over = "1s" }}
        call = {{ turns = 1 }}
        turn_gap = "1s"
        "#
    );
    for name in ["elsewhere", "neighbour"] {
        write!(
            text,
            r#"
            [[tenant]]
            name = "{name}"
            lease = "call"
            arrivals = {{ model = "closed", callers = 2, redial = "0s" }}
            call = {{ length = "10h" }}
            turn_gap = {{ dist = "lognormal", mean = "300ms", cv = 0.5 }}
            reply = "20ms"
            "#
        )
        .expect("text can be written");
    }
    for (from, to) in changes {
        assert!(text.contains(from), "there is no {from} to change");
        text = text.replace(from, to);
    }
    play(&text)
}

#[test]
fn a_boot_storm_is_felt_on_its_host_and_not_on_another() {
    let felt = storm("cores = 2", 40, &[]);
    let (neighbour, elsewhere) = (&felt.tenants["neighbour"], &felt.tenants["elsewhere"]);
    // Forty boots on two cores: a search has a twentieth of a core.
    assert!(longest(neighbour, "search") > 100.0, "{:?}", neighbour.latency_ms["search"]);
    assert!(longest(elsewhere, "search") < 13.0, "{:?}", elsewhere.latency_ms["search"]);
    assert!(longest(&felt.tenants["clinic"], "boot.cold") > 5_000.0, "14 s of computing on 2 cores");
    let unlimited = storm("", 40, &[]);
    assert!((longest(&unlimited.tenants["neighbour"], "search") - 8.0).abs() < 1e-9, "without cores nobody feels it");
    assert!((longest(&unlimited.tenants["clinic"], "boot.cold") - 400.0).abs() < 1e-9);
}

#[test]
fn who_waits_for_late_computing_gives_up_on_time() {
    let slow = storm("cores = 1", 240, &[("boot_timeout = \"1h\"", "boot_timeout = \"5s\"")]);
    let neighbour = &slow.tenants["neighbour"];
    assert!(neighbour.counts.search_timeouts > 0);
    assert!((longest(neighbour, "search") - 250.0).abs() < 1e-9, "{:?}", neighbour.latency_ms["search"]);
    let clinic = &slow.tenants["clinic"];
    assert!(clinic.counts.errors["runtime.start_failed"] > 0, "{:?}", clinic.counts.errors);
    assert!((longest(clinic, "recall") - 5_000.0).abs() < 1e-9, "{:?}", clinic.latency_ms["recall"]);
    let busy_saves = [("value = \"2ms\", cpu = \"2ms\"", "value = \"900ms\", cpu = \"900ms\"")];
    let saves = storm("cores = 1", 40, &busy_saves);
    assert!((longest(&saves.total, "save") - 1_000.0).abs() < 1e-9, "{:?}", saves.total.latency_ms["save"]);
}

#[test]
fn a_runtime_that_is_stopped_computes_later_and_leaves_its_core_to_the_others() {
    let text = |host: &str, callers: u32| {
        format!(
            r#"
            name = "stopped"
            duration = "30s"
            budget = "20s"
            {host}
            [runtime]
            boot_cold = {{ dist = "constant", value = "1s", cpu = "1s" }}
            search = {{ dist = "constant", value = "900ms", cpu = "600ms" }}
            save = "0s"
            [[tenant]]
            name = "only"
            arrivals = {{ model = "closed", callers = {callers}, redial = "0s" }}
            call = {{ length = "10h" }}
            turn_gap = "1s"
            reply = "0s"
            [[fault]]
            at = "10100ms"
            kind = "runtime.hang"
            share = 0.1
            for = "5s"
            "#
        )
    };
    // Alone on a core it makes no difference whether that is counted.
    let (shared, alone) = (play(&text("[host]\ncores = 1", 1)), play(&text("", 1)));
    assert!((longest(&shared.total, "search") - 5_900.0).abs() < 1e-9, "{:?}", shared.total.latency_ms["search"]);
    assert_eq!(figures(&shared), figures(&alone));
    // Of two one is stopped, and the other has the core for himself.
    let two = play(&text("[host]\ncores = 1", 2));
    assert!(two.total.counts.recalls_ok > shared.total.counts.recalls_ok, "{:?}", two.total.counts);
}

/// Everything a summary says but which file it was played from.
fn figures(summary: &Summary) -> String {
    let Summary { total, tenants, .. } = summary;
    serde_json::to_string(&(total, tenants)).expect("figures are JSON")
}

/// A busy hour with a bit of everything, crashes, hangs and refusals included.
fn busy(host: &str, cpu: &str) -> Summary {
    play(&format!(
        r#"
        name = "busy"
        duration = "10m"
        grace = "10s"
        {host}
        [pool]
        max_concurrent_users = 12
        [runtime]
        boot_cold = {{ dist = "lognormal", median = "400ms", cv = 0.3 {cpu} }}
        boot_warm = {{ dist = "lognormal", median = "120ms", cv = 0.3 {cpu} }}
        session_start = {{ dist = "gamma", mean = "3ms", cv = 0.5 {cpu} }}
        search = {{ dist = "lognormal", median = "8ms", cv = 0.5 {cpu} }}
        save = {{ dist = "uniform", min = "1ms", max = "3ms" {cpu} }}
        flush = {{ dist = "exponential", mean = "20ms" {cpu} }}
        terminate = {{ dist = "exponential", mean = "5ms" {cpu} }}
        [[tenant]]
        name = "acme"
        workers = 2
        callers = {{ population = 40, new = 0.3 }}
        arrivals = {{ model = "poisson", rate = "60/min" }}
        call = {{ length = {{ dist = "lognormal", mean = "25s", cv = 0.8 }} }}
        turn_gap = {{ dist = "lognormal", mean = "5s", cv = 0.5 }}
        [[tenant]]
        name = "birch"
        lease = "call"
        callers = {{ population = 300 }}
        arrivals = {{ model = "poisson", rate = "25/min" }}
        call = {{ length = {{ dist = "lognormal", mean = "25s", cv = 0.8 }} }}
        turn_gap = {{ dist = "lognormal", mean = "5s", cv = 0.5 }}
        [[fault]]
        at = "100s"
        kind = "runtime.crash"
        share = 0.5
        [[fault]]
        at = "200s"
        kind = "runtime.slow"
        share = 0.5
        factor = 20
        for = "20s"
        [[fault]]
        at = "300s"
        kind = "cloud.down"
        for = "5s"
        [[fault]]
        at = "400s"
        kind = "runtime.boot_fail"
        share = 0.5
        for = "20s"
        "#
    ))
}

const COMPUTING: &str = ", cpu = \"5ms\"";

#[test]
fn cores_for_everybody_are_as_good_as_cores_without_limit() {
    let unlimited = figures(&busy("", ""));
    assert_eq!(figures(&busy("", COMPUTING)), unlimited, "computing needs nothing where nobody counts cores");
    assert_eq!(figures(&busy("[host]\ncores = 1", "")), unlimited, "who computes nothing needs no core");
    assert_eq!(figures(&busy("[host]\ncores = 4096", COMPUTING)), unlimited);
    assert_ne!(figures(&busy("[host]\ncores = 1", COMPUTING)), unlimited, "one core is not enough for all");
}

#[test]
fn equal_inputs_give_equal_bytes_on_shared_cores() {
    let bytes = || serde_json::to_string(&busy("[host]\ncores = 1", ", cpu = \"1h\"").canonical()).expect("it is JSON");
    assert_eq!(bytes(), bytes());
}

#[test]
fn faults_in_the_midst_of_computing_leave_nothing_behind() {
    for seconds in 20..40 {
        let fault = |kind: &str, more: &str| {
            format!(
                "[[fault]]\nat = \"{seconds}500ms\"\nkind = \"{kind}\"\nshare = 0.5\n{more}\n[[tenant]]\nname = \"clinic\""
            )
        };
        let clinic = "[[tenant]]\n        name = \"clinic\"";
        for fault in [fault("runtime.crash", ""), fault("runtime.hang", "for = \"3s\"")] {
            let summary = storm("cores = 1", 50, &[(clinic, &fault)]);
            assert!(summary.total.counts.turns > 300, "{:?}", summary.total.counts);
        }
    }
}
