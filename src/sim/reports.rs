//! What pools hold, as the recorder is told: once for all that happened in an instant.

use super::changes::Of;
use super::desk::Desk;
use super::engine::Simulation;
use super::queue::{Class, DeskId, Due};
use super::world::World;
use crate::base::{TenantIndex, Time};
use crate::measure::Event;

impl<const EVERYDAY: bool> Simulation<'_, EVERYDAY> {
    /// A step concerned the pool. It reports when time goes on, or when another's turn comes: what it held for no time
    /// it never held. Whether the step broke a law is [judged](World::judge) at once.
    #[inline]
    pub(super) fn touch(&mut self, id: DeskId) {
        if self.touched != id {
            self.touch_another(id);
        }
        self.is_to_report = true;
    }

    #[inline(never)]
    fn touch_another(&mut self, id: DeskId) {
        self.report_touched();
        self.touched = id;
    }

    /// When the pool wants to be woken by that, if it does; never, otherwise.
    #[expect(clippy::inline_always, reason = "see `Simulation::go_on`")]
    #[inline(always)]
    pub(super) fn report_touched(&mut self) -> Time {
        if std::mem::take(&mut self.is_to_report) {
            self.world.report(&mut self.desks[self.touched.0 as usize])
        } else {
            Time::NEVER
        }
    }

    /// Reports every pool, where a step may have concerned them all.
    pub(super) fn report_all(&mut self) {
        let Self { world, desks, .. } = self;
        for desk in desks {
            world.report(desk);
        }
    }
}

impl<const EVERYDAY: bool> World<'_, EVERYDAY> {
    /// Whether the step that concerned the pool broke a law.
    #[inline]
    pub(super) fn judge(&mut self, desk: &Desk) {
        if desk.is_broken() {
            self.broken = true;
        }
    }

    /// Reports a pool's levels where they changed, and sees to its next tick.
    #[expect(clippy::inline_always, reason = "see `Simulation::go_on`")]
    #[inline(always)]
    fn report(&mut self, desk: &mut Desk) -> Time {
        let now = self.now;
        let ((live, busy), before) = (desk.pool.held(), desk.reported);
        if (live, busy) != before {
            desk.reported = (live, busy);
            desk.books.compare(now, live);
            self.judge(desk);
            let (tenant, more) = (desk.tenant, [live.wrapping_sub(before.0), busy.wrapping_sub(before.1)]);
            let [runtimes, busy] = more.map(u32::cast_signed);
            self.recorder.hold_more(tenant, now, runtimes, busy);
            if self.changes.is_some() || self.listener.0.is_some() {
                self.tell_level(tenant, runtimes, busy);
            }
        }
        if desk.is_to_look { self.see_to_tick(desk) } else { Time::NEVER }
    }

    /// Tells those who put parts together, and who listens, how much more a pool holds, and what all of its tenant's do.
    #[inline(never)]
    fn tell_level(&mut self, tenant: TenantIndex, runtimes: i32, busy: i32) {
        if let Some(changes) = &mut self.changes {
            changes.note(self.now, Of::Runtimes, runtimes);
            changes.note(self.now, Of::Busy, busy);
        }
        let level = self.recorder.level(tenant);
        self.listener.hear(&Event::Level { tenant, at: self.now, level });
    }

    /// Wakes the pool when it wants to be, unless it is woken sooner anyway.
    #[cold]
    #[inline(never)]
    fn see_to_tick(&mut self, desk: &mut Desk) -> Time {
        let wake = desk.pool.next_wake().filter(|wake| *wake < desk.tick_at);
        desk.is_to_look = wake.is_none() && desk.tick_at == Time::NEVER;
        let Some(wake) = wake else { return Time::NEVER };
        desk.tick_at = wake;
        self.queue.push(wake, Class::Timer, Due::Tick { desk: desk.id });
        wake
    }
}
