//! What virtual time costs: the whole engine through its public interface, everything measured, every law checked.
//!
//! `cargo bench --bench sim [-- lru|calls|day|tenants|replications|peers]`. The peers are the first model as a bare loop
//! that does nothing but play, and in SimPy and Cimba (`benches/peers`), once as it was set, with recalls alone, and once
//! with saves, which ours has always. Python's are installed into a virtual environment under `target/` where it and its
//! registry are to be had. All are played in the same run, so that the ratio is of one machine and one moment. Targets in
//! turns a second were set on a machine where Cimba made 5.4 million and the bare loop 12.2; what that asks for in ratios,
//! and of this machine, is printed, too. Time is CPU time, which a busy machine stretches less, save where several threads
//! are the question. The thousand tenants are played for their whole day, as the first hour is dearer than the others;
//! `-- tenants hour` plays that alone.

mod bare;
mod models;
mod peers;

use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use busyhour::measure::Summary;
use busyhour::scenario::Scenario;
use busyhour::sim;
use rustix::time::{ClockId, clock_gettime};

use models::{Hours, TENANTS};
use peers::Machine;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [flag, hours] = &arguments[..]
        && flag == TENANTS_ALONE
    {
        return tenants_alone(Hours(hours.parse().expect("this program's own argument is a number")));
    }
    let name = arguments.first().map_or("", String::as_str);
    let wanted = |candidate: &str| candidate.contains(name);
    let mut machine = None;
    if wanted("lru") || wanted("peers") {
        machine = lru(wanted("peers"));
    }
    if wanted("calls") {
        let target = 5e6;
        let (_, rate) = turns("whole calls: 50 Erlangs of 190 s", &models::calls(Hours(48)), target);
        print_scaled(rate, target, machine);
    }
    if wanted("day") {
        let (_, took) = best(&models::site(Hours(24)));
        println!("a day of a site with 100 Erlangs");
        seconds("seconds", took.as_secs_f64(), 0.5, machine);
    }
    if wanted("tenants") {
        tenants(if arguments.iter().any(|argument| argument == "hour") { Hours(1) } else { Hours(24) }, machine);
    }
    if wanted("replications") {
        replications();
    }
}

/// One-turn calls: the model that has peers. They tell what this machine is beside that of the targets.
fn lru(with_peers: bool) -> Option<Machine> {
    let target = 6e6;
    let scenario = models::lru(Hours(24));
    let (reused, _) = turns("one-turn calls on 64 slots", &scenario, target);
    assert!((reused - models::LRU_REUSED).abs() < 0.0015, "{reused:.4} of the turns found a runtime: a wrong model");
    if !with_peers {
        return None;
    }
    // Once more beside each peer: such machines are quicker in one second than in the next.
    let (machine, rate) = peers::play(reused, target, || rate_of(&best(&scenario)))?;
    print_scaled(rate, target, Some(machine));
    Some(machine)
}

/// Turns a second, printed beside the target, with the share of turns that needed no boot.
fn turns(what: &str, scenario: &Arc<Scenario>, target: f64) -> (f64, f64) {
    let played = best(scenario);
    let rate = rate_of(&played);
    let (counts, boots) = (&played.0.total.counts, boots(&played.0));
    assert_eq!((counts.violations, counts.recalls_failed), (0, 0), "nothing goes wrong in this model");
    let reused = 1.0 - boots as f64 / counts.turns as f64;
    println!("{what}: {} turns, {:.1} % without a boot", counts.turns, 100.0 * reused);
    print_rate("busyhour", rate, target);
    (reused, rate)
}

fn rate_of((summary, took): &(Summary, Duration)) -> f64 {
    summary.total.counts.turns as f64 / took.as_secs_f64()
}

fn boots(summary: &Summary) -> u64 {
    ["boot.cold", "boot.warm"].iter().map(|kind| summary.total.latency_ms[*kind].count).sum()
}

/// The thousand tenants in a process of their own, so that the memory is theirs.
fn tenants(hours: Hours, machine: Option<Machine>) {
    let mut command = Command::new(std::env::current_exe().expect("a bench knows where it is"));
    let output = command.args([TENANTS_ALONE, &hours.0.to_string()]).output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let output = String::from_utf8(output.stdout).expect("it prints text");
    let figures: Vec<f64> = output.split_whitespace().map(|figure| figure.parse().expect("a figure")).collect();
    let [turns, took, megabytes] = figures[..] else { unreachable!("it prints three figures") };
    let days = f64::from(hours.0) / 24.0;
    println!(
        "{TENANTS} tenants with 10 Erlangs each on {} threads: {turns:.0} turns in {took:.2} s, {} h",
        std::thread::available_parallelism().map_or(1, usize::from),
        hours.0
    );
    seconds("seconds for a day", took / days, 30.0, machine);
    target("peak MB", megabytes, 1000.0);
}

/// Prints turns, seconds and megabytes.
fn tenants_alone(hours: Hours) {
    let scenario = models::tenants(hours);
    let began = Instant::now();
    let turns = sim::play(&scenario).total.counts.turns;
    println!("{turns} {} {}", began.elapsed().as_secs_f64(), peak_mb());
}

/// What a second core is good for.
fn replications() {
    let seeds = [1, 2].map(|seed| Arc::new(Scenario::clone(&models::calls(Hours(48))).with_seed(seed)));
    let mut ratios: Vec<f64> = (0..ROUNDS).map(|_| scaling(&seeds)).collect();
    ratios.sort_by(f64::total_cmp);
    println!("two replications on two threads");
    println!("  {:.2} times one thread's turns a second (2 is all there is)", ratios[ratios.len() / 2]);
}

fn scaling(seeds: &[Arc<Scenario>; 2]) -> f64 {
    let began = Instant::now();
    for seed in seeds {
        sim::play(seed);
    }
    let one_after_another = began.elapsed();
    one_after_another.as_secs_f64() / at_once(seeds).1.as_secs_f64()
}

/// Each on a thread of its own, and how long all of them took together.
fn at_once(scenarios: &[Arc<Scenario>]) -> (Vec<Summary>, Duration) {
    let began = Instant::now();
    let summaries = std::thread::scope(|scope| {
        let threads: Vec<_> = scenarios.iter().map(|scenario| scope.spawn(|| sim::play(scenario))).collect();
        threads.into_iter().map(|thread| thread.join().expect("it plays to the end")).collect()
    });
    (summaries, began.elapsed())
}

/// A play, and the least CPU time that one took.
fn best(scenario: &Arc<Scenario>) -> (Summary, Duration) {
    let plays = (0..ROUNDS).map(|_| {
        let began = cpu();
        let summary = sim::play(scenario);
        (summary, cpu().saturating_sub(began))
    });
    plays.min_by_key(|(_, took)| *took).expect("there are rounds")
}

fn cpu() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).expect("CPU time does not run backwards")
}

/// The most memory this process has had.
fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux says how a process is");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("and how large it was");
    line.trim().trim_end_matches(" kB").parse::<f64>().expect("in kilobytes") * 1024.0 / 1e6
}

fn print_rate(name: &str, rate: f64, target: f64) {
    let verdict = if rate >= target { "meets" } else { "MISSES" };
    println!("  {name}: {:.2} million turns/s, {verdict} the target of {:.1}", rate / 1e6, target / 1e6);
}

/// What a target comes to where the machine is another than that for which it was set.
fn print_scaled(rate: f64, target: f64, machine: Option<Machine>) {
    let Some(Machine { by, speed }) = machine else { return };
    let target = speed * target;
    let verdict = if rate >= target { "meets" } else { "MISSES" };
    println!("  busyhour {verdict} {:.2}, what that is here, where {by} plays {speed:.2} times as fast", target / 1e6);
}

/// A target in seconds, and what it comes to on this machine.
fn seconds(name: &str, value: f64, limit: f64, machine: Option<Machine>) {
    target(name, value, limit);
    if let Some(Machine { by, speed }) = machine {
        let limit = limit / speed;
        let verdict = if value <= limit { "within" } else { "BEYOND" };
        println!("  {verdict} {limit:.2}, what that is here, where {by} plays {speed:.2} times as fast");
    }
}

fn target(name: &str, value: f64, limit: f64) {
    let verdict = if value <= limit { "within" } else { "MISSED:" };
    println!("  {name}: {value:.2}, {verdict} the target of {limit:.1}");
}

/// Has this program play the tenants and nothing else.
const TENANTS_ALONE: &str = "tenants-alone";
const ROUNDS: usize = 3;
