//! Good input: what was typed means what it should, and what was left out has its default.

use std::collections::BTreeMap;
use std::path::Path;

use super::{BUSY, busy_with, read};
use crate::base::{Distribution, Span, TenantIndex, Time};
use crate::pool::Profile;
use crate::scenario::{Computing, FaultKind, Lease, Program, Refusal, Scenario, Warning, check, schema};
use crate::workload::{Arrivals, CallLength, Next, Population, Rate, Route, Stage, Workload};

const MINIMAL: &str = r#"
name = "minimal"
duration = "60s"
[[tenant]]
name = "acme"
arrivals = { model = "poisson", rate = "40/min" }
"#;

const SHIPPED: [&str; 10] = [
    "cloud-down",
    "crash",
    "exhaustion",
    "fundamento",
    "idle-reap",
    "port-exhaustion",
    "python-shop",
    "smoke",
    "thrash",
    "warm-bootstrap",
];

/// The arrivals of a tenant who is typed to have these.
fn arrivals(typed: &str) -> Arrivals {
    let text = busy_with("{ model = \"poisson\", rate = \"40/min\" }", typed);
    read(&text).unwrap().traffic.tenants[0].arrivals.clone()
}

/// The cold boot's law, as typed.
fn law(typed: &str) -> Distribution {
    let text = busy_with("{ dist = \"lognormal\", median = \"400ms\", cv = 0.3 }", typed);
    read(&text).unwrap().runtime.behaviour.boot_cold
}

#[test]
fn what_was_typed_is_what_it_means() {
    let busy = read(BUSY).unwrap();
    assert_eq!((busy.seed, busy.duration, busy.warm_up), (7, Span::from_secs(60), Span::from_secs(10)));
    assert_eq!(busy.runtime.behaviour.ballast_bytes, 90_000_000);
    assert_eq!(busy.on_refusal, Refusal::Retry { after: Span::from_secs(1), attempts: 3 });
    let acme = &busy.traffic.tenants[0];
    assert_eq!(acme.callers, Population { size: 400, zipf: 0.75, new_share: 0.3 });
    assert_eq!(acme.arrivals, Arrivals::Poisson(Rate(40.0 / 60.0)));
    assert_eq!(busy.tenants[0].project.as_deref(), Some("proj_acme"));
    assert_eq!(busy.faults[0].tenant, Some(TenantIndex(0)));
    assert_eq!(busy.faults[0].kind, FaultKind::RuntimeCrash { share: 0.2 });
}

#[test]
fn what_was_left_out_has_its_default() {
    let minimal = read(MINIMAL).unwrap();
    assert_eq!(minimal.pool, crate::pool::Settings::default());
    assert_eq!((minimal.grace, minimal.budget), (Span::from_secs(30), Span::from_ms(250)));
    assert_eq!((minimal.seed, minimal.hosts, minimal.cores), (1, 1, None));
    assert_eq!(minimal.runtime.program, Program::Mock);
    assert_eq!(minimal.on_refusal, Refusal::Shed);
    let (tenant, traffic) = (&minimal.tenants[0], &minimal.traffic.tenants[0]);
    assert_eq!((tenant.lease, traffic.route, traffic.workers), (Lease::Turn, Route::Sticky, 1));
    assert_eq!((&tenant.project, tenant.agents.len()), (&None, 0));
    let lasting = Distribution::lognormal_mean(Span::from_secs(190).ns(), 1.2).unwrap();
    assert_eq!(traffic.length, CallLength::Lasting(lasting));
}

#[test]
fn every_arrival_model_is_read() {
    let second = Span::from_secs(1);
    assert_eq!(arrivals("{ model = \"constant\", rate = \"0.5/s\" }"), Arrivals::Constant(Rate(0.5)));
    let stages = "{ model = \"stages\", stages = [{ until = \"1s\", rate = \"7200/h\" }] }";
    assert_eq!(arrivals(stages), Arrivals::Stages(vec![Stage { until: second, rate: Rate(2.0) }]));
    let profile = format!("{{ model = \"profile\", hourly = [{}] }}", ["\"60/min\""; 24].join(","));
    assert_eq!(arrivals(&profile), Arrivals::Profile([Rate(1.0); 24]));
    let burst = Arrivals::Burst { rate: Rate(1.0), at: second, calls: 9, over: second };
    assert_eq!(arrivals("{ model = \"burst\", rate = \"1/s\", at = \"1s\", calls = 9 }"), burst);
    let redial = Distribution::constant(2_000_000_000).unwrap();
    assert_eq!(read(BUSY).unwrap().traffic.tenants[1].arrivals, Arrivals::Closed { callers: 5, redial });
}

#[test]
fn every_law_is_read() {
    let ms = |ms: u64| Span::from_ms(ms).ns();
    assert_eq!(law("\"5ms\""), Distribution::constant(ms(5)).unwrap());
    assert_eq!(law("{ dist = \"constant\", value = \"5ms\" }"), Distribution::constant(ms(5)).unwrap());
    let uniform = law("{ dist = \"uniform\", min = \"5ms\", max = \"9ms\" }");
    assert_eq!(uniform, Distribution::uniform(ms(5), ms(9)).unwrap());
    assert_eq!(law("{ dist = \"exponential\", mean = \"5ms\" }"), Distribution::exponential(ms(5)).unwrap());
    let mean = law("{ dist = \"lognormal\", mean = \"5ms\", cv = 0.5 }");
    assert_eq!(mean, Distribution::lognormal_mean(ms(5), 0.5).unwrap());
    assert_eq!(law("{ dist = \"gamma\", mean = \"5ms\", cv = 0.5 }"), Distribution::gamma(ms(5), 0.5).unwrap());
    assert_eq!(law("{ dist = \"gamma\", mean = \"5ms\", cv = 1 }"), Distribution::gamma(ms(5), 1.0).unwrap());
    let values = law("{ dist = \"empirical\", values = [\"9ms\", \"5ms\"] }");
    assert_eq!(values, Distribution::empirical(vec![ms(5), ms(9)]).unwrap());
}

#[test]
fn work_says_what_of_it_is_computing() {
    let boot = "{ dist = \"lognormal\", median = \"400ms\", cv = 0.3, cpu = \"250ms\" }";
    let text = busy_with("{ dist = \"lognormal\", median = \"400ms\", cv = 0.3 }", boot)
        .replace("rss =", "save = { dist = \"constant\", value = \"2ms\", cpu = \"1ms\" }\nrss =");
    let runtime = read(&text).unwrap().runtime;
    let (boot_cold, save) = (Span::from_ms(250), Span::from_ms(1));
    assert_eq!(runtime.computing, Computing { boot_cold, save, ..Computing::default() });
    assert_eq!(runtime.behaviour, read(BUSY).unwrap().runtime.behaviour, "its laws are what they were");
}

#[test]
fn an_interval_log_gives_the_law_of_its_tag() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("boot.hlog"), interval_log()).unwrap();
    let law = "{ dist = \"empirical\", file = \"boot.hlog\", tag = \"cold\", unit = \"us\" }";
    let text = busy_with("{ dist = \"lognormal\", median = \"400ms\", cv = 0.3 }", law);
    let scenario = Scenario::from_text(&folder.path().join("busy.toml"), text).unwrap();
    let Distribution::Empirical { sorted_ns } = scenario.runtime.behaviour.boot_cold else { panic!("not empirical") };
    // Values 1 to 1,000 µs, to three digits; the other tag's ten seconds are left out.
    let median = sorted_ns[sorted_ns.len() / 2];
    assert!((495_000..=505_000).contains(&median), "median {median}");
    assert!((999_000..=1_001_000).contains(sorted_ns.last().unwrap()));
}

/// Two intervals: tag `cold` with the values 1 to 1,000, and tag `warm` with ten million.
fn interval_log() -> Vec<u8> {
    use hdrhistogram::Histogram;
    use hdrhistogram::serialization::V2DeflateSerializer;
    use hdrhistogram::serialization::interval_log::{IntervalLogWriterBuilder, Tag};
    use std::time::Duration;

    let (mut log, mut serializer) = (Vec::new(), V2DeflateSerializer::new());
    let mut writer = IntervalLogWriterBuilder::new().begin_log_with(&mut log, &mut serializer).unwrap();
    let mut cold = Histogram::<u64>::new(3).unwrap();
    (1..=1000).for_each(|value| cold.record(value).unwrap());
    let mut warm = Histogram::<u64>::new(3).unwrap();
    warm.record(10_000_000).unwrap();
    let second = Duration::from_secs(1);
    writer.write_histogram(&cold, Duration::ZERO, second, Tag::new("cold")).unwrap();
    writer.write_histogram(&warm, second, second, Tag::new("warm")).unwrap();
    log
}

#[test]
fn faults_come_in_the_order_of_their_times() {
    let text = format!("{BUSY}\n[[fault]]\nat = \"5s\"\nkind = \"cloud.down\"\n");
    let faults = read(&text).unwrap().faults;
    assert_eq!(faults[0].kind, FaultKind::CloudDown { lasting: Span::from_secs(85) });
    assert_eq!(faults[1].at, Span::from_secs(30));
}

#[test]
fn a_runtime_binary_is_looked_for_beside_the_scenario() {
    let text = busy_with("rss = \"90MB\"", "binary = \"bin/voice-runtime\"");
    let scenario = Scenario::from_text(Path::new("/shop/busy.toml"), text).unwrap();
    assert_eq!(scenario.runtime.program, Program::Binary("/shop/bin/voice-runtime".into()));
}

#[test]
fn what_is_not_said_of_the_mock_is_known() {
    assert!(read(MINIMAL).unwrap().must_be_simulable().is_ok());
}

#[test]
fn an_official_pool_may_have_fewer_ports_than_slots() {
    let few = "profile = \"sdk-0.3.2\"\nmax_concurrent_users = 200";
    let scenario = read(&busy_with("max_concurrent_users = 20", few)).unwrap();
    assert_eq!((scenario.profile, scenario.processes_of_a_pool()), (Profile::Sdk0_3_2, 99));
    let ours = read(BUSY).unwrap();
    assert_eq!((ours.profile, ours.processes_of_a_pool()), (Profile::Builtin, 20));
}

#[test]
fn the_hash_is_that_of_the_file() {
    let minimal = read("name = \"x\"").unwrap_err();
    assert!(minimal.to_string().contains("duration"));
    let hash = read(MINIMAL).unwrap().sha256;
    assert_eq!(hash.len(), 64);
    assert_ne!(hash, read(&MINIMAL.replace("40/min", "41/min")).unwrap().sha256);
}

#[test]
fn every_shipped_scenario_is_sound_short_and_says_what_it_expects() {
    let mut names = Vec::new();
    for entry in std::fs::read_dir("scenarios").unwrap() {
        let file = entry.unwrap().path();
        if file.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let scenario = Scenario::load(&file).unwrap_or_else(|error| panic!("{}: {error:?}", file.display()));
        assert_eq!(Some(scenario.name.as_str()), file.file_stem().and_then(|stem| stem.to_str()));
        assert!(scenario.duration + scenario.grace < Span::from_secs(90), "{} is too long", scenario.name);
        assert!(scenario.about.contains('?'), "{} asks nothing", scenario.name);
        assert!(!scenario.thresholds.is_empty(), "{} expects nothing", scenario.name);
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("#:schema ./schema.json\n"), "{} names no schema for editors", scenario.name);
        names.push(scenario.name);
    }
    names.sort();
    assert_eq!(names, SHIPPED);
}

#[test]
fn a_threshold_may_end_the_run_after_the_warm_up_or_a_time_of_its_own() {
    let thresholds = r#"thresholds = [
        "phase.storm.recall.p99 <= 250ms",
        { expect = "budget.met >= 9%", abort_on_fail = true },
        { expect = "calls_shed == 0", abort_on_fail = true, after = "30s" },
        { expect = "leaks == 0", abort_on_fail = false },
    ]"#;
    let text = busy_with("thresholds = [\"recall.p99 <= 250ms\"]", thresholds);
    let scenario = read(&(text + "[[phase]]\nname = \"storm\"\nfrom = \"20s\"\n")).unwrap();
    let after: Vec<_> = scenario.thresholds.iter().map(crate::measure::Threshold::aborts_after).collect();
    assert_eq!(after, [None, Some(Span::from_secs(10)), Some(Span::from_secs(30)), None]);
    let storm = &scenario.phases[0];
    assert_eq!((storm.from, storm.until), (Span::from_secs(20), Span::from_secs(60)));
}

#[test]
fn the_committed_schema_is_the_current_one_and_accepts_the_shipped_scenarios() {
    let committed = std::fs::read_to_string("scenarios/schema.json").unwrap();
    let committed: serde_json::Value = serde_json::from_str(&committed).unwrap();
    let current = serde_json::to_string_pretty(&schema()).unwrap();
    assert!(committed == schema(), "run `busyhour scenario schema > scenarios/schema.json`:\n{current}");
    let validator = jsonschema::validator_for(&schema()).unwrap();
    for file in ["fundamento", "cloud-down", "idle-reap"] {
        let text = std::fs::read_to_string(format!("scenarios/{file}.toml")).unwrap();
        let document: serde_json::Value = toml::from_str(&text).unwrap();
        validator.validate(&document).unwrap_or_else(|error| panic!("{file}: {error}"));
    }
    let typo: serde_json::Value = toml::from_str(&busy_with("lease", "leese")).unwrap();
    assert!(!validator.is_valid(&typo), "a typo must not pass");
}

/// Calls that ring and turns that start when memory answers at once.
fn played(scenario: &Scenario) -> (f64, f64) {
    let mut workload = Workload::new(&scenario.traffic);
    let end = Time::ZERO + scenario.duration + scenario.grace;
    let (mut calls, mut turns, mut on_line) = (0_u32, 0_u32, BTreeMap::new());
    loop {
        let next_end = on_line.first_key_value().map(|((at, _), _)| *at);
        if workload.peek().is_some_and(|ring| next_end.is_none_or(|end| ring < end)) {
            let mut call = workload.next().unwrap();
            let mut next = Next::Turn(call.first_turn(workload.traffic(call.tenant)));
            while let Next::Turn(turn) = next {
                turns += u32::from(turn.starts_at < end);
                next = call.after(workload.traffic(call.tenant), turn.starts_at, turn.starts_at + turn.reply);
            }
            let Next::HangUp(at) = next else { unreachable!("the loop ends with the call") };
            on_line.insert((at, calls), call);
            calls += 1;
        } else if let Some(((at, _), call)) = on_line.pop_first() {
            workload.ended(&call, at);
        } else {
            return (f64::from(calls), f64::from(turns));
        }
    }
}

#[test]
fn what_is_expected_is_what_is_played_on_average() {
    const SEEDS: u64 = 30;
    for name in SHIPPED {
        let mut scenario = Scenario::load(format!("scenarios/{name}.toml")).unwrap();
        let runs = (1..=SEEDS).map(|seed| {
            scenario.traffic.seed = seed;
            played(&scenario)
        });
        let (calls, turns): (Vec<f64>, Vec<f64>) = runs.unzip();
        let offered = check(&scenario).tenants.into_iter().map(|tenant| tenant.offered);
        let (want_calls, want_turns) = offered.fold((0.0, 0.0), |sum, one| (sum.0 + one.calls, sum.1 + one.turns));
        expect_mean(&calls, want_calls, &format!("calls of {name}"));
        expect_mean(&turns, want_turns, &format!("turns of {name}"));
    }
}

/// Four standard errors, and 4 % for what the closed forms leave out.
#[track_caller]
fn expect_mean(figures: &[f64], want: f64, what: &str) {
    let count = figures.len() as f64;
    let mean = figures.iter().sum::<f64>() / count;
    let variance = figures.iter().map(|figure| (figure - mean).powi(2)).sum::<f64>() / (count - 1.0);
    let tolerance = 4.0 * (variance / count).sqrt() + 0.04 * want;
    assert!((mean - want).abs() <= tolerance, "{mean:.1} {what}, not {want:.1} ± {tolerance:.1}");
}

#[test]
fn callers_beyond_the_slots_are_warned_of() {
    let thrash = Scenario::load("scenarios/thrash.toml").unwrap();
    let warnings = check(&thrash).warnings;
    assert!(matches!(warnings[..], [Warning::Thrash { slots: 20, .. }]), "{warnings:?}");
    let exhaustion = Scenario::load("scenarios/exhaustion.toml").unwrap();
    assert!(check(&exhaustion).warnings.iter().any(|warning| matches!(warning, Warning::Refusals { .. })));
    let ports = Scenario::load("scenarios/port-exhaustion.toml").unwrap();
    assert!(check(&ports).warnings.contains(&Warning::Ports { needed: 24, ports: 12 }));
}

#[test]
fn official_pools_leave_the_last_port_and_need_some_to_spare() {
    let pool = |pool: &str, client: &str| {
        let text = format!("[pool]\nmax_concurrent_users = 20\n{pool}\n[client]\ndriver = \"{client}\"\n[[tenant]]");
        check(&read(&MINIMAL.replace("[[tenant]]", &text)).unwrap())
    };
    let official = "profile = \"sdk-0.3.2\"\n";
    for (rules, client) in [(official, "builtin"), (official, "memoair-voice"), ("", "memoair-voice")] {
        let tight = pool(&format!("{rules}runtime_port_range = [7878, 7898]"), client);
        assert_eq!((tight.ports_needed, tight.ports_used, tight.official), (20, 20, true));
        assert!(tight.warnings.contains(&Warning::OfficialPorts { serving: 20, ports: 20 }), "{tight:?}");
        let wide = pool(&format!("{rules}runtime_port_range = [7878, 7899]"), client);
        assert_eq!(wide.ports_used, 21);
        assert!(!wide.warnings.iter().any(|warning| matches!(warning, Warning::OfficialPorts { .. })), "{wide:?}");
    }
    // Our own rules use every port, and boot in no more than the cap.
    let ours = pool("runtime_port_range = [7878, 7897]", "builtin");
    assert_eq!((ours.ports_used, ours.official), (20, false));
    assert!(!ours.warnings.iter().any(|warning| matches!(warning, Warning::Ports { .. })), "{ours:?}");
    let none = pool(&format!("{official}runtime_port_range = [7878, 7878]"), "builtin");
    assert!(none.warnings.contains(&Warning::OfficialPorts { serving: 20, ports: 0 }), "{none:?}");
}

#[test]
fn cores_and_computing_that_do_not_go_together_are_warned_of() {
    let warnings = |cores: &str, cpu: &str| {
        let work = format!("{cores}\n[runtime]\nsave = {{ dist = \"constant\", value = \"9s\"{cpu} }}\n[[tenant]]");
        check(&read(&MINIMAL.replace("[[tenant]]", &work)).unwrap()).warnings
    };
    let host_warning = |cores, cpu| {
        let mut of_hosts = warnings(cores, cpu).into_iter().filter(|warning| !warnings("", "").contains(warning));
        of_hosts.next()
    };
    assert_eq!(host_warning("[host]\ncores = 2", ""), Some(Warning::IdleCores { cores: 2 }));
    assert_eq!(host_warning("", ", cpu = \"1ms\""), Some(Warning::UncountedCores));
    assert_eq!(host_warning("[host]\ncores = 2", ", cpu = \"1ms\""), None);
    let overload = host_warning("[host]\ncores = 2", ", cpu = \"1h\"");
    assert!(matches!(overload, Some(Warning::Overload { needed, cores: 2 }) if needed > 2.0), "{overload:?}");
}

#[test]
fn a_sound_scenario_is_not_warned_of() {
    let smoke = Scenario::load("scenarios/smoke.toml").unwrap();
    assert_eq!(check(&smoke).warnings, []);
}
