//! The rules of the pool, written to be read: nothing is counted in advance, nothing is ever removed from where it was
//! noted down, and every question is answered by looking at everything.
//!
//! What can be asked stands in `census`, the way to a slot and a port in `room`.

use busyhour::base::{Admission, BootKind, DrainReason, Time};
use busyhour::pool::Settings;

use crate::mistake::Mistake;
use crate::words::{Answer, Input, Order, Refusal};

/// A pool. Runtimes go by their place in `runtimes`, and outside by their place in `started`.
pub(crate) struct Reference {
    pub(crate) settings: Settings,
    /// When the reaper began to count.
    pub(crate) born: Time,
    pub(crate) mistake: Option<Mistake>,
    closing: bool,
    /// All there ever were.
    pub(crate) runtimes: Vec<Runtime>,
    /// Those that were ever started, in that sequence.
    pub(crate) started: Vec<usize>,
    /// All acquires that ever waited, in the sequence they came.
    pub(crate) waiters: Vec<Waiter>,
    /// All there ever were.
    pub(crate) leases: Vec<Lease>,
    /// Runtimes that wait for a slot and a port, next first.
    pub(crate) queue: Vec<usize>,
    /// Longest free first.
    pub(crate) free_ports: Vec<u16>,
    /// Longest ago seen first.
    pub(crate) strangers: Vec<(Time, u16)>,
    orders: Vec<Order>,
    /// How many events were noted down.
    events: u64,
}

/// One life of a runtime, over or not.
pub(crate) struct Runtime {
    pub(crate) key: u32,
    pub(crate) phase: Phase,
    pub(crate) port: Option<u16>,
    /// Since when it is booting or idle.
    pub(crate) since: Time,
    /// The event that began its boot or its rest.
    pub(crate) entered: u64,
    /// The event that last gave a lease on it.
    pub(crate) acquired: u64,
    /// The event that left nobody waiting for it.
    pub(crate) forsaken: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Waits for another runtime of its key to be drained.
    Parked,
    /// Waits for a slot and a port.
    Queued,
    Booting,
    Ready,
    Draining,
    Gone,
}

pub(crate) struct Waiter {
    pub(crate) runtime: usize,
    pub(crate) caused_the_boot: bool,
    pub(crate) waits: bool,
}

pub(crate) struct Lease {
    pub(crate) runtime: usize,
    pub(crate) held: bool,
}

impl Reference {
    pub(crate) fn new(settings: Settings, now: Time, mistake: Option<Mistake>) -> Self {
        Self {
            born: now,
            mistake,
            closing: false,
            runtimes: Vec::new(),
            started: Vec::new(),
            waiters: Vec::new(),
            leases: Vec::new(),
            queue: Vec::new(),
            free_ports: settings.runtime_port_range.clone().collect(),
            strangers: Vec::new(),
            orders: Vec::new(),
            events: 0,
            settings,
        }
    }

    pub(crate) fn give(&mut self, now: Time, input: Input) -> Answer {
        match input {
            Input::Acquire { key } => return self.acquire(now, key),
            Input::Cancel { waiter } => return Answer::Cancelled(self.cancel(now, waiter)),
            Input::Release { lease } => self.release(now, lease),
            Input::Started { runtime, kind } => self.has_started(now, self.started[runtime], kind),
            Input::StartFailed { runtime } => self.start_failed(self.started[runtime]),
            Input::PortTaken { runtime } => self.port_taken(now, self.started[runtime]),
            Input::Failed { runtime } => self.failed(self.started[runtime]),
            Input::Exited { runtime } => self.exited(now, self.started[runtime]),
            Input::Drained { runtime } => self.drained(now, self.started[runtime]),
            Input::Tick => self.tick(now),
            Input::Close => self.close(),
            Input::CloseNow => self.close_now(),
        }
        Answer::Taken
    }

    /// What was ordered since this was last asked.
    pub(crate) fn orders(&mut self) -> Vec<Order> {
        std::mem::take(&mut self.orders)
    }
}

/// What callers do.
impl Reference {
    fn acquire(&mut self, now: Time, key: u32) -> Answer {
        if self.closing {
            return Answer::Refused(Refusal::Closed);
        }
        match self.serving_or_to_serve(key) {
            Some(runtime) if self.runtimes[runtime].phase == Phase::Ready => {
                Answer::Granted { lease: self.lease(runtime), runtime: self.number(runtime) }
            }
            Some(runtime) => Answer::Waiting(self.wait(runtime, false)),
            None => self.admit(now, key),
        }
    }

    fn cancel(&mut self, now: Time, waiter: usize) -> bool {
        if !self.waiters[waiter].waits {
            return false;
        }
        self.waiters[waiter].waits = false;
        let runtime = self.waiters[waiter].runtime;
        if self.waiters_of(runtime).is_empty() {
            if self.runtimes[runtime].phase == Phase::Booting {
                self.runtimes[runtime].forsaken = self.event();
            } else {
                self.forget(runtime);
                self.settle(now);
            }
        }
        true
    }

    fn release(&mut self, now: Time, mut lease: usize) {
        let runtime = self.leases[lease].runtime;
        if !self.leases[lease].held && self.mistake == Some(Mistake::ReleaseCountsTwice) {
            lease = self.leases_of(runtime).first().copied().unwrap_or(lease);
        }
        if !self.leases[lease].held {
            return;
        }
        self.leases[lease].held = false;
        if self.runtimes[runtime].phase == Phase::Ready && self.leases_of(runtime).is_empty() {
            self.rest(now, runtime);
        }
    }

    fn close(&mut self) {
        self.closing = true;
        for runtime in 0..self.runtimes.len() {
            self.refuse(runtime, Refusal::Closed);
            match self.runtimes[runtime].phase {
                Phase::Parked | Phase::Queued => self.forget(runtime),
                Phase::Booting => self.drain(runtime, DrainReason::Close),
                Phase::Ready if self.leases_of(runtime).is_empty() => self.drain(runtime, DrainReason::Close),
                Phase::Ready | Phase::Draining | Phase::Gone => {}
            }
        }
    }

    fn close_now(&mut self) {
        self.close();
        for runtime in self.in_phase(Phase::Ready) {
            self.drain(runtime, DrainReason::Close);
        }
    }
}

/// What becomes of processes. News of a runtime that is not in the phase it is about changes nothing.
impl Reference {
    fn has_started(&mut self, now: Time, runtime: usize, kind: BootKind) {
        if self.runtimes[runtime].phase != Phase::Booting {
            return;
        }
        self.runtimes[runtime].phase = Phase::Ready;
        let waiters = self.waiters_of(runtime);
        if waiters.is_empty() {
            self.rest(now, runtime);
        }
        for waiter in waiters {
            self.waiters[waiter].waits = false;
            let admission = match (self.waiters[waiter].caused_the_boot, kind) {
                (false, _) => Admission::Join,
                (true, BootKind::Warm) => Admission::Warm,
                (true, BootKind::Cold) => Admission::Cold,
            };
            let (lease, runtime) = (self.lease(runtime), self.number(runtime));
            self.order(Order::Grant { waiter, lease, runtime, admission });
        }
    }

    fn start_failed(&mut self, runtime: usize) {
        if self.runtimes[runtime].phase == Phase::Booting {
            self.refuse(runtime, Refusal::StartFailed { runtime: self.number(runtime) });
            self.drain(runtime, DrainReason::Crash);
        }
    }

    fn port_taken(&mut self, now: Time, runtime: usize) {
        match self.runtimes[runtime].phase {
            Phase::Booting => {
                let port = self.runtimes[runtime].port.take().expect("who boots holds a port");
                self.strangers.push((now, port));
                self.requeue(runtime);
                self.settle(now);
            }
            // There is no process to end.
            Phase::Draining => self.bury(now, runtime),
            _ => {}
        }
    }

    fn failed(&mut self, runtime: usize) {
        if self.runtimes[runtime].phase == Phase::Ready {
            self.drain(runtime, DrainReason::Crash);
        }
    }

    fn exited(&mut self, now: Time, runtime: usize) {
        if matches!(self.runtimes[runtime].phase, Phase::Booting | Phase::Ready) {
            self.refuse(runtime, Refusal::StartFailed { runtime: self.number(runtime) });
            self.bury(now, runtime);
        }
    }

    fn drained(&mut self, now: Time, runtime: usize) {
        if self.runtimes[runtime].phase == Phase::Draining {
            self.bury(now, runtime);
        }
    }

    fn tick(&mut self, now: Time) {
        for boot in self.in_phase(Phase::Booting) {
            if self.times_out_at(boot) <= now {
                self.refuse(boot, Refusal::StartTimedOut { runtime: self.number(boot) });
                self.drain(boot, DrainReason::Crash);
            }
        }
        for idle in self.idle() {
            if self.reaped_at(idle) <= now {
                self.drain(idle, DrainReason::Idle);
            }
        }
    }
}

/// The steps that several inputs share.
impl Reference {
    pub(crate) fn event(&mut self) -> u64 {
        self.events += 1;
        self.events
    }

    pub(crate) fn order(&mut self, order: Order) {
        self.orders.push(order);
    }

    pub(crate) fn wait(&mut self, runtime: usize, caused_the_boot: bool) -> usize {
        self.waiters.push(Waiter { runtime, caused_the_boot, waits: true });
        self.waiters.len() - 1
    }

    fn lease(&mut self, runtime: usize) -> usize {
        self.runtimes[runtime].acquired = self.event();
        self.leases.push(Lease { runtime, held: true });
        self.leases.len() - 1
    }

    fn rest(&mut self, now: Time, runtime: usize) {
        self.runtimes[runtime].since = now;
        self.runtimes[runtime].entered = self.event();
        if self.closing {
            self.drain(runtime, DrainReason::Close);
        }
    }

    pub(crate) fn refuse(&mut self, runtime: usize, refusal: Refusal) {
        for waiter in self.waiters_of(runtime) {
            self.waiters[waiter].waits = false;
            self.order(Order::Refuse { waiter, refusal });
        }
    }

    pub(crate) fn drain(&mut self, runtime: usize, reason: DrainReason) {
        self.runtimes[runtime].phase = Phase::Draining;
        self.order(Order::Drain { runtime: self.number(runtime), reason });
    }

    /// The process is gone: its port is free, and who waited for its end may start.
    fn bury(&mut self, now: Time, runtime: usize) {
        self.runtimes[runtime].phase = Phase::Gone;
        self.free_ports.extend(self.runtimes[runtime].port.take());
        for parked in self.in_phase(Phase::Parked) {
            if self.runtimes[parked].key == self.runtimes[runtime].key {
                self.runtimes[parked].phase = Phase::Queued;
                self.queue.push(parked);
            }
        }
        self.settle(now);
    }
}
