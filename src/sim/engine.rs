//! The engine: takes the next event, gives it to whom it concerns, until nothing is left to happen.

use std::sync::Arc;

use mock_runtime::behaviour::Conduct;

use super::call::OnLine;
use super::desk::Desk;
use super::host::Host;
use super::journal::{Fact, Journal, Listener};
use super::laws::Books;
use super::queue::{CallId, Class, DeskId, Due, Queue};
use super::{conclusion, faults};
use crate::base::{Stream, TenantIndex, Time};
use crate::measure::{Event, Level, Recorder, Summary};
use crate::scenario::{Lease, Scenario};
use crate::workload::{Arrivals, TenantTraffic, Workload};

/// Plays the scenario in virtual time and says how it went.
pub fn play(scenario: &Arc<Scenario>) -> Summary {
    perform(scenario, Listener::default())
}

/// Plays the scenario, and tells the journal everything that pools were told and decided.
pub fn play_with(scenario: &Arc<Scenario>, journal: &mut dyn Journal) -> Summary {
    perform(scenario, Listener(Some(journal)))
}

fn perform(scenario: &Arc<Scenario>, listener: Listener<'_>) -> Summary {
    let mut simulation = Simulation::new(scenario, listener);
    simulation.run();
    conclusion::sum_up(simulation)
}

/// A scenario being played.
pub(super) struct Simulation<'j> {
    pub(super) scenario: Arc<Scenario>,
    pub(super) now: Time,
    pub(super) queue: Queue,
    pub(super) workload: Workload,
    pub(super) recorder: Recorder,
    /// All workers, in the order of the tenants.
    pub(super) desks: Vec<Desk>,
    pub(super) books: Vec<Books>,
    pub(super) hosts: Vec<Host>,
    /// By tenant.
    pub(super) tenants: Vec<TenantState>,
    pub(super) calls: Vec<Option<OnLine>>,
    pub(super) free_calls: Vec<CallId>,
    pub(super) on_line: u32,
    pub(super) on_line_peak: u32,
    pub(super) cloud: CloudState,
    /// When the last call ended; absent before.
    pub(super) ended: Option<Time>,
    /// A law was broken.
    pub(super) broken: bool,
    /// By fault: ports a stranger took, with their hosts.
    pub(super) squatted: Vec<Vec<(usize, u16)>>,
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
}

/// The cloud in virtual time.
pub(super) struct CloudState {
    pub(super) latencies: Stream,
    pub(super) down_until: Time,
    pub(super) slow: faults::Slowness,
}

impl<'j> Simulation<'j> {
    fn new(scenario: &Arc<Scenario>, listener: Listener<'j>) -> Self {
        let mut first_desk = 0;
        let projects: Vec<String> = (0..scenario.tenants.len()).map(faults::project).collect();
        let projects: Vec<&str> = projects.iter().map(String::as_str).collect();
        let behaviour = scenario.behaviour(0, &projects);
        let tenants = scenario.tenants.iter().zip(&scenario.traffic.tenants).enumerate();
        let tenants: Vec<TenantState> = tenants
            .map(|(index, (tenant, traffic))| {
                let state = TenantState {
                    lease: tenant.lease,
                    conduct: Conduct::new(&behaviour, projects[index]),
                    first_desk,
                    level: Level::default(),
                    acknowledged: 0,
                };
                first_desk += u32::from(traffic.workers);
                state
            })
            .collect();
        let desks = desks(scenario);
        let mut simulation = Self {
            now: Time::ZERO,
            queue: Queue::default(),
            workload: Workload::new(&scenario.traffic),
            recorder: scenario.recorder(),
            books: desks.iter().map(|desk| Books::new(desk.tenant, &scenario.pool)).collect(),
            desks,
            hosts: (0..scenario.hosts.max(1)).map(|_| Host::new(&scenario.pool.runtime_port_range)).collect(),
            tenants,
            calls: Vec::new(),
            free_calls: Vec::new(),
            on_line: 0,
            on_line_peak: 0,
            cloud: CloudState {
                latencies: Stream::named(scenario.seed, "cloud latency", 0),
                down_until: Time::ZERO,
                slow: faults::Slowness::default(),
            },
            ended: None,
            broken: false,
            squatted: vec![Vec::new(); scenario.faults.len()],
            scenario: Arc::clone(scenario),
            listener,
        };
        simulation.schedule_faults();
        simulation
    }

    /// Plays all calls, then hangs up, then drains; or stops at the first broken law.
    fn run(&mut self) {
        let window = Time::ZERO + self.scenario.duration;
        let deadline = window + self.scenario.grace;
        while !self.broken {
            let ring = self.workload.peek().filter(|ring| *ring < window).unwrap_or(Time::NEVER);
            let next = self.queue.peek();
            let soonest = ring.min(next);
            // The calls are over when nobody is on the line and nobody will ring any more, or when their time is up.
            let nobody = ring == Time::NEVER && self.on_line == 0 && soonest >= window;
            if (nobody || soonest >= deadline) && self.ended.is_none() {
                self.hang_up();
            } else if ring < next && self.ended.is_none() {
                // A ring is a beginning, the last of its instant.
                self.now = ring;
                self.ring();
            } else if next < Time::NEVER {
                self.step();
            } else {
                return;
            }
        }
        self.ended.get_or_insert(self.now);
    }

    fn step(&mut self) {
        let Some((at, due)) = self.queue.pop() else { return };
        self.now = at;
        match due {
            Due::Call { call, stamp } => self.call_step(call, stamp),
            Due::Ready { desk, runtime } => {
                self.boot_ends(desk, runtime, true);
                self.report(desk);
            }
            Due::BootFails { desk, runtime } => {
                self.boot_ends(desk, runtime, false);
                self.report(desk);
            }
            Due::DrainEnds { desk, runtime } => {
                self.drain_ends(desk, runtime);
                self.report(desk);
            }
            Due::Tick { desk } => {
                self.tick(desk);
                self.report(desk);
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
    }

    /// Reports a pool's levels where they changed, and sees to its next tick. Once a step is enough: within a step
    /// what is granted lasts, and what is given back only to be taken again was never gone.
    pub(super) fn report(&mut self, id: DeskId) {
        let now = self.now;
        let desk = &mut self.desks[id.0 as usize];
        let (levels, before) = (desk.pool.levels(), desk.reported);
        let (live, busy) = (levels.live(), levels.busy);
        let books = &mut self.books[id.0 as usize];
        if (live, busy) != before {
            desk.reported = (live, busy);
            books.agrees(now, live);
            let level = &mut self.tenants[desk.tenant.index()].level;
            level.runtimes = level.runtimes + live - before.0;
            level.busy = level.busy + busy - before.1;
            level.ports = level.runtimes;
            self.recorder.observe(&Event::Level { tenant: desk.tenant, at: now, level: *level });
        }
        self.broken |= books.breach.is_some();
        if desk.wants_look(now) {
            self.see_to_tick(id);
        }
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

/// One desk per worker; workers are placed on hosts in turn.
fn desks(scenario: &Scenario) -> Vec<Desk> {
    let tenants = (0_u16..).map(TenantIndex).zip(&scenario.traffic.tenants);
    let workers = tenants.flat_map(|(tenant, traffic)| (0..traffic.workers).map(move |_| (tenant, traffic)));
    let place = |(number, (tenant, traffic)): (usize, (TenantIndex, &TenantTraffic))| {
        let seed = Stream::named(scenario.seed, &traffic.name, number as u64).below(u64::MAX);
        let host = usize::from(scenario.host_of(number));
        Desk::new(tenant, host, &scenario.pool, known_callers(traffic), seed)
    };
    workers.enumerate().map(place).collect()
}

/// Callers who may come back.
fn known_callers(traffic: &TenantTraffic) -> u32 {
    match traffic.arrivals {
        Arrivals::Closed { callers, .. } => callers,
        _ => traffic.callers.size,
    }
}
