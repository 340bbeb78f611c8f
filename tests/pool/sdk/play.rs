//! Plays a trace to our pool with the official rules, in virtual time, and writes down what it does.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use busyhour::base::{BootKind, DrainReason, Span, Time};
use busyhour::pool::{Admitted, Decision, Key, LeaseId, OfficialPool, PoolError, Rules, RuntimeId, WaiterId};
use serde::Deserialize;

use super::trace::{Step, Trace, User};

/// What a pool did.
#[derive(Debug, PartialEq, Deserialize)]
pub(crate) struct Outcome {
    pub(crate) log: Vec<Entry>,
    /// Who is served at the end, the next victim first.
    pub(crate) served: Vec<String>,
    /// Users and ports of the processes that exist at the end.
    pub(crate) processes: Vec<(String, u16)>,
}

/// When it did what: in words and numbers, as both sides write them.
#[derive(Debug, PartialEq, Deserialize)]
pub(crate) struct Entry(Vec<serde_json::Value>);

/// Plays the trace by these rules.
pub(crate) fn play(trace: &Trace, rules: Rules) -> Outcome {
    let mut world = World {
        trace,
        pool: OfficialPool::new(trace.settings(), rules, Time::ZERO),
        now: Time::ZERO,
        due: BTreeMap::new(),
        scheduled: 0,
        processes: Vec::new(),
        flushes: 0,
        strangers: BTreeSet::new(),
        waiting: Vec::new(),
        leases: BTreeMap::new(),
        log: Vec::new(),
    };
    for (number, step) in trace.steps.iter().enumerate() {
        world.advance(Time::from_ns(step.at_ns));
        world.take(number, step.step);
    }
    world.advance(Time::from_ns(trace.end_ns));
    world.outcome()
}

struct World<'t> {
    trace: &'t Trace,
    pool: OfficialPool,
    now: Time,
    due: BTreeMap<(Time, u64), Due>,
    scheduled: u64,
    /// All there ever were.
    processes: Vec<Process>,
    flushes: usize,
    strangers: BTreeSet<u16>,
    /// Who waits, with the step it began.
    waiting: Vec<(WaiterId, usize)>,
    /// By the step that asked for it.
    leases: BTreeMap<usize, LeaseId>,
    log: Vec<Entry>,
}

struct Process {
    runtime: RuntimeId,
    user: User,
    port: u16,
    alive: bool,
    flushing: bool,
    lost: bool,
}

#[derive(Clone, Copy)]
enum Due {
    Ready(RuntimeId),
    Flushed(RuntimeId),
}

impl World<'_> {
    /// What happens until then does, one thing after the other.
    fn advance(&mut self, until: Time) {
        loop {
            let due = self.due.first_key_value().map(|((at, _), _)| *at);
            let wake = self.pool.next_wake();
            let Some(next) = [due, wake].into_iter().flatten().min().filter(|next| *next < until) else { break };
            self.now = next;
            if due == Some(next) {
                let (_, due) = self.due.pop_first().expect("it was seen just before");
                self.happens(due);
            } else {
                self.pool.tick(next);
            }
            self.carry_out();
        }
        self.now = until;
    }

    fn happens(&mut self, due: Due) {
        match due {
            Due::Ready(runtime) if self.process(runtime).alive => {
                self.pool.started(self.now, runtime, BootKind::Cold);
            }
            Due::Flushed(runtime) if !self.process(runtime).lost => self.ends(runtime),
            _ => {}
        }
    }

    fn take(&mut self, number: usize, step: Step) {
        let now = self.now;
        match step {
            Step::Acquire { user } => match self.pool.acquire(now, Key(user.0)) {
                Admitted::Granted { lease, .. } => self.granted(number, lease),
                Admitted::Refused(error) => self.refused(number, error),
                Admitted::Waiting(waiter) => self.waiting.push((waiter, number)),
            },
            Step::Release { of } => {
                if let Some(lease) = self.leases.get(&of) {
                    self.pool.released(now, *lease);
                }
            }
            Step::HangUp { of } => {
                if let Some(place) = self.waiting.iter().position(|(_, number)| *number == of) {
                    let (waiter, _) = self.waiting.remove(place);
                    assert!(self.pool.cancelled(now, waiter), "who still waits can hang up");
                    self.note("hung_up", vec![of.into()]);
                }
            }
            Step::Kill { process } => {
                if let Some(process) = self.processes.get_mut(process).filter(|process| !process.flushing) {
                    let runtime = process.runtime;
                    if std::mem::replace(&mut process.alive, false) {
                        self.pool.exited(now, runtime);
                    }
                }
            }
            Step::Squat { port } => {
                if !self.strangers.remove(&port) {
                    self.strangers.insert(port);
                }
            }
            Step::Close => self.pool.close(),
        }
        self.carry_out();
    }

    fn carry_out(&mut self) {
        while let Some(decision) = self.pool.next_decision() {
            match decision {
                Decision::Spawn { runtime, key, port } => self.spawn(runtime, User(key.0), port),
                Decision::Grant { waiter, lease, .. } => {
                    let number = self.answered(waiter);
                    self.granted(number, lease);
                }
                Decision::Refuse { waiter, error } => {
                    let number = self.answered(waiter);
                    self.refused(number, error);
                }
                Decision::Drain { runtime, reason: DrainReason::Crash } | Decision::Discard { runtime } => {
                    self.ends(runtime);
                }
                Decision::Drain { runtime, .. } => self.flush(runtime),
                Decision::Lose { runtime } => self.process(runtime).lost = true,
            }
        }
    }

    fn spawn(&mut self, runtime: RuntimeId, user: User, port: u16) {
        if self.strangers.contains(&port) {
            return self.pool.port_taken(self.now, runtime);
        }
        self.note("spawned", vec![user.to_string().into(), port.into()]);
        let boots = &self.trace.boots_ms;
        if let Some(ms) = boots[self.processes.len() % boots.len()] {
            self.schedule(ms, Due::Ready(runtime));
        }
        self.processes.push(Process { runtime, user, port, alive: true, flushing: false, lost: false });
    }

    fn flush(&mut self, runtime: RuntimeId) {
        let flushes = &self.trace.flushes_ms;
        let takes_ms = flushes[self.flushes % flushes.len()];
        self.flushes += 1;
        let process = self.process(runtime);
        process.flushing = true;
        let (user, port) = (process.user, process.port);
        self.note("drained", vec![user.to_string().into(), port.into()]);
        self.schedule(takes_ms, Due::Flushed(runtime));
    }

    fn ends(&mut self, runtime: RuntimeId) {
        let process = self.process(runtime);
        process.alive = false;
        let (user, port) = (process.user, process.port);
        self.note("ended", vec![user.to_string().into(), port.into()]);
        self.pool.drained(self.now, runtime);
    }

    fn schedule(&mut self, ms: u64, due: Due) {
        self.scheduled += 1;
        self.due.insert((self.now + Span::from_ms(ms), self.scheduled), due);
    }

    fn answered(&mut self, waiter: WaiterId) -> usize {
        let place = self.waiting.iter().position(|(other, _)| *other == waiter);
        self.waiting.swap_remove(place.expect("every acquire ends once")).1
    }

    fn granted(&mut self, number: usize, lease: LeaseId) {
        self.leases.insert(number, lease);
        self.note("granted", vec![number.into()]);
    }

    fn refused(&mut self, number: usize, error: PoolError) {
        self.note("refused", vec![number.into(), error.code().into()]);
    }

    fn process(&mut self, runtime: RuntimeId) -> &mut Process {
        let mut all = self.processes.iter_mut().rev();
        all.find(|process| process.runtime == runtime).expect("it was spawned")
    }

    fn note(&mut self, what: &str, more: Vec<serde_json::Value>) {
        let mut entry = vec![self.now.ns().into(), what.into()];
        entry.extend(more);
        self.log.push(Entry(entry));
    }

    fn outcome(self) -> Outcome {
        let alive = self.processes.iter().filter(|process| process.alive);
        let mut processes: Vec<_> = alive.map(|process| (process.user.to_string(), process.port)).collect();
        assert_eq!(processes.len(), self.pool.levels().live() as usize, "the pool counts what there is");
        processes.sort();
        let served = self.pool.served().into_iter().map(|key| User(key.0).to_string());
        Outcome { log: self.log, served: served.collect(), processes }
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = self.0[0].as_u64().map(|ns| Span::from_ns(ns).ms_f64());
        write!(f, "{:.3} ms", ms.unwrap_or(f64::NAN))?;
        self.0[1..].iter().try_for_each(|word| write!(f, " {word}"))
    }
}
