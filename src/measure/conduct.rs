//! How a run's runtimes behaved, in the terms in which a simulation draws: one histogram for each law.
//!
//! A summary's families say what a caller felt: a save's latency has its admission in it, and a drain at the end, when
//! every runtime goes at once, stands beside one in the middle. Laws are about the work alone. So they are observed
//! apart, all tenants together, in memory that does not grow with the length of the run. What falls into the warm-up is
//! kept too, under a name of its own: many a runtime boots nowhere else.

use hdrhistogram::Histogram;

use super::samples::{GROWS, empty_histogram};
use super::{ErrorCode, Event, Recall};
use crate::base::{BootKind, DrainReason, Span, Time};

/// Something a runtime takes time for, as its client sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deed {
    /// From the order to spawn to ready, with nothing on disk; what the cloud takes is in it.
    BootCold,
    /// The same, with the caller's projection on disk.
    BootWarm,
    /// The exchange that starts a session.
    SessionStart,
    /// The exchange of a search, timeouts at what they cost.
    Search,
    /// The exchange of a save, without admission.
    Save,
    /// A drain while calls go on, evicted or idle, until the process is gone; what the cloud takes is in it.
    Drain,
    /// A drain when the pool closed, together with all others.
    DrainClose,
}

impl Deed {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::BootCold, Self::BootWarm, Self::SessionStart, Self::Search, Self::Save, Self::Drain, Self::DrainClose];

    /// The name in files: the scenario's key where there is one.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BootCold => "boot_cold",
            Self::BootWarm => "boot_warm",
            Self::SessionStart => "session_start",
            Self::Search => "search",
            Self::Save => "save",
            Self::Drain => "drain",
            Self::DrainClose => "drain_close",
        }
    }

    /// The name of what fell into the warm-up.
    pub const fn warm_up_name(self) -> &'static str {
        match self {
            Self::BootCold => "warm_up.boot_cold",
            Self::BootWarm => "warm_up.boot_warm",
            Self::SessionStart => "warm_up.session_start",
            Self::Search => "warm_up.search",
            Self::Save => "warm_up.save",
            Self::Drain => "warm_up.drain",
            Self::DrainClose => "warm_up.drain_close",
        }
    }
}

/// How long each deed took.
#[derive(Clone, Debug)]
pub struct ObservedConduct {
    /// When the warm-up ends.
    counts_from: Time,
    counted: [Histogram<u64>; Deed::ALL.len()],
    warm_up: [Histogram<u64>; Deed::ALL.len()],
}

impl ObservedConduct {
    /// Nothing seen yet, with a warm-up of that length.
    pub fn new(warm_up: Span) -> Self {
        let none = || std::array::from_fn(|_| empty_histogram());
        Self { counts_from: Time::ZERO + warm_up, counted: none(), warm_up: none() }
    }

    /// Takes from an event what it says of runtimes. Of a save it says too little: see [`ObservedConduct::saved`].
    pub fn observe(&mut self, event: &Event) {
        match *event {
            Event::Booted { began, kind: BootKind::Cold, took, .. } => self.took(began, Deed::BootCold, took),
            Event::Booted { began, kind: BootKind::Warm, took, .. } => self.took(began, Deed::BootWarm, took),
            Event::Drained { began, reason: DrainReason::Lru | DrainReason::Idle, took, .. } => {
                self.took(began, Deed::Drain, took);
            }
            Event::Drained { began, reason: DrainReason::Close, took, .. } => {
                self.took(began, Deed::DrainClose, took);
            }
            Event::Recalled(Recall { intended, session_start, search, outcome, .. }) => {
                self.exchanged(intended, [(Deed::SessionStart, session_start), (Deed::Search, search)], outcome);
            }
            _ => {}
        }
    }

    /// What the session start and the exchange of a turn's save took, where it came to them.
    pub fn saved(
        &mut self,
        turn_intended: Time,
        session_start: Option<Span>,
        exchange: Option<Span>,
        outcome: Result<(), ErrorCode>,
    ) {
        self.exchanged(turn_intended, [(Deed::SessionStart, session_start), (Deed::Save, exchange)], outcome);
    }

    /// Each deed that was seen, by its name in files, with its times in nanoseconds.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Histogram<u64>)> {
        let counted = Deed::ALL.map(Deed::name).into_iter().zip(&self.counted);
        let warm_up = Deed::ALL.map(Deed::warm_up_name).into_iter().zip(&self.warm_up);
        counted.chain(warm_up).filter(|(_, histogram)| !histogram.is_empty())
    }

    /// An exchange that ended in another error than its timeout says nothing of the work: it was not done.
    fn exchanged(&mut self, at: Time, deeds: [(Deed, Option<Span>); 2], outcome: Result<(), ErrorCode>) {
        if let Ok(()) | Err(ErrorCode::TIMEOUT) = outcome {
            for (deed, took) in deeds.into_iter().filter_map(|(deed, took)| Some((deed, took?))) {
                self.took(at, deed, took);
            }
        }
    }

    fn took(&mut self, at: Time, deed: Deed, took: Span) {
        let histograms = if at < self.counts_from { &mut self.warm_up } else { &mut self.counted };
        histograms[deed as usize].record(took.ns()).expect(GROWS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::TenantIndex;
    use crate::measure::fixture::{at, recall};

    const TENANT: TenantIndex = TenantIndex(0);

    fn counts(conduct: &ObservedConduct) -> Vec<(&'static str, u64)> {
        conduct.iter().map(|(name, histogram)| (name, histogram.len())).collect()
    }

    #[test]
    fn every_deed_stands_at_its_own_place() {
        for (place, deed) in Deed::ALL.into_iter().enumerate() {
            assert_eq!(deed as usize, place, "{}", deed.name());
        }
    }

    #[test]
    fn the_warm_up_and_drains_at_the_end_stand_apart() {
        let mut conduct = ObservedConduct::new(Span::from_secs(10));
        let (began, took) = (at(10), Span::from_ms(40));
        for began in [Time::ZERO, began, began] {
            conduct.observe(&Event::Booted { tenant: TENANT, began, kind: BootKind::Cold, took });
        }
        for reason in [DrainReason::Lru, DrainReason::Idle, DrainReason::Close, DrainReason::Crash] {
            conduct.observe(&Event::Drained { tenant: TENANT, began, reason, took });
        }
        assert_eq!(counts(&conduct), [("boot_cold", 2), ("drain", 2), ("drain_close", 1), ("warm_up.boot_cold", 1)]);
    }

    #[test]
    fn a_timeout_is_work_and_a_lost_connection_is_none() {
        let mut conduct = ObservedConduct::new(Span::ZERO);
        let ended = |outcome| Event::Recalled(Recall { outcome, ..recall(0, at(20), Span::from_ms(8)) });
        conduct.observe(&ended(Ok(())));
        conduct.observe(&ended(Err(ErrorCode::TIMEOUT)));
        conduct.observe(&ended(Err(ErrorCode::named("runtime.unreachable"))));
        assert_eq!(counts(&conduct), [("search", 2)]);
    }

    #[test]
    fn a_save_is_its_exchange_and_the_session_it_started() {
        let mut conduct = ObservedConduct::new(Span::ZERO);
        conduct.saved(at(20), Some(Span::from_ms(3)), Some(Span::from_ms(2)), Ok(()));
        conduct.saved(at(20), None, Some(Span::from_ms(2)), Ok(()));
        conduct.saved(at(20), None, None, Err(ErrorCode::named("pool.exhausted")));
        assert_eq!(counts(&conduct), [("session_start", 1), ("save", 2)]);
    }
}
