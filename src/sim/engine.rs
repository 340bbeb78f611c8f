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
use super::queue::{CallId, Class, DeskId, Due, Queue};
use super::{computing, faults};
use crate::base::{Span, Stream, TenantIndex, Time};
use crate::measure::{Aborted, Event, Level, Recorder};
use crate::scenario::{Computing, Lease, Scenario, Tenant};
use crate::workload::{Arrivals, TenantTraffic, Workload};

/// A scenario being played.
pub(super) struct Simulation<'j> {
    pub(super) scenario: Arc<Scenario>,
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
    is_part: bool,
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
    touched: Option<DeskId>,
    listener: Listener<'j>,
}

/// A tenant in virtual time.
pub(super) struct TenantState {
    pub(super) lease: Lease,
    pub(super) conduct: Conduct,
    /// Its first worker's place among all workers.
    pub(super) first_desk: u32,
    /// The sum of its workers' levels.
    pub(super) level: Level,
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
    pub(super) fn advance(&mut self, until: Time) {
        while !self.broken && self.go_on(until) {}
    }

    /// Goes on until then, or until the calls are over, or a law is broken.
    pub(super) fn advance_calls(&mut self, until: Time) {
        while !self.broken && !self.is_over() && self.go_on(until) {}
    }

    /// The next thing happens, if it does before then.
    #[inline]
    fn go_on(&mut self, until: Time) -> bool {
        // What is due at once is of an instant that has begun already.
        if self.queue.is_at_once() {
            self.step();
        } else {
            let (ring, next) = (self.next_ring, self.queue.peek());
            if ring.min(next) >= until {
                return false;
            }
            if ring < next {
                // A ring is a beginning, the last of its instant.
                self.now = ring;
                self.queue.arrive_at(ring);
                self.ring();
            } else {
                self.step();
            }
        }
        if !self.queue.is_at_once() && self.next_ring.min(self.queue.peek()) > self.now {
            self.report_touched();
        }
        true
    }

    /// Nobody is on the line, and nobody will ring any more.
    #[inline]
    pub(super) fn is_over(&mut self) -> bool {
        if self.on_line.now() > 0 || self.next_ring < Time::NEVER {
            return false;
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
                self.boot_ends(desk, runtime, true);
                self.touch(desk);
            }
            Due::BootFails { desk, runtime } => {
                self.boot_ends(desk, runtime, false);
                self.touch(desk);
            }
            Due::DrainEnds { desk, runtime } => {
                self.drain_ends(desk, runtime);
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

    pub(super) fn desk(&mut self, desk: DeskId) -> &mut Desk {
        &mut self.desks[desk.0 as usize]
    }

    /// Tells whoever listens.
    #[inline]
    pub(super) fn tell(&mut self, desk: DeskId, fact: Fact) {
        self.listener.tell(self.now, (self.desks[desk.0 as usize].tenant, desk), fact);
    }

    #[expect(clippy::inline_always, reason = "see `Recorder::observe`")]
    #[inline(always)]
    pub(super) fn note(&mut self, event: &Event) {
        self.recorder.observe(event);
        self.listener.hear(event);
    }

    /// A step concerned the pool. It reports when time goes on, or when another's turn comes: what it held for no time
    /// it never held.
    #[inline]
    pub(super) fn touch(&mut self, id: DeskId) {
        if self.touched != Some(id) {
            self.report_touched();
            self.touched = Some(id);
        }
        self.broken |= self.desks[id.0 as usize].books.breach.is_some();
    }

    #[inline]
    fn report_touched(&mut self) {
        if let Some(id) = self.touched.take() {
            self.report(id);
        }
    }

    /// Reports a pool's levels where they changed, and sees to its next tick.
    #[inline]
    fn report(&mut self, id: DeskId) {
        let desk = &self.desks[id.0 as usize];
        if desk.held() != desk.reported {
            self.report_levels(id);
        }
        let desk = &self.desks[id.0 as usize];
        self.broken |= desk.books.breach.is_some();
        if desk.wants_look(self.now) {
            self.see_to_tick(id);
        }
    }

    fn report_levels(&mut self, id: DeskId) {
        let now = self.now;
        let desk = &mut self.desks[id.0 as usize];
        let ((live, busy), before) = (desk.held(), desk.reported);
        desk.reported = (live, busy);
        desk.books.agrees(now, live);
        if self.is_part {
            self.changes.note(now, Of::Runtimes, live.wrapping_sub(before.0).cast_signed());
            self.changes.note(now, Of::Busy, busy.wrapping_sub(before.1).cast_signed());
        }
        let level = &mut self.tenants[desk.tenant.index()].level;
        level.runtimes = level.runtimes + live - before.0;
        level.busy = level.busy + busy - before.1;
        level.ports = level.runtimes;
        let event = Event::Level { tenant: desk.tenant, at: now, level: *level };
        self.recorder.observe(&event);
        self.listener.hear(&event);
    }

    /// Wakes the pool when it wants to be, unless it is woken sooner anyway.
    fn see_to_tick(&mut self, id: DeskId) {
        let desk = &mut self.desks[id.0 as usize];
        desk.spawned = false;
        if let Some(wake) = desk.pool.next_wake().filter(|wake| *wake < desk.tick_at) {
            desk.tick_at = wake;
            self.queue.push(wake, Class::Timer, Due::Tick { desk: id });
        }
    }

    /// Reports every pool, where a step may have concerned them all.
    pub(super) fn report_all(&mut self) {
        (0..self.desks.len()).for_each(|desk| self.report(DeskId(u32::try_from(desk).expect("there are few workers"))));
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
            level: Level::default(),
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
