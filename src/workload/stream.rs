//! All tenants' calls as one stream.

use std::cmp::Reverse;
use std::collections::binary_heap::{BinaryHeap, PeekMut};
use std::sync::Arc;

use crate::base::{CallerIndex, Stream, TenantIndex, Time};

use super::call::{Ring, Seeds};
use super::callers::{Callers, Popularity, Workers};
use super::lines::Lines;
use super::rings::Rings;
use super::trace::Player;
use super::{Arrivals, Call, TenantTraffic, Traffic};

/// A lazy stream of calls in the order of their times, by tenant where they tie.
///
/// Its memory is what the tenants need (their popularity tables and lines), however long the run.
///
/// ```
/// # use busyhour::base::{Distribution, Span};
/// # use busyhour::workload::*;
/// # let minute = Distribution::constant(60_000_000_000)?;
/// # let tenant = TenantTraffic {
/// #     name: "acme".into(),
/// #     workers: 1,
/// #     route: Route::Sticky,
/// #     callers: Population { size: 400, zipf: 0.75, new_share: 0.3 },
/// #     arrivals: Arrivals::Poisson(Rate(0.5)),
/// #     length: CallLength::Lasting(minute.clone()),
/// #     turn_gap: minute.clone(),
/// #     reply: minute,
/// # };
/// let traffic = Traffic { seed: 1, duration: Span::from_secs(60), tenants: vec![tenant] };
/// let mut workload = Workload::new(&traffic);
/// while let Some(mut call) = workload.next() {
///     let turn = call.first_turn(workload.traffic(call.tenant));
///     println!("{:?} speaks at {} s", call.caller, turn.starts_at.secs_f64());
/// }
/// # Ok::<(), busyhour::base::LawError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Workload {
    tenants: Vec<Tenant>,
    /// One entry for each open tenant that still rings, and for each closed line that waits.
    due: BinaryHeap<Reverse<Due>>,
    until: Time,
}

/// The order of the fields is the order among calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Due {
    at: Time,
    tenant: TenantIndex,
    line: u32,
}

#[derive(Clone, Debug)]
struct Tenant {
    index: TenantIndex,
    traffic: Arc<TenantTraffic>,
    seeds: Seeds,
    workers: Workers,
    ringing: Ringing,
}

#[derive(Clone, Debug)]
enum Ringing {
    Open { rings: Rings, callers: Callers, rung: u64 },
    Closed(Lines),
    Traced(Player),
}

impl Workload {
    /// The calls of `traffic`.
    pub fn new(traffic: &Traffic) -> Self {
        Self::sharing(traffic, &Popularities::of(traffic))
    }

    /// The same calls, drawn from tables that others draw from, too.
    ///
    /// # Panics
    /// Where a tenant's table is missing.
    pub fn sharing(traffic: &Traffic, popularities: &Popularities) -> Self {
        let until = Time::ZERO + traffic.duration;
        let tenants: Vec<Tenant> = (0..)
            .map(TenantIndex)
            .zip(&traffic.tenants)
            .map(|(index, tenant)| Tenant::new(index, tenant, traffic, popularities))
            .collect();
        let mut workload = Self { tenants, due: BinaryHeap::new(), until };
        (0..workload.tenants.len()).for_each(|tenant| workload.start(tenant));
        workload
    }

    /// When the next call rings, as far as is known now: a closed line may yet ring before.
    pub fn peek(&self) -> Option<Time> {
        self.due.peek().map(|Reverse(due)| due.at)
    }

    /// The next call. There may be another after `None`, where a closed line's call [ended](Self::ended).
    #[expect(clippy::should_implement_trait, reason = "an iterator would promise that feedback cannot change it")]
    pub fn next(&mut self) -> Option<Call> {
        let ring = self.ring()?;
        Some(self.call(ring))
    }

    /// [`Workload::next`] for who makes the call where it is to stay: to copy one costs more than to draw it.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "what is drawn stays in registers")]
    pub fn ring(&mut self) -> Option<Ring> {
        let top = self.due.peek_mut()?;
        let due = top.0;
        let tenant = &mut self.tenants[due.tenant.index()];
        let (number, caller, record) = tenant.begin(due.line);
        match tenant.next_ring() {
            Some(at) => replace(top, Due { at, ..due }),
            None => drop(PeekMut::pop(top)),
        }
        let worker = tenant.workers.place(caller);
        Some(Ring { tenant: due.tenant, number, caller, worker, rings_at: due.at, record })
    }

    /// The call that begins with `ring`.
    ///
    /// # Panics
    /// Where the ring is not this workload's, but of a tenant that it does not have.
    pub fn call(&self, ring: Ring) -> Call {
        let Tenant { traffic, seeds, .. } = &self.tenants[ring.tenant.index()];
        Call::new(traffic, seeds, ring)
    }

    /// [`Workload::call`] in the place of one that is over.
    ///
    /// # Panics
    /// As [`Workload::call`].
    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    pub fn begin(&self, ring: Ring, place: &mut Call) {
        let Tenant { traffic, seeds, .. } = &self.tenants[ring.tenant.index()];
        place.become_next(traffic, seeds, ring);
    }

    /// A tenant's traffic, for its calls.
    ///
    /// # Panics
    /// Where the traffic has no such tenant.
    pub fn traffic(&self, tenant: TenantIndex) -> &Arc<TenantTraffic> {
        &self.tenants[tenant.index()].traffic
    }

    /// Says that a call is over, however it ended. Its caller rings again later where the tenant is a closed one;
    /// elsewhere nothing changes. True where something may have.
    #[inline]
    pub fn ended(&mut self, call: &Call, at: Time) -> bool {
        let Ringing::Closed(lines) = &mut self.tenants[call.tenant.index()].ringing else { return false };
        let (line, at) = lines.ended(call.caller, call.rings_at, at);
        self.schedule(Due { at, tenant: call.tenant, line });
        true
    }

    /// Schedules a tenant's first rings.
    fn start(&mut self, tenant: usize) {
        let Tenant { index, traffic, ringing, .. } = &mut self.tenants[tenant];
        let index = *index;
        let first: Vec<(u32, Time)> = match ringing {
            Ringing::Open { rings, .. } => rings.next().map(|at| (0, at)).into_iter().collect(),
            Ringing::Closed(lines) => lines.first_rings(traffic).collect(),
            Ringing::Traced(player) => player.next_ring().map(|at| (0, at)).into_iter().collect(),
        };
        for (line, at) in first {
            self.schedule(Due { at, tenant: index, line });
        }
    }

    /// Nobody rings once the window is over.
    fn schedule(&mut self, due: Due) {
        if due.at < self.until {
            self.due.push(Reverse(due));
        }
    }
}

impl Tenant {
    fn new(index: TenantIndex, tenant: &TenantTraffic, traffic: &Traffic, popularities: &Popularities) -> Self {
        let stream = |purpose: &str| Stream::named(traffic.seed, &format!("{}/{purpose}", tenant.name), 0);
        let ringing = match &tenant.arrivals {
            Arrivals::Closed { callers, redial } => {
                Ringing::Closed(Lines::new(*callers, redial, traffic.seed, &tenant.name))
            }
            Arrivals::Trace(trace) => Ringing::Traced(Player::new(Arc::clone(trace), Time::ZERO + traffic.duration)),
            open => Ringing::Open {
                rings: Rings::new(open, Time::ZERO + traffic.duration, stream)
                    .expect("it is neither a closed tenant nor a trace"),
                callers: Callers::new(&tenant.callers, popularities.table(tenant), stream("callers")),
                rung: 0,
            },
        };
        Self {
            index,
            traffic: Arc::new(tenant.clone()),
            seeds: Seeds::of(traffic.seed, &tenant.name),
            workers: Workers::new(tenant.workers, tenant.route),
            ringing,
        }
    }

    /// Number and caller of the call that rings now, and its record if it has one.
    #[expect(clippy::inline_always, reason = "see `Workload::ring`")]
    #[inline(always)]
    fn begin(&mut self, line: u32) -> (u64, CallerIndex, Option<usize>) {
        match &mut self.ringing {
            Ringing::Closed(lines) => {
                let (number, caller) = lines.begin(line);
                (number, caller, None)
            }
            Ringing::Open { callers, rung, .. } => {
                let number = *rung;
                *rung += 1;
                (number, callers.draw(), None)
            }
            Ringing::Traced(player) => {
                let (record, caller) = player.begin();
                (record as u64, caller, Some(record))
            }
        }
    }

    /// When the tenant rings again by itself.
    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    fn next_ring(&mut self) -> Option<Time> {
        match &mut self.ringing {
            Ringing::Open { rings, .. } => rings.next(),
            Ringing::Closed(_) => None,
            Ringing::Traced(player) => player.next_ring(),
        }
    }
}

/// How popular callers are: a table for each kind of population, the same one for tenants whose populations are alike.
#[derive(Debug, Default)]
pub struct Popularities(Vec<((u32, u64), Arc<Popularity>)>);

impl Popularities {
    /// The tables that all tenants of `traffic` need.
    pub fn of(traffic: &Traffic) -> Self {
        let mut tables = Self::default();
        let open = traffic.tenants.iter().filter(|tenant| tenant.arrivals.draws_callers());
        for tenant in open {
            if tables.find(tenant).is_none() {
                let table = Popularity::new(tenant.callers.size, tenant.callers.zipf);
                tables.0.push((kind(tenant), Arc::new(table)));
            }
        }
        tables
    }

    fn table(&self, tenant: &TenantTraffic) -> Arc<Popularity> {
        Arc::clone(self.find(tenant).expect("the tables were made for this tenant among others"))
    }

    fn find(&self, tenant: &TenantTraffic) -> Option<&Arc<Popularity>> {
        self.0.iter().find(|(known, _)| *known == kind(tenant)).map(|(_, table)| table)
    }
}

impl Arrivals {
    /// Whether callers are drawn by popularity.
    fn draws_callers(&self) -> bool {
        !matches!(self, Self::Closed { .. } | Self::Trace(_))
    }
}

/// Tenants of one kind draw from one table.
fn kind(tenant: &TenantTraffic) -> (u32, u64) {
    (tenant.callers.size, tenant.callers.zipf.to_bits())
}

/// Puts another entry in the place of the first: one sift instead of a pop and a push.
fn replace(mut top: PeekMut<'_, Reverse<Due>>, due: Due) {
    *top = Reverse(due);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Distribution, Span};
    use crate::workload::CallLength;
    use crate::workload::tests::tenant;

    #[test]
    fn tenants_alike_draw_from_one_table_and_from_the_same_one_when_played_apart() {
        let of = |name: &str, size| {
            let mut tenant = tenant(name);
            (tenant.callers.size, tenant.callers.zipf) = (size, 0.75);
            tenant
        };
        let traffic = |tenants| Traffic { seed: 1, duration: Span::from_secs(1_000), tenants };
        let all = Popularities::of(&traffic(vec![of("a", 40), of("b", 40), of("c", 41)]));
        assert_eq!(all.0.len(), 2);
        let alone = traffic(vec![of("b", 40)]);
        let callers = |mut workload: Workload| -> Vec<CallerIndex> {
            std::iter::from_fn(|| workload.next().map(|call| call.caller)).collect()
        };
        assert_eq!(callers(Workload::sharing(&alone, &all)), callers(Workload::new(&alone)));
    }

    #[test]
    fn a_call_made_in_the_place_of_another_is_as_one_made_anew() {
        let ten = Distribution::constant(10).unwrap();
        let lasting = TenantTraffic { length: CallLength::Lasting(ten), ..tenant("lasting") };
        let turns = TenantTraffic { length: CallLength::Turns(3), ..tenant("turns") };
        let traffic = Traffic { seed: 1, duration: Span::from_secs(1_000), tenants: vec![lasting, turns] };
        let mut workload = Workload::new(&traffic);
        let mut place = workload.next().expect("somebody rings");
        let mut tenants = [0; 2];
        while let Some(ring) = workload.ring() {
            workload.begin(ring, &mut place);
            assert_eq!(format!("{place:?}"), format!("{:?}", workload.call(ring)));
            tenants[ring.tenant.index()] += 1;
        }
        assert!(tenants.into_iter().all(|calls| calls > 10), "{tenants:?}");
    }

    #[test]
    fn what_is_kept_does_not_grow_with_the_run() {
        let redial = Distribution::constant(0).unwrap();
        let closed = TenantTraffic { arrivals: Arrivals::Closed { callers: 3, redial }, ..tenant("closed") };
        let traffic = Traffic { seed: 1, duration: Span::from_secs(100_000), tenants: vec![tenant("open"), closed] };
        let mut workload = Workload::new(&traffic);
        let capacity = workload.due.capacity();
        for _ in 0..100_000 {
            let call = workload.next().expect("closed lines ring as long as they are told of endings");
            workload.ended(&call, call.rings_at + Span::from_secs(1));
            assert!(workload.due.len() <= 4, "an entry for the open tenant and one a line");
        }
        assert_eq!(workload.due.capacity(), capacity, "nothing was allocated");
    }
}
