//! Laws of the whole stream: arrival models, distinctness, independence of tenants, determinism.
//!
//! Tolerances are four standard errors: a right model fails one seed in sixteen thousand, and the seeds are fixed.

use crate::base::{CallerIndex, Distribution, Span, TenantIndex, Time};

use super::{Arrivals, Call, CallLength, Next, Population, Rate, Route, Stage, TenantTraffic, Traffic, Workload};

/// A plain tenant: one call a second by Poisson, 100 callers alike, one turn a call.
pub(super) fn tenant(name: &str) -> TenantTraffic {
    let none = Distribution::constant(0).unwrap();
    TenantTraffic {
        name: name.to_owned(),
        workers: 1,
        route: Route::Sticky,
        callers: Population { size: 100, zipf: 0.0, new_share: 0.0 },
        arrivals: Arrivals::Poisson(Rate(1.0)),
        length: CallLength::Turns(1),
        turn_gap: Distribution::constant(1_000_000_000).unwrap(),
        reply: none,
    }
}

fn traffic(seed: u64, secs: u64, tenants: Vec<TenantTraffic>) -> Traffic {
    Traffic { seed, duration: Span::from_secs(secs), tenants }
}

/// All calls of open traffic.
fn calls(traffic: &Traffic) -> Vec<Call> {
    let mut workload = Workload::new(traffic);
    std::iter::from_fn(|| workload.next()).collect()
}

/// Seconds at which the calls of one tenant with these arrivals ring.
fn rings(seed: u64, secs: u64, arrivals: Arrivals) -> Vec<f64> {
    let tenant = TenantTraffic { arrivals, ..tenant("acme") };
    calls(&traffic(seed, secs, vec![tenant])).iter().map(|call| call.rings_at.secs_f64()).collect()
}

/// Checks Poisson arrivals window by window over 50 seeds: the mean count, and a variance equal to the mean.
#[track_caller]
fn expect_poisson(secs: u64, arrivals: &Arrivals, windows: &[(f64, f64, f64)]) {
    const SEEDS: u64 = 50;
    let runs: Vec<Vec<f64>> = (0..SEEDS).map(|seed| rings(seed, secs, arrivals.clone())).collect();
    for (from, to, want) in windows {
        let count = |run: &Vec<f64>| run.iter().filter(|at| (*from..*to).contains(*at)).count() as f64;
        let mean = runs.iter().map(count).sum::<f64>() / SEEDS as f64;
        let variance = runs.iter().map(|run| (count(run) - mean).powi(2)).sum::<f64>() / (SEEDS - 1) as f64;
        let error = (want / SEEDS as f64).sqrt();
        assert!((mean - want).abs() <= 4.0 * error, "{mean} calls in {from}..{to} s, not {want} ± {error}");
        // The variance of a sample variance of a normal law: 2σ⁴/(n−1).
        let spread = want * (2.0 / (SEEDS - 1) as f64).sqrt();
        assert!((variance - want).abs() <= 4.0 * spread, "variance {variance} in {from}..{to} s, not {want}");
    }
}

#[test]
fn constant_calls_are_evenly_spaced_from_half_a_gap_on() {
    assert_eq!(rings(1, 2, Arrivals::Constant(Rate(2.0))), [0.25, 0.75, 1.25, 1.75]);
}

#[test]
fn poisson_calls_come_at_their_rate_and_independently() {
    let windows = [(0.0, 100.0, 250.0), (100.0, 200.0, 250.0), (37.0, 41.0, 10.0)];
    expect_poisson(200, &Arrivals::Poisson(Rate(2.5)), &windows);
}

#[test]
#[should_panic(expected = "variance")]
fn evenly_spaced_calls_are_told_from_poisson_ones() {
    expect_poisson(200, &Arrivals::Constant(Rate(2.5)), &[(0.0, 100.0, 250.0)]);
}

#[test]
fn poisson_gaps_are_exponential() {
    let times = rings(1, 100_000, Arrivals::Poisson(Rate(1.0)));
    let gaps: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    for limit in [0.1, 0.5, 1.0, 2.0, 4.0_f64] {
        let (got, want) =
            (gaps.iter().filter(|gap| **gap < limit).count() as f64 / gaps.len() as f64, 1.0 - (-limit).exp());
        let error = (want * (1.0 - want) / gaps.len() as f64).sqrt();
        assert!((got - want).abs() < 4.0 * error, "{got} of the gaps below {limit} s, not {want}");
    }
}

#[test]
fn stages_ramp_linearly_and_the_last_rate_stays() {
    let stage = |until, rate| Stage { until: Span::from_secs(until), rate: Rate(rate) };
    let stages = vec![stage(50, 2.0), stage(150, 6.0), stage(200, 0.0), stage(250, 0.0), stage(250, 3.0)];
    // Level 2/s, a ramp from 2 to 6, a ramp from 6 to 0, silence, and a step to 3/s that stays.
    let windows = [
        (0.0, 50.0, 100.0),
        (50.0, 100.0, 150.0),
        (100.0, 150.0, 250.0),
        (150.0, 175.0, 112.5),
        (175.0, 200.0, 37.5),
        (250.0, 300.0, 150.0),
        (300.0, 350.0, 150.0),
    ];
    let arrivals = Arrivals::Stages(stages);
    expect_poisson(350, &arrivals, &windows);
    assert!(rings(1, 350, arrivals).iter().all(|at| !(200.0..250.0).contains(at)), "nobody rings at rate 0");
}

#[test]
fn a_profile_starts_at_midnight_and_repeats_after_a_day() {
    let mut rates = [Rate(0.0); 24];
    rates[9] = Rate(0.2);
    rates[10] = Rate(0.1);
    let hour = |hours: f64| hours * 3600.0;
    let windows = [
        (hour(9.0), hour(10.0), 720.0),
        (hour(10.0), hour(11.0), 360.0),
        (hour(33.0), hour(34.0), 720.0),
        (hour(9.75), hour(10.25), 270.0),
    ];
    expect_poisson(48 * 3600, &Arrivals::Profile(rates), &windows);
}

#[test]
fn a_profile_of_silence_ends() {
    assert!(rings(1, 365 * 86_400, Arrivals::Profile([Rate(0.0); 24])).is_empty());
}

#[test]
fn a_storm_brings_all_its_calls_evenly_over_its_time_on_top_of_the_rate() {
    let arrivals = Arrivals::Burst { rate: Rate(1.0), at: Span::from_secs(100), calls: 400, over: Span::from_secs(20) };
    expect_poisson(200, &arrivals, &[(0.0, 100.0, 100.0), (120.0, 200.0, 80.0)]);
    let alone = Arrivals::Burst { rate: Rate(1e-12), at: Span::from_secs(100), calls: 400, over: Span::from_secs(20) };
    let times = rings(3, 200, alone);
    assert_eq!(times.len(), 400);
    // The mean of n uniform numbers has the standard error (b − a)/√(12n).
    let mean = times.iter().sum::<f64>() / 400.0;
    assert!((mean - 110.0).abs() < 4.0 * 20.0 / (12.0 * 400.0_f64).sqrt(), "mean {mean}");
    assert!(times[0] >= 100.0 && times[0] < 101.0 && times[399] < 120.0 && times[399] > 119.0);
}

#[test]
fn nobody_rings_outside_the_window() {
    let storm = Arrivals::Burst { rate: Rate(5.0), at: Span::from_secs(9), calls: 100, over: Span::from_secs(20) };
    for arrivals in [storm, Arrivals::Poisson(Rate(50.0)), Arrivals::Constant(Rate(50.0))] {
        let times = rings(1, 10, arrivals);
        assert!(!times.is_empty() && times.iter().all(|at| *at < 10.0));
    }
}

#[test]
fn calls_of_all_tenants_come_in_the_order_of_their_times_and_ties_by_tenant() {
    let even = |name| TenantTraffic { arrivals: Arrivals::Constant(Rate(2.0)), ..tenant(name) };
    let traffic = traffic(1, 20, vec![even("b"), tenant("c"), even("a")]);
    let order: Vec<(Time, TenantIndex)> = calls(&traffic).iter().map(|call| (call.rings_at, call.tenant)).collect();
    assert!(order.is_sorted(), "{order:?}");
    assert_eq!(order.iter().filter(|(_, tenant)| *tenant != TenantIndex(1)).count(), 80);
}

/// All that decides a call, its turns included.
fn played(tenant: &TenantTraffic, mut call: Call) -> (Time, u64, CallerIndex, Vec<Next>) {
    let mut turns = vec![Next::Turn(call.first_turn(tenant))];
    while let Some(Next::Turn(turn)) = turns.last().copied() {
        turns.push(call.after(tenant, turn.starts_at, turn.starts_at + turn.reply));
    }
    (call.rings_at, call.number, call.caller, turns)
}

fn talkative(name: &str) -> TenantTraffic {
    TenantTraffic {
        callers: Population { size: 50, zipf: 0.75, new_share: 0.3 },
        length: CallLength::Lasting(Distribution::lognormal_mean(20_000_000_000, 1.2).unwrap()),
        turn_gap: Distribution::gamma(5_000_000_000, 0.5).unwrap(),
        reply: Distribution::exponential(900_000_000).unwrap(),
        ..tenant(name)
    }
}

#[test]
fn the_same_seed_gives_the_same_calls_and_another_seed_others() {
    let of = |seed| -> Vec<_> {
        let traffic = traffic(seed, 60, vec![talkative("a")]);
        calls(&traffic).into_iter().map(|call| played(&traffic.tenants[0], call)).collect()
    };
    assert_eq!(of(1), of(1));
    assert_ne!(of(1), of(2));
}

#[test]
fn another_tenant_shifts_nobody_elses_calls() {
    let of = |tenants: Vec<TenantTraffic>, index| -> Vec<_> {
        let traffic = traffic(1, 60, tenants);
        let calls = calls(&traffic).into_iter().filter(|call| call.tenant == TenantIndex(index));
        calls.map(|call| played(&traffic.tenants[call.tenant.index()], call)).collect()
    };
    let alone = of(vec![talkative("a")], 0);
    assert!(alone.len() > 30);
    assert_eq!(alone, of(vec![talkative("b"), talkative("a"), talkative("c")], 1));
    assert_ne!(alone, of(vec![talkative("b")], 0), "tenants with other names make other calls");
}

#[test]
fn more_new_callers_shift_no_arrival() {
    let rings = |new_share| -> Vec<Time> {
        let callers = Population { size: 50, zipf: 0.75, new_share };
        let tenants = vec![TenantTraffic { callers, ..talkative("a") }];
        calls(&traffic(1, 60, tenants)).iter().map(|call| call.rings_at).collect()
    };
    assert_eq!(rings(0.0), rings(0.9));
}

#[test]
fn a_long_call_has_as_many_turns_as_fit() {
    let tenants = vec![TenantTraffic { arrivals: Arrivals::Poisson(Rate(20.0)), ..talkative("a") }];
    let traffic = traffic(1, 600, tenants);
    let turns: Vec<f64> =
        calls(&traffic).into_iter().map(|call| (played(&traffic.tenants[0], call).3.len() - 1) as f64).collect();
    let mean = turns.iter().sum::<f64>() / turns.len() as f64;
    let deviation = (turns.iter().map(|n| (n - mean).powi(2)).sum::<f64>() / turns.len() as f64).sqrt();
    let want = traffic.tenants[0].offered(traffic.duration, Span::ZERO).turns_per_call;
    // The renewal approximation itself is good to a few per cent where calls last four gaps.
    let tolerance = 4.0 * deviation / (turns.len() as f64).sqrt() + 0.03 * want;
    assert!((mean - want).abs() < tolerance, "{mean} turns a call, not {want} ± {tolerance}");
}

mod closed {
    use super::*;

    fn lines(callers: u32, redial_s: u64) -> Traffic {
        let redial = Distribution::exponential(redial_s * 1_000_000_000).unwrap();
        traffic(1, 10_000, vec![TenantTraffic { arrivals: Arrivals::Closed { callers, redial }, ..tenant("acme") }])
    }

    /// Plays calls that last ten seconds each; `check` sees who is on the line whenever somebody rings.
    fn play(traffic: &Traffic, mut check: impl FnMut(&[Call])) -> usize {
        let (mut workload, mut on_line, mut rung) = (Workload::new(traffic), Vec::<Call>::new(), 0);
        let ends = |call: &Call| call.rings_at + Span::from_secs(10);
        loop {
            let next_end = on_line.iter().map(ends).min();
            let Some(next) = workload.peek().into_iter().chain(next_end).min() else { return rung };
            if next_end == Some(next) {
                let over = on_line.iter().position(|call| ends(call) == next).unwrap();
                workload.ended(&on_line.swap_remove(over), next);
            } else {
                on_line.push(workload.next().unwrap());
                rung += 1;
                check(&on_line);
            }
        }
    }

    #[test]
    fn callers_are_distinct_and_no_more_than_stated() {
        play(&lines(5, 10), |on_line| {
            let mut callers: Vec<CallerIndex> = on_line.iter().map(|call| call.caller).collect();
            callers.sort();
            callers.dedup();
            assert_eq!(callers.len(), on_line.len(), "a caller is on the line twice");
            assert!(callers.iter().all(|caller| caller.0 < 5));
        });
    }

    #[test]
    fn callers_ring_again_a_redial_after_their_call() {
        // 5 lines, 10 s talk and 10 s redial on average, 10,000 s: 2,500 calls, give or take the spread of the redials.
        let rung = play(&lines(5, 10), |_| ());
        let spread = 4.0 * (2500.0_f64).sqrt() * 0.5;
        assert!((rung as f64 - 2500.0).abs() < spread, "{rung} calls");
    }

    #[test]
    fn numbers_are_unique_and_do_not_depend_on_the_order_of_endings() {
        let mut numbers = Vec::new();
        play(&lines(3, 10), |on_line| numbers.extend(on_line.last().map(|call| (call.number, call.caller.0))));
        assert!(numbers.iter().all(|(number, caller)| number % 3 == *caller));
        let count = numbers.len();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), count);
    }

    #[test]
    fn first_rings_are_spread_over_a_gap_and_a_redial() {
        let mut workload = Workload::new(&lines(1000, 10));
        let times: Vec<f64> = std::iter::from_fn(|| workload.next()).map(|call| call.rings_at.secs_f64()).collect();
        assert_eq!(times.len(), 1000);
        let mean = times.iter().sum::<f64>() / 1000.0;
        assert!((mean - 5.5).abs() < 4.0 * 11.0 / (12.0 * 1000.0_f64).sqrt(), "mean {mean}");
        assert!(times.iter().all(|at| *at < 11.0));
    }

    #[test]
    fn a_lost_call_still_brings_its_caller_back() {
        let mut workload = Workload::new(&lines(1, 10));
        let call = workload.next().unwrap();
        assert_eq!(workload.peek(), None);
        workload.ended(&call, call.rings_at);
        assert!(workload.peek().unwrap() > call.rings_at);
    }
}
