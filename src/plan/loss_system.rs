//! The same calls in Erlang's loss system: how far a play's day was off the expected one is known beside it.
//!
//! Refusals come in clusters, so that their share differs from day to day by a third and more, and a cap that keeps its limit by
//! a fiftieth would take thousands of days to be sure of. But where calls are Poisson at a constant rate and each holds one
//! slot for as long as it lasts, the very calls of a play can be offered to as many slots and nothing else. What that system
//! refuses in the long run is known (Erlang B), so what it refuses of these calls says what was luck, without error. It
//! is a control variate (S. Lavenberg, P. Welch, "A Perspective on the Use of Control Variables to Increase the Efficiency of
//! Monte Carlo Simulations", Management Science 27, 1981): judgements take off as much of it as plays show to be in them.
//!
//! The system is in equilibrium when a play begins: others called before. How pools differ from it, in boots, in callers who
//! come twice, in a morning that begins empty, is for the plays to say; it changes no expectation here.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::base::{Distribution, Span, Stream, Time};
use crate::scenario::{Lease, Scenario, Tenant};
use crate::workload::{Arrivals, CallLength, TenantTraffic, Traffic, Workload, erlang_b};

/// As many slots as a scenario's pools have, for the calls of those tenants of whom Erlang's formula is exact.
pub(super) struct LossSystem {
    traffic: Traffic,
    offered: Vec<Offered>,
    slots: usize,
    /// Calls are counted from then on.
    from: Time,
}

/// Of one tenant.
struct Offered {
    per_s: f64,
    length: Distribution,
    refused: f64,
    /// For so long others called before, and after it nothing is left of the system's beginning.
    before: Span,
}

impl LossSystem {
    /// Beside the scenario's plays; nothing where the formula is exact for none of its tenants.
    pub(super) fn beside(scenario: &Scenario) -> Option<Self> {
        let slots = scenario.pool.max_concurrent_users;
        let tenants = scenario.tenants.iter().zip(&scenario.traffic.tenants);
        let known =
            tenants.filter_map(|(tenant, traffic)| Some((traffic.clone(), Offered::of(tenant, traffic, slots)?)));
        let (tenants, offered): (Vec<TenantTraffic>, Vec<Offered>) = known.unzip();
        let traffic = Traffic { tenants, ..scenario.traffic.clone() };
        let from = Time::ZERO + scenario.warm_up;
        (!offered.is_empty()).then_some(Self { traffic, offered, slots: slots as usize, from })
    }

    /// Calls that it refuses in the play with that seed, beyond what is expected of as many calls: nothing on average.
    pub(super) fn excess(&self, seed: u64) -> f64 {
        let mut busy: Vec<Busy> =
            (0..).zip(&self.offered).map(|(tenant, o)| o.settled(seed, tenant, self.slots)).collect();
        let mut workload = Workload::new(&Traffic { seed, ..self.traffic.clone() });
        let mut excess = 0.0;
        while let Some(call) = workload.next() {
            let (at, end) =
                (call.rings_at, call.ends_at().expect("only tenants whose calls have a length are offered"));
            let taken = busy[call.tenant.index()].offer(at, end, self.slots);
            if at >= self.from {
                excess += f64::from(u8::from(!taken)) - self.offered[call.tenant.index()].refused;
            }
        }
        excess
    }
}

impl Offered {
    fn of(tenant: &Tenant, traffic: &TenantTraffic, slots: u32) -> Option<Self> {
        let (Arrivals::Poisson(rate), CallLength::Lasting(length)) = (&traffic.arrivals, &traffic.length) else {
            return None;
        };
        // Whom a sticky worker serves is the same in every play, so several do not each see Poisson calls.
        let (one_pool, cv, mean_s) = (traffic.workers == 1, length.cv(), length.mean_ns() / 1e9);
        if tenant.lease != Lease::Call || !one_pool || cv > MOST_CV || mean_s <= 0.0 || rate.0 <= 0.0 {
            return None;
        }
        let before = Span::from_secs_f64(SETTLES * (1.0 + cv * cv) * mean_s);
        Some(Self { per_s: rate.0, length: length.clone(), refused: erlang_b(rate.0 * mean_s, slots.into()), before })
    }

    /// The calls that hold slots as a play begins.
    fn settled(&self, seed: u64, tenant: u64, slots: usize) -> Busy {
        let mut dice = Stream::named(seed, "calls before", tenant);
        let (mut busy, mut at) = (Busy::default(), Time::ZERO);
        let begins = Time::ZERO + self.before;
        loop {
            at += Span::from_secs_f64(dice.exponential() / self.per_s);
            if at >= begins {
                break busy.since(begins);
            }
            busy.offer(at, at + Span::from_ns(self.length.draw(&mut dice)), slots);
        }
    }
}

/// When each slot that is taken will be free.
#[derive(Default)]
struct Busy(BinaryHeap<Reverse<Time>>);

impl Busy {
    /// Whether a call finds a slot.
    fn offer(&mut self, at: Time, end: Time, slots: usize) -> bool {
        while self.0.peek().is_some_and(|Reverse(free)| *free <= at) {
            self.0.pop();
        }
        let room = self.0.len() < slots;
        if room {
            self.0.push(Reverse(end));
        }
        room
    }

    /// By a clock that begins then.
    fn since(self, begins: Time) -> Self {
        let later = self.0.into_iter().filter(|Reverse(free)| *free > begins);
        Self(later.map(|Reverse(free)| Reverse(Time::ZERO + free.since(begins))).collect())
    }
}

/// In mean lengths, times how much longer a call lasts that one happens upon.
const SETTLES: f64 = 30.0;
/// Lengths that differ more take too long to settle.
const MOST_CV: f64 = 4.0;

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn scenario(length: &str, more: &str) -> Scenario {
        let text = format!(
            r#"
            name = "loss"
            duration = "6h"
            warm_up = "10m"
            [pool]
            max_concurrent_users = 4
            [[tenant]]
            name = "acme"
            lease = "call"
            callers = {{ population = 0, new = 1 }}
            call = {{ length = {length} }}
            {more}"#
        );
        Scenario::from_text(Path::new("loss.toml"), text).unwrap_or_else(|error| panic!("{error:?}"))
    }

    const POISSON: &str = "arrivals = { model = \"poisson\", rate = \"60/h\" }";
    const LONG_AND_SHORT: &str = "{ dist = \"lognormal\", mean = \"180s\", cv = 1.2 }";

    /// Mean excess of some plays, in standard errors.
    fn standardized(system: &LossSystem, seeds: u64) -> f64 {
        let excess: Vec<f64> = (0..seeds).map(|seed| system.excess(seed)).collect();
        let mean = excess.iter().sum::<f64>() / seeds as f64;
        let variance = excess.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / (seeds - 1) as f64;
        mean / (variance / seeds as f64).sqrt()
    }

    #[test]
    fn nothing_is_refused_beyond_what_erlang_expects_on_average() {
        for length in ["\"180s\"", LONG_AND_SHORT] {
            let mut system = LossSystem::beside(&scenario(length, POISSON)).unwrap();
            // Three Erlangs on four slots: B(3, 4) = .2061.
            assert!((system.offered[0].refused - 0.2061).abs() < 1e-4);
            let off = standardized(&system, 400);
            assert!(off.abs() < 4.0, "{length}: {off} standard errors");
            // A formula that is wrong by a twentieth is found out.
            system.offered[0].refused *= 0.95;
            assert!(standardized(&system, 400) > 4.0);
        }
    }

    #[test]
    fn a_play_that_begins_empty_would_be_no_equilibrium() {
        let mut system =
            LossSystem::beside(&Scenario { warm_up: Span::ZERO, ..scenario(LONG_AND_SHORT, POISSON) }).unwrap();
        system.traffic.duration = Span::from_secs(600);
        assert!(standardized(&system, 2000).abs() < 4.0);
        system.offered[0].before = Span::ZERO;
        assert!(standardized(&system, 2000) < -4.0, "the first ten minutes refuse too few");
    }

    #[test]
    fn there_is_none_where_the_formula_is_not_exact() {
        let beside = |length: &str, more: &str| LossSystem::beside(&scenario(length, more)).is_some();
        assert!(beside("\"180s\"", POISSON));
        assert!(!beside("\"180s\"", &format!("{POISSON}\nworkers = 2")));
        assert!(!beside("\"180s\"", "arrivals = { model = \"constant\", rate = \"60/h\" }"));
        assert!(!beside("{ dist = \"lognormal\", mean = \"180s\", cv = 5.0 }", POISSON));
        let by_turn = scenario("\"180s\"", POISSON).changed(&[crate::scenario::Change::Lease(Lease::Turn)]);
        assert!(LossSystem::beside(&by_turn).is_none());
    }
}
