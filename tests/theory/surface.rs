//! The surface of reuse shares: against the pool itself turn by turn, against the simulator, and against theory.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use busyhour::base::{BootKind, Distribution, Span, Stream, Time};
use busyhour::plan::{Found, Stack, Surface, Tally, Ticks, surface};
use busyhour::pool::{Admitted, Decision, Key, LeaseId, Pool, Settings};
use busyhour::scenario::Scenario;
use busyhour::sim;

use crate::estimate::Estimate;

/// A turn, or a call: who, and when it begins and ends.
#[derive(Clone, Copy, Debug)]
struct Visit {
    caller: u32,
    begin: u64,
    end: u64,
}

/// Something that happens to a pool: a lease is taken, or given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    at: u64,
    begins: bool,
    visit: usize,
}

fn events(visits: &[Visit]) -> Vec<Event> {
    let both = |(visit, of): (usize, &Visit)| {
        [Event { at: of.begin, begins: true, visit }, Event { at: of.end, begins: false, visit }]
    };
    let mut events: Vec<Event> = visits.iter().enumerate().flat_map(both).collect();
    // What takes no time begins before it ends; else endings come first, as in a simulation.
    events.sort_by_key(|event| {
        let of = visits[event.visit];
        (event.at, if of.begin == of.end { 1 } else { u8::from(event.begins) * 2 }, event.visit, !event.begins)
    });
    events
}

/// Visits at random: some callers return soon, some late, and a share of the visits lasts a while.
fn visits(seed: u64, count: usize, callers: u64, held: f64) -> Vec<Visit> {
    let mut dice = Stream::named(seed, "visits", 0);
    let mut now = 0;
    let visit = |_| {
        now += 1 + dice.below(40_000_000_000);
        // The square prefers small numbers.
        let caller = u32::try_from(dice.below(callers) * dice.below(callers) / callers).expect("callers are few");
        let lasts = if dice.chance(held) { dice.below(200_000_000_000) } else { 0 };
        Visit { caller, begin: now, end: now + lasts }
    };
    (0..count).map(visit).collect()
}

/// The real pool, where processes start and end in no time. Whether each visit found a live runtime; nothing where the
/// visit was refused.
struct Instant {
    pool: Pool,
    leases: Vec<Option<LeaseId>>,
}

impl Instant {
    fn new(cap: u32, ttl: u64, visits: usize) -> Self {
        let settings = Settings {
            max_concurrent_users: cap,
            runtime_idle_ttl: Span::from_ns(ttl),
            reap_interval: REAPER,
            ..Settings::default()
        };
        Self { pool: Pool::new(settings, Time::ZERO), leases: vec![None; visits] }
    }

    fn play(cap: u32, ttl: u64, visits: &[Visit]) -> Vec<Option<bool>> {
        let mut found = vec![None; visits.len()];
        let mut this = Self::new(cap, ttl, visits.len());
        for event in events(visits) {
            let now = Time::from_ns(event.at);
            while let Some(wake) = this.pool.next_wake().filter(|wake| *wake <= now) {
                this.pool.tick(wake);
                this.carry_out(wake);
            }
            if event.begins {
                found[event.visit] = this.begin(now, event.visit, visits[event.visit].caller);
            } else if let Some(lease) = this.leases[event.visit].take() {
                this.pool.released(now, lease);
                this.carry_out(now);
            }
        }
        found
    }

    fn begin(&mut self, now: Time, visit: usize, caller: u32) -> Option<bool> {
        match self.pool.acquire(now, Key(caller)) {
            Admitted::Granted { lease, .. } => {
                self.leases[visit] = Some(lease);
                Some(true)
            }
            Admitted::Waiting(_) => {
                self.leases[visit] = self.carry_out(now);
                Some(false)
            }
            Admitted::Refused(_) => None,
        }
    }

    /// Carries every decision out at once. Gives back the lease that was granted.
    fn carry_out(&mut self, now: Time) -> Option<LeaseId> {
        let mut granted = None;
        while let Some(decision) = self.pool.next_decision() {
            match decision {
                Decision::Spawn { runtime, .. } => self.pool.started(now, runtime, BootKind::Cold),
                Decision::Drain { runtime, .. } => self.pool.drained(now, runtime),
                Decision::Grant { lease, .. } => granted = Some(lease),
                Decision::Refuse { .. } => {}
                Decision::Discard { .. } | Decision::Lose { .. } => unreachable!("our own rules never order that"),
            }
        }
        granted
    }
}

/// What the stack says of each visit.
fn stacked(visits: &[Visit]) -> (Vec<Found>, u32) {
    let mut stack = Stack::default();
    let mut found = vec![Found::Never; visits.len()];
    for event in events(visits) {
        let caller = visits[event.visit].caller;
        if event.begins {
            found[event.visit] = stack.acquire(caller);
        } else {
            stack.release(Time::from_ns(event.at), caller);
        }
    }
    (found, stack.peak_busy())
}

/// Whether a visit that found that finds it live by these settings.
fn is_reuse(found: Found, visit: Visit, cap: u32, ttl: u64) -> bool {
    let mut tally = Tally::new(TICKS, &[Span::from_ns(ttl)]);
    tally.count(Time::from_ns(visit.begin), found);
    tally.surface().reuses(cap, Span::from_ns(ttl)) == Some(1)
}

/// Compares every visit by many caps and TTLs.
fn expect_equal(seed: u64, held: f64) {
    let visits = visits(seed, 600, 40, held);
    let (found, peak_busy) = stacked(&visits);
    for cap in [1, 2, 3, 5, 8, 13, 21, 34, 55].into_iter().filter(|cap| *cap >= peak_busy) {
        for ttl in TTLS_S.map(|secs| secs * 1_000_000_000) {
            let real = Instant::play(cap, ttl, &visits);
            for (number, visit) in visits.iter().enumerate() {
                let said = Some(is_reuse(found[number], *visit, cap, ttl));
                assert_eq!(said, real[number], "seed {seed}, cap {cap}, ttl {ttl}: {visit:?} {:?}", found[number]);
            }
        }
    }
}

#[test]
fn every_turn_finds_what_it_finds_in_a_pool_that_boots_in_no_time() {
    (0..20).for_each(|seed| expect_equal(seed, 0.0));
}

#[test]
fn leases_that_are_held_do_not_disturb_it_from_the_most_that_are_busy_at_once_on() {
    (0..20).for_each(|seed| expect_equal(seed, 0.3));
}

#[test]
fn turns_in_the_instant_of_a_tick_find_what_the_reaper_left() {
    // Everything on whole tens of seconds, ticks included.
    let round = |time: u64| time / 10_000_000_000 * 10_000_000_000;
    for seed in 0..10 {
        let coarse = |visit: Visit| Visit { begin: round(visit.begin), end: round(visit.begin), ..visit };
        let visits: Vec<Visit> = visits(seed, 400, 12, 0.0).into_iter().map(coarse).collect();
        let (found, _) = stacked(&visits);
        for (cap, ttl) in [(1, 0), (3, 20), (5, 30), (8, 60), (12, 90)] {
            let ttl = ttl * 1_000_000_000;
            let said: Vec<_> =
                visits.iter().zip(&found).map(|(visit, found)| Some(is_reuse(*found, *visit, cap, ttl))).collect();
            assert_eq!(said, Instant::play(cap, ttl, &visits), "seed {seed}, cap {cap}, ttl {ttl}");
        }
    }
}

#[test]
fn a_plain_ttl_without_the_reapers_ticks_would_not_be_equal() {
    let visits = visits(1, 600, 40, 0.0);
    let (found, _) = stacked(&visits);
    let plain = |(found, visit): (&Found, &Visit)| match found {
        Found::Idle { since, .. } => Time::from_ns(visit.begin).since(*since) < Span::from_secs(60),
        _ => false,
    };
    let said: Vec<_> = found.iter().zip(&visits).map(|pair| Some(plain(pair))).collect();
    assert_ne!(said, Instant::play(55, 60_000_000_000, &visits), "the comparison must see the ticks");
}

#[test]
fn mattsons_distances_come_out() {
    let mut stack = Stack::default();
    let distances: Vec<Option<u32>> = (0..)
        .zip("ABCABDABCD".bytes())
        .map(|(second, caller)| match stack.touch(Time::from_ns(second), u32::from(caller)) {
            Found::Idle { distance, .. } => Some(distance),
            _ => None,
        })
        .collect();
    assert_eq!(distances, [None, None, None, Some(3), Some(3), None, Some(3), Some(3), Some(4), Some(4)]);
    let hits = |cap| distances.iter().flatten().filter(|distance| **distance <= cap).count();
    assert_eq!([1, 2, 3, 4].map(hits), [0, 0, 4, 6]);
}

/// A scenario of one tenant whose runtimes cost no time.
fn scenario(seed: u64, duration: &str, pool: &str, tenant: &str) -> Scenario {
    let text = text(seed, duration, pool, tenant);
    Scenario::from_text(Path::new("surface.toml"), text).unwrap_or_else(|error| panic!("{error:?}"))
}

fn text(seed: u64, duration: &str, pool: &str, tenant: &str) -> String {
    let mut text = format!(
        "name = \"surface\"\nseed = {seed}\nduration = \"{duration}\"\ngrace = \"0s\"\n[pool]\nruntime_port_range = [1024, 40000]\n{pool}\n[runtime]\n"
    );
    for law in ["boot_cold", "boot_warm", "session_start", "search", "save", "flush", "terminate"] {
        writeln!(text, "{law} = \"0s\"").expect("text can be written");
    }
    write!(text, "[cloud]\nlatency = \"0s\"\n[[tenant]]\nname = \"only\"\n{tenant}").expect("text can be written");
    text
}

/// Turns, and how many of them found a live runtime, by simulation and by the surface of the same settings.
fn both(scenario: &Scenario) -> ((u64, u64), (u64, u64)) {
    let counts = sim::play(&Arc::new(scenario.clone())).total.counts;
    let boots = counts.admissions.warm + counts.admissions.cold;
    let ttl = scenario.pool.runtime_idle_ttl;
    let (_, all) = surface(scenario, &[ttl]);
    let reuses = all.reuses(scenario.pool.max_concurrent_users, ttl).expect("it was asked for");
    ((counts.turns, counts.turns - boots), (all.turns(), reuses))
}

#[test]
fn a_simulation_whose_runtimes_take_no_time_counts_the_same() {
    let turns = "arrivals = { model = \"poisson\", rate = \"1/s\" }\ncallers = { population = 60, popularity = { zipf = 0.8 }, new = 0.1 }\n\
                 call = { length = { dist = \"lognormal\", mean = \"40s\", cv = 1 } }\nturn_gap = { dist = \"lognormal\", mean = \"7.5s\", cv = 0.5 }\nreply = \"0s\"\nworkers = 3\n";
    for (cap, ttl) in [(2, "30s"), (5, "60s"), (9, "300s"), (14, "20s"), (40, "1h")] {
        let pool = format!("max_concurrent_users = {cap}\nruntime_idle_ttl = \"{ttl}\"");
        let (simulated, said) = both(&scenario(7, "1h", &pool, turns));
        assert_eq!(said, simulated, "cap {cap}, ttl {ttl}");
    }
    let closed = "arrivals = { model = \"closed\", callers = 25, redial = \"20s\" }\ncall = { turns = 4 }\n\
                  turn_gap = { dist = \"gamma\", mean = \"7.5s\", cv = 0.4 }\nreply = \"0s\"\n";
    let (simulated, said) = both(&scenario(7, "2h", "max_concurrent_users = 20\nruntime_idle_ttl = \"45s\"", closed));
    assert_eq!(said, simulated);
}

#[test]
fn call_records_in_whole_seconds_count_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let mut dice = Stream::named(1, "records", 0);
    let mut records = "start,caller,duration\n".to_owned();
    for _ in 0..3000 {
        let caller = if dice.chance(0.2) { String::new() } else { format!("c{}", dice.below(9) * dice.below(9)) };
        writeln!(records, "{},{caller},{}", dice.below(7200), dice.below(90)).unwrap();
    }
    std::fs::write(folder.path().join("calls.csv"), records).unwrap();
    let turns = "arrivals = { model = \"trace\", file = \"calls.csv\" }\nturn_gap = { dist = \"lognormal\", mean = \"7.5s\", cv = 0.5 }\nreply = \"0s\"\nworkers = 2\n";
    for (cap, ttl) in [(4, "30s"), (10, "60s"), (25, "300s"), (60, "300s")] {
        let pool = format!("max_concurrent_users = {cap}\nruntime_idle_ttl = \"{ttl}\"");
        let text = text(7, "2h", &pool, turns);
        let scenario = Scenario::from_text(&folder.path().join("scenario.toml"), text).unwrap();
        let (simulated, said) = both(&scenario);
        assert!(said.0 > 10_000, "{} turns", said.0);
        assert_eq!(said, simulated, "cap {cap}, ttl {ttl}");
    }
}

#[test]
fn calls_that_hold_their_leases_count_as_they_do_in_a_simulation() {
    let calls = "lease = \"call\"\narrivals = { model = \"poisson\", rate = \"12/min\" }\ncallers = { population = 60 }\n\
                 call = { length = { dist = \"lognormal\", mean = \"60s\", cv = 1 } }\nturn_gap = \"7s\"\nreply = \"0s\"\n";
    let scenario = scenario(7, "4h", "max_concurrent_users = 40\nruntime_idle_ttl = \"300s\"", calls);
    let counts = sim::play(&Arc::new(scenario.clone())).total.counts;
    assert_eq!(counts.calls_shed, 0);
    let (_, all) = surface(&scenario, &[Span::from_secs(300)]);
    let boots = counts.admissions.warm + counts.admissions.cold;
    assert!(all.peak_busy() <= 40);
    assert_eq!(all.turns() - all.reuses(40, Span::from_secs(300)).unwrap(), boots);
}

/// The share of turns that find a live runtime, over seeds.
fn share(cap: u32, ttl: &str, duration: &str, seeds: u64, tenant: &str) -> Estimate {
    let pool = format!("max_concurrent_users = {cap}\nruntime_idle_ttl = \"{ttl}\"");
    Estimate::over(seeds, |seed| {
        let scenario = scenario(seed, duration, &pool, tenant);
        let ttl = scenario.pool.runtime_idle_ttl;
        surface(&scenario, &[ttl]).1.reuse_share(cap, ttl).expect("it was asked for, and there are turns")
    })
}

fn one_turn_calls(rate: &str, callers: u32, slope: f64) -> String {
    format!(
        "arrivals = {{ model = \"poisson\", rate = \"{rate}\" }}\ncallers = {{ population = {callers}, popularity = {{ zipf = {slope} }} }}\ncall = {{ turns = 1 }}\nturn_gap = \"1s\"\nreply = \"0s\"\n"
    )
}

#[test]
fn an_idle_runtime_outlives_its_ttl_to_the_reapers_next_tick() {
    // Turns of one caller at rate l, TTL T checked every D: 1 − e^(−lT)(1 − e^(−lD))/(lD).
    let turns = one_turn_calls("12/h", 1, 0.0);
    share(1, "300s", "4000h", 12, &turns).expect(0.649_916, 0.0, 1.0 - (-1.0_f64).exp());
}

#[test]
fn independent_references_hit_as_king_and_che_say() {
    // W. King 1971, exact; H. Che et al. 2002, good to 0.003 here.
    share(2, "8000h", "100h", 12, &one_turn_calls("1/s", 4, 1.0)).expect(0.603_845_418, 0.0005, 0.5);
    share(3, "8000h", "100h", 12, &one_turn_calls("1/s", 8, 1.0)).expect(0.535_615_336, 0.0005, 0.375);
    share(5, "8000h", "100h", 12, &one_turn_calls("1/s", 20, 0.0)).expect(0.25, 0.0005, 0.30);
}

#[test]
fn people_who_talk_at_regular_intervals_thrash_a_pool_that_memoryless_ones_would_not() {
    // K = 25 on the line, C = 20 slots: E[P(Binomial(K − 1, Fe(X)) ≤ C − 1)].
    for (gap, want, wrong) in [
        ("{ dist = \"exponential\", mean = \"7.5s\" }", 0.800, 0.568),
        ("{ dist = \"gamma\", mean = \"7.5s\", cv = 0.5 }", 0.568, 0.800),
        ("{ dist = \"lognormal\", mean = \"7.5s\", cv = 0.5 }", 0.575, 0.800),
        ("{ dist = \"gamma\", mean = \"7.5s\", cv = 0.25 }", 0.298, 0.800),
    ] {
        let tenant = format!(
            "arrivals = {{ model = \"closed\", callers = 25 }}\ncall = {{ length = \"8000h\" }}\nturn_gap = {gap}\nreply = \"0s\"\n"
        );
        share(20, "8000h", "20h", 8, &tenant).expect(want, 0.005, wrong);
    }
}

#[test]
fn surfaces_of_pools_add_up() {
    let ttls = [Span::from_secs(30), Span::from_secs(300)];
    let mut one = Tally::new(TICKS, &ttls);
    one.count(Time::from_ns(100), Found::Idle { distance: 2, since: Time::from_ns(50) });
    one.busy_at_once(2);
    let mut other = Tally::new(TICKS, &ttls);
    other.count(Time::from_ns(100), Found::Never);
    other.count(Time::ZERO + Span::from_secs(61), Found::Idle { distance: 1, since: Time::from_ns(5) });
    one.add(&other);
    let all: Surface = one.surface();
    let reuses = |cap, ttl| all.reuses(cap, Span::from_secs(ttl)).unwrap();
    assert_eq!((all.turns(), all.peak_busy(), all.largest_cap()), (3, 2, 2));
    assert_eq!([reuses(1, 30), reuses(2, 30), reuses(1, 300), reuses(2, 300), reuses(99, 300)], [0, 1, 1, 2, 2]);
    assert_eq!(all.reuses(1, Span::from_secs(31)), None, "nobody asked for that one");
}

#[test]
fn memory_is_bounded_by_callers() {
    let law = Distribution::exponential(1_000_000_000).unwrap();
    let mut dice = Stream::named(1, "many", 0);
    let mut stack = Stack::default();
    let mut now = Time::ZERO;
    for _ in 0..200_000 {
        now += Span::from_ns(law.draw(&mut dice));
        stack.touch(now, u32::try_from(dice.below(100)).unwrap());
    }
    assert!(stack.places() <= 256, "{} places for 100 callers", stack.places());
}

const REAPER: Span = Span::from_secs(30);
const TICKS: Ticks = Ticks { every: REAPER };
const TTLS_S: [u64; 7] = [0, 7, 30, 60, 100, 333, 100_000];
