//! The engine: takes the next event, gives it to whom it concerns, until nothing is left to happen.

use mock_runtime::behaviour::Conduct;

use super::changes::Changes;
use super::desk::Desk;
use super::faults;
use super::journal::{Fact, Listener};
use super::parts::Part;
use super::queue::{DeskId, Due, Packed};
use super::world::World;
use crate::base::{Span, TenantIndex, Time};
use crate::pool::Key;
use crate::workload::{Ring, Workload};

/// A scenario being played.
pub(super) struct Simulation<'j, const EVERYDAY: bool = false> {
    pub(super) world: World<'j, EVERYDAY>,
    /// All workers, in the order of the tenants.
    pub(super) desks: Vec<Desk>,
    /// Whose pool was concerned last, and whether it has not reported since.
    pub(super) touched: DeskId,
    pub(super) is_to_report: bool,
}

impl<'j, const EVERYDAY: bool> Simulation<'j, EVERYDAY> {
    pub(super) fn new(part: &Part, listener: Listener<'j>) -> Self {
        let world = World::new(part, listener);
        Self { desks: desks(part, &world.workload), world, touched: DeskId(0), is_to_report: false }
    }

    /// Plays everything there is to play and judges how it ended.
    pub(super) fn play_out(&mut self) {
        if self.world.recorder.may_abort() && self.aborts() {
            return self.end(self.world.now);
        }
        self.advance_calls(self.world.deadline());
        self.end(self.calls_end());
    }

    /// Goes on until then, or until a law is broken.
    #[inline(never)]
    pub(super) fn advance(&mut self, until: Time) {
        self.go_on(until, false);
    }

    /// Goes on until then, or until the calls are over, or a law is broken.
    #[inline(never)]
    pub(super) fn advance_calls(&mut self, until: Time) {
        self.go_on(until, true);
    }

    /// One instant after another. Before time goes on, the pool that was concerned reports.
    #[expect(clippy::inline_always, reason = "it is the loop")]
    #[inline(always)]
    fn go_on(&mut self, until: Time, ends_with_calls: bool) {
        // What is due in an instant that should not be played is left alone.
        if self.world.now >= until {
            return;
        }
        while !self.world.broken {
            let due = match self.world.queue.pop() {
                Ok(due) => due,
                Err(next) => {
                    // A ring is a beginning, the last of its instant.
                    let ring = self.world.next_ring;
                    if ring <= self.world.now {
                        self.ring();
                        continue;
                    }
                    let next = next.min(self.report_touched());
                    let soonest = next.min(ring);
                    if soonest >= until
                        || self.world.broken
                        || (ends_with_calls && ring == Time::NEVER && self.is_still(next))
                    {
                        return;
                    }
                    self.world.now = soonest;
                    self.world.queue.arrive_at(soonest);
                    if next > ring {
                        self.ring();
                        continue;
                    }
                    self.world.queue.first()
                }
            };
            self.step(due);
        }
    }

    /// Nobody is on the line, and nobody will ring any more.
    pub(super) fn is_over(&mut self) -> bool {
        let next = self.world.queue.peek();
        self.world.next_ring == Time::NEVER && next > self.world.now && self.is_still(next)
    }

    /// Nobody is on the line, and nothing is due within the window.
    fn is_still(&self, next: Time) -> bool {
        self.world.on_line.now() == 0 && next >= self.world.window()
    }

    /// When the calls are over: when the last of them is, or their time.
    pub(super) fn calls_end(&self) -> Time {
        let world = &self.world;
        if world.on_line.now() > 0 { world.deadline() } else { world.now.max(world.window()) }
    }

    /// Calls are over then, here as everywhere: hangs up who is still on the line, closes the pools, and plays until
    /// everything is gone.
    pub(super) fn end(&mut self, at: Time) {
        // What happens in the instant of the last call's end has happened; calls are cut and windows close before all else.
        let closes = at == self.world.window() || at == self.world.deadline();
        self.advance(if closes { at } else { at + Span::from_ns(1) });
        if !self.world.broken {
            self.world.now = at;
            self.world.ended = Some(at);
            self.world.next_ring = Time::NEVER;
            self.hang_up();
            self.advance(Time::NEVER);
        }
        let now = self.world.now;
        self.world.ended.get_or_insert(now);
        if !self.world.broken {
            self.judge_end();
        }
    }

    /// Hangs up every call and closes every pool.
    fn hang_up(&mut self) {
        let Self { world, desks, .. } = self;
        for desk in &mut *desks {
            world.cut_all(desk);
        }
        for desk in desks {
            world.close(desk);
        }
        self.report_all();
    }

    /// Everything that could happen has: nobody waits, and no runtime is left.
    fn judge_end(&mut self) {
        let now = self.world.now;
        self.desks.iter_mut().for_each(|desk| desk.judge_end(now));
    }

    /// The workload's next call rings, now.
    #[inline]
    fn ring(&mut self) {
        if self.world.has_door() {
            return self.knock();
        }
        let Some(ring) = self.world.workload.ring() else { return };
        self.world.look_for_the_next_ring();
        self.begin_call(ring, None);
    }

    /// Under a key that the call has had since the phone rang, where that rang before.
    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    pub(super) fn begin_call(&mut self, ring: Ring, key: Option<Key>) {
        self.step_of(self.world.desk_of(ring), |world, desk| world.take_call(desk, ring, key));
    }

    #[expect(clippy::inline_always, reason = "it is the loop")]
    #[inline(always)]
    fn step(&mut self, due: Packed) {
        let Some((id, call, stamp)) = due.call() else { return self.step_of_no_call(due) };
        let Self { world, desks, .. } = self;
        let desk = &mut desks[id.0 as usize];
        // Unless it was overtaken.
        if desk.call(call).stamp != stamp {
            return;
        }
        world.call_step(desk, call);
        world.judge(desk);
        self.touch(id);
    }

    #[inline(never)]
    fn step_of_no_call(&mut self, due: Packed) {
        match due.into() {
            Due::Ready { desk, runtime } => self.step_of(desk, |world, desk| world.boot_ends(desk, runtime)),
            Due::DrainEnds { desk, runtime } => self.step_of(desk, |world, desk| world.drain_ends(desk, runtime)),
            Due::BootFails { desk, runtime } => self.step_of(desk, |world, desk| world.boot_fails(desk, runtime)),
            Due::GivesUp { desk, work } => self.step_of(desk, |world, desk| world.gives_up(desk, work)),
            Due::Tick { desk } => self.step_of(desk, World::tick),
            Due::Computed { desk } => self.computed(desk),
            Due::GoesOn { desk, work } => self.world.goes_on(&self.desks[desk.0 as usize], work),
            Due::Fault { number, begins } => {
                self.fault(number, begins);
                self.report_all();
            }
            Due::Call { .. } => unreachable!("that is a call's step"),
        }
    }

    /// Something that concerns one worker.
    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    pub(super) fn step_of(&mut self, id: DeskId, what: impl FnOnce(&mut World<'j, EVERYDAY>, &mut Desk)) {
        let Self { world, desks, .. } = self;
        let desk = &mut desks[id.0 as usize];
        what(world, desk);
        world.judge(desk);
        self.touch(id);
    }
}

impl<const EVERYDAY: bool> World<'_, EVERYDAY> {
    /// A tick that a sooner one has overtaken is none: the pool asked anew after that.
    fn tick(&mut self, desk: &mut Desk) {
        if desk.tick_at != self.now {
            return;
        }
        (desk.tick_at, desk.is_to_look) = (Time::NEVER, true);
        self.tell(desk, Fact::Ticked);
        desk.pool.tick(self.now);
        self.carry_out(desk);
    }
}

impl<const EVERYDAY: bool> Simulation<'static, EVERYDAY> {
    /// Some of the tenants, played for those who put them together with the others.
    pub(super) fn part(part: &Part) -> Self {
        let mut simulation = Self::new(part, Listener::default());
        simulation.world.recorder = part.scenario.recorder().part();
        simulation.world.changes = Some(Changes::default());
        simulation
    }
}

/// One desk per worker.
fn desks(part: &Part, workload: &Workload) -> Vec<Desk> {
    let scenario = &part.scenario;
    let projects: Vec<String> = (0..scenario.tenants.len()).map(faults::project).collect();
    let projects: Vec<&str> = projects.iter().map(String::as_str).collect();
    let behaviour = scenario.behaviour(0, &projects);
    let tenants = (0_u16..).map(TenantIndex).zip(&scenario.traffic.tenants);
    let workers = tenants.flat_map(|(tenant, traffic)| (0..traffic.workers).map(move |worker| (tenant, worker)));
    let desk = |(id, (tenant, worker)): (u32, (TenantIndex, u16))| {
        let conduct = Conduct::new(&behaviour, projects[tenant.index()]);
        Desk::new(part, DeskId(id), (tenant, worker), workload.traffic(tenant), conduct)
    };
    (0..).zip(workers).map(desk).collect()
}
