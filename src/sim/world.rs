//! What all workers share: time, what will happen, who calls, hosts and cloud, and who counts and listens.
//!
//! A step concerns one worker, its [`Desk`]. The engine finds that one once, and hands it to what the world does with it:
//! most of a simulation's cost is looking things up.

use std::sync::Arc;

use super::call::Step;
use super::changes::{Changes, Of};
use super::computing;
use super::crowd::Crowd;
use super::desk::Desk;
use super::door::Door;
use super::faults;
use super::host::Host;
use super::journal::{Fact, Listener};
use super::parts::Part;
use super::queue::{CallId, Class, Due, Queue};
use crate::base::{Span, Stream, Time};
use crate::measure::{Aborted, Event, Recorder};
use crate::scenario::{Computing, Refusal, Scenario};
use crate::workload::Workload;

/// All that is played but the workers.
///
/// An `EVERYDAY` one is compiled without what few plays have: somebody who listens, a door, cores that runtimes compete for,
/// phases.
pub(super) struct World<'j, const EVERYDAY: bool> {
    pub(super) scenario: Arc<Scenario>,
    /// Of a recall.
    pub(super) budget: Span,
    /// Of a recall, where it is refused.
    pub(super) attempts: u32,
    pub(super) now: Time,
    pub(super) queue: Queue,
    pub(super) workload: Workload,
    /// Calls ring until then.
    window: Time,
    /// When the next call rings, as far as is known; never once the window is over.
    pub(super) next_ring: Time,
    pub(super) recorder: Recorder,
    pub(super) hosts: Vec<Host>,
    /// What of a runtime's work competes for its host's cores.
    pub(super) computing: Computing,
    /// Something of it does.
    computes: bool,
    /// By tenant.
    pub(super) tenants: Vec<TenantState>,
    pub(super) on_line: Crowd,
    /// Where callers are looked at before they speak, as the SDK's pool does not.
    pub(super) door: Option<Box<Door>>,
    /// What others have to know where this is a part: changes of levels since they were last collected.
    pub(super) changes: Option<Changes>,
    pub(super) cloud: CloudState,
    /// When the last call ended; absent before.
    pub(super) ended: Option<Time>,
    /// A law was broken.
    pub(super) broken: bool,
    /// The threshold that ended it early.
    pub(super) aborted: Option<Aborted>,
    /// By fault: ports a stranger took, with their hosts.
    pub(super) squatted: Vec<Vec<(usize, u16)>>,
    /// There are phases, or somebody listens.
    notes_aloud: bool,
    pub(super) listener: Listener<'j>,
}

/// A tenant in virtual time.
pub(super) struct TenantState {
    /// Its first worker's place among all workers.
    pub(super) first_desk: u32,
    /// How long the cloud takes to answer its runtimes.
    pub(super) cloud_latencies: Stream,
}

/// The cloud in virtual time.
pub(super) struct CloudState {
    pub(super) down_until: Time,
    pub(super) slow: faults::Slowness,
}

impl<'j, const EVERYDAY: bool> World<'j, EVERYDAY> {
    pub(super) fn new(part: &Part, listener: Listener<'j>) -> Self {
        let scenario = &part.scenario;
        assert!(!EVERYDAY || (is_everyday(scenario) && listener.0.is_none()), "it is compiled for no other");
        let mut world = Self {
            budget: scenario.budget,
            attempts: match scenario.on_refusal {
                Refusal::Retry { attempts, .. } => attempts,
                Refusal::Shed | Refusal::Degrade => 1,
            },
            now: Time::ZERO,
            queue: Queue::default(),
            workload: Workload::sharing(&scenario.traffic, &part.popularities),
            window: Time::ZERO + scenario.duration,
            next_ring: Time::NEVER,
            recorder: scenario.recorder(),
            hosts: computing::hosts(part),
            computing: computing::counted(scenario),
            computes: computing::competes(scenario),
            tenants: tenants(scenario),
            on_line: Crowd::default(),
            door: Door::of(scenario),
            changes: None,
            cloud: CloudState { down_until: Time::ZERO, slow: faults::Slowness::default() },
            ended: None,
            broken: false,
            aborted: None,
            squatted: vec![Vec::new(); scenario.faults.len()],
            notes_aloud: !scenario.phases.is_empty() || listener.0.is_some(),
            scenario: Arc::clone(scenario),
            listener,
        };
        world.schedule_faults();
        world.look_for_the_next_ring();
        world
    }

    /// Callers are looked at before they speak.
    #[inline]
    pub(super) fn has_door(&self) -> bool {
        !EVERYDAY && self.door.is_some()
    }

    /// Something of a runtime's work competes for its host's cores.
    #[inline]
    pub(super) fn computes(&self) -> bool {
        !EVERYDAY && self.computes
    }

    #[inline]
    pub(super) fn window(&self) -> Time {
        self.window
    }

    pub(super) fn deadline(&self) -> Time {
        self.window() + self.scenario.grace
    }

    /// So many calls more, or fewer, are on the line.
    #[inline]
    pub(super) fn line(&mut self, more: i32) {
        self.on_line.step(self.now, self.on_line.now().wrapping_add_signed(more));
        if let Some(changes) = &mut self.changes {
            changes.note(self.now, Of::Calls, more);
        }
    }

    /// Tells whoever listens.
    #[expect(clippy::inline_always, reason = "the fact is made only where somebody listens")]
    #[inline(always)]
    pub(super) fn tell(&mut self, desk: &Desk, fact: Fact) {
        if !EVERYDAY {
            self.listener.tell(self.now, (desk.tenant, desk.id), fact);
        }
    }

    /// Tells the recorder, and whoever listens. Where only totals are kept the event never is one: what would be its fields
    /// go to their counters one by one.
    #[expect(clippy::inline_always, reason = "see `Recorder::count`")]
    #[inline(always)]
    pub(super) fn note(&mut self, event: impl Fn() -> Event) {
        if !EVERYDAY && self.notes_aloud {
            return self.note_aloud(&event());
        }
        self.recorder.count(&event());
    }

    #[cold]
    #[inline(never)]
    fn note_aloud(&mut self, event: &Event) {
        self.recorder.observe(event);
        self.listener.hear(event);
    }

    /// The call takes that step then.
    #[inline]
    pub(super) fn schedule(&mut self, desk: &mut Desk, id: CallId, at: Time, class: Class, step: Step) {
        let stamp = desk.call(id).next(step);
        self.queue.push(at, class, Due::Call { desk: desk.id, call: id, stamp });
    }
}

/// Whether an `EVERYDAY` [`World`] can play it, where nobody listens.
pub(super) fn is_everyday(scenario: &Scenario) -> bool {
    Door::of(scenario).is_none() && !computing::competes(scenario) && scenario.phases.is_empty()
}

fn tenants(scenario: &Scenario) -> Vec<TenantState> {
    let mut first_desk = 0;
    let tenants = scenario.traffic.tenants.iter().map(|traffic| {
        let cloud_latencies = Stream::named(scenario.seed, &format!("{}/cloud latency", traffic.name), 0);
        let state = TenantState { first_desk, cloud_latencies };
        first_desk += u32::from(traffic.workers);
        state
    });
    tenants.collect()
}
