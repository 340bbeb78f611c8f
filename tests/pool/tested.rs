//! The pool under test, speaking in small numbers.

use busyhour::base::Time;
use busyhour::pool::{Admitted, Decision, Key, LeaseId, Pool, PoolError, PortHolder, RuntimeId, Settings, WaiterId};

use crate::trial::KEYS;
use crate::words::{Answer, Holder, Input, Order, Refusal, View};

/// A pool, and the numbers of what came out of it.
pub(crate) struct Tested {
    pool: Pool,
    runtimes: Numbers<RuntimeId>,
    waiters: Numbers<WaiterId>,
    leases: Numbers<LeaseId>,
}

impl Tested {
    pub(crate) fn new(settings: Settings, now: Time) -> Self {
        let (runtimes, waiters, leases) = (Numbers(Vec::new()), Numbers(Vec::new()), Numbers(Vec::new()));
        Self { pool: Pool::new(settings, now), runtimes, waiters, leases }
    }

    pub(crate) fn give(&mut self, now: Time, input: Input) -> Answer {
        let pool = &mut self.pool;
        match input {
            Input::Acquire { key } => {
                let admitted = pool.acquire(now, Key(key));
                return self.answer(admitted);
            }
            Input::Cancel { waiter } => return Answer::Cancelled(pool.cancelled(now, self.waiters.0[waiter])),
            Input::Release { lease } => pool.released(now, self.leases.0[lease]),
            Input::Started { runtime, kind } => pool.started(now, self.runtimes.0[runtime], kind),
            Input::StartFailed { runtime } => pool.start_failed(self.runtimes.0[runtime]),
            Input::PortTaken { runtime } => pool.port_taken(now, self.runtimes.0[runtime]),
            Input::Failed { runtime } => pool.failed(self.runtimes.0[runtime]),
            Input::Exited { runtime } => pool.exited(now, self.runtimes.0[runtime]),
            Input::Drained { runtime } => pool.drained(now, self.runtimes.0[runtime]),
            Input::Tick => pool.tick(now),
            Input::Close => pool.close(),
            Input::CloseNow => pool.close_now(),
        }
        Answer::Taken
    }

    pub(crate) fn orders(&mut self) -> Vec<Order> {
        let decisions: Vec<Decision> = std::iter::from_fn(|| self.pool.next_decision()).collect();
        decisions.into_iter().map(|decision| self.order(decision)).collect()
    }

    pub(crate) fn view(&mut self) -> View {
        let holders = self.pool.port_holders();
        let ports = holders.into_iter().map(|(port, holder)| match holder {
            PortHolder::Runtime(runtime) => (port, Holder::Runtime(self.runtimes.of(runtime))),
            PortHolder::Stranger(seen) => (port, Holder::Stranger(seen)),
        });
        View {
            ports: ports.collect(),
            levels: self.pool.levels(),
            next_wake: self.pool.next_wake(),
            known: (0..KEYS).map(|key| self.pool.knows(Key(key))).collect(),
            serving: self.runtimes.0.iter().map(|runtime| self.pool.serves(*runtime)).collect(),
        }
    }

    fn answer(&mut self, admitted: Admitted) -> Answer {
        match admitted {
            Admitted::Granted { lease, runtime } => {
                Answer::Granted { lease: self.leases.of(lease), runtime: self.runtimes.of(runtime) }
            }
            Admitted::Waiting(waiter) => Answer::Waiting(self.waiters.of(waiter)),
            Admitted::Refused(error) => Answer::Refused(self.refusal(error)),
        }
    }

    fn order(&mut self, decision: Decision) -> Order {
        match decision {
            Decision::Spawn { runtime, key, port } => {
                Order::Spawn { runtime: self.runtimes.of(runtime), key: key.0, port }
            }
            Decision::Grant { waiter, lease, runtime, admission } => Order::Grant {
                waiter: self.waiters.of(waiter),
                lease: self.leases.of(lease),
                runtime: self.runtimes.of(runtime),
                admission,
            },
            Decision::Refuse { waiter, error } => {
                Order::Refuse { waiter: self.waiters.of(waiter), refusal: self.refusal(error) }
            }
            Decision::Drain { runtime, reason } => Order::Drain { runtime: self.runtimes.of(runtime), reason },
            Decision::Discard { .. } | Decision::Lose { .. } => unreachable!("our own rules never order that"),
        }
    }

    fn refusal(&mut self, error: PoolError) -> Refusal {
        match error {
            PoolError::Exhausted { capacity } => Refusal::Exhausted { capacity },
            PoolError::PortExhausted { first, last, ours, strangers } => {
                Refusal::PortExhausted { first, last, ours, strangers }
            }
            PoolError::Closed => Refusal::Closed,
            PoolError::StartFailed { runtime } => Refusal::StartFailed { runtime: self.runtimes.of(runtime) },
            PoolError::StartTimedOut { runtime } => Refusal::StartTimedOut { runtime: self.runtimes.of(runtime) },
        }
    }
}

/// Identities in the order in which they were first seen.
struct Numbers<T>(Vec<T>);

impl<T: PartialEq> Numbers<T> {
    fn of(&mut self, id: T) -> usize {
        self.0.iter().position(|known| *known == id).unwrap_or_else(|| {
            self.0.push(id);
            self.0.len() - 1
        })
    }
}
