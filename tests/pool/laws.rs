//! The pool's laws under random operation sequences; a failure is shrunk to the shortest one.

use busyhour::base::{BootKind, Span, Time};
use busyhour::pool::{Admitted, Decision, Key, LeaseId, Pool, RuntimeId, Settings, WaiterId};
use proptest::prelude::*;

/// One step; numbers choose among whatever exists at that moment.
#[derive(Clone, Debug)]
enum Step {
    Acquire { key: u32 },
    Cancel { which: usize },
    Release { which: usize },
    Started { which: usize },
    StartFailed { which: usize },
    PortTaken { which: usize },
    Failed { which: usize },
    Exited { which: usize },
    Drained { which: usize },
    Wait { ms: u64 },
    Close,
}

fn step() -> impl Strategy<Value = Step> {
    let which = any::<usize>();
    prop_oneof![
        30 => (0..12_u32).prop_map(|key| Step::Acquire { key }),
        5 => which.prop_map(|which| Step::Cancel { which }),
        20 => which.prop_map(|which| Step::Release { which }),
        20 => which.prop_map(|which| Step::Started { which }),
        2 => which.prop_map(|which| Step::StartFailed { which }),
        4 => which.prop_map(|which| Step::PortTaken { which }),
        2 => which.prop_map(|which| Step::Failed { which }),
        3 => which.prop_map(|which| Step::Exited { which }),
        15 => which.prop_map(|which| Step::Drained { which }),
        10 => (0..40_000_u64).prop_map(|ms| Step::Wait { ms }),
        1 => Just(Step::Close),
    ]
}

/// A pool and everything a shell would know about it.
struct World {
    pool: Pool,
    now: Time,
    booting: Vec<RuntimeId>,
    ready: Vec<RuntimeId>,
    draining: Vec<RuntimeId>,
    waiting: Vec<WaiterId>,
    leases: Vec<LeaseId>,
}

impl World {
    fn new(cap: u32, ports: u16) -> Self {
        let settings = Settings {
            max_concurrent_users: cap,
            runtime_port_range: 9000..=8999 + ports,
            runtime_idle_ttl: Span::from_secs(60),
            ..Settings::default()
        };
        let (booting, ready, draining) = (Vec::new(), Vec::new(), Vec::new());
        let (waiting, leases) = (Vec::new(), Vec::new());
        Self { pool: Pool::new(settings, Time::ZERO), now: Time::ZERO, booting, ready, draining, waiting, leases }
    }

    fn take(&mut self, step: &Step) {
        let now = self.now;
        match *step {
            Step::Acquire { key } => match self.pool.acquire(now, Key(key)) {
                Admitted::Granted { lease, .. } => self.leases.push(lease),
                Admitted::Waiting(waiter) => self.waiting.push(waiter),
                Admitted::Refused(_) => {}
            },
            Step::Cancel { which } => {
                if let Some(waiter) = remove(&mut self.waiting, which) {
                    assert!(self.pool.cancelled(now, waiter), "who still waits can hang up");
                }
            }
            Step::Release { which } => {
                if let Some(lease) = remove(&mut self.leases, which) {
                    self.pool.released(now, lease);
                }
            }
            Step::Started { which } => {
                if let Some(runtime) = remove(&mut self.booting, which) {
                    self.pool.started(now, runtime, BootKind::Cold);
                    self.ready.push(runtime);
                }
            }
            Step::StartFailed { which } => pick(&self.booting, which, |runtime| self.pool.start_failed(runtime)),
            Step::PortTaken { which } => {
                if let Some(runtime) = remove(&mut self.booting, which) {
                    self.pool.port_taken(now, runtime);
                }
            }
            Step::Failed { which } => pick(&self.ready, which, |runtime| self.pool.failed(runtime)),
            Step::Exited { which } => {
                if let Some(runtime) = remove(&mut self.ready, which) {
                    self.pool.exited(now, runtime);
                }
            }
            Step::Drained { which } => {
                if let Some(runtime) = remove(&mut self.draining, which) {
                    self.pool.drained(now, runtime);
                }
            }
            Step::Wait { ms } => self.wait(Span::from_ms(ms)),
            Step::Close => self.pool.close(),
        }
        self.carry_out();
    }

    fn wait(&mut self, span: Span) {
        let until = self.now + span;
        while let Some(wake) = self.pool.next_wake().filter(|wake| *wake <= until) {
            self.now = wake;
            self.pool.tick(wake);
            self.carry_out();
        }
        self.now = until;
    }

    fn carry_out(&mut self) {
        while let Some(decision) = self.pool.next_decision() {
            match decision {
                Decision::Spawn { runtime, .. } => self.booting.push(runtime),
                Decision::Grant { waiter, lease, .. } => {
                    self.ended(waiter);
                    self.leases.push(lease);
                }
                Decision::Refuse { waiter, .. } => self.ended(waiter),
                Decision::Drain { runtime, .. } => {
                    self.booting.retain(|other| *other != runtime);
                    self.ready.retain(|other| *other != runtime);
                    self.draining.push(runtime);
                }
                Decision::Discard { .. } | Decision::Lose { .. } => unreachable!("our own rules never order that"),
            }
        }
        self.pool.audit(self.now).expect("the laws hold after every step");
    }

    fn ended(&mut self, waiter: WaiterId) {
        let place = self.waiting.iter().position(|other| *other == waiter);
        self.waiting.swap_remove(place.expect("every acquire ends once"));
    }

    /// Plays all boots and drains to their end.
    fn finish(&mut self) {
        self.pool.close_now();
        self.carry_out();
        while let Some(runtime) = self.draining.pop() {
            self.pool.drained(self.now, runtime);
            self.carry_out();
        }
    }
}

fn remove<T>(from: &mut Vec<T>, which: usize) -> Option<T> {
    if from.is_empty() { None } else { Some(from.swap_remove(which % from.len())) }
}

fn pick(from: &[RuntimeId], which: usize, then: impl FnOnce(RuntimeId)) {
    if !from.is_empty() {
        then(from[which % from.len()]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_laws_hold_and_every_acquire_ends(
        cap in 1..6_u32,
        ports in 1..8_u16,
        steps in prop::collection::vec(step(), 1..120),
    ) {
        let mut world = World::new(cap, ports);
        for step in &steps {
            world.take(step);
        }
        world.finish();
        prop_assert_eq!(world.pool.levels().live(), 0);
        prop_assert!(world.waiting.is_empty(), "somebody still waits");
        prop_assert!((0..12).all(|key| !world.pool.knows(Key(key))), "a key is still held");
    }
}
