//! Plays a scenario: its parts side by side, or all together where somebody listens.
//!
//! Parts know nothing of each other, so each is played by itself for a stretch of virtual time, on whatever thread is
//! free, and only what they make together is put together, while the next stretch is being played: the levels of all
//! pools, and how many calls are on the line. A part's memory fits a processor's cache where that of a thousand tenants
//! does not, so this pays on one thread, too. How long a stretch is, and who played what, changes no figure.

use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::changes::{self, Of};
use super::conclusion;
use super::crowd::Crowd;
use super::engine::Simulation;
use super::journal::{Journal, Listener};
use super::parts::{self, Part};
use super::world;
use crate::base::{Span, Time};
use crate::measure::{Level, Recorder, Summary};
use crate::scenario::Scenario;

/// Plays the scenario in virtual time and says how it went. Works on the threads of the rayon pool it is called in.
pub fn play(scenario: &Arc<Scenario>) -> Summary {
    if world::is_everyday(scenario) { play_as::<true>(scenario) } else { play_as::<false>(scenario) }
}

fn play_as<const EVERYDAY: bool>(scenario: &Arc<Scenario>) -> Summary {
    // Whether a threshold ends the play is asked of all tenants together, at times that no part knows of.
    let aborts = scenario.thresholds.iter().any(|threshold| threshold.aborts_after().is_some());
    let mut parts = if aborts { vec![parts::whole(scenario)] } else { parts::split(scenario) };
    if parts.len() > 1 {
        return Company::<EVERYDAY>::new(scenario, parts).play();
    }
    alone::<EVERYDAY>(&parts.remove(0), Listener::default())
}

/// Plays the scenario, and tells the journal everything that pools were told and decided.
pub fn play_with(scenario: &Arc<Scenario>, journal: &mut dyn Journal) -> Summary {
    alone::<false>(&parts::whole(scenario), Listener(Some(journal)))
}

/// All tenants in one simulation.
fn alone<const EVERYDAY: bool>(part: &Part, listener: Listener<'_>) -> Summary {
    let mut simulation = Simulation::<EVERYDAY>::new(part, listener);
    simulation.play_out();
    conclusion::sum_up(simulation)
}

/// The parts of a scenario, and what they make together.
struct Company<'s, const EVERYDAY: bool> {
    scenario: &'s Scenario,
    parts: Vec<(Simulation<'static, EVERYDAY>, Vec<usize>)>,
    together: Together,
}

/// What all parts make together.
struct Together {
    recorder: Recorder,
    /// Runtimes of all, and busy ones.
    holds: (u32, u32),
    crowd: Crowd,
    /// Of all parts, in that stretch, to be put together; kept for its room.
    changes: Vec<u64>,
    stretch: Range<Time>,
}

impl<'s, const EVERYDAY: bool> Company<'s, EVERYDAY> {
    fn new(scenario: &'s Scenario, parts: Vec<Part>) -> Self {
        let together = Together {
            recorder: scenario.recorder(),
            holds: (0, 0),
            crowd: Crowd::default(),
            changes: Vec::new(),
            stretch: Time::ZERO..Time::ZERO,
        };
        let simulation = |part: Part| {
            let simulation = Simulation::part(&part);
            (simulation, part.tenants)
        };
        Self { scenario, parts: parts.into_par_iter().map(simulation).collect(), together }
    }

    fn play(mut self) -> Summary {
        let window = Time::ZERO + self.scenario.duration;
        let deadline = window + self.scenario.grace;
        let mut stretch = Stretch::default();
        while stretch.begins < window && !self.broken() {
            let until = stretch.until(window);
            self.each(|part| part.advance(until));
            stretch.next(until, self.hand_over(until));
        }
        while stretch.begins < deadline && !self.broken() && self.parts.iter_mut().any(|(part, _)| !part.is_over()) {
            let until = stretch.until(deadline);
            self.each(|part| part.advance_calls(until));
            stretch.next(until, self.hand_over(until));
        }
        if !self.broken() {
            let end = self.parts.iter().map(|(part, _)| part.calls_end()).max().expect("there are parts");
            self.each(|part| part.end(end));
            self.hand_over(end);
        }
        self.together.put_together();
        conclusion::sum_up_all(self.scenario, self.together.recorder, self.together.crowd, self.parts)
    }

    fn broken(&self) -> bool {
        self.parts.iter().any(|(part, _)| part.world.broken)
    }

    /// Plays each part, and puts together meanwhile what they did before.
    fn each(&mut self, play: impl Fn(&mut Simulation<'static, EVERYDAY>) + Sync) {
        let Self { parts, together, .. } = self;
        rayon::join(|| together.put_together(), || parts.par_iter_mut().for_each(|(part, _)| play(part)));
    }

    /// Takes what has changed in the parts until then, to be put together; says how much that is.
    fn hand_over(&mut self, until: Time) -> usize {
        let Together { changes, stretch, .. } = &mut self.together;
        *stretch = stretch.end..until;
        for part in self.parts.iter_mut().filter_map(|(part, _)| part.world.changes.as_mut()) {
            part.hand_over(until, changes);
        }
        changes.len()
    }
}

impl Together {
    /// Puts together what was handed over.
    fn put_together(&mut self) {
        let Self { recorder, holds, crowd, changes, stretch } = self;
        let (mut runtimes, mut busy) = *holds;
        // In one instant all changes count together, so their order there does not matter.
        radsort::sort(changes);
        for (at, of, more) in changes.iter().map(|change| changes::read(*change, stretch.start)) {
            match of {
                Of::Runtimes => runtimes = runtimes.wrapping_add_signed(more),
                Of::Busy => busy = busy.wrapping_add_signed(more),
                Of::Calls => crowd.step(at, crowd.now().wrapping_add_signed(more)),
            }
            recorder.total_level(at, Level { runtimes, busy, ports: runtimes });
        }
        *holds = (runtimes, busy);
        changes.clear();
    }
}

/// How far all parts are played before what they make together is put together.
struct Stretch {
    begins: Time,
    lasts: Span,
}

impl Default for Stretch {
    fn default() -> Self {
        Self { begins: Time::ZERO, lasts: FIRST }
    }
}

impl Stretch {
    fn until(&self, limit: Time) -> Time {
        (self.begins + self.lasts).min(limit)
    }

    /// The next one, as long as should bring so many changes.
    fn next(&mut self, begins: Time, changes: usize) {
        self.begins = begins;
        let factor = (CHANGES as f64 / changes.max(1) as f64).clamp(0.5, 8.0);
        self.lasts = Span::from_secs_f64(self.lasts.secs_f64() * factor).min(changes::LONGEST);
    }
}

const FIRST: Span = Span::from_secs(60);
/// 16 MB of them, twice.
const CHANGES: usize = 2_000_000;
