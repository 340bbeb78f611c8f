//! The fewest workers that will do.
//!
//! Each worker's pool is its own, so the same slots serve more callers in one pool than in several: more workers than one pay
//! only where one cannot have as many slots as it needs. Memory, ports and processors are a host's, and workers are placed on
//! hosts in turn: more of them reach more hosts.

use std::ops::Range;

use schemars::JsonSchema;
use serde::Serialize;

use super::advice::{memory, with_largest};
use super::bounds::Limits;
use super::judge::{Judge, Shortfall};
use super::search::Search;
use crate::scenario::{Change, Scenario};

/// The fewest workers that will do, beside the scenario's.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FewestWorkers {
    /// So many a tenant: those that have fewer keep theirs where fewer are enough, and get as many where more are needed.
    pub workers: u16,
    /// The scenario's: of the tenant that has most where fewer are enough, that has fewest where more are needed.
    pub instead_of: u16,
    /// `max_concurrent_users` of each: the smallest of which every threshold holds with confidence.
    pub cap: u32,
    /// Slots of all workers together.
    pub slots: u64,
    /// And of the scenario's, at the cap that they need; absent where no cap will do.
    pub slots_instead_of: Option<u64>,
    /// Bytes that the runtimes of the fullest host take where all exist; absent where their size is not known.
    pub memory_bytes: Option<u64>,
    /// What one worker less breaks with as many slots as it can have. Empty where there is no less, or no slots at all.
    pub one_less: Vec<Shortfall>,
}

/// Looks for the fewest.
pub(super) struct Workers<'s, 'j, 'p> {
    pub(super) scenario: &'s Scenario,
    pub(super) limits: &'s Limits,
    pub(super) judge: &'j mut Judge<'p>,
}

/// What so many workers need.
enum Found {
    Cap(u32),
    Nothing(Vec<Shortfall>),
}

impl Workers<'_, '_, '_> {
    /// The fewest, where the scenario's own need a cap of `chosen`, or cannot have as large a one.
    pub(super) fn fewest(&mut self, chosen: Option<u32>) -> Option<FewestWorkers> {
        match chosen {
            Some(cap) => self.no_more(cap),
            None => self.more(),
        }
    }

    /// No more than the scenario has, with which a cap of `chosen` carries it; nothing where no tenant has several.
    fn no_more(&mut self, chosen: u32) -> Option<FewestWorkers> {
        let most = self.of_tenants().max().filter(|most| *most > 1)?;
        let good = self.first_that_looks_good(1, most, Change::WorkersAtMost);
        let (found, one_less) = self.first_that_holds(good.min(most - 1), 1..most, Change::WorkersAtMost);
        let (workers, cap) = found.unwrap_or((most, chosen));
        let told = self.told(Change::WorkersAtMost(workers), (workers, most), cap, one_less);
        let slots_instead_of = Some(u64::from(self.of_tenants().map(u32::from).sum::<u32>()) * u64::from(chosen));
        Some(FewestWorkers { slots_instead_of, ..told })
    }

    /// More than the scenario has, where those do not carry it and there are hosts for more.
    fn more(&mut self) -> Option<FewestWorkers> {
        let least = self.of_tenants().min()?;
        let most = self.scenario.hosts.min(MOST);
        if most <= least {
            return None;
        }
        let good = self.first_that_looks_good(least + 1, most, Change::WorkersAtLeast);
        let (found, one_less) = self.first_that_holds(good, least + 1..most + 1, Change::WorkersAtLeast);
        let (workers, cap) = found?;
        Some(self.told(Change::WorkersAtLeast(workers), (workers, least), cap, one_less))
    }

    /// The first number among `allowed` that holds, with its cap, and what the one before breaks: from one before `guess` on.
    fn first_that_holds(
        &mut self,
        guess: u16,
        allowed: Range<u16>,
        change: fn(u16) -> Change,
    ) -> (Option<(u16, u32)>, Vec<Shortfall>) {
        let mut one_less = Vec::new();
        for workers in guess.saturating_sub(1).max(allowed.start)..allowed.end {
            match self.need(change(workers)) {
                Found::Cap(cap) => return (Some((workers, cap)), one_less),
                Found::Nothing(shortfalls) => one_less = shortfalls,
            }
        }
        (None, one_less)
    }

    fn of_tenants(&self) -> impl Iterator<Item = u16> {
        self.scenario.traffic.tenants.iter().map(|tenant| tenant.workers)
    }

    /// By halving, on a few plays each: from where on the largest cap there can be looks good.
    fn first_that_looks_good(&mut self, first: u16, last: u16, change: fn(u16) -> Change) -> u16 {
        let (mut good, mut lowest) = (last, first);
        while lowest < good {
            let middle = lowest.midpoint(good);
            let (scenario, largest) = with_largest(self.scenario, change(middle), self.limits, self.judge);
            if largest > 0 && self.judge.scout(&scenario.changed(&[Change::Cap(largest)])).0 {
                good = middle;
            } else {
                lowest = middle + 1;
            }
        }
        good
    }

    fn need(&mut self, change: Change) -> Found {
        let (scenario, largest) = with_largest(self.scenario, change, self.limits, self.judge);
        if largest == 0 {
            return Found::Nothing(Vec::new());
        }
        let mut search = Search::new(&scenario, self.judge);
        match search.smallest(largest) {
            Some(cap) => Found::Cap(cap),
            None => Found::Nothing(search.judgement(largest).shortfalls.clone()),
        }
    }

    fn told(
        &self,
        change: Change,
        (workers, instead_of): (u16, u16),
        cap: u32,
        one_less: Vec<Shortfall>,
    ) -> FewestWorkers {
        let scenario = self.scenario.changed(&[change]);
        let all: u64 = scenario.traffic.tenants.iter().map(|tenant| u64::from(tenant.workers)).sum();
        let memory_bytes = memory(&scenario, cap);
        FewestWorkers {
            workers,
            instead_of,
            cap,
            slots: all * u64::from(cap),
            slots_instead_of: None,
            memory_bytes,
            one_less,
        }
    }
}

/// Nobody waits for the answer beyond that.
const MOST: u16 = 256;
