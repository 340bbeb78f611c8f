//! Which share of turns finds a live runtime, for every cap and some TTLs.

use crate::base::{Span, Time};

use super::Found;

/// The reaper's ticks: it looks every interval, counted from the start of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticks {
    /// Between two of them. Not zero.
    pub every: Span,
}

/// What was found, counted by distance and by the TTL it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    ticks: Ticks,
    /// In ascending order.
    ttls: Vec<Span>,
    /// By distance less 1, then by the first of the TTLs that keeps the runtime alive.
    rows: Vec<u64>,
    turns: u64,
    busy: u64,
    peak_busy: u32,
}

/// Shares of turns that find a live runtime.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surface {
    ttls: Vec<Span>,
    /// By cap less 1, then by TTL: turns that found an idle runtime.
    hits: Vec<u64>,
    turns: u64,
    busy: u64,
    peak_busy: u32,
}

impl Ticks {
    /// The longest TTL by which a runtime idle since then is gone by now; a longer one keeps it. A runtime is taken at the
    /// first tick at or after its deadline, and a tick comes before whatever else happens in its instant. So it is alive
    /// exactly where its deadline lies behind the last tick.
    pub fn outlived(self, now: Time, idle_since: Time) -> Option<Span> {
        let every = self.every.ns().max(1);
        let last = Time::from_ns(now.ns() / every * every);
        // Idle since after the last tick: nobody has looked yet.
        (last >= idle_since).then(|| last.since(idle_since))
    }
}

impl Tally {
    /// Nothing yet. Shares can be asked for at these TTLs.
    pub fn new(ticks: Ticks, ttls: &[Span]) -> Self {
        let mut ttls = ttls.to_vec();
        ttls.sort_unstable();
        ttls.dedup();
        assert!(!ttls.is_empty(), "a surface has at least one TTL");
        Self { ticks, ttls, rows: Vec::new(), turns: 0, busy: 0, peak_busy: 0 }
    }

    /// A turn found that.
    pub fn count(&mut self, now: Time, found: Found) {
        self.turns += 1;
        match found {
            Found::Never => {}
            Found::Busy => self.busy += 1,
            Found::Idle { distance, since } => self.idle(now, distance, since),
        }
    }

    fn idle(&mut self, now: Time, distance: u32, since: Time) {
        let first = match self.ticks.outlived(now, since) {
            None => 0,
            Some(outlived) => self.ttls.partition_point(|ttl| *ttl <= outlived),
        };
        // No pool is larger than the largest cap, and no TTL asked for is longer than the last.
        if distance > LARGEST_CAP || first == self.ttls.len() {
            return;
        }
        let place = (distance as usize - 1) * self.ttls.len() + first;
        if place >= self.rows.len() {
            self.rows.resize(distance as usize * self.ttls.len(), 0);
        }
        self.rows[place] += 1;
    }

    /// So many were busy at once, at most.
    pub fn busy_at_once(&mut self, busy: u32) {
        self.peak_busy = self.peak_busy.max(busy);
    }

    /// What another pool's turns found, too: the surface is then that of pools of the same cap.
    ///
    /// # Panics
    /// Where it was counted for other TTLs.
    pub fn add(&mut self, other: &Self) {
        assert!(self.ttls == other.ttls && self.ticks == other.ticks, "surfaces of the same settings are added");
        if self.rows.len() < other.rows.len() {
            self.rows.resize(other.rows.len(), 0);
        }
        self.rows.iter_mut().zip(&other.rows).for_each(|(own, theirs)| *own += theirs);
        self.turns += other.turns;
        self.busy += other.busy;
        self.peak_busy = self.peak_busy.max(other.peak_busy);
    }

    /// The shares.
    pub fn surface(&self) -> Surface {
        let width = self.ttls.len();
        let mut hits = self.rows.clone();
        for place in 0..hits.len() {
            let (row, column) = (place / width, place % width);
            let left = if column > 0 { hits[place - 1] } else { 0 };
            let above = if row > 0 { hits[place - width] } else { 0 };
            let both = if row > 0 && column > 0 { hits[place - width - 1] } else { 0 };
            hits[place] += left + above - both;
        }
        Surface { ttls: self.ttls.clone(), hits, turns: self.turns, busy: self.busy, peak_busy: self.peak_busy }
    }
}

impl Surface {
    /// Turns that find a live runtime in pools of `cap` slots. Nothing for a TTL that was not asked for.
    pub fn reuses(&self, cap: u32, ttl: Span) -> Option<u64> {
        let column = self.ttls.binary_search(&ttl).ok()?;
        let row = cap.min(self.largest_cap());
        if row == 0 {
            return Some(if cap == 0 { 0 } else { self.busy });
        }
        Some(self.busy + self.hits[(row as usize - 1) * self.ttls.len() + column])
    }

    /// Their share of all turns; nothing where there were none, or for a TTL that was not asked for.
    pub fn reuse_share(&self, cap: u32, ttl: Span) -> Option<f64> {
        let reuses = self.reuses(cap, ttl)?;
        (self.turns > 0).then(|| reuses as f64 / self.turns as f64)
    }

    /// The TTLs, in ascending order.
    pub fn ttls(&self) -> &[Span] {
        &self.ttls
    }

    /// All turns.
    pub fn turns(&self) -> u64 {
        self.turns
    }

    /// The most leases that were held at once in one pool. With fewer slots somebody is refused, and no share holds.
    pub fn peak_busy(&self) -> u32 {
        self.peak_busy
    }

    /// The cap beyond which no turn gains anything, whatever the TTL; 0 where nobody comes back.
    pub fn largest_cap(&self) -> u32 {
        u32::try_from(self.hits.len() / self.ttls.len()).expect("distances are counted in 32 bits")
    }
}

/// A pool has a port for each runtime, and there are no more.
const LARGEST_CAP: u32 = 65_535;
