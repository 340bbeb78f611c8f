//! Hundreds of comparisons of simulated plays, whose truth is known: how often are pairs wrong?
//!
//! Plays with different seeds differ as live runs do, and by more than two plays of one seed, so this is the harder
//! case. Everything is drawn from fixed seeds: the shares below are facts about this program, not chances.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use busyhour::measure::{Floor, Judgement, Paired, Pairs, Question, Subject, Summary};
use busyhour::scenario::Scenario;
use busyhour::sim;
use rand::Rng;
use rand_xoshiro::SplitMix64;
use rand_xoshiro::rand_core::SeedableRng;

/// Some six hundred turns; the pool is small enough that some boot.
const SCENARIO: &str = r#"
name = "pairs"
seed = 1
duration = "120s"
grace = "20s"
[pool]
max_concurrent_users = 24
[runtime]
boot_cold = { dist = "lognormal", median = "400ms", cv = 0.3 }
search = { dist = "lognormal", median = "8ms", cv = 0.5 }
[[tenant]]
name = "acme"
callers = { population = 200, popularity = { zipf = 0.75 } }
arrivals = { model = "poisson", rate = "60/min" }
call = { turns = 5 }
turn_gap = { dist = "lognormal", mean = "4s", cv = 0.3 }
"#;
const SLOWER: (&str, &str) = (r#"median = "8ms""#, r#"median = "9.6ms""#);
const PLAYS: u64 = 300;
const COMPARISONS: u64 = 400;
const REPEAT: usize = 10;

static BEFORE: LazyLock<Vec<Summary>> = LazyLock::new(|| plays(SCENARIO, 1));
/// Each search takes 20 % longer, so its p95 does.
static AFTER: LazyLock<Vec<Summary>> = LazyLock::new(|| plays(&SCENARIO.replace(SLOWER.0, SLOWER.1), 10_001));

fn plays(text: &str, first: u64) -> Vec<Summary> {
    let scenario = Scenario::from_text(Path::new("pairs.toml"), text.to_owned()).expect("it is a scenario");
    (first..first + PLAYS).map(|seed| sim::play(&Arc::new(scenario.clone().with_seed(seed)))).collect()
}

/// So many of them, none twice.
fn drawn<'p>(plays: &'p [Summary], count: usize, random: &mut SplitMix64) -> Vec<&'p Summary> {
    let mut places: Vec<usize> = (0..plays.len()).collect();
    for place in 0..count {
        let rest = (places.len() - place) as u64;
        let other = place + usize::try_from(random.next_u64() % rest).expect("it is a place");
        places.swap(place, other);
    }
    places[..count].iter().map(|place| &plays[*place]).collect()
}

fn judged<'p>(subjects: &[Subject], floor: Floor, pairs: impl Iterator<Item = (&'p Summary, &'p Summary)>) -> Paired {
    let mut all = Pairs::new(Question { repeat: REPEAT as u64, subjects: subjects.to_vec(), floor });
    pairs.for_each(|(base, new)| _ = all.add(base.clone(), new.clone()));
    all.judge().expect("pairs were added")
}

fn with_itself(number: u64, floor: Floor) -> Paired {
    let plays = drawn(&BEFORE, 2 * REPEAT, &mut SplitMix64::seed_from_u64(number));
    let (base, new) = plays.split_at(REPEAT);
    judged(&Subject::primary(), floor, base.iter().copied().zip(new.iter().copied()))
}

fn with_slower_searches(number: u64) -> Paired {
    let mut random = SplitMix64::seed_from_u64(number);
    let [base, new] = [&BEFORE, &AFTER].map(|plays| drawn(plays, REPEAT, &mut random));
    judged(&Subject::primary(), Floor::default(), base.into_iter().zip(new))
}

fn share(of: &[Paired], holds: impl Fn(&Paired) -> bool) -> f64 {
    of.iter().filter(|paired| holds(paired)).count() as f64 / of.len() as f64
}

fn search_p95(paired: &Paired) -> Judgement {
    let figure = paired.figures.iter().find(|figure| figure.figure == "search.p95");
    figure.expect("it was asked for").judgement
}

#[test]
fn what_did_not_change_is_called_a_regression_less_than_once_in_twenty() {
    let usual: Vec<Paired> = (0..COMPARISONS).map(|number| with_itself(number, Floor::default())).collect();
    let alarms = share(&usual, |paired| paired.verdict == Judgement::Fail);
    println!("false alarms with the usual floor: {:.2} %", 100.0 * alarms);
    assert!(alarms < 0.05, "{alarms}");
    assert!(usual.iter().all(|paired| paired.figures.iter().all(|figure| figure.low.is_some())), "all were judged");
}

#[test]
fn the_intervals_keep_their_promise_without_a_floor_too() {
    let none = Floor { relative: 0.0, absolute_ms: 0.0, points: 0.0 };
    let strict: Vec<Paired> = (0..COMPARISONS).map(|number| with_itself(1_000 + number, none)).collect();
    let missed = share(&strict, |paired| {
        paired.figures.iter().any(|figure| {
            let nothing = if figure.figure == "budget.met" { 0.0 } else { 1.0 };
            !(figure.low <= Some(nothing) && Some(nothing) <= figure.high)
        })
    });
    println!("comparisons in which an interval misses the truth: {:.2} %", 100.0 * missed);
    // The promise is 5 %; what so many comparisons say of it has a standard error of 1.1 %.
    assert!(missed < 0.05 + 3.0 * 0.011, "{missed}");
    assert!(missed > 0.0, "intervals that never miss are wider than they need be");
}

#[test]
fn searches_that_take_a_fifth_longer_are_found_nineteen_times_in_twenty() {
    let slower: Vec<Paired> = (0..COMPARISONS).map(with_slower_searches).collect();
    let found = share(&slower, |paired| search_p95(paired) == Judgement::Fail);
    println!("found: {:.2} %", 100.0 * found);
    assert!(found >= 0.95, "{found}");
    assert!(slower.iter().all(|paired| search_p95(paired) != Judgement::Pass), "none is ever passed");
}

#[test]
fn pairs_of_one_seed_see_the_change_as_it_is() {
    let slower = plays(&SCENARIO.replace(SLOWER.0, SLOWER.1), 1);
    let subjects = ["search.p95".parse().expect("it is a figure")];
    let paired = judged(&subjects, Floor::default(), BEFORE.iter().zip(&slower).take(REPEAT));
    let figure = &paired.figures[0];
    assert_eq!(figure.judgement, Judgement::Fail);
    let [low, high] = [figure.low, figure.high].map(|end| end.expect("ten pairs are enough"));
    assert!(1.17 < low && high < 1.23 && high - low < 0.04, "{figure:?}");
}
