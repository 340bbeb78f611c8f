//! How long the surface of reuse shares takes, a million turns of 100,000 callers on one core, and how long a full plan.
//!
//! `cargo bench --bench plan` prints the time of the pass over turns that are there already, and of a whole scenario, whose
//! turns have to be made first. Either is to stay under a second. Then it plans a day of one tenant who has 20 callers on the
//! line all day, caps from 1 on, twenty plays at each candidate, on two threads: to stay under ten seconds.

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use busyhour::base::{Span, Stream, Time};
use busyhour::plan::{Advice, Effort, Limits, Stack, Tally, Ticks, plan, surface};
use busyhour::scenario::Scenario;

fn main() {
    let turns = turns();
    let took = best(|| black_box(pass(&turns)));
    println!("{:<44}{:>8.3} s", "a pass over 1,000,000 turns, 100,000 callers", took.as_secs_f64());
    let scenario =
        Scenario::from_text(Path::new("plan.toml"), SCENARIO.to_owned()).expect("the scenario is well formed");
    let count = surface(&scenario, &ttls()).1.turns();
    let took = best(|| black_box(surface(&scenario, &ttls()).1.turns()));
    println!("{:<44}{:>8.3} s", format!("a scenario of {count} turns"), took.as_secs_f64());
    for (what, lease) in [("a lease for each turn", "turn"), ("a lease for each call", "call")] {
        plan_a_day(what, lease);
    }
}

/// As `busyhour plan --threads 2` does with nothing else said.
fn plan_a_day(what: &str, lease: &str) {
    let text = DAY.replace("LEASE", lease);
    let scenario = Scenario::from_text(Path::new("day.toml"), text).expect("the scenario is well formed");
    let threads = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("two threads can be started");
    let (mut plays, began) = (0, Instant::now());
    let planned =
        threads.install(|| plan(&scenario, &Limits::default(), Effort::default(), &[], &mut |more| plays += more));
    let cap = if let Advice::Take { cap, .. } = planned.advice { cap.to_string() } else { "none".to_owned() };
    let title = format!("a day of 20 Erlangs, {what}");
    println!("{title:<44}{:>8.3} s, {plays} plays, a cap of {cap}", began.elapsed().as_secs_f64());
}

/// Turns a tenth of a second apart, their callers drawn with a preference for some.
fn turns() -> Vec<(Time, u32)> {
    let mut dice = Stream::named(1, "turns", 0);
    let turn = |number: u64| {
        let caller = dice.below(CALLERS) * dice.below(CALLERS) / CALLERS;
        (Time::from_ns(number * 100_000_000), u32::try_from(caller).expect("there are 100,000"))
    };
    (0..TURNS).map(turn).collect()
}

fn pass(turns: &[(Time, u32)]) -> Option<f64> {
    let mut stack = Stack::default();
    let mut tally = Tally::new(Ticks { every: Span::from_secs(30) }, &ttls());
    for (at, caller) in turns {
        tally.count(*at, stack.touch(*at, *caller));
    }
    tally.surface().reuse_share(20_000, Span::from_secs(3600))
}

fn ttls() -> Vec<Span> {
    [30, 60, 300, 900, 3600, 86_400].map(Span::from_secs).to_vec()
}

/// The best of five: what else runs on the machine only ever adds.
fn best<T>(mut work: impl FnMut() -> T) -> Duration {
    let time = |_| {
        let began = Instant::now();
        black_box(work());
        began.elapsed()
    };
    (0..5).map(time).min().expect("there are five")
}

const TURNS: u64 = 1_000_000;
const CALLERS: u64 = 100_000;
const SCENARIO: &str = r#"
name = "surface"
duration = "24h"
grace = "1h"
[[tenant]]
name = "acme"
callers = { population = 100000, popularity = { zipf = 0.75 } }
arrivals = { model = "poisson", rate = "26/min" }
call = { length = { dist = "lognormal", mean = "190s", cv = 1.2 } }
"#;
/// 380 calls an hour of 190 s each: 20 Erlangs.
const DAY: &str = r#"
name = "day"
duration = "24h"
grace = "1h"
warm_up = "1h"
thresholds = ["budget.met >= 93%", "pool.exhausted.rate <= 1%", "leaks == 0"]
[runtime]
rss = "90MB"
[[tenant]]
name = "acme"
lease = "LEASE"
callers = { population = 4000, popularity = { zipf = 0.75 }, new = 0.3 }
arrivals = { model = "poisson", rate = "379/h" }
call = { length = { dist = "lognormal", mean = "190s", cv = 1.2 } }
turn_gap = { dist = "lognormal", mean = "7.5s", cv = 0.5 }
reply = { dist = "lognormal", median = "900ms", cv = 0.4 }
"#;
