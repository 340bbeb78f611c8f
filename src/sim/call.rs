//! A call under way in virtual time.

use mock_runtime::behaviour::{Conduct, Work};

use super::desk::Runtime;
use crate::base::{Admission, Span, Time};
use crate::pool::{Key, LeaseId, RuntimeId};
use crate::workload::{Call, Ring, Turn, Workload};

/// A call under way. It has at most one step in the queue; `stamp` tells a step that was overtaken.
pub(super) struct OnLine {
    pub(super) call: Call,
    pub(super) key: Key,
    pub(super) step: Step,
    /// What it does with a lease, or wants one for.
    pub(super) errand: Errand,
    pub(super) stamp: u32,
    pub(super) turn: Turn,
    pub(super) lease: Option<(LeaseId, RuntimeId)>,
    /// Recall attempts the router has left, this one included.
    pub(super) attempts: u32,
    /// A runtime that dies under an operation is replaced once.
    pub(super) repeated: bool,
    /// When the errand under way began, when its lease was asked for, when its exchange began.
    pub(super) wanted: Time,
    pub(super) asked: Time,
    pub(super) began: Time,
    /// When its exchange would be answered, and when it is given up.
    pub(super) answer_at: Time,
    pub(super) deadline: Time,
    pub(super) draft: Draft,
}

impl OnLine {
    /// A call that rings, before its first turn.
    pub(super) fn new(call: Call, key: Key, turn: Turn, attempts: u32) -> Self {
        let rang = call.rings_at;
        Self {
            call,
            key,
            step: Step::Turn,
            errand: Errand::Recall,
            stamp: 0,
            turn,
            lease: None,
            attempts,
            repeated: false,
            wanted: rang,
            asked: rang,
            began: rang,
            answer_at: rang,
            deadline: rang,
            draft: Draft::default(),
        }
    }

    /// The next call in the place of one that is gone, before its first turn is known. Word by word: a copy of a call costs
    /// more than a step of it.
    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    pub(super) fn become_next(&mut self, workload: &Workload, ring: Ring, key: Key) {
        self.wanted = ring.rings_at;
        workload.begin(ring, &mut self.call);
        self.key = key;
        self.step = Step::Turn;
        self.stamp = self.stamp.wrapping_add(1);
        self.lease = None;
    }

    /// Its next step: the stamp that tells it from those it overtakes.
    #[inline]
    pub(super) fn next(&mut self, step: Step) -> u32 {
        self.step = step;
        self.stamp = self.stamp.wrapping_add(1);
        self.stamp
    }

    /// Starts its runtime's session, waits for whoever is starting it, or asks at once: its next step.
    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    pub(super) fn enter(&mut self, runtime: &mut Runtime, conduct: &Conduct, now: Time, budget: Span) -> (Time, u32) {
        if let Some(ready) = runtime.session_starts(conduct, now) {
            self.draft.session_start = Some(ready.since(now));
            return (ready, self.next(Step::Session));
        }
        let exchange = self.ask(runtime, conduct, now, budget);
        self.expect_answer(exchange.answer_at(), exchange.deadline)
    }

    /// Searches or saves on its runtime, from now on.
    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    pub(super) fn ask(&mut self, runtime: &mut Runtime, conduct: &Conduct, now: Time, budget: Span) -> Exchange {
        let (work, timeout) = match self.errand {
            Errand::Recall => (Work::Search, budget),
            Errand::Save => (Work::Save, SAVE_TIMEOUT),
        };
        let takes = Span::from_ns(conduct.takes(&mut runtime.life, work, now.ns()));
        self.began = now;
        Exchange { begins: now.max(runtime.frozen_until), takes, deadline: now + timeout }
    }

    /// The answer, or the timeout, whichever comes first.
    #[inline]
    pub(super) fn expect_answer(&mut self, answer_at: Time, deadline: Time) -> (Time, u32) {
        (self.answer_at, self.deadline) = (answer_at, deadline);
        (answer_at.min(deadline), self.next(Step::Answer))
    }
}

/// A search or save: when the runtime begins with it, how long that takes on a free core, and when it is given up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exchange {
    pub(super) begins: Time,
    pub(super) takes: Span,
    pub(super) deadline: Time,
}

impl Exchange {
    #[inline]
    pub(super) fn answer_at(&self) -> Time {
        self.begins + self.takes
    }
}

/// What the call does when its step is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Its turn is due: recall.
    Turn,
    /// It waits for a lease; the pool will say.
    Lease,
    /// Its session is started.
    Session,
    /// Its search or save is answered, or has timed out.
    Answer,
    /// The router's pause after a refusal is over.
    Retry,
    /// The assistant has spoken: save.
    Reply,
    /// The caller hangs up.
    HangUp,
    /// Nobody is there: the place is free.
    Gone,
}

/// What a lease is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Errand {
    Recall,
    Save,
}

/// What is known of a recall or save before it ends.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Draft {
    pub(super) admission: Option<(Admission, Span)>,
    pub(super) session_start: Option<Span>,
    pub(super) exchange: Option<Span>,
}

/// What a save gets; the official SDK's figure.
const SAVE_TIMEOUT: Span = Span::from_secs(1);
