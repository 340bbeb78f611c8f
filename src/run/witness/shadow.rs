//! What a pool that nobody can look into must hold, told from the lives of its runtimes.

use std::sync::Arc;
use std::time::Duration;

use super::life::Life;
use crate::base::{DrainReason, Span, Time};
use crate::client::Observer;
use crate::pool::Levels;
use crate::run::clock::Clock;

/// The shadow of one worker's pool.
pub(super) struct Shadow {
    pub(super) watch: Arc<dyn Observer>,
    pub(super) clock: Clock,
    /// After so long an idle runtime may go.
    pub(super) ttl: Span,
    /// Who had to go for somebody who has not been seen yet.
    pub(super) victim: Option<String>,
    /// The client was asked to close.
    pub(super) is_closing: bool,
}

impl Shadow {
    /// The pool has changed. Runtimes of callers who `is_held` are busy.
    pub(super) fn levels<'l>(&self, at: Time, lives: impl Iterator<Item = &'l Life>, is_held: impl Fn(&str) -> bool) {
        let mut levels = Levels::default();
        for life in lives {
            let level = match life {
                Life { leaving: Some(_), .. } => &mut levels.draining,
                Life { ready: None, .. } => &mut levels.booting,
                life if is_held(&life.user) => &mut levels.busy,
                _ => &mut levels.idle,
            };
            *level += 1;
        }
        self.watch.levels(self.clock.instant(at), levels);
    }

    /// A process was started: perhaps for want of room somebody else had to go before.
    pub(super) fn born(&mut self, life: &Life) {
        if let Some(victim) = self.victim.take_if(|victim| *victim != life.user) {
            self.watch.evicted(self.clock.instant(life.born), &victim, &life.user);
        }
    }

    pub(super) fn ready(&self, life: &Life) {
        if let Some((ready, kind)) = life.ready {
            let took = Duration::from(ready.since(life.born));
            self.watch.booted(kind, self.clock.instant(life.born), took);
        }
    }

    /// A process is gone. One that never served was no runtime anybody had.
    pub(super) fn gone(&mut self, life: &Life, now: Time) {
        if life.ready.is_none() {
            return;
        }
        let began = life.leaving.unwrap_or(now);
        let reason = self.reason(life, began);
        if reason == DrainReason::Lru {
            self.victim = Some(life.user.clone());
        }
        self.watch.drained(reason, self.clock.instant(began), Duration::from(now.since(began)));
    }

    fn reason(&self, life: &Life, began: Time) -> DrainReason {
        match life.leaving {
            _ if self.is_closing => DrainReason::Close,
            None => DrainReason::Crash,
            Some(_) if began.since(life.last_used) >= self.ttl => DrainReason::Idle,
            Some(_) => DrainReason::Lru,
        }
    }
}
