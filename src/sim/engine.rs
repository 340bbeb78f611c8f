//! The engine: takes the next event, gives it to whom it concerns, until nothing is left to happen.

use std::sync::Arc;

use mock_runtime::behaviour::Conduct;

use super::call::OnLine;
use super::changes::{Changes, Of};
use super::crowd::Crowd;
use super::desk::Desk;
use super::door::Door;
use super::host::Host;
use super::journal::{Fact, Listener};
use super::parts::{Part, Place};
use super::queue::{CallId, DeskId, Due, Queue};
use super::{computing, faults};
use crate::base::{Span, Stream, TenantIndex, Time};
use crate::measure::{Aborted, Event, Recorder};
use crate::scenario::{Computing, Lease, Scenario, Tenant};
use crate::workload::{Arrivals, TenantTraffic, Workload};

/// A scenario being played.
pub(super) struct Simulation<'j> {
    pub(super) scenario: Arc<Scenario>,
    /// Of a recall.
    pub(super) budget: Span,
    pub(super) now: Time,
    pub(super) queue: Queue,
    pub(super) workload: Workload,
    /// When the next call rings, as far as is known; never once the window is over.
    pub(super) next_ring: Time,
    pub(super) recorder: Recorder,
    /// All workers, in the order of the tenants.
    pub(super) desks: Vec<Desk>,
    pub(super) hosts: Vec<Host>,
    /// What of a runtime's work competes for its host's cores.
    pub(super) computing: Computing,
    /// Something of it does.
    pub(super) computes: bool,
    /// By tenant.
    pub(super) tenants: Vec<TenantState>,
    /// Those who have gone stay until somebody takes their place.
    pub(super) calls: Vec<OnLine>,
    pub(super) free_calls: Vec<CallId>,
    pub(super) on_line: Crowd,
    /// Where callers are looked at before they speak, as the SDK's pool does not.
    pub(super) door: Option<Box<Door>>,
    /// What others have to know where this is a part: changes of levels since they were last collected.
    pub(super) changes: Changes,
    pub(super) is_part: bool,
    pub(super) cloud: CloudState,
    /// When the last call ended; absent before.
    pub(super) ended: Option<Time>,
    /// A law was broken.
    pub(super) broken: bool,
    /// The threshold that ended it early.
    pub(super) aborted: Option<Aborted>,
    /// By fault: ports a stranger took, with their hosts.
    pub(super) squatted: Vec<Vec<(usize, u16)>>,
    /// The pool that has not reported since it was concerned.
    pub(super) touched: Option<DeskId>,
    pub(super) listener: Listener<'j>,
}

/// A tenant in virtual time.
pub(super) struct TenantState {
    pub(super) lease: Lease,
    pub(super) conduct: Conduct,
    /// Its first worker's place among all workers.
    pub(super) first_desk: u32,
    /// Runtimes that its workers hold together, and busy ones.
    pub(super) holds: (u32, u32),
    /// Saves that were acknowledged.
    pub(super) acknowledged: u64,
    /// How long the cloud takes to answer its runtimes.
    pub(super) cloud_latencies: Stream,
}

/// The cloud in virtual time.
pub(super) struct CloudState {
    pub(super) down_until: Time,
    pub(super) slow: faults::Slowness,
}

impl<'j> Simulation<'j> {
    pub(super) fn new(part: &Part, listener: Listener<'j>) -> Self {
        let scenario = &part.scenario;
        let mut simulation = Self {
            budget: scenario.budget,
            now: Time::ZERO,
            queue: Queue::default(),
            workload: Workload::sharing(&scenario.traffic, &part.popularities),
            next_ring: Time::NEVER,
            recorder: scenario.recorder(),
            desks: desks(part),
            hosts: computing::hosts(part),
            computing: computing::counted(scenario),
            computes: computing::competes(scenario),
            tenants: tenants(scenario),
            calls: Vec::new(),
            free_calls: Vec::new(),
            on_line: Crowd::default(),
            door: Door::of(scenario),
            changes: Changes::default(),
            is_part: false,
            cloud: CloudState { down_until: Time::ZERO, slow: faults::Slowness::default() },
            ended: None,
            broken: false,
            aborted: None,
            squatted: vec![Vec::new(); scenario.faults.len()],
            scenario: Arc::clone(scenario),
            touched: None,
            listener,
        };
        simulation.schedule_faults();
        simulation.look_for_the_next_ring();
        simulation
    }

    /// Plays everything there is to play and judges how it ended.
    pub(super) fn play_out(&mut self) {
        if self.recorder.may_abort() && self.aborts() {
            return self.end(self.now);
        }
        self.advance_calls(self.deadline());
        self.end(self.calls_end());
    }

    /// Goes on until then, or until a law is broken.
    #[inline(never)]
    pub(super) fn advance(&mut self, until: Time) {
        while !self.broken && self.go_on(until) {}
    }

    /// Goes on until then, or until the calls are over, or a law is broken.
    #[inline(never)]
    pub(super) fn advance_calls(&mut self, until: Time) {
        while !self.broken && !self.is_over() && self.go_on(until) {}
    }

    /// The next thing happens, if it does before then. Before time goes on, the pool that was concerned reports.
    #[expect(clippy::inline_always, reason = "it is the loop")]
    #[inline(always)]
    fn go_on(&mut self, until: Time) -> bool {
        // What is due at once is of an instant that has begun already.
        if !self.queue.is_at_once() {
            let mut next = self.queue.peek();
            if next.min(self.next_ring) > self.now && self.touched.is_some() {
                self.report_touched();
                if self.broken {
                    return true;
                }
                next = self.queue.peek();
            }
            let ring = self.next_ring;
            if ring.min(next) >= until {
                return false;
            }
            if ring < next {
                // A ring is a beginning, the last of its instant.
                self.now = ring;
                self.queue.arrive_at(ring);
                self.ring();
                return true;
            }
        }
        self.step();
        true
    }

    /// Nobody is on the line, and nobody will ring any more.
    #[inline]
    pub(super) fn is_over(&mut self) -> bool {
        self.on_line.now() == 0 && self.next_ring == Time::NEVER && self.is_still()
    }

    /// Nothing is left of the last call's instant, and nothing is due within the window.
    #[cold]
    #[inline(never)]
    fn is_still(&mut self) -> bool {
        if self.queue.peek() > self.now {
            self.report_touched();
        }
        let next = self.queue.peek();
        next >= self.window() && next > self.now
    }

    /// When the calls are over: when the last of them is, or their time.
    pub(super) fn calls_end(&self) -> Time {
        if self.on_line.now() > 0 { self.deadline() } else { self.now.max(self.window()) }
    }

    /// Calls are over then, here as everywhere: hangs up who is still on the line, closes the pools, and plays until
    /// everything is gone.
    pub(super) fn end(&mut self, at: Time) {
        // What happens in the instant of the last call's end has happened; calls are cut and windows close before all else.
        let closes = at == self.window() || at == self.deadline();
        self.advance(if closes { at } else { at + Span::from_ns(1) });
        if !self.broken {
            self.now = at;
            self.ended = Some(at);
            self.next_ring = Time::NEVER;
            self.hang_up();
            self.advance(Time::NEVER);
        }
        self.ended.get_or_insert(self.now);
        if !self.broken {
            self.judge_end();
        }
    }

    pub(super) fn window(&self) -> Time {
        Time::ZERO + self.scenario.duration
    }

    pub(super) fn deadline(&self) -> Time {
        self.window() + self.scenario.grace
    }

    /// So many calls more, or fewer, are on the line.
    #[inline]
    pub(super) fn line(&mut self, more: i32) {
        self.on_line.step(self.now, self.on_line.now().wrapping_add_signed(more));
        if self.is_part {
            self.changes.note(self.now, Of::Calls, more);
        }
    }

    #[inline]
    fn step(&mut self) {
        let Some((at, due)) = self.queue.pop() else { return };
        self.now = at;
        match due {
            Due::Call { call, stamp } => self.call_step(call, stamp),
            Due::Ready { desk, runtime } => {
                self.boot_ends(desk, runtime);
                self.touch(desk);
            }
            Due::DrainEnds { desk, runtime } => {
                self.drain_ends(desk, runtime);
                self.touch(desk);
            }
            rare => self.rare_step(rare),
        }
    }

    #[cold]
    #[inline(never)]
    fn rare_step(&mut self, due: Due) {
        match due {
            Due::BootFails { desk, runtime } => {
                self.boot_fails(desk, runtime);
                self.touch(desk);
            }
            Due::Computed { desk } => self.computed(desk),
            Due::GoesOn { desk, work } => self.goes_on(desk, work),
            Due::GivesUp { desk, work } => {
                self.gives_up(desk, work);
                self.touch(desk);
            }
            Due::Tick { desk } => {
                self.tick(desk);
                self.touch(desk);
            }
            Due::Fault { number, begins } => {
                self.fault(number, begins);
                self.report_all();
            }
            Due::Call { .. } | Due::Ready { .. } | Due::DrainEnds { .. } => unreachable!("that is no rare step"),
        }
    }

    /// A tick that a sooner one has overtaken is none: the pool asked anew after that.
    fn tick(&mut self, desk: DeskId) {
        let now = self.now;
        if self.desk(desk).tick_at != now {
            return;
        }
        self.desk(desk).tick_at = Time::NEVER;
        self.tell(desk, Fact::Ticked);
        self.desk(desk).pool.tick(now);
        self.carry_out(desk);
    }

    #[inline]
    pub(super) fn desk(&mut self, desk: DeskId) -> &mut Desk {
        &mut self.desks[desk.0 as usize]
    }

    /// Tells whoever listens.
    #[expect(clippy::inline_always, reason = "the fact is made only where somebody listens")]
    #[inline(always)]
    pub(super) fn tell(&mut self, desk: DeskId, fact: Fact) {
        if self.listener.0.is_some() {
            self.listener.tell(self.now, (self.desks[desk.0 as usize].tenant, desk), fact);
        }
    }

    #[expect(clippy::inline_always, reason = "see `Recorder::observe`")]
    #[inline(always)]
    pub(super) fn note(&mut self, event: &Event) {
        self.recorder.observe(event);
        self.listener.hear(event);
    }
}

impl Simulation<'static> {
    /// Some of the tenants, played for those who put them together with the others.
    pub(super) fn part(part: &Part) -> Self {
        let recorder = part.scenario.recorder().part();
        Self { is_part: true, recorder, ..Self::new(part, Listener::default()) }
    }
}

fn tenants(scenario: &Scenario) -> Vec<TenantState> {
    let mut first_desk = 0;
    let projects: Vec<String> = (0..scenario.tenants.len()).map(faults::project).collect();
    let projects: Vec<&str> = projects.iter().map(String::as_str).collect();
    let behaviour = scenario.behaviour(0, &projects);
    let tenants = scenario.tenants.iter().zip(&scenario.traffic.tenants).zip(&projects);
    let state = |((tenant, traffic), project): ((&Tenant, &TenantTraffic), &&str)| {
        let state = TenantState {
            lease: tenant.lease,
            conduct: Conduct::new(&behaviour, project),
            first_desk,
            holds: (0, 0),
            acknowledged: 0,
            cloud_latencies: Stream::named(scenario.seed, &format!("{}/cloud latency", traffic.name), 0),
        };
        first_desk += u32::from(traffic.workers);
        state
    };
    tenants.map(state).collect()
}

/// One desk per worker.
fn desks(part: &Part) -> Vec<Desk> {
    let scenario = &part.scenario;
    let tenants = (0_u16..).map(TenantIndex).zip(&scenario.traffic.tenants);
    let workers =
        tenants.flat_map(|(tenant, traffic)| (0..traffic.workers).map(move |worker| (tenant, traffic, worker)));
    let desk = |((tenant, traffic, worker), place): ((TenantIndex, &TenantTraffic, u16), &Place)| {
        let seed = Stream::named(scenario.seed, &format!("{}/lives", traffic.name), worker.into()).below(u64::MAX);
        let rules = (scenario.profile, &place.settings(scenario));
        Desk::new(tenant, place.host, rules, known_callers(traffic), seed)
    };
    workers.zip(&part.places).map(desk).collect()
}

/// Callers who may come back.
fn known_callers(traffic: &TenantTraffic) -> u32 {
    match traffic.arrivals {
        Arrivals::Closed { callers, .. } => callers,
        _ => traffic.callers.size,
    }
}
