//! Who is used when: the turns of a scenario where nothing that a runtime does takes time.
//!
//! The order among what happens in one instant is that of a simulation: endings, then saves, then turns and rings.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::base::{CallerIndex, TenantIndex, Time, WorkerIndex};
use crate::scenario::{Lease, Scenario};
use crate::workload::{Call, Next, Turn, Workload};

/// A caller's runtime is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Use {
    /// When.
    pub at: Time,
    /// Whose customer he is.
    pub tenant: TenantIndex,
    /// In whose pool.
    pub worker: WorkerIndex,
    /// Who.
    pub caller: CallerIndex,
    /// What for.
    pub what: What,
}

/// What a runtime is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A lease is taken and given back for a turn's recall.
    Recall,
    /// A lease is taken and given back for a turn's save.
    Save,
    /// A lease is taken for a whole call.
    Begin,
    /// It is given back.
    End,
}

/// Tells `tell` of every use in a scenario, in their order. Calls are cut where the scenario cuts them.
pub fn uses(scenario: &Scenario, tell: impl FnMut(Use)) {
    let window = Time::ZERO + scenario.duration;
    let mut play = Play {
        workload: Workload::new(&scenario.traffic),
        leases: scenario.tenants.iter().map(|tenant| tenant.lease).collect(),
        due: BinaryHeap::new(),
        sequence: 0,
        calls: Vec::new(),
        free: Vec::new(),
        now: Time::ZERO,
        tell,
    };
    while play.step(window, window + scenario.grace) {}
}

struct Play<T> {
    workload: Workload,
    /// By tenant.
    leases: Vec<Lease>,
    due: BinaryHeap<Reverse<Due>>,
    sequence: u64,
    calls: Vec<Option<OnLine>>,
    free: Vec<u32>,
    now: Time,
    tell: T,
}

/// The order of the fields is the order of what happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Due {
    at: Time,
    step: Step,
    sequence: u64,
    call: u32,
}

/// What a call does next, in the order of an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    HangUp,
    Save,
    Turn,
}

struct OnLine {
    call: Call,
    turn: Turn,
}

impl<T: FnMut(Use)> Play<T> {
    /// The next thing happens, if there is one before `until`. Nobody rings after `window`.
    fn step(&mut self, window: Time, until: Time) -> bool {
        let ring = self.workload.peek().filter(|ring| *ring < window).unwrap_or(Time::NEVER);
        let next = self.due.peek().map_or(Time::NEVER, |Reverse(due)| due.at);
        if ring.min(next) >= until {
            return false;
        }
        if ring < next {
            self.now = ring;
            self.ring();
        } else if let Some(Reverse(due)) = self.due.pop() {
            self.now = due.at;
            match due.step {
                Step::HangUp => self.hang_up(due.call),
                Step::Save => self.save(due.call),
                Step::Turn => self.recall(due.call),
            }
        }
        true
    }

    fn ring(&mut self) {
        let Some(mut call) = self.workload.next() else { return };
        let turn = call.first_turn(self.workload.traffic(call.tenant));
        let held = self.leases[call.tenant.index()] == Lease::Call;
        let on_line = OnLine { call, turn };
        let number = if let Some(number) = self.free.pop() {
            self.calls[number as usize] = Some(on_line);
            number
        } else {
            self.calls.push(Some(on_line));
            u32::try_from(self.calls.len() - 1).expect("fewer than 2³² calls are on the line at once")
        };
        if held {
            self.used(number, What::Begin);
        }
        self.recall(number);
    }

    fn recall(&mut self, number: u32) {
        self.used_for_turn(number, What::Recall);
        let reply = self.on_line(number).turn.reply;
        let spoken = self.now + reply;
        if spoken > self.now { self.schedule(spoken, Step::Save, number) } else { self.save(number) }
    }

    fn save(&mut self, number: u32) {
        self.used_for_turn(number, What::Save);
        let now = self.now;
        let OnLine { call, turn } = self.calls[number as usize].as_mut().expect(IS_ON_LINE);
        match call.after(self.workload.traffic(call.tenant), turn.starts_at, now) {
            Next::Turn(next) => {
                *turn = next;
                self.schedule(next.starts_at, Step::Turn, number);
            }
            Next::HangUp(end) if end > now => self.schedule(end, Step::HangUp, number),
            Next::HangUp(_) => self.hang_up(number),
        }
    }

    fn hang_up(&mut self, number: u32) {
        if self.held(number) {
            self.used(number, What::End);
        }
        let Some(OnLine { call, .. }) = self.calls[number as usize].take() else { return };
        self.free.push(number);
        self.workload.ended(&call, self.now);
    }

    /// Where the lease is held for the call, a turn has it already.
    fn used_for_turn(&mut self, number: u32, what: What) {
        if !self.held(number) {
            self.used(number, what);
        }
    }

    fn held(&mut self, number: u32) -> bool {
        let tenant = self.on_line(number).call.tenant;
        self.leases[tenant.index()] == Lease::Call
    }

    fn used(&mut self, number: u32, what: What) {
        let at = self.now;
        let call = &self.on_line(number).call;
        let used = Use { at, tenant: call.tenant, worker: call.worker, caller: call.caller, what };
        (self.tell)(used);
    }

    fn schedule(&mut self, at: Time, step: Step, call: u32) {
        self.due.push(Reverse(Due { at, step, sequence: self.sequence, call }));
        self.sequence += 1;
    }

    fn on_line(&mut self, number: u32) -> &mut OnLine {
        self.calls[number as usize].as_mut().expect(IS_ON_LINE)
    }
}

const IS_ON_LINE: &str = "a call that takes a step is on the line";
