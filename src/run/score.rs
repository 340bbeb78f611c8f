//! What the engine writes down while it plays.

use parking_lot::Mutex;

use crate::base::{CallerIndex, Span, TenantIndex, Time, WorkerIndex};
use crate::measure::chronicle::Chronicler;
use crate::measure::{
    Aborted, Breach, DriverLag, ErrorCode, Event, Latency, Live, ObservedConduct, Recorder, Shortage, Shortages,
};
use crate::scenario::Scenario;

/// What the engine writes down while it plays: events, broken laws, and which saves were acknowledged.
pub(super) struct Score {
    book: Mutex<Book>,
    breaches: Mutex<Vec<Breach>>,
    shortages: Mutex<Shortages>,
    driver_lag: Mutex<DriverLag>,
    /// By tenant.
    saves: Vec<Mutex<Vec<AckedSave>>>,
}

/// What listens to events. Under one lock, so that an event costs one.
struct Book {
    recorder: Recorder,
    chronicler: Chronicler,
    conduct: ObservedConduct,
}

/// A save a runtime has acknowledged, to be looked up in the cloud at the end.
#[derive(Clone, Copy, Debug)]
pub(super) struct AckedSave {
    /// Number of its call.
    pub(super) call: u64,
    /// Number of its turn in the call.
    pub(super) turn: u32,
    pub(super) caller: CallerIndex,
    pub(super) worker: WorkerIndex,
}

impl Score {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let saves = (0..scenario.tenants.len()).map(|_| Mutex::default()).collect();
        let book = Book {
            recorder: scenario.recorder(),
            chronicler: scenario.chronicler(),
            conduct: ObservedConduct::new(scenario.warm_up),
        };
        Self {
            book: Mutex::new(book),
            breaches: Mutex::default(),
            shortages: Mutex::default(),
            driver_lag: Mutex::default(),
            saves,
        }
    }

    pub(super) fn note(&self, event: &Event) {
        let mut book = self.book.lock();
        book.recorder.observe(event);
        book.chronicler.hear(event);
        book.conduct.observe(event);
    }

    /// What a save's session start and exchange took, which its event does not tell apart.
    pub(super) fn saved(
        &self,
        turn_intended: Time,
        session_start: Option<Span>,
        exchange: Option<Span>,
        outcome: Result<(), ErrorCode>,
    ) {
        self.book.lock().conduct.saved(turn_intended, session_start, exchange, outcome);
    }

    /// Keeps the first of them: a law that breaks a million times must not fill the memory.
    pub(super) fn breach(&self, breach: Breach) {
        let mut breaches = self.breaches.lock();
        if breaches.len() < MOST_BREACHES {
            breaches.push(breach);
        }
    }

    /// A driver began so long after it was asked to.
    pub(super) fn driver_began(&self, lag: Span) {
        self.driver_lag.lock().record(lag);
    }

    /// How late drivers began.
    pub(super) fn driver_lag(&self) -> Latency {
        self.driver_lag.lock().latency()
    }

    /// The system refused the harness something.
    pub(super) fn short(&self, shortage: Shortage) {
        self.shortages.lock().count(shortage);
    }

    pub(super) fn shortages(&self) -> Shortages {
        *self.shortages.lock()
    }

    /// What was counted so far.
    pub(super) fn live(&self) -> Live {
        self.book.lock().recorder.live()
    }

    /// Whether there are thresholds that may end the run.
    pub(super) fn may_abort(&self) -> bool {
        self.book.lock().recorder.may_abort()
    }

    /// The threshold that ends the run now, if one does.
    pub(super) fn abort(&self, now: Time) -> Option<Aborted> {
        self.book.lock().recorder.abort(now)
    }

    pub(super) fn acknowledged(&self, tenant: TenantIndex, save: AckedSave) {
        self.saves[tenant.index()].lock().push(save);
    }

    /// The acknowledged saves of a tenant.
    pub(super) fn saves(&self, tenant: TenantIndex) -> Vec<AckedSave> {
        self.saves[tenant.index()].lock().clone()
    }

    pub(super) fn breaches(&self) -> Vec<Breach> {
        self.breaches.lock().clone()
    }

    /// The recorder as it is now; what comes later is not in it.
    pub(super) fn recorder(&self) -> Recorder {
        self.book.lock().recorder.clone()
    }

    /// How it has gone so far.
    pub(super) fn chronicler(&self) -> Chronicler {
        self.book.lock().chronicler.clone()
    }

    /// How runtimes have behaved so far.
    pub(super) fn conduct(&self) -> ObservedConduct {
        self.book.lock().conduct.clone()
    }
}

impl std::fmt::Debug for Score {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Score").finish_non_exhaustive()
    }
}

const MOST_BREACHES: usize = 1000;
