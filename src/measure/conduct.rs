//! How a run's runtimes behaved, in the terms in which a simulation draws: one histogram for each law.
//!
//! A summary's families say what a caller felt: a save's latency has its admission in it, and a drain at the end, when
//! every runtime goes at once, stands beside one in the middle. Laws are about the work alone. So they are observed
//! apart, from the first instant on (a boot in the warm-up is a boot), all tenants together, in memory that does not
//! grow with the length of the run.

use hdrhistogram::Histogram;

use super::samples::{GROWS, empty_histogram};
use super::{ErrorCode, Event};
use crate::base::{BootKind, DrainReason, Span};

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
}

/// How long each deed took.
#[derive(Clone, Debug)]
pub struct ObservedConduct {
    histograms: [Histogram<u64>; Deed::ALL.len()],
}

impl Default for ObservedConduct {
    fn default() -> Self {
        Self { histograms: std::array::from_fn(|_| empty_histogram()) }
    }
}

impl ObservedConduct {
    /// Takes from an event what it says of runtimes. Of a save it says too little: see [`ObservedConduct::saved`].
    pub fn observe(&mut self, event: &Event) {
        match event {
            Event::Booted { kind: BootKind::Cold, took, .. } => self.took(Deed::BootCold, *took),
            Event::Booted { kind: BootKind::Warm, took, .. } => self.took(Deed::BootWarm, *took),
            Event::Drained { reason: DrainReason::Lru | DrainReason::Idle, took, .. } => self.took(Deed::Drain, *took),
            Event::Drained { reason: DrainReason::Close, took, .. } => self.took(Deed::DrainClose, *took),
            Event::Recalled(recall) => {
                self.exchanged(Deed::Search, recall.session_start, recall.search, recall.outcome);
            }
            _ => {}
        }
    }

    /// What a save's session start and exchange took, where it came to them.
    pub fn saved(&mut self, session_start: Option<Span>, exchange: Option<Span>, outcome: Result<(), ErrorCode>) {
        self.exchanged(Deed::Save, session_start, exchange, outcome);
    }

    /// Each deed that was seen, with its times in nanoseconds.
    pub fn iter(&self) -> impl Iterator<Item = (Deed, &Histogram<u64>)> {
        Deed::ALL.into_iter().zip(&self.histograms).filter(|(_, histogram)| !histogram.is_empty())
    }

    /// An exchange that ended in another error than its timeout says nothing of the work: it was not done.
    fn exchanged(
        &mut self,
        deed: Deed,
        session_start: Option<Span>,
        exchange: Option<Span>,
        outcome: Result<(), ErrorCode>,
    ) {
        if let Ok(()) | Err(ErrorCode::TIMEOUT) = outcome {
            let deeds = [(Deed::SessionStart, session_start), (deed, exchange)];
            for (deed, took) in deeds.into_iter().filter_map(|(deed, took)| Some((deed, took?))) {
                self.took(deed, took);
            }
        }
    }

    fn took(&mut self, deed: Deed, took: Span) {
        self.histograms[deed as usize].record(took.ns()).expect(GROWS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{TenantIndex, Time};
    use crate::measure::Recall;
    use crate::measure::fixture::{at, recall};

    const TENANT: TenantIndex = TenantIndex(0);

    fn counts(conduct: &ObservedConduct) -> Vec<(&'static str, u64)> {
        conduct.iter().map(|(deed, histogram)| (deed.name(), histogram.len())).collect()
    }

    #[test]
    fn every_deed_stands_at_its_own_place() {
        for (place, deed) in Deed::ALL.into_iter().enumerate() {
            assert_eq!(deed as usize, place, "{}", deed.name());
        }
    }

    #[test]
    fn a_boot_in_the_warm_up_is_a_boot_and_drains_at_the_end_stand_apart() {
        let mut conduct = ObservedConduct::default();
        let (began, took) = (Time::ZERO, Span::from_ms(40));
        conduct.observe(&Event::Booted { tenant: TENANT, began, kind: BootKind::Cold, took });
        for reason in [DrainReason::Lru, DrainReason::Idle, DrainReason::Close, DrainReason::Crash] {
            conduct.observe(&Event::Drained { tenant: TENANT, began, reason, took });
        }
        assert_eq!(counts(&conduct), [("boot_cold", 1), ("drain", 2), ("drain_close", 1)]);
    }

    #[test]
    fn a_timeout_is_work_and_a_lost_connection_is_none() {
        let mut conduct = ObservedConduct::default();
        let ended = |outcome| Event::Recalled(Recall { outcome, ..recall(0, at(20), Span::from_ms(8)) });
        conduct.observe(&ended(Ok(())));
        conduct.observe(&ended(Err(ErrorCode::TIMEOUT)));
        conduct.observe(&ended(Err(ErrorCode::named("runtime.unreachable"))));
        assert_eq!(counts(&conduct), [("search", 2)]);
    }

    #[test]
    fn a_save_is_its_exchange_and_the_session_it_started() {
        let mut conduct = ObservedConduct::default();
        conduct.saved(Some(Span::from_ms(3)), Some(Span::from_ms(2)), Ok(()));
        conduct.saved(None, Some(Span::from_ms(2)), Ok(()));
        conduct.saved(None, None, Err(ErrorCode::named("pool.exhausted")));
        assert_eq!(counts(&conduct), [("session_start", 1), ("save", 2)]);
    }
}
