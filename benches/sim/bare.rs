//! The model as a bare loop: a library's heap, dense ids, and nothing that counts, checks or describes what happens.
//!
//! It says what the machine at hand makes of the model: what a turn costs before anything is known of it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use busyhour::base::{Distribution, Stream};
use rand::distr::Distribution as _;
use rand_distr::weighted::WeightedAliasIndex;

/// How many turns were played, and how many of them had to boot.
pub(crate) struct Played {
    pub(crate) turns: u64,
    pub(crate) boots: u64,
}

/// Slots and callers.
struct Bare {
    now: u64,
    soonest_first: BinaryHeap<Reverse<(u64, u32, Happens)>>,
    sequence: u32,
    saves: bool,
    slot_of: Vec<Option<usize>>,
    slots: [Slot; SLOTS],
    /// The ring of the idle ones in the order of their last use, each with its neighbours; one place is its head.
    older: [usize; SLOTS + 1],
    newer: [usize; SLOTS + 1],
    free: Vec<usize>,
    played: Played,
}

#[derive(Clone, Copy, Default)]
struct Slot {
    caller: usize,
    boots: bool,
    leases: u32,
    idle_since: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Happens {
    Ready(usize),
    Found(usize),
    Saved(usize),
    Rings,
    Reaper,
}

/// Plays so many turns.
pub(crate) fn play(turns: u64, saves: bool) -> Played {
    let callers = WeightedAliasIndex::new((1..=CALLERS).map(|rank| (rank as f64).powf(-SLOPE)).collect())
        .expect("all weights are positive");
    let gaps = Distribution::exponential(GAP_NS).expect("it is shorter than a year");
    let mut draws = Stream::named(1, "a bare loop", 0);
    let mut bare = Bare {
        now: 0,
        soonest_first: BinaryHeap::new(),
        sequence: 0,
        saves,
        slot_of: vec![None; CALLERS],
        slots: [Slot::default(); SLOTS],
        older: [HEAD; SLOTS + 1],
        newer: [HEAD; SLOTS + 1],
        free: (0..SLOTS).collect(),
        played: Played { turns: 0, boots: 0 },
    };
    bare.after(0, Happens::Rings);
    bare.after(REAPER_NS, Happens::Reaper);
    while let Some(Reverse((now, _, happens))) = bare.soonest_first.pop() {
        bare.now = now;
        match happens {
            Happens::Ready(slot) => bare.ready(slot),
            Happens::Found(slot) => bare.found(slot),
            Happens::Saved(slot) => bare.give_back(slot),
            Happens::Reaper => bare.reap(),
            Happens::Rings if bare.played.turns == turns => break,
            Happens::Rings => {
                bare.turn(callers.sample(&mut draws));
                bare.after(gaps.draw(&mut draws), Happens::Rings);
            }
        }
    }
    bare.played
}

impl Bare {
    fn after(&mut self, ns: u64, happens: Happens) {
        self.sequence = self.sequence.wrapping_add(1);
        self.soonest_first.push(Reverse((self.now + ns, self.sequence, happens)));
    }

    fn turn(&mut self, caller: usize) {
        self.played.turns += 1;
        let Some(slot) = self.slot_of[caller] else { return self.boot(caller) };
        self.lease(slot);
        if !self.slots[slot].boots {
            self.after(SEARCH_NS, Happens::Found(slot));
        }
    }

    fn boot(&mut self, caller: usize) {
        let slot = self.free.pop().unwrap_or_else(|| {
            let victim = self.newer[HEAD];
            assert!(victim != HEAD, "this model has an idle slot for everybody");
            self.evict(victim);
            victim
        });
        self.played.boots += 1;
        self.slot_of[caller] = Some(slot);
        self.slots[slot] = Slot { caller, boots: true, leases: 1, idle_since: 0 };
        self.after(BOOT_NS, Happens::Ready(slot));
    }

    fn ready(&mut self, slot: usize) {
        self.slots[slot].boots = false;
        (0..self.slots[slot].leases).for_each(|_| self.after(SEARCH_NS, Happens::Found(slot)));
    }

    fn found(&mut self, slot: usize) {
        self.give_back(slot);
        if self.saves {
            self.lease(slot);
            self.after(0, Happens::Saved(slot));
        }
    }

    fn lease(&mut self, slot: usize) {
        if self.slots[slot].leases == 0 && !self.slots[slot].boots {
            self.unlink(slot);
        }
        self.slots[slot].leases += 1;
    }

    fn give_back(&mut self, slot: usize) {
        self.slots[slot].leases -= 1;
        if self.slots[slot].leases == 0 {
            self.slots[slot].idle_since = self.now;
            let last = self.older[HEAD];
            (self.older[slot], self.newer[slot]) = (last, HEAD);
            (self.newer[last], self.older[HEAD]) = (slot, slot);
        }
    }

    fn reap(&mut self) {
        while self.newer[HEAD] != HEAD && self.slots[self.newer[HEAD]].idle_since + TTL_NS <= self.now {
            let slot = self.newer[HEAD];
            self.evict(slot);
            self.free.push(slot);
        }
        self.after(REAPER_NS, Happens::Reaper);
    }

    fn evict(&mut self, slot: usize) {
        self.unlink(slot);
        self.slot_of[self.slots[slot].caller] = None;
    }

    fn unlink(&mut self, slot: usize) {
        let (older, newer) = (self.older[slot], self.newer[slot]);
        (self.newer[older], self.older[newer]) = (newer, older);
    }
}

const CALLERS: usize = 10_000;
const SLOPE: f64 = 0.9;
const SLOTS: usize = 64;
const HEAD: usize = SLOTS;
const GAP_NS: u64 = 10_000_000;
const SEARCH_NS: u64 = 10_000_000;
const BOOT_NS: u64 = 250_000_000;
const REAPER_NS: u64 = 30_000_000_000;
const TTL_NS: u64 = 300_000_000_000;
