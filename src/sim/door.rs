//! What happens before a caller speaks, under policies that the SDK does not have: his runtime is booted when the phone
//! rings, or he is refused at the door.
//!
//! Calls are taken from the workload as long before their first turns as any phone rings, and wait here. A boot for a phone
//! that rings is nobody's: its lease is given back as soon as it is there, and a first turn that comes sooner joins it.
//! Where the pool has no room for such a boot, there is none.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use super::desk::Desk;
use super::engine::Simulation;
use super::queue::CallId;
use super::world::World;
use crate::base::{Span, TenantIndex, Time};
use crate::pool::{Admitted, Key, LeaseId, Newcomers, PoolError, Prewarm, RuntimeId, WaiterId};
use crate::scenario::Scenario;
use crate::workload::{Ring, Trace};

/// Who is expected, and who was let in.
#[derive(Debug)]
pub(super) struct Door {
    prewarm: Prewarm,
    /// The longest that any phone rings.
    longest: Span,
    coming: BinaryHeap<Reverse<Step>>,
    sequence: u64,
    /// Boots that nobody waits for: the lease is given back at once.
    nobodys: BTreeSet<(u32, WaiterId)>,
    refuses: bool,
    /// Calls that were let in.
    inside: BTreeSet<(TenantIndex, u64)>,
}

/// What a call does next that has not begun.
#[derive(Debug)]
struct Step {
    at: Time,
    sequence: u64,
    ring: Ring,
    next: Next,
}

#[derive(Clone, Copy, Debug)]
enum Next {
    /// Its phone rings.
    Rings,
    /// Its first turn is due; under that key, where its phone has rung.
    Begins(Option<Key>),
}

impl Door {
    /// None where callers meet what the SDK has for them.
    pub(super) fn of(scenario: &Scenario) -> Option<Box<Self>> {
        let policies = scenario.pool.experimental;
        let refuses = policies.newcomers == Newcomers::Refuse;
        if policies.prewarm == Prewarm::Never && !refuses {
            return None;
        }
        let longest = match policies.prewarm {
            Prewarm::Never => Span::ZERO,
            Prewarm::Before(ringing) => ringing,
            Prewarm::Recorded => scenario.longest_ringing(),
        };
        Some(Box::new(Self {
            prewarm: policies.prewarm,
            longest,
            coming: BinaryHeap::new(),
            sequence: 0,
            nobodys: BTreeSet::new(),
            refuses,
            inside: BTreeSet::new(),
        }))
    }

    /// When something happens here next, where the workload's next call begins at `call`.
    pub(super) fn next(&self, call: Time, now: Time) -> Time {
        let taken = if call < Time::NEVER { before(call, self.longest).max(now) } else { call };
        self.coming.peek().map_or(taken, |Reverse(step)| step.at.min(taken))
    }

    fn expect(&mut self, at: Time, ring: Ring, next: Next) {
        self.coming.push(Reverse(Step { at, sequence: self.sequence, ring, next }));
        self.sequence += 1;
    }
}

impl<const EVERYDAY: bool> World<'_, EVERYDAY> {
    /// To be asked after a ring, and where a call's end may bring one forward.
    #[inline]
    pub(super) fn look_for_the_next_ring(&mut self) {
        let next = self.workload.peek().filter(|ring| *ring < self.window() && self.ended.is_none());
        let ring = next.unwrap_or(Time::NEVER);
        let door = self.door.as_ref().filter(|_| self.ended.is_none());
        self.next_ring = door.map_or(ring, |door| door.next(ring, self.now));
    }
}

impl<const EVERYDAY: bool> Simulation<'_, EVERYDAY> {
    /// A phone rings, or a call begins that was waited for, or one is taken from the workload to wait for.
    #[inline(never)]
    pub(super) fn knock(&mut self) {
        let now = self.world.now;
        let door = self.world.door.as_mut().expect("somebody knocks");
        let due = door.coming.peek().is_some_and(|Reverse(step)| step.at <= now);
        match if due { door.coming.pop() } else { None } {
            Some(Reverse(Step { ring, next: Next::Begins(key), .. })) => self.begin_call(ring, key),
            Some(Reverse(Step { ring, next: Next::Rings, .. })) => {
                self.step_of(self.world.desk_of(ring), |world, desk| world.phone_rings(desk, ring));
            }
            None => self.look_ahead(),
        }
        self.world.look_for_the_next_ring();
    }

    fn look_ahead(&mut self) {
        let world = &mut self.world;
        let Some(ring) = world.workload.ring() else { return };
        let door = world.door.as_mut().expect("somebody knocks");
        let ringing = match door.prewarm {
            Prewarm::Never => return self.begin_call(ring, None),
            Prewarm::Before(ringing) => ringing,
            Prewarm::Recorded => world.scenario.ringing(ring),
        };
        let (rings, begins) = (before(ring.rings_at, ringing).max(world.now), ring.rings_at);
        if rings < begins {
            door.expect(rings, ring, Next::Rings);
        } else {
            door.expect(begins, ring, Next::Begins(None));
        }
    }
}

impl<const EVERYDAY: bool> World<'_, EVERYDAY> {
    fn phone_rings(&mut self, desk: &mut Desk, ring: Ring) {
        let key = desk.keys.open(ring.caller);
        if self.lets_in(desk, key, (ring.tenant, ring.number)).is_ok() {
            match desk.pool.acquire(self.now, key) {
                Admitted::Granted { lease, runtime } => desk.give_back_at_once(self.now, key, (lease, runtime)),
                Admitted::Waiting(waiter) => {
                    self.door.as_mut().expect("somebody knocks").nobodys.insert((desk.id.0, waiter));
                }
                Admitted::Refused(_) => {}
            }
            self.carry_out(desk);
        }
        let door = self.door.as_mut().expect("somebody knocks");
        door.expect(ring.rings_at, ring, Next::Begins(Some(key)));
    }

    /// Whether that was the boot of a phone that rang. Its lease, if it got one, is given back.
    pub(super) fn was_nobodys(
        &mut self,
        desk: &mut Desk,
        waiter: WaiterId,
        lease: Option<(LeaseId, RuntimeId)>,
    ) -> bool {
        if !self.door.as_mut().is_some_and(|door| door.nobodys.remove(&(desk.id.0, waiter))) {
            return false;
        }
        if let Some(lease) = lease {
            desk.give_back_at_once(self.now, desk.runtimes[lease.1].key, lease);
        }
        true
    }

    /// Why the call gets no lease, where it was not let in: that is asked in its first turn, and never again.
    pub(super) fn turned_away(&mut self, desk: &mut Desk, id: CallId) -> Option<PoolError> {
        let on_line = desk.call(id);
        let (key, who) = (on_line.key, (on_line.call.tenant, on_line.call.number));
        if on_line.turn.starts_at == on_line.call.rings_at {
            return self.lets_in(desk, key, who).err();
        }
        let door = self.door.as_ref()?;
        let outside = door.refuses && !door.inside.contains(&who);
        outside.then_some(PoolError::Exhausted { capacity: self.scenario.pool.max_concurrent_users })
    }

    fn lets_in(&mut self, desk: &mut Desk, key: Key, who: (TenantIndex, u64)) -> Result<(), PoolError> {
        let Some(door) = self.door.as_mut().filter(|door| door.refuses) else { return Ok(()) };
        if !door.inside.contains(&who) {
            desk.pool.enter(key)?;
            door.inside.insert(who);
        }
        Ok(())
    }

    /// The call is over.
    pub(super) fn goes_out(&mut self, desk: &mut Desk, id: CallId) {
        let on_line = desk.call(id);
        let (key, who) = (on_line.key, (on_line.call.tenant, on_line.call.number));
        if self.door.as_mut().is_some_and(|door| door.inside.remove(&who)) {
            desk.pool.leave(key);
        }
    }
}

impl Desk {
    fn give_back_at_once(&mut self, now: Time, key: Key, (lease, runtime): (LeaseId, RuntimeId)) {
        match self.runtimes.get_mut(runtime) {
            Some(entry) => {
                self.books.leased(now, runtime, &mut entry.record, key);
                entry.record.released(now);
            }
            None => self.books.leased_nothing(),
        }
        self.pool.released(now, lease);
    }
}

impl Scenario {
    /// The longest that any recorded call rang.
    fn longest_ringing(&self) -> Span {
        let traces = self.traffic.tenants.iter().filter_map(|tenant| tenant.arrivals.trace());
        traces.flat_map(Trace::calls).map(|call| call.ringing).max().unwrap_or(Span::ZERO)
    }

    /// How long this one rang, where it was recorded.
    fn ringing(&self, ring: Ring) -> Span {
        let trace = self.traffic.tenants[ring.tenant.index()].arrivals.trace();
        let record = usize::try_from(ring.number).expect("records are in memory");
        trace.map_or(Span::ZERO, |trace| trace.calls()[record].ringing)
    }
}

fn before(at: Time, span: Span) -> Time {
    Time::from_ns(at.ns().saturating_sub(span.ns()))
}

impl PartialEq for Step {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Step {}

impl PartialOrd for Step {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Step {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.sequence).cmp(&(other.at, other.sequence))
    }
}
