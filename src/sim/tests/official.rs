//! Pools by an official SDK's rules: what they break by design is counted, and nothing else is broken.

use std::path::Path;
use std::sync::Arc;

use super::busy;
use crate::base::{Distribution, Span};
use crate::measure::{Family, Law, Summary, Verdict, exit_code};
use crate::pool::{Profile, Settings};
use crate::scenario::Scenario;
use crate::sim::conclusion::sum_up;
use crate::sim::engine::Simulation;
use crate::sim::journal::Listener;
use crate::sim::laws::Books;
use crate::sim::parts::whole;
use crate::sim::play;

fn official(scenario: &Scenario, seed: u64) -> Arc<Scenario> {
    let mut scenario = scenario.clone().with_seed(seed);
    scenario.profile = Profile::Sdk0_3_2;
    scenario.pool.runtime_port_range = 7000..=7012;
    Arc::new(scenario)
}

/// So many callers at once on two slots, for a turn of three seconds each.
fn crowd(head: &str, tenant: &str) -> Arc<Scenario> {
    let text = format!(
        r#"
        name = "crowd"
        duration = "10s"
        grace = "5s"
        {head}
        [pool]
        profile = "sdk-0.3.2"
        max_concurrent_users = 2
        runtime_port_range = [7000, 7020]
        [runtime]
        boot_cold = "250ms"
        [[tenant]]
        name = "acme"
        callers = {{ population = 100 }}
        {tenant}
        turn_gap = "3s"
        reply = "500ms"
        "#
    );
    Arc::new(Scenario::from_text(Path::new("crowd.toml"), text).unwrap_or_else(|error| panic!("{error:?}")))
}

fn times(summary: &Summary, law: Law) -> u64 {
    let profile = summary.profile.as_ref().expect("pools followed a profile");
    profile.laws.iter().filter(|broken| broken.law == law).map(|broken| broken.times).sum()
}

#[test]
fn nothing_but_what_the_rules_allow_is_ever_broken() {
    let scenario = busy("");
    let mut broken = Vec::new();
    for seed in 0..40 {
        let official = official(&scenario, seed);
        let summary = play(&official);
        assert_eq!((&summary.violations[..], exit_code(&summary)), (&[][..], 0), "seed {seed}");
        assert_eq!(summary, play(&official), "seed {seed}");
        broken.extend(summary.profile.expect("pools followed a profile").laws.into_iter().map(|broken| broken.law));
    }
    for law in [Law::Cap, Law::Identity, Law::Idle] {
        assert!(broken.contains(&law), "{law:?} was never broken by design: {broken:?}");
    }
    let ours = play(&scenario);
    assert_eq!(ours.profile, None);
}

#[test]
fn a_crowd_boots_beyond_the_cap_and_throws_away_what_finds_no_room() {
    let burst = "arrivals = { model = \"burst\", rate = \"0.001/s\", at = \"1s\", calls = 12, over = \"10ms\" }\n\
                 lease = \"call\"\ncall = { turns = 2 }";
    let summary = play(&crowd("thresholds = [\"runtimes.peak == 12\", \"pool.exhausted == 10\"]", burst));
    assert_eq!((summary.verdict, exit_code(&summary)), (Verdict::Pass, 0), "{:?}", summary.thresholds);
    assert_eq!(times(&summary, Law::Cap), 10);
    assert_eq!(summary.profile.map(|profile| profile.boots_discarded), Some(10));
    // Ready after 250 ms, seen after 300.
    let ready = summary.total.latency(Family::AdmissionCold);
    assert_eq!((ready.count, ready.min), (2, Some(300.0)));
}

#[test]
fn whoever_is_hung_up_on_while_he_waits_leaves_a_runtime_behind_which_is_no_broken_law() {
    let late = "arrivals = { model = \"burst\", rate = \"0.001/s\", at = \"9s\", calls = 1, over = \"1ms\" }\n\
                call = { turns = 1 }";
    let scenario = crowd("thresholds = [\"leaks == 0\"]", late);
    let mut scenario = Scenario::clone(&scenario);
    scenario.runtime.behaviour.boot_cold = Distribution::constant(4_900_000_000).unwrap();
    scenario.grace = Span::from_secs(2);
    let summary = play(&Arc::new(scenario));
    assert_eq!((summary.total.counts.leaks, times(&summary, Law::Survivor)), (1, 1));
    assert_eq!((summary.verdict, exit_code(&summary)), (Verdict::Fail, 99), "its threshold fails, and no more");
}

#[test]
fn a_dead_runtime_is_handed_out_again_and_again() {
    let crash = "arrivals = { model = \"burst\", rate = \"0.001/s\", at = \"1s\", calls = 1, over = \"1ms\" }\n\
                 call = { turns = 3 }";
    let scenario = crowd("[[fault]]\nat = \"2s\"\nkind = \"runtime.crash\"\nshare = 1.0", crash);
    let summary = play(&scenario);
    let counts = &summary.total.counts;
    assert_eq!((counts.recalls_ok, counts.errors.get("runtime.unreachable")), (1, Some(&4)), "{counts:?}");
    assert_eq!((counts.admissions.cold, counts.admissions.warm), (1, 0), "nobody boots another");
    let ours = Scenario { profile: Profile::Builtin, ..Scenario::clone(&scenario) };
    assert_eq!(play(&Arc::new(ours)).total.counts.recalls_ok, 3);
}

#[test]
fn the_papers_say_what_comes_of_the_shipped_shop() {
    let shop = Scenario::load("scenarios/python-shop.toml").unwrap();
    let ours = Scenario { profile: Profile::Builtin, ..shop.clone() };
    let [shop, ours] = [shop, ours].map(|scenario| play(&Arc::new(scenario)));
    let of_both = |figure: &dyn Fn(&Summary) -> String| format!("| {} | {} |", figure(&shop), figure(&ours));
    let boots = |summary: &Summary| {
        let of = |family| summary.total.latency(family).count;
        let discarded = summary.profile.as_ref().map_or(0, |profile| profile.boots_discarded);
        format!("{}, {discarded}", of(Family::BootCold) + of(Family::BootWarm))
    };
    let papers = std::fs::read_to_string("scenarios/README.md").unwrap();
    let rows = [
        of_both(&|summary| summary.total.gauges.runtimes.peak.to_string()),
        of_both(&boots),
        of_both(&|summary| format!("{:.0} ms", summary.total.latency(Family::Recall).p90.unwrap())),
        of_both(&|summary| summary.total.counts.calls_shed.to_string()),
    ];
    for row in rows {
        assert!(papers.contains(&row), "{row} is not in scenarios/README.md");
    }
}

#[test]
fn what_no_rule_allows_ends_the_play_all_the_same() {
    let scenario = official(&busy(""), 1);
    let mut simulation = Simulation::<false>::new(&whole(&scenario), Listener::default());
    // Books that know of other ports.
    let settings = Settings { runtime_port_range: 7020..=7021, ..scenario.pool.clone() };
    let books = |tenant| Books::new(tenant, &settings, scenario.profile);
    simulation.desks.iter_mut().for_each(|desk| desk.books = books(desk.tenant));
    simulation.play_out();
    let summary = sum_up(simulation);
    assert_eq!((summary.violations[0].law, exit_code(&summary)), (Law::Port, 96));
}
