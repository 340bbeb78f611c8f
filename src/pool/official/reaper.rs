//! The official reaper: looks after those that were not used for long, drains them one by one, and rests.

use std::collections::VecDeque;

use super::machine::OfficialPool;
use super::rule::Rule;
use super::runtime::Next;
use crate::base::{DrainReason, Span, Time};
use crate::pool::runtime::RuntimeId;
use crate::pool::slab::Place;

/// What the reaper is at.
#[derive(Debug)]
pub(super) struct Reaper {
    /// Since when it rests; absent before it was ever wanted, and while it drains.
    rests_since: Option<Time>,
    /// Whom it drains.
    draining: Option<Place<RuntimeId>>,
    /// Who comes next.
    doomed: VecDeque<Place<RuntimeId>>,
}

impl Reaper {
    pub(super) fn new(rests_since: Option<Time>) -> Self {
        Self { rests_since, draining: None, doomed: VecDeque::new() }
    }

    /// There is something to reap. Rounds in which there was nothing are made up for.
    pub(super) fn wake(&mut self, now: Time, interval: Span) {
        match &mut self.rests_since {
            Some(since) => *since += whole(now.since(*since), interval),
            None if self.draining.is_none() => self.rests_since = Some(now),
            None => {}
        }
    }

    /// When it next looks.
    pub(super) fn next_round(&self, interval: Span) -> Option<Time> {
        self.rests_since.map(|since| since + interval)
    }
}

impl OfficialPool {
    /// A round of the reaper.
    pub(super) fn reap(&mut self, now: Time) {
        let (interval, ttl) = (self.settings.reap_interval, self.settings.runtime_idle_ttl);
        let idle = |place: &Place<RuntimeId>| {
            let entry = &self.runtimes[*place];
            entry.leases == 0 && entry.last_used + ttl < now
        };
        let victims: Vec<_> = self.served.iter(&self.links).filter(idle).collect();
        for victim in &victims {
            self.leave_service(*victim);
            self.served.remove(&mut self.links, *victim);
        }
        if let Some(since) = &mut self.reaper.rests_since {
            *since += whole(now.since(*since), interval);
        }
        if !self.rules.has(Rule::ReapsOneAfterAnother) {
            for victim in victims {
                self.drain(victim, DrainReason::Idle, Next::Nobody);
            }
            return;
        }
        self.reaper.doomed.extend(victims);
        if self.reaper.draining.is_none() {
            self.reap_next(now);
        }
    }

    /// The reaper goes on, or to rest.
    pub(super) fn reap_next(&mut self, now: Time) {
        self.reaper.draining = None;
        let rests_afterwards = self.rules.has(Rule::ReaperRestsAfterwards);
        while let Some(place) = self.reaper.doomed.pop_front() {
            if self.drain(place, DrainReason::Idle, Next::Reaper) {
                self.reaper.draining = Some(place);
                if rests_afterwards {
                    self.reaper.rests_since = None;
                }
                return;
            }
        }
        if rests_afterwards && !self.closing {
            self.reaper.rests_since = Some(now);
        }
    }

    /// There will be no more rounds; what was to be drained in this one is nobody's.
    pub(super) fn dismiss_reaper(&mut self) {
        self.reaper.rests_since = None;
        if !self.rules.has(Rule::CloseForgetsTheReaped) {
            return;
        }
        let under_way = self.reaper.draining.take();
        let doomed = std::mem::take(&mut self.reaper.doomed);
        for place in under_way.into_iter().chain(doomed) {
            if self.runtimes[place].alive {
                self.lose(place);
            }
        }
    }
}

/// As many whole intervals as fit in.
fn whole(span: Span, interval: Span) -> Span {
    let interval = interval.ns().max(1);
    Span::from_ns(span.ns() / interval * interval)
}
