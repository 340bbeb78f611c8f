//! What is played: settings, and steps that choose among whatever exists when they are taken.

use busyhour::base::{BootKind, Span};
use busyhour::pool::Settings;
use proptest::prelude::*;

/// Callers there are.
pub(crate) const KEYS: u32 = 8;

/// One sequence.
#[derive(Clone, Debug)]
pub(crate) struct Trial {
    pub(crate) settings: Settings,
    pub(crate) steps: Vec<Step>,
}

impl Trial {
    /// The same with one or two steps left out.
    pub(crate) fn without(&self, first: usize, second: usize) -> Self {
        let kept = self.steps.iter().enumerate().filter(|(place, _)| *place != first && *place != second);
        Self { settings: self.settings.clone(), steps: kept.map(|(_, step)| *step).collect() }
    }
}

/// One step.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Acquire {
        key: u32,
    },
    Cancel(Aim),
    Release(Aim),
    Started(Aim, BootKind),
    StartFailed(Aim),
    PortTaken(Aim),
    Failed(Aim),
    Exited(Aim),
    Drained(Aim),
    /// Time passes, and the pool gets its ticks.
    Wait {
        ms: u64,
    },
    /// Time passes, and the pool's next tick comes late.
    Lag {
        ms: u64,
    },
    Close,
    CloseNow,
}

/// Whom a step is about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Aim {
    /// Somebody it makes sense for; anybody where there is none.
    Apt(usize),
    /// Anybody there ever was: mostly news that comes too late, or twice.
    Any(usize),
}

/// Random sequences for random settings.
pub(crate) fn trial() -> impl Strategy<Value = Trial> {
    (settings(), prop::collection::vec(step(), 1..=MOST_STEPS)).prop_map(|(settings, steps)| Trial { settings, steps })
}

fn settings() -> impl Strategy<Value = Settings> {
    let ms = |choice: &'static [u64]| prop::sample::select(choice).prop_map(Span::from_ms);
    let ttl = prop_oneof![4 => ms(&[1_000, 20_000, 60_000, 0]), 1 => Just(Span::from_ns(u64::MAX))];
    let (interval, boot, recheck) = (ms(&[7_000, 30_000, 0]), ms(&[1_000, 30_000]), ms(&[100, 20_000, 0]));
    (1..=5_u32, 0..=7_u16, ttl, interval, boot, recheck).prop_map(|(cap, more_ports, ttl, interval, boot, recheck)| {
        Settings {
            max_concurrent_users: cap,
            runtime_idle_ttl: ttl,
            runtime_port_range: 9000..=9000 + more_ports,
            reap_interval: interval,
            boot_timeout: boot,
            port_recheck: recheck,
            ..Settings::default()
        }
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        30 => (0..KEYS).prop_map(|key| Step::Acquire { key }),
        6 => aim().prop_map(Step::Cancel),
        18 => aim().prop_map(Step::Release),
        20 => (aim(), prop::bool::ANY).prop_map(|(aim, warm)| Step::Started(aim, kind(warm))),
        2 => aim().prop_map(Step::StartFailed),
        5 => aim().prop_map(Step::PortTaken),
        2 => aim().prop_map(Step::Failed),
        3 => aim().prop_map(Step::Exited),
        15 => aim().prop_map(Step::Drained),
        8 => (0..20_000_u64).prop_map(|ms| Step::Wait { ms }),
        2 => (0..40_000_u64).prop_map(|ms| Step::Lag { ms }),
        1 => prop_oneof![3 => Just(Step::Close), 1 => Just(Step::CloseNow)],
    ]
}

fn aim() -> impl Strategy<Value = Aim> {
    prop_oneof![9 => (0..24_usize).prop_map(Aim::Apt), 1 => (0..24_usize).prop_map(Aim::Any)]
}

fn kind(warm: bool) -> BootKind {
    if warm { BootKind::Warm } else { BootKind::Cold }
}

const MOST_STEPS: usize = 60;
