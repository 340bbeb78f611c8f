//! What is played to both: settings, how long everything outside takes, and what callers do when.
//!
//! Everything takes whole milliseconds, and step `n` comes `n` microseconds after a whole one. Whatever a step causes
//! happens at that many microseconds, too, so two steps never have to do with one instant.

use std::fmt;

use busyhour::base::{Span, Time};
use busyhour::pool::Settings;
use proptest::prelude::*;
use serde::Serialize;

/// A trace.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Trace {
    pub(crate) cap: u32,
    ttl_s: u64,
    /// As the SDK takes them.
    ports: [u16; 2],
    /// How long each boot takes; over and over. Some never end.
    pub(crate) boots_ms: Vec<Option<u64>>,
    /// How long each flush takes; over and over.
    pub(crate) flushes_ms: Vec<u64>,
    pub(crate) steps: Vec<TimedStep>,
    pub(crate) end_ns: u64,
    /// Played by an SDK with this mistake.
    #[serde(skip_serializing_if = "Option::is_none")]
    mistake: Option<&'static str>,
}

/// A step, and when.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct TimedStep {
    pub(crate) at_ns: u64,
    #[serde(flatten)]
    pub(crate) step: Step,
}

/// What happens. `of` is the step of an acquire.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Step {
    Acquire {
        user: User,
    },
    /// Its lease is given back, if it has one; if that was done before, once more.
    Release {
        of: usize,
    },
    HangUp {
        of: usize,
    },
    /// A process ends by itself, unless it is being drained.
    Kill {
        process: usize,
    },
    /// A stranger takes the port, or leaves it.
    Squat {
        port: u16,
    },
    Close,
}

/// A caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct User(pub(crate) u32);

impl Trace {
    pub(crate) fn settings(&self) -> Settings {
        Settings {
            max_concurrent_users: self.cap,
            runtime_idle_ttl: Span::from_secs(self.ttl_s),
            runtime_port_range: self.ports[0]..=self.ports[1],
            ..Settings::default()
        }
    }

    pub(crate) fn with_mistake(&self, mistake: Option<&'static str>) -> Self {
        Self { mistake, ..self.clone() }
    }
}

/// Random traces.
pub(crate) fn trace() -> impl Strategy<Value = Trace> {
    let ports = prop_oneof![1 => 0..=2_u16, 4 => 3..=9_u16];
    let boot =
        prop_oneof![9 => prop::sample::select(&[0, 30, 120, 260, 900, 4_000][..]).prop_map(Some), 1 => Just(None)];
    let flush = prop::sample::select(&[1, 20, 130, 700, 3_000, 6_500][..]);
    let outside = (prop::collection::vec(boot, 1..6), prop::collection::vec(flush, 1..4));
    let settings = (1..=4_u32, prop::sample::select(&[1, 2, 10, 45, 300][..]), ports, 2..=USERS);
    let steps = prop_oneof![
        4 => steps(mixed_gap()),
        3 => steps((0..60_u64).boxed()),
        1 => steps((15_000..60_000_u64).boxed()),
    ];
    // Either while the last step is under way, or while the reaper drains.
    let close = prop::option::of((prop::bool::weighted(0.8), prop_oneof![0..500_u64, 0..6_000_u64]));
    (settings, outside, steps, close).prop_map(
        |((cap, ttl_s, ports, users), (boots_ms, flushes_ms), mut steps, close)| {
            let ports = [FIRST_PORT, FIRST_PORT + ports];
            steps
                .extend(close.map(|(in_a_round, after_ms)| (before_close(&steps, in_a_round) + after_ms, Step::Close)));
            let (steps, end_ns) = timed(&steps, users);
            Trace { cap, ttl_s, ports, boots_ms, flushes_ms, steps, end_ns, mistake: None }
        },
    )
}

/// How long after the last step something is sure to be under way: at once, or when the reaper makes a round, which it does
/// every half a minute after the first boot.
fn before_close(steps: &[(u64, Step)], in_a_round: bool) -> u64 {
    let since_first: u64 = steps.iter().skip(1).map(|(gap_ms, _)| gap_ms).sum();
    if in_a_round { 30_000 - since_first % 30_000 } else { 0 }
}

/// Steps after so many milliseconds each: all at once, one after the end of the other, or as it happens.
fn steps(gap: BoxedStrategy<u64>) -> impl Strategy<Value = Vec<(u64, Step)>> {
    prop::collection::vec((gap, step()), 1..=MOST_STEPS)
}

fn mixed_gap() -> BoxedStrategy<u64> {
    prop_oneof![
        2 => Just(0),
        6 => 0..60_u64,
        4 => 60..1_500_u64,
        2 => 1_500..8_000_u64,
        1 => 8_000..70_000_u64,
    ]
    .boxed()
}

/// Steps choose by a number among the acquires before them.
fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        40 => (0..USERS).prop_map(|user| Step::Acquire { user: User(user) }),
        32 => (0..MOST_STEPS).prop_map(|of| Step::Release { of }),
        6 => (0..MOST_STEPS).prop_map(|of| Step::HangUp { of }),
        3 => (0..12_usize).prop_map(|process| Step::Kill { process }),
        2 => (0..6_u16).prop_map(|port| Step::Squat { port: FIRST_PORT + port }),
    ]
}

fn timed(steps: &[(u64, Step)], users: u32) -> (Vec<TimedStep>, u64) {
    let (mut now_ms, mut acquires) = (0, Vec::new());
    let mut all = Vec::new();
    for (gap_ms, step) in steps {
        now_ms += gap_ms;
        let chosen = |number: usize| number.checked_rem(acquires.len()).map(|place| acquires[place]);
        let step = match *step {
            Step::Release { of } => chosen(of).map(|of| Step::Release { of }),
            Step::HangUp { of } => chosen(of).map(|of| Step::HangUp { of }),
            Step::Acquire { user: User(user) } => Some(Step::Acquire { user: User(user % users) }),
            other => Some(other),
        };
        let Some(step) = step else { continue };
        if let Step::Acquire { .. } = step {
            acquires.push(all.len());
        }
        let at_ns = Span::from_ms(now_ms).ns() + all.len() as u64 * 1_000;
        all.push(TimedStep { at_ns, step });
    }
    (all, Span::from_ms(now_ms + 60_000).ns() + 999_000)
}

impl Serialize for User {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl fmt::Display for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "user-{}", self.0)
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cap, ttl_s, ports, boots_ms, flushes_ms, steps, .. } = self;
        writeln!(f, "cap {cap}, TTL {ttl_s} s, ports {ports:?}, boots {boots_ms:?} ms, flushes {flushes_ms:?} ms")?;
        let mut numbered = steps.iter().enumerate();
        numbered.try_for_each(|(number, TimedStep { at_ns, step })| {
            writeln!(f, "  {number:2} at {:.3} ms: {step:?}", Time::from_ns(*at_ns).since(Time::ZERO).ms_f64())
        })
    }
}

const USERS: u32 = 6;
const FIRST_PORT: u16 = 9_000;
const MOST_STEPS: usize = 40;
