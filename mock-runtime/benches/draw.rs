//! What a decision of the pure conduct costs: a simulator asks for millions a second.

use std::hint::black_box;

use mock_runtime::behaviour::{Behaviour, Conduct, Slow, Window, Work};
use mock_runtime::distribution::Distribution;
use mock_runtime::wire::loopback::BootKind;
use rustix::time::{ClockId, clock_gettime};

fn main() {
    let lognormal = Distribution::lognormal_median(8_000_000, 0.5).expect("a law");
    let plain = Behaviour { boot_cold: lognormal.clone(), search: lognormal, ..Behaviour::default() };
    let window = Window { from_ns: 0, until_ns: u64::MAX };
    let slow = Slow { window, project: None, share: 0.5, factor: 2.0 };
    let slowed = Behaviour { slow: vec![slow], ..plain.clone() };
    measure("constant", &plain, |conduct, seed| conduct.takes(&mut conduct.life_from(seed), Work::Save, 0));
    measure("lognormal", &plain, |conduct, seed| conduct.takes(&mut conduct.life_from(seed), Work::Search, 0));
    measure("lognormal, slow window", &slowed, |conduct, seed| {
        conduct.takes(&mut conduct.life_from(seed), Work::Search, 0)
    });
    measure("boot", &plain, |conduct, seed| {
        black_box(conduct.boot(&conduct.life_from(seed), BootKind::Cold, 0));
        0
    });
}

fn measure(what: &str, behaviour: &Behaviour, ask: impl Fn(&Conduct, u64) -> u64) {
    let conduct = Conduct::new(behaviour, "p");
    let began_ns = cpu_ns();
    for seed in 0..TIMES {
        black_box(ask(&conduct, black_box(seed)));
    }
    println!("{what:24} {:6.1} ns", (cpu_ns() - began_ns) as f64 / TIMES as f64);
}

/// CPU time rather than wall time, so that a busy machine does not matter.
fn cpu_ns() -> i64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec * 1_000_000_000 + time.tv_nsec
}

const TIMES: u64 = 5_000_000;
