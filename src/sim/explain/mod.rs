//! Why each boot was needed: the journal of a play, told in people's words and with causes.
//!
//! An [`Explainer`] listens to a play and hands one [`LogLine`] after the other to whoever wants them. What it adds to
//! the facts: who a runtime was evicted for, and for each use of a runtime the *cap from which it would have been a
//! reuse*. That is the caller's distance in the order of last uses (Mattson, Gecsei, Slutz, Traiger, "Evaluation
//! techniques for storage hierarchies", IBM Systems Journal 9, 1970): how many distinct callers of this pool have a
//! lease or had one since his last one ended, himself included.
//!
//! The pool evicts the idle runtime whose last lease ended longest ago, busy ones never; the reaper takes the same ones
//! first, whatever the cap. So a pool of cap C holds the first C callers of that order, less those the reaper has taken,
//! and the figure is exact for every cap that refuses nobody, as long as boots and drains take no time. Where they do,
//! another cap would also change who speaks when: then it screens caps, and a play at that cap decides.
//!
//! Memory is bounded by the callers whom the play itself has to tell apart and by the ports there are; it does not grow
//! with the length of the play. A use costs logarithmic time.

mod person;
mod recency;
mod story;
#[cfg(test)]
mod tests;

use super::journal::{Entry, Journal};
use crate::base::{Span, Time};
use crate::measure::Mode;
use crate::measure::log::{BootAccount, BootTally, Edge, LogLine, Noted};
use crate::pool::Settings;
use crate::scenario::Scenario;
use story::Story;

/// Explains a play to `sink`, line by line.
#[derive(Debug)]
pub struct Explainer<S> {
    desks: Vec<Desk>,
    ledger: Ledger,
    ended: Time,
    sink: S,
}

/// A worker, as people name it, and the story of its pool.
#[derive(Debug)]
struct Desk {
    tenant: String,
    worker: u32,
    story: Story,
}

/// What the stories of all pools share.
#[derive(Debug)]
struct Ledger {
    settings: Settings,
    /// Runtimes so far: the last one's number.
    runtimes: u64,
    boots: BootTally,
}

impl<S: FnMut(&LogLine<'_>)> Explainer<S> {
    /// Opens the log of a play of this scenario.
    pub fn new(scenario: &Scenario, mut sink: S) -> Self {
        sink(&LogLine::Edge(opening(scenario)));
        let desks = scenario.traffic.tenants.iter().flat_map(|traffic| {
            let desk = |worker| Desk { tenant: traffic.name.clone(), worker, story: Story::default() };
            (0..u32::from(traffic.workers)).map(desk)
        });
        let ledger = Ledger { settings: scenario.pool.clone(), runtimes: 0, boots: BootTally::default() };
        Self { desks: desks.collect(), ledger, ended: Time::ZERO, sink }
    }

    /// Closes the log.
    pub fn finish(mut self) -> BootAccount {
        let boots = self.ledger.boots.account();
        (self.sink)(&LogLine::Edge(Edge::Ended { at_ms: ms(self.ended), boots: boots.clone() }));
        boots
    }
}

impl<S: FnMut(&LogLine<'_>) + Send> Journal for Explainer<S> {
    fn note(&mut self, entry: &Entry) {
        self.ended = entry.at;
        let Desk { tenant, worker, story } = &mut self.desks[entry.worker as usize];
        let happening = story.tell(entry.at, &entry.fact, &mut self.ledger);
        (self.sink)(&LogLine::Noted(Noted { at_ms: ms(entry.at), tenant, worker: *worker, happening }));
    }
}

fn opening(scenario: &Scenario) -> Edge {
    let pool = &scenario.pool;
    Edge::Began {
        schema: LogLine::SCHEMA,
        scenario: scenario.identity(Mode::Sim),
        max_concurrent_users: pool.max_concurrent_users,
        runtime_idle_ttl_ms: pool.runtime_idle_ttl.ms_f64(),
        reap_interval_ms: pool.reap_interval.ms_f64(),
        warm_up_ms: scenario.warm_up.ms_f64(),
    }
}

/// As a log says a time.
fn ms(time: Time) -> f64 {
    Span::from_ns(time.ns()).ms_f64()
}
