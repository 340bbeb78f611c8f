//! One call: who is on the line, when the turns start, when it ends.
//!
//! Times within a call depend on when its turns were done, which only the engine knows; everything else is decided
//! here, by streams that belong to this call alone.

use crate::base::{CallerIndex, Distribution, Span, Stream, TenantIndex, Time, WorkerIndex};

use super::{Arrivals, CallLength, TenantTraffic, Trace, TracedTurns};

/// A caller's conversation.
///
/// It starts with [`Call::first_turn`], goes on with [`Call::after`] each turn, and is over at [`Next::HangUp`]. Both are
/// asked with the [traffic](super::Workload::traffic) of the call's tenant, which it does not carry about: calls come by the
/// million.
#[derive(Clone, Debug)]
pub struct Call {
    /// Whose customer calls.
    pub tenant: TenantIndex,
    /// Unique within the tenant.
    pub number: u64,
    /// Who calls.
    pub caller: CallerIndex,
    /// Which of the tenant's workers takes the call.
    pub worker: WorkerIndex,
    /// When it rings, and its first turn is due.
    pub rings_at: Time,
    ending: Ending,
    gaps: Draws,
    replies: Draws,
}

/// One recall, the assistant's reply, one save.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// When its recall is due.
    pub starts_at: Time,
    /// From the end of the recall to the start of the save.
    pub reply: Span,
}

/// What follows a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Another turn.
    Turn(Turn),
    /// The end of the call, never before its last turn was done.
    HangUp(Time),
}

/// What is decided when a call rings, and small: the [`Call`] itself is [made](super::Workload::call) of it.
#[derive(Clone, Copy, Debug)]
pub struct Ring {
    /// See [`Call::tenant`].
    pub tenant: TenantIndex,
    /// See [`Call::number`].
    pub number: u64,
    /// See [`Call::caller`].
    pub caller: CallerIndex,
    /// See [`Call::worker`].
    pub worker: WorkerIndex,
    /// See [`Call::rings_at`].
    pub rings_at: Time,
    /// Its place in the tenant's trace, where it comes from there.
    pub(super) record: Option<usize>,
}

/// The seeds of the streams that belong to calls, so that a call's own cost no hashing of names.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seeds {
    lengths: u64,
    gaps: u64,
    replies: u64,
}

/// A call's draws for one purpose.
#[derive(Clone, Debug)]
enum Draws {
    /// A constant needs no stream, and most scenarios have several.
    Always(Span),
    From(Stream),
}

#[derive(Clone, Copy, Debug)]
enum Ending {
    At(Time),
    AfterTurns(u32),
    /// After so many turns, but not before `end`; no turn starts from then on.
    Within {
        turns: u32,
        end: Time,
    },
    /// Turns start when the record says; the next is that number of the trace's turn times.
    Recorded {
        next: u32,
        last: u32,
        end: Time,
    },
}

impl Call {
    /// The call that begins with `ring`.
    pub(super) fn new(traffic: &TenantTraffic, seeds: &Seeds, ring: Ring) -> Self {
        let Ring { tenant, number, caller, worker, rings_at, .. } = ring;
        let ending = Ending::new(traffic, seeds, ring);
        Self {
            tenant,
            number,
            caller,
            worker,
            rings_at,
            ending,
            gaps: Draws::of_gaps(traffic, seeds, number, ending),
            replies: Draws::new(&traffic.reply, seeds.replies, number),
        }
    }

    /// [`Call::new`] in the place of another.
    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    pub(super) fn become_next(&mut self, traffic: &TenantTraffic, seeds: &Seeds, ring: Ring) {
        self.tenant = ring.tenant;
        self.number = ring.number;
        self.caller = ring.caller;
        self.worker = ring.worker;
        self.rings_at = ring.rings_at;
        let ending = Ending::new(traffic, seeds, ring);
        self.ending = ending;
        self.gaps = Draws::of_gaps(traffic, seeds, ring.number, ending);
        self.replies = Draws::new(&traffic.reply, seeds.replies, ring.number);
    }

    /// When it ends, where nothing keeps it longer; absent where its turns decide that.
    pub fn ends_at(&self) -> Option<Time> {
        match self.ending {
            Ending::At(end) | Ending::Within { end, .. } | Ending::Recorded { end, .. } => Some(end),
            Ending::AfterTurns(_) => None,
        }
    }

    /// The turn that is due as the call rings.
    #[inline]
    pub fn first_turn(&mut self, traffic: &TenantTraffic) -> Turn {
        self.turn_at(traffic, self.rings_at)
    }

    /// What follows the turn that was due at `started` and done, its save included, at `done`.
    #[expect(clippy::inline_always, reason = "a call costs as much as what it does")]
    #[inline(always)]
    pub fn after(&mut self, traffic: &TenantTraffic, started: Time, done: Time) -> Next {
        match &mut self.ending {
            Ending::At(end) => {
                let end = *end;
                let next = self.next_start(traffic, started, done);
                if next < end { Next::Turn(self.turn_at(traffic, next)) } else { Next::HangUp(end.max(done)) }
            }
            Ending::AfterTurns(0 | 1) => Next::HangUp(done),
            Ending::AfterTurns(left) => {
                *left -= 1;
                let next = self.next_start(traffic, started, done);
                Next::Turn(self.turn_at(traffic, next))
            }
            Ending::Within { turns: 0 | 1, end } => Next::HangUp((*end).max(done)),
            Ending::Within { turns, end } => {
                *turns -= 1;
                let end = *end;
                let next = self.next_start(traffic, started, done);
                if next < end { Next::Turn(self.turn_at(traffic, next)) } else { Next::HangUp(end.max(done)) }
            }
            Ending::Recorded { next, last, end } if next == last => Next::HangUp((*end).max(done)),
            Ending::Recorded { next, .. } => {
                let number = *next;
                *next += 1;
                let trace = traffic.arrivals.trace().expect("recorded turns stand in a trace");
                let starts_at = (self.rings_at + trace.turn_time(number)).max(done);
                Next::Turn(self.turn_at(traffic, starts_at))
            }
        }
    }

    #[inline]
    fn next_start(&mut self, traffic: &TenantTraffic, started: Time, done: Time) -> Time {
        (started + self.gaps.draw(&traffic.turn_gap)).max(done)
    }

    #[inline]
    fn turn_at(&mut self, traffic: &TenantTraffic, starts_at: Time) -> Turn {
        Turn { starts_at, reply: self.replies.draw(&traffic.reply) }
    }
}

impl Ending {
    #[expect(clippy::inline_always, reason = "returned through memory it would be waited for")]
    #[inline(always)]
    fn new(traffic: &TenantTraffic, seeds: &Seeds, ring: Ring) -> Self {
        let recorded = ring.record.and_then(|record| Self::of_record(traffic.arrivals.trace()?, record));
        recorded.unwrap_or_else(|| match &traffic.length {
            CallLength::Lasting(law) => Self::At(ring.rings_at + Draws::new(law, seeds.lengths, ring.number).draw(law)),
            CallLength::Turns(turns) => Self::AfterTurns(*turns),
        })
    }

    /// As the record has it; nothing where it says neither how long the call lasts nor how many turns it has.
    fn of_record(trace: &Trace, record: usize) -> Option<Self> {
        let call = &trace.calls()[record];
        let end = call.length.map(|length| call.answered_at + length);
        match (call.turns, end) {
            (TracedTurns::Unknown, None) => None,
            (TracedTurns::Unknown, Some(end)) => Some(Self::At(end)),
            (TracedTurns::Count(turns), None) => Some(Self::AfterTurns(turns)),
            (TracedTurns::Count(turns), Some(end)) => Some(Self::Within { turns, end }),
            // The first one starts as the call is answered.
            (TracedTurns::Times { first, count }, end) => {
                Some(Self::Recorded { next: first + 1, last: first + count, end: end.unwrap_or(call.answered_at) })
            }
        }
    }
}

impl Arrivals {
    /// The records, where calls arrive by them.
    pub fn trace(&self) -> Option<&Trace> {
        if let Self::Trace(trace) = self { Some(trace) } else { None }
    }
}

impl Draws {
    /// The draws of call `number` from `law`.
    #[inline]
    fn new(law: &Distribution, seed: u64, number: u64) -> Self {
        match law {
            Distribution::Constant { ns } => Self::Always(Span::from_ns(*ns)),
            _ => Self::From(Stream::numbered(seed, number)),
        }
    }

    /// Between the turns of call `number`. One that ends after its first has none, and no stream for them.
    #[inline]
    fn of_gaps(traffic: &TenantTraffic, seeds: &Seeds, number: u64, ending: Ending) -> Self {
        match ending {
            Ending::AfterTurns(0 | 1) => Self::Always(Span::ZERO),
            _ => Self::new(&traffic.turn_gap, seeds.gaps, number),
        }
    }

    /// The next one; `law` is the law they were made for.
    #[inline]
    fn draw(&mut self, law: &Distribution) -> Span {
        match self {
            Self::Always(span) => *span,
            Self::From(stream) => Span::from_ns(law.draw(stream)),
        }
    }
}

impl Seeds {
    /// The seeds of the tenant called `name`.
    pub(super) fn of(seed: u64, name: &str) -> Self {
        let named = |purpose: &str| Stream::named(seed, &format!("{name}/{purpose}"), 0).below(u64::MAX);
        Self { lengths: named("lengths"), gaps: named("gaps"), replies: named("replies") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::tests::tenant;

    const GAP_MS: u64 = 1000;

    fn at(ms: u64) -> Time {
        Time::ZERO + Span::from_ms(ms)
    }

    fn ring(rings_at: Time) -> Ring {
        let (tenant, caller, worker) = (TenantIndex(0), CallerIndex(0), WorkerIndex(0));
        Ring { tenant, number: 0, caller, worker, rings_at, record: None }
    }

    /// A call that rings at 500 ms and whose turns are a second apart.
    struct Played(TenantTraffic, Call);

    impl Played {
        fn first_turn(&mut self) -> Turn {
            self.1.first_turn(&self.0)
        }

        fn after(&mut self, started: Time, done: Time) -> Next {
            self.1.after(&self.0, started, done)
        }
    }

    fn call(length: CallLength) -> Played {
        let gap = Distribution::constant(Span::from_ms(GAP_MS).ns()).unwrap();
        let traffic = TenantTraffic { length, turn_gap: gap, ..tenant("acme") };
        let call = Call::new(&traffic, &Seeds::of(1, "acme"), ring(at(500)));
        Played(traffic, call)
    }

    fn lasting(ms: u64) -> CallLength {
        CallLength::Lasting(Distribution::constant(Span::from_ms(ms).ns()).unwrap())
    }

    fn starts(next: Next) -> Time {
        let Next::Turn(turn) = next else { panic!("expected a turn, not {next:?}") };
        turn.starts_at
    }

    #[test]
    fn the_first_turn_starts_as_the_call_rings() {
        assert_eq!(call(lasting(0)).first_turn().starts_at, at(500));
    }

    #[test]
    fn a_turn_starts_one_gap_after_the_start_of_the_last() {
        assert_eq!(starts(call(lasting(5000)).after(at(500), at(900))), at(1500));
    }

    #[test]
    fn a_turn_waits_for_the_last_to_be_done() {
        assert_eq!(starts(call(lasting(5000)).after(at(500), at(1700))), at(1700));
    }

    #[test]
    fn a_call_hangs_up_when_its_time_is_over_and_no_turn_fits_before() {
        assert_eq!(call(lasting(900)).after(at(500), at(700)), Next::HangUp(at(1400)));
    }

    #[test]
    fn a_turn_under_way_is_finished() {
        assert_eq!(call(lasting(900)).after(at(500), at(2000)), Next::HangUp(at(2000)));
    }

    #[test]
    fn no_turn_starts_at_the_instant_of_hanging_up() {
        assert_eq!(call(lasting(1000)).after(at(500), at(600)), Next::HangUp(at(1500)));
    }

    #[test]
    fn a_call_of_three_turns_hangs_up_when_the_third_is_done() {
        let mut call = call(CallLength::Turns(3));
        assert_eq!(starts(call.after(at(500), at(600))), at(1500));
        assert_eq!(starts(call.after(at(1500), at(1600))), at(2500));
        assert_eq!(call.after(at(2500), at(2600)), Next::HangUp(at(2600)));
    }

    #[test]
    fn another_law_for_replies_leaves_the_gaps_alone() {
        let law = Distribution::exponential(1_000_000).unwrap();
        let times = |reply: Distribution| -> Vec<Time> {
            let traffic =
                TenantTraffic { length: CallLength::Turns(9), turn_gap: law.clone(), reply, ..tenant("acme") };
            let mut call = Call::new(&traffic, &Seeds::of(1, "acme"), ring(at(0)));
            let mut started = call.first_turn(&traffic).starts_at;
            let mut next = || {
                started = starts(call.after(&traffic, started, started));
                started
            };
            (0..8).map(|_| next()).collect()
        };
        assert_eq!(times(Distribution::constant(5).unwrap()), times(Distribution::gamma(5, 0.7).unwrap()));
    }
}
