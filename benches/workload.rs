//! What it costs to make calls and turns, in nanoseconds each; a simulator has some 160 of them for a whole turn.
//!
//! `cargo bench --bench workload` prints the time of one call or one turn. The streams never end, so that what is
//! measured is the steady state.

use std::hint::black_box;

use busyhour::base::{Distribution, Span};
use busyhour::workload::{
    Arrivals, Call, CallLength, Next, Population, Rate, Route, TenantTraffic, Traffic, Turn, Workload,
};
use criterion::{Criterion, criterion_group, criterion_main};

const SECOND: u64 = 1_000_000_000;

/// 100 one-turn calls a second by 10,000 callers of popularity Zipf 0.9.
fn one_turn_calls() -> TenantTraffic {
    TenantTraffic {
        name: "one turn a call".to_owned(),
        workers: 1,
        route: Route::Sticky,
        callers: Population { size: 10_000, zipf: 0.9, new_share: 0.0 },
        arrivals: Arrivals::Poisson(Rate(100.0)),
        length: CallLength::Turns(1),
        turn_gap: law(Distribution::constant(SECOND)),
        reply: law(Distribution::constant(0)),
    }
}

/// 50 Erlangs of calls of 190 s with turns 7.5 s apart.
fn whole_calls(name: usize) -> TenantTraffic {
    TenantTraffic {
        name: format!("whole calls {name}"),
        arrivals: Arrivals::Poisson(Rate(50.0 / 190.0)),
        length: CallLength::Lasting(law(Distribution::lognormal_mean(190 * SECOND, 1.2))),
        turn_gap: law(Distribution::lognormal_mean(7_500_000_000, 0.5)),
        reply: law(Distribution::lognormal_median(900_000_000, 0.4)),
        ..one_turn_calls()
    }
}

fn law<E: std::fmt::Debug>(law: Result<Distribution, E>) -> Distribution {
    law.expect("the benchmark's laws are valid")
}

/// An endless stream.
fn workload(tenants: Vec<TenantTraffic>) -> Workload {
    Workload::new(&Traffic { seed: 1, duration: Span::from_ns(u64::MAX), tenants })
}

fn next(workload: &mut Workload) -> Call {
    workload.next().expect("the stream is endless")
}

fn first_turn(workload: &Workload, call: &mut Call) -> Turn {
    call.first_turn(workload.traffic(call.tenant))
}

/// The first turn of the next call.
fn next_turn(workload: &mut Workload) -> Turn {
    let mut call = next(workload);
    first_turn(workload, &mut call)
}

/// Plays turn after turn, taking the next call when one hangs up.
fn turn(workload: &mut Workload, call: &mut Call, started: &mut busyhour::base::Time) {
    match call.after(workload.traffic(call.tenant), *started, *started) {
        Next::Turn(turn) => *started = black_box(turn).starts_at,
        Next::HangUp(_) => {
            *call = next(workload);
            *started = black_box(first_turn(workload, call)).starts_at;
        }
    }
}

fn bench(criterion: &mut Criterion) {
    criterion.bench_function("a call of one turn", |bencher| {
        let mut workload = workload(vec![one_turn_calls()]);
        bencher.iter(|| black_box(next_turn(&mut workload)));
    });
    criterion.bench_function("a call among 1,000 tenants", |bencher| {
        let mut workload = workload((0..1000).map(whole_calls).collect());
        bencher.iter(|| black_box(next_turn(&mut workload)));
    });
    criterion.bench_function("a turn of a whole call", |bencher| {
        let mut workload = workload(vec![whole_calls(0)]);
        let mut call = next(&mut workload);
        let mut started = first_turn(&workload, &mut call).starts_at;
        bencher.iter(|| turn(&mut workload, &mut call, &mut started));
    });
}

criterion_group!(benches, bench);
criterion_main!(benches);
