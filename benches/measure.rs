//! What an observed event costs a recorder, and what it costs a chronicler, with one tenant and with a thousand:
//! `cargo bench --bench measure`. A chronicler is to cost less than 150 ns an event.
//!
//! A turn is what an engine reports of it: the recall, the save, and the two changes of level around them. The
//! throughput line counts events, so the time per event is its inverse.

use std::hint::black_box;

use busyhour::base::Admission;
use busyhour::base::{Span, TenantIndex, Time};
use busyhour::measure::chronicle::{ChronicleSettings, Chronicler};
use busyhour::measure::{Event, Level, Recall, Recorder, RecorderSettings, Save};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

fn observing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("observe");
    group.sample_size(20).throughput(Throughput::Elements(EVENTS));
    for tenants in [1, 1_000] {
        let events = events(tenants);
        let mut warm = recorder(tenants);
        observe_all(&mut warm, &events);
        group.bench_function(format!("{tenants} tenants"), |bencher| {
            bencher.iter(|| observe_all(&mut warm, &events));
        });
        let mut chronicler = chronicler(tenants);
        group.bench_function(format!("{tenants} tenants, chronicle"), |bencher| {
            bencher.iter(|| events.iter().for_each(|event| chronicler.hear(black_box(event))));
        });
    }
    group.finish();
}

fn observe_all(recorder: &mut Recorder, events: &[Event]) {
    for event in events {
        recorder.observe(black_box(event));
    }
}

fn recorder(tenants: u16) -> Recorder {
    Recorder::new(RecorderSettings {
        tenants: (0..tenants).map(|tenant| format!("tenant-{tenant}")).collect(),
        warm_up: Span::ZERO,
        duration: Span::from_secs(86_400),
        budget: Span::from_ms(250),
        thresholds: Vec::new(),
        phases: Vec::new(),
    })
}

fn chronicler(tenants: u16) -> Chronicler {
    Chronicler::new(ChronicleSettings {
        tenants: (0..tenants).map(|tenant| format!("tenant-{tenant}")).collect(),
        warm_up: Span::ZERO,
        duration: Span::from_secs(86_400),
        grace: Span::ZERO,
        budget: Span::from_ms(250),
        runtimes: 20,
        ports: 100,
        caller_name: |caller| caller.0.to_string(),
    })
}

/// Turns of random tenants whose latencies spread over two decades, one in twenty after a boot.
fn events(tenants: u16) -> Vec<Event> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(1);
    let mut turn = |turn| {
        let tenant = TenantIndex(random.random_range(0..tenants));
        turn_of(&mut random, tenant, Time::from_ns(turn * 1_000_000))
    };
    (0..EVENTS / 4).flat_map(&mut turn).collect()
}

fn turn_of(random: &mut Xoshiro256PlusPlus, tenant: TenantIndex, at: Time) -> [Event; 4] {
    let search = spread(random, Span::from_ms(2));
    let boots = random.random_ratio(1, 20);
    let admission = if boots {
        (Admission::Warm, spread(random, Span::from_ms(40)))
    } else {
        (Admission::Reuse, Span::from_ns(1_500))
    };
    let level = |busy| Event::Level { tenant, at, level: Level { runtimes: 20, busy, ports: 20 } };
    [
        level(3),
        Event::Recalled(Recall {
            tenant,
            intended: at,
            lag: Span::from_ns(random.random_range(0..100_000)),
            took: search + admission.1,
            outcome: Ok(()),
            admission: Some(admission),
            session_start: boots.then_some(Span::from_ms(3)),
            search: Some(search),
        }),
        Event::Saved(Save { tenant, turn_intended: at, took: spread(random, Span::from_ms(1)), outcome: Ok(()) }),
        level(2),
    ]
}

/// From `least` to some thirty times of it, small values more often.
fn spread(random: &mut Xoshiro256PlusPlus, least: Span) -> Span {
    let octaves = random.random_range(0..6);
    Span::from_ns(least.ns() + random.random_range(0..least.ns() << octaves))
}

const EVENTS: u64 = 400_000;

criterion_group!(benches, observing);
criterion_main!(benches);
