//! What the pool core costs with 10,000 live runtimes. Targets: reuse under 150 ns, admission with eviction under 1 µs.

use std::hint::black_box;

use busyhour::base::{BootKind, Span, Time};
use busyhour::pool::{Admitted, Decision, Key, Pool, Settings};
use criterion::{Criterion, criterion_group, criterion_main};

const LIVE: u32 = 10_000;

/// A pool whose slots are all taken by idle runtimes of keys 0 to `LIVE`.
fn full_pool() -> Pool {
    let settings = Settings { max_concurrent_users: LIVE, runtime_port_range: 20_000..=40_000, ..Settings::default() };
    let mut pool = Pool::new(settings, Time::ZERO);
    for key in 0..LIVE {
        pool.acquire(Time::ZERO, Key(key));
        play(&mut pool, Time::ZERO);
    }
    pool
}

/// Plays instant boots, calls and drains.
fn play(pool: &mut Pool, now: Time) {
    while let Some(decision) = pool.next_decision() {
        match decision {
            Decision::Spawn { runtime, .. } => pool.started(now, runtime, BootKind::Cold),
            Decision::Grant { lease, .. } => pool.released(now, lease),
            Decision::Drain { runtime, .. } => pool.drained(now, runtime),
            Decision::Refuse { .. } => unreachable!("nobody is refused while others idle"),
            Decision::Discard { .. } | Decision::Lose { .. } => unreachable!("our own rules never order that"),
        }
    }
}

fn benchmark(criterion: &mut Criterion) {
    let mut pool = full_pool();
    let (mut key, mut now) = (0, Time::ZERO);
    criterion.bench_function("pool: reuse, acquire and release", |bencher| {
        bencher.iter(|| {
            // A stride coprime to the size walks the keys in an order the cache does not guess.
            key = (key + 7919) % LIVE;
            now += Span::from_ns(1000);
            let Admitted::Granted { lease, .. } = pool.acquire(now, Key(black_box(key))) else {
                unreachable!("every key is live")
            };
            pool.released(now, lease);
            black_box(pool.next_wake());
        });
    });
    let mut pool = full_pool();
    let (mut key, mut now) = (LIVE, Time::ZERO);
    criterion.bench_function("pool: eviction, drain, boot, grant and release", |bencher| {
        bencher.iter(|| {
            // Twice as many keys as slots, in turn: every acquire finds its key evicted.
            key = (key + 1) % (2 * LIVE);
            now += Span::from_ns(1000);
            black_box(pool.acquire(now, Key(black_box(key))));
            play(&mut pool, now);
            black_box(pool.next_wake());
        });
    });
}

criterion_group!(benches, benchmark);
criterion_main!(benches);
